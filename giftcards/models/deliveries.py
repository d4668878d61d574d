from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _

from giftcards.models.cards import GiftCard
from ledger.models import Acted
from ledger.models.texts import EmailTextField


class DeliveryState(models.TextChoices):
    QUEUED = "QUEUED", _("To be sent")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Not sent")


class CodeDelivery(Acted):
    """
    A card's code on its way to somebody by e-mail: to which address, and how far it came.

    The mail itself is kept nowhere: it is written, with the code in it, at each attempt. Beside it the card's history
    tells of each delivery when it was asked for and when it ended. It is sent at least once: whoever sent it and was
    cut off before saying so is followed by another attempt.
    """

    card = models.ForeignKey(GiftCard, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    address = EmailTextField()
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=6, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: Nobody attempts it before.
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    #: What went wrong last; blank if nothing did.
    failure = models.CharField(max_length=200, blank=True)

    class Meta(Acted.Meta):
        verbose_name_plural = _("code deliveries")
        default_permissions = ()
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(name="giftcards_codedelivery_state_known", condition=Q(state__in=DeliveryState.values)),
            CheckConstraint(
                name="giftcards_codedelivery_ends_once",
                condition=Q(state=DeliveryState.QUEUED, ended_at__isnull=True)
                | (~Q(state=DeliveryState.QUEUED) & Q(ended_at__isnull=False)),
            ),
            # Of two who send the same card at the same time, one is refused.
            UniqueConstraint(
                name="giftcards_codedelivery_one_under_way",
                fields=["card"],
                condition=Q(state=DeliveryState.QUEUED),
            ),
        ]
        indexes = [
            Index(name="giftcards_codedelivery_of_card", fields=["card", "id"]),
            Index(name="giftcards_codedelivery_due", fields=["due_at"], condition=Q(state=DeliveryState.QUEUED)),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"
