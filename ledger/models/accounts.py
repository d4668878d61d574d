from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models.actors import Acted
from ledger.models.customers import Customer
from ledger.querysets import AccountQuerySet


class AccountKind(models.TextChoices):
    STORE_CREDIT = "STORE_CREDIT", _("Store credit")
    GIFT_CARD = "GIFT_CARD", _("Gift card")


class AccountStatus(models.TextChoices):
    OPEN = "OPEN", pgettext_lazy("state", "Open")
    FROZEN = "FROZEN", _("Frozen")
    CLOSED = "CLOSED", _("Closed")


class Account(models.Model):
    """
    What the shop owes in one currency to one customer, or to the bearer of one card.

    `balance_minor`, `sequence` and `last_entry_at` move only by the insert of a transaction, `held_minor` only by
    holds: triggers do both and refuse everything else. The amounts are in minor units.
    """

    number = models.CharField(max_length=32, help_text=_("Ends in a check digit."))
    kind = models.CharField(max_length=12, choices=AccountKind)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts")
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=6, choices=AccountStatus, default=AccountStatus.OPEN)
    balance_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)
    sequence = models.BigIntegerField(default=0)
    last_entry_at = models.DateTimeField(null=True, editable=False)
    test_mode = models.BooleanField(_("test"), default=False)
    created_at = models.DateTimeField()

    objects = AccountQuerySet.as_manager()

    class Meta:
        # For sums and lists by what never changes: a posting touches neither.
        indexes = [
            Index(name="ledger_account_currency", fields=["currency"]),
            Index(name="ledger_account_test", fields=["id"], condition=Q(test_mode=True)),
        ]
        permissions = [
            ("issue_credit", "Can issue credit"),
            ("debit_credit", "Can debit credit"),
            ("adjust_credit", "Can adjust credit"),
            ("freeze_account", "Can freeze, unfreeze, close and reopen accounts"),
        ]
        constraints = [
            UniqueConstraint(name="ledger_account_number_unique", fields=["number"]),
            UniqueConstraint(
                name="ledger_account_one_store_credit_per_currency",
                fields=["customer", "currency"],
                condition=Q(kind="STORE_CREDIT"),
            ),
            CheckConstraint(
                name="ledger_account_held_within_balance",
                condition=Q(held_minor__gte=0) & Q(held_minor__lte=F("balance_minor")),
            ),
            CheckConstraint(
                name="ledger_account_closed_is_empty", condition=~Q(status="CLOSED") | Q(balance_minor=0, held_minor=0)
            ),
            CheckConstraint(
                name="ledger_account_store_credit_has_customer",
                condition=~Q(kind="STORE_CREDIT") | Q(customer__isnull=False),
            ),
            CheckConstraint(name="ledger_account_kind_known", condition=Q(kind__in=AccountKind.values)),
            CheckConstraint(name="ledger_account_status_known", condition=Q(status__in=AccountStatus.values)),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.currency})"


class AccountEvent(Acted):
    """
    An account was frozen, unfrozen, closed or reopened: by whom, through which door, when and why.

    Written before the change, which a trigger refuses without it. Never updated or deleted.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="events", db_index=False)
    from_status = models.CharField(max_length=6, choices=AccountStatus)
    to_status = models.CharField(max_length=6, choices=AccountStatus)
    why = models.CharField(max_length=500, blank=True)

    class Meta(Acted.Meta):
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(
                name="ledger_accountevent_status_known",
                condition=Q(from_status__in=AccountStatus.values, to_status__in=AccountStatus.values),
            ),
            CheckConstraint(name="ledger_accountevent_changes", condition=~Q(from_status=F("to_status"))),
        ]
        indexes = [
            Index(name="ledger_accountevent_of", fields=["account", "id"]),
            Index(name="ledger_accountevent_by_time", fields=["created_at", "id"]),
            Index(
                name="ledger_accountevent_by_person",
                fields=["actor_id", "created_at", "id"],
                condition=Q(actor_kind="STAFF"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_status_display()} to {self.get_to_status_display()}"
