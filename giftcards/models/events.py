from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.functions import Now
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _

from giftcards.models.cards import CardState, GiftCard
from ledger.models import Acted, Reason, Transaction


class EventKind(models.TextChoices):
    """The first ten are the ledger's: a trigger writes them as the transaction is written."""

    ISSUE = "ISSUE", _("Activated")
    LOAD = "LOAD", _("Reloaded")
    REDEEM = "REDEEM", _("Redeemed")
    REFUND = "REFUND", _("Refunded")
    REVERSE = "REVERSE", _("Reversed")
    ADJUST = "ADJUST", _("Adjusted")
    EXPIRE = "EXPIRE", _("Credit expired")
    VOID = "VOID", _("Value voided")
    TRANSFER = "TRANSFER", _("Value moved")
    IMPORT = "IMPORT", _("Imported")
    ACTIVATED = "ACTIVATED", _("Activated without value")
    BLOCKED = "BLOCKED", _("Blocked")
    UNBLOCKED = "UNBLOCKED", _("Unblocked")
    VOIDED = "VOIDED", _("Voided")
    EXPIRED = "EXPIRED", _("Expired")
    EXTENDED = "EXTENDED", _("Expiry changed")
    REPLACED = "REPLACED", _("Replaced")
    ASSIGNED = "ASSIGNED", _("Assigned")
    REVEALED = "REVEALED", _("Code revealed")
    RECIPIENT = "RECIPIENT", _("Recipient changed")
    SENDING = "SENDING", _("Code to be sent")
    SENT = "SENT", _("Code sent")
    UNSENT = "UNSENT", _("Code not sent")


class CardEvent(Acted):
    """
    One line of a card's history: a change of its value or of its state, who, through which door, when and why.

    Never updated or deleted. Every transaction of a card's account has one, written by a trigger as the transaction is
    inserted. Each carries the running totals, so that no reader adds up a history. Amounts in minor units.

    A line that `tells_card` says all that can change of the card, as it is from then on: its insert makes the card so,
    and nothing else does; triggers see to both. The first line of a history tells, and each that changes the card.
    """

    public_id = models.UUIDField(editable=False)
    card = models.ForeignKey(GiftCard, on_delete=models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(max_length=9, choices=EventKind)
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, null=True, related_name="card_event")
    amount_minor = models.BigIntegerField(default=0)
    balance_after_minor = models.BigIntegerField()
    sold_after_minor = models.BigIntegerField()
    redeemed_after_minor = models.BigIntegerField()
    state_after = models.CharField(max_length=7, choices=CardState)
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.CharField(max_length=500, blank=True)
    reference = models.CharField(max_length=255, blank=True)
    details = models.JSONField(default=dict)
    tells_card = models.BooleanField(default=False, db_default=False)
    #: What the card is found by when its history begins; later it is sealed anew by a CodeSealing.
    code_digest = models.CharField(max_length=64, null=True)
    valid_from = models.DateTimeField(null=True)
    expires_on = models.DateField(null=True)
    time_zone = models.CharField(max_length=64, null=True)
    expires_at = models.DateTimeField(null=True)
    lives_again = models.BooleanField(null=True)
    must_redeem_whole = models.BooleanField(null=True)
    reloadable = models.BooleanField(null=True)
    # As the card had them; whether there is such a customer and such a card was tested there.
    customer_id = models.BigIntegerField(null=True)
    customer_only = models.BooleanField(null=True)
    recipient_name = models.CharField(max_length=200, null=True)
    recipient_email = models.CharField(max_length=254, null=True)
    replaced_by_id = models.UUIDField(null=True)

    class Meta(Acted.Meta):
        constraints = [
            *Acted.Meta.constraints,
            UniqueConstraint(name="giftcards_cardevent_public_id_unique", fields=["public_id"]),
            CheckConstraint(name="giftcards_cardevent_kind_known", condition=Q(kind__in=EventKind.values)),
            CheckConstraint(
                name="giftcards_cardevent_state_change_says_why",
                condition=~Q(kind__in=["BLOCKED", "VOIDED", "REPLACED", "REVEALED", "RECIPIENT", "SENDING"])
                | Q(reason__isnull=False)
                | ~Q(note=""),
            ),
        ]
        indexes = [
            Index(name="giftcards_cardevent_of_card", fields=["card", "id"]),
            # What no entry of the books tells already.
            Index(
                name="giftcards_cardevent_by_time", fields=["created_at", "id"], condition=Q(transaction__isnull=True)
            ),
            Index(
                name="giftcards_cardevent_by_person",
                fields=["actor_id", "created_at", "id"],
                condition=Q(transaction__isnull=True, actor_kind="STAFF"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class CodeSealing(models.Model):
    """
    A card's code sealed anew with another key: what the card was found by, and its seal from then on.

    Never updated or deleted. The insert changes the card, and nothing else does: triggers do both, and see to it that
    what one card was ever found by never finds another.
    """

    card = models.ForeignKey(GiftCard, on_delete=models.PROTECT, related_name="sealings", db_index=False)
    digest_before = models.CharField(max_length=64)
    code_key = models.CharField(max_length=8)
    code_digest = models.CharField(max_length=64)
    code_cipher = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            Index(name="giftcards_codesealing_of_card", fields=["card", "id"]),
            Index(name="giftcards_codesealing_before", fields=["digest_before"]),
            Index(name="giftcards_codesealing_after", fields=["code_digest"]),
        ]

    def __str__(self) -> str:
        return f"Sealing {self.pk}"
