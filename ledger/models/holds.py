from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import Account
from ledger.models.actors import Acted, ActorKind
from ledger.models.identifiers import new_uuid7
from ledger.models.lots import Lot
from ledger.querysets import HoldQuerySet


class HoldStatus(models.TextChoices):
    OPEN = "OPEN", pgettext_lazy("state", "Open")
    CAPTURED = "CAPTURED", _("Captured")
    RELEASED = "RELEASED", _("Released")
    EXPIRED = "EXPIRED", _("Timed out")


class Hold(Acted):
    """
    Credit set aside for a purchase that is under way. It ends once: captured, released or timed out.

    Which lots it sets aside is chosen in spend order when it is placed and never changes. Amounts in minor units.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds", db_index=False)
    amount_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0)
    status = models.CharField(max_length=8, choices=HoldStatus, default=HoldStatus.OPEN)
    expires_at = models.DateTimeField()
    reference = models.CharField(max_length=255, blank=True)
    key = models.CharField(max_length=255, null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=150, blank=True)
    #: Who let it last longer, or ended it; the last of them. Empty: nobody has yet.
    changed_kind = models.CharField(max_length=6, choices=ActorKind, blank=True)
    changed_id = models.CharField(max_length=64, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta(Acted.Meta):
        permissions = [("release_hold", "Can release a hold")]
        constraints = [
            *Acted.Meta.constraints,
            UniqueConstraint(name="ledger_hold_key_once", fields=["key"]),
            CheckConstraint(
                name="ledger_hold_captured_within_amount",
                condition=Q(amount_minor__gt=0) & Q(captured_minor__gte=0) & Q(captured_minor__lte=F("amount_minor")),
            ),
            CheckConstraint(
                name="ledger_hold_closed_says_who_and_when",
                condition=Q(status="OPEN", closed_at__isnull=True)
                | (Q(status__in=["CAPTURED", "RELEASED", "EXPIRED"], closed_at__isnull=False) & ~Q(closed_by="")),
            ),
        ]
        indexes = [
            Index(name="ledger_hold_of_account", fields=["account", "id"]),
            Index(name="ledger_hold_open", fields=["expires_at", "id"], condition=Q(status="OPEN")),
            Index(name="ledger_hold_reference", fields=["reference"]),
            # The account's trigger adds up its open holds; a busy account has many that ended.
            Index(name="ledger_hold_open_of_account", fields=["account"], condition=Q(status="OPEN")),
        ]

    def __str__(self) -> str:
        return gettext("Hold %(number)s") % {"number": str(self.pk)[-8:].upper()}


class HoldLot(models.Model):
    """How much of one lot a hold sets aside, and how much of that it has captured, in minor units."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="hold_lots", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="hold_lots")
    amount_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            UniqueConstraint(name="ledger_holdlot_one_per_lot", fields=["hold", "lot"]),
            CheckConstraint(
                name="ledger_holdlot_captured_within_amount",
                condition=Q(amount_minor__gt=0) & Q(captured_minor__gte=0) & Q(captured_minor__lte=F("amount_minor")),
            ),
        ]

    def __str__(self) -> str:
        return f"Lot {self.lot_id} in hold {self.hold_id}"
