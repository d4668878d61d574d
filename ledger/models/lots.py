from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import Account
from ledger.models.actors import Acted, ActorKind
from ledger.models.reasons import CounterAccount, Funding
from ledger.models.transactions import Transaction
from ledger.querysets import LotQuerySet


class Lot(models.Model):
    """
    One piece of credit: where it came from, what is left of it and until when. Amounts in minor units.

    `remaining_minor` moves only by a LotUse, `reserved_minor` only by holds: triggers do both. `given_by` is the
    counter account that gave the credit when it first came into the books; it stays with the credit through transfers
    and refunds, and decides where its expiry is booked. `expires_at` moves only by a LotExpiry; what it was when the
    lot came in stays in `first_expires_at`. `born_at` is when its transaction was, `currency` what it was in: what is
    owed by age, and what expires soon, is asked of lots alone.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lots", db_index=False)
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="lots")
    amount_minor = models.BigIntegerField()
    remaining_minor = models.BigIntegerField()
    reserved_minor = models.BigIntegerField(default=0)
    funding = models.CharField(max_length=9, choices=Funding)
    given_by = models.CharField(max_length=11, choices=CounterAccount)
    expires_at = models.DateTimeField(null=True, blank=True)
    first_expires_at = models.DateTimeField(null=True, editable=False)
    born_at = models.DateTimeField(editable=False)
    currency = models.CharField(max_length=3, editable=False)

    objects = LotQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(name="ledger_lot_amount_positive", condition=Q(amount_minor__gt=0)),
            CheckConstraint(
                name="ledger_lot_reserved_within_remaining_within_amount",
                condition=Q(reserved_minor__gte=0)
                & Q(reserved_minor__lte=F("remaining_minor"))
                & Q(remaining_minor__lte=F("amount_minor")),
            ),
            CheckConstraint(name="ledger_lot_funding_known", condition=Q(funding__in=Funding.values)),
            # TRANSFERS passes credit on and gives none.
            CheckConstraint(
                name="ledger_lot_giver_known",
                condition=Q(given_by__in=[c for c in CounterAccount.values if c != "TRANSFERS"]),
            ),
        ]
        indexes = [
            # Spending reads an account's open lots; spent ones pile up for ever and stay out of the way.
            Index(name="ledger_lot_open", fields=["account", "expires_at", "id"], condition=Q(remaining_minor__gt=0)),
            # What expires within months is much of a big shop: it is added up from the index alone.
            Index(
                name="ledger_lot_expiring",
                fields=["expires_at", "id"],
                include=["account", "currency", "remaining_minor"],
                condition=Q(remaining_minor__gt=0, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Lot {self.pk}"


class LotUse(models.Model):
    """
    What a transaction took out of a lot (positive) or put back into it (negative), in minor units.

    It tells which credit a spend ate, so that a refund goes back to where it came from.
    """

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="uses", db_index=False)
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="lot_uses")
    amount_minor = models.BigIntegerField()
    remaining_after_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            CheckConstraint(name="ledger_lotuse_amount_not_zero", condition=~Q(amount_minor=0)),
            CheckConstraint(name="ledger_lotuse_remaining_not_negative", condition=Q(remaining_after_minor__gte=0)),
        ]
        # The trigger asks for a lot's newest use.
        indexes = [Index(name="ledger_lotuse_of_lot", fields=["lot", "id"])]

    def __str__(self) -> str:
        return f"Use {self.pk} of lot {self.lot_id}"


class LotExpiry(Acted):
    """
    One change of a lot's expiry: from when to when, who, through which door and why. None stands for ever.

    Never updated or deleted. The insert moves the lot, and nothing else does: triggers do both.
    """

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="expiries", db_index=False)
    before = models.DateTimeField(null=True)
    after = models.DateTimeField(null=True)
    note = models.CharField(max_length=500)

    class Meta:
        verbose_name_plural = _("lot expiries")
        constraints = [
            CheckConstraint(
                name="ledger_lotexpiry_says_who_how_and_why",
                condition=Q(actor_kind__in=ActorKind.values) & ~Q(actor_label="") & ~Q(door="") & ~Q(note=""),
            ),
        ]
        # The trigger asks for a lot's newest change.
        indexes = [Index(name="ledger_lotexpiry_of_lot", fields=["lot", "id"])]

    def __str__(self) -> str:
        return f"Change {self.pk} of lot {self.lot_id}"
