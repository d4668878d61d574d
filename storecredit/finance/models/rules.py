from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import AccountKind, CounterAccount, Funding, Reason, TransactionType
from ledger.models.texts import CodeField, NameField

#: What breakage that is expected, and no entry yet, is booked to.
EXPECTED = "EXPECTED"


class GeneralLedgerAccount(models.Model):
    """An account of the shop's general ledger, outside of these books."""

    code = CodeField(_("number"), max_length=32, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    datev_code = CodeField(
        _("account in DATEV"),
        max_length=9,
        blank=True,
        help_text=_("Digits. Empty: the number."),
        validators=[RegexValidator(r"\A[0-9]+\Z", _("DATEV's accounts are digits."))],
    )
    quickbooks_name = NameField(
        _("account in QuickBooks"),
        max_length=159,
        blank=True,
        help_text=_("As in the chart there, of a sub-account Parent:Sub-account. Empty: the name."),
    )
    xero_code = CodeField(
        _("account in Xero"), max_length=10, blank=True, help_text=_("The code there. Empty: the number.")
    )

    class Meta:
        verbose_name = _("general ledger account")
        verbose_name_plural = _("general ledger accounts")
        constraints = [CheckConstraint(name="finance_generalledgeraccount_code_not_blank", condition=~Q(code=""))]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class GeneralLedgerRule(models.Model):
    """
    To which accounts of the general ledger a movement goes from a day on.

    `debit` and `credit` are those of a movement by which the customer gains; where they lose, the two are exchanged. Of
    several rules the one decides that names most of reason, type, funding and kind, in this order; of two that name the
    same, the later one.
    """

    counter_account = models.CharField(
        _("counter account"), max_length=11, choices=[*CounterAccount.choices, (EXPECTED, _("Expected breakage"))]
    )
    kind = models.CharField(
        _("kind"), max_length=12, choices=AccountKind, blank=True, help_text=_("Of account. Empty: any.")
    )
    funding = models.CharField(_("funding"), max_length=9, choices=Funding, blank=True, help_text=_("Empty: any."))
    type = models.CharField(
        _("type"), max_length=8, choices=TransactionType, blank=True, help_text=_("Of entry. Empty: any.")
    )
    reason = models.ForeignKey(
        Reason,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("reason"),
        help_text=_("Of entry. Empty: any."),
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day. Empty: for ever.")
    )
    debit = models.ForeignKey(GeneralLedgerAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("debit"))
    credit = models.ForeignKey(
        GeneralLedgerAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("credit")
    )

    class Meta:
        verbose_name = _("general ledger rule")
        verbose_name_plural = _("general ledger rules")
        constraints = [
            UniqueConstraint(
                name="finance_generalledgerrule_one_from_a_day",
                fields=["counter_account", "kind", "funding", "type", "valid_from"],
                condition=Q(reason__isnull=True),
            ),
            UniqueConstraint(
                name="finance_generalledgerrule_one_of_a_reason_from_a_day",
                fields=["reason", "counter_account", "kind", "funding", "type", "valid_from"],
                condition=Q(reason__isnull=False),
            ),
            CheckConstraint(
                name="finance_generalledgerrule_days_in_order",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
            CheckConstraint(name="finance_generalledgerrule_two_accounts", condition=~Q(debit=F("credit"))),
        ]

    def __str__(self) -> str:
        words = [
            self.get_counter_account_display(),
            self.get_kind_display(),
            self.get_funding_display(),
            self.get_type_display(),
            self.reason_id or "",
        ]
        said = " · ".join(str(word) for word in words if word)
        return gettext("%(movements)s from %(day)s") % {
            "movements": said,
            "day": date_format(self.valid_from, "DATE_FORMAT"),
        }
