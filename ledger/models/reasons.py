from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint
from django.utils.translation import gettext_lazy as _

from ledger.models.texts import CodeField, NameField


class Funding(models.TextChoices):
    """What a piece of credit counts as: what it was given for."""

    PAID = "PAID", _("Paid by the customer")
    GOODWILL = "GOODWILL", _("Goodwill")
    PROMOTION = "PROMOTION", _("Promotion")
    REFUND = "REFUND", _("Refund kept as credit")
    IMPORTED = "IMPORTED", _("Imported from another system")


class CounterAccount(models.TextChoices):
    """The fixed chart: what an account gains, one of these gives."""

    CASH = "CASH", _("Cash")
    GOODWILL = "GOODWILL", _("Goodwill")
    PROMOTION = "PROMOTION", _("Promotion")
    RETURNS = "RETURNS", _("Returns")
    SALES = "SALES", _("Sales")
    BREAKAGE = "BREAKAGE", _("Breakage")
    ADJUSTMENTS = "ADJUSTMENTS", _("Adjustments")
    TRANSFERS = "TRANSFERS", _("Transfers")
    OPENING = "OPENING", _("Opening balances")


#: What one of these gave was paid for, here or in another system: nobody gets it back when it expires.
_PAID_FOR = frozenset({CounterAccount.CASH, CounterAccount.RETURNS, CounterAccount.OPENING})


def expires_to(given_by: str) -> str:
    """The counter account that credit goes to when it expires: the one that gave it, or BREAKAGE if it was paid for."""
    return (CounterAccount.BREAKAGE if given_by in _PAID_FOR else CounterAccount(given_by)).value


class Reason(models.Model):
    """Why credit is given or taken, and what that books to. Once used, its booking stays for ever."""

    code = CodeField(max_length=16, primary_key=True)
    label = NameField(max_length=120)
    funding = models.CharField(max_length=9, choices=Funding, help_text=_("What the credit it brings in counts as."))
    counter_account = models.CharField(
        max_length=11, choices=CounterAccount, help_text=_("The other side of the entry.")
    )
    expires_in_days = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Credit lives this many days unless an expiry is given. Empty: for ever.")
    )
    needs_note = models.BooleanField(default=False)
    needs_order = models.BooleanField(default=False)
    for_giving = models.BooleanField(_("when credit is given"), default=True)
    for_taking = models.BooleanField(_("when credit is taken"), default=True)
    for_reversing = models.BooleanField(_("when a transaction is reversed"), default=True)
    general_ledger_code = CodeField(max_length=32, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            CheckConstraint(name="ledger_reason_code_not_blank", condition=~Q(code="")),
            CheckConstraint(name="ledger_reason_funding_known", condition=Q(funding__in=Funding.values)),
            # Transfers and opening balances are entries of their own types, not reasons.
            CheckConstraint(
                name="ledger_reason_counter_account_known",
                condition=Q(
                    counter_account__in=[c for c in CounterAccount.values if c not in {"TRANSFERS", "OPENING"}]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


#: Every database has these; staff add their own and switch off what they do not use.
SHIPPED_REASONS = (
    # code, label, funding, counter account, days
    ("EC", "Error correction", Funding.GOODWILL, CounterAccount.ADJUSTMENTS, None),
    ("EM", "Entered by mistake", Funding.GOODWILL, CounterAccount.ADJUSTMENTS, None),
    ("GW", "Goodwill", Funding.GOODWILL, CounterAccount.GOODWILL, None),
    ("DL", "Delivered late", Funding.GOODWILL, CounterAccount.GOODWILL, None),
    ("DM", "Damaged or faulty goods", Funding.GOODWILL, CounterAccount.GOODWILL, None),
    ("PR", "Promotion", Funding.PROMOTION, CounterAccount.PROMOTION, 90),
    ("RT", "Return kept as credit", Funding.REFUND, CounterAccount.RETURNS, None),
    ("PD", "Paid in by the customer", Funding.PAID, CounterAccount.CASH, None),
)

#: When staff are offered a shipped reason: when credit is given, when it is taken, when a transaction is reversed. The
#: others are for giving alone.
_SHIPPED_USES = {"EC": (True, True, True), "EM": (False, False, True)}
_GIVING = (True, False, False)


def shipped_uses(code: str) -> dict[str, bool]:
    """When staff are offered a shipped reason, by field."""
    return dict(zip(("for_giving", "for_taking", "for_reversing"), _SHIPPED_USES.get(code, _GIVING), strict=True))


def write_shipped_reasons(*, using: str) -> None:
    """Add the shipped reasons that a database lacks; those that are there stay as staff have made them."""
    Reason.objects.using(using).bulk_create(
        [
            Reason(
                code=code,
                label=label,
                funding=funding,
                counter_account=counter,
                expires_in_days=days,
                **shipped_uses(code),
            )
            for code, label, funding, counter, days in SHIPPED_REASONS
        ],
        ignore_conflicts=True,
    )
