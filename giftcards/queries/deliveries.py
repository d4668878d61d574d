"""Codes on their way to recipients, and who may send one where."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from giftcards.errors import AddressNotKept, RecipientChangedBySender
from giftcards.models import CardEvent, CodeDelivery, DeliveryState, EventKind, GiftCard
from ledger.operations import Actor, ActorKind


def list_deliveries(*, card_id: UUID) -> QuerySet[CodeDelivery]:
    """All deliveries of a card's code, newest first."""
    return CodeDelivery.objects.filter(card_id=card_id).order_by("-id")


def find_delivery_under_way(*, card_id: UUID) -> CodeDelivery | None:
    """The delivery of a card's code that has not ended."""
    return CodeDelivery.objects.filter(card_id=card_id, state=DeliveryState.QUEUED).first()


def list_unsent_cards(*, batch_id: int) -> QuerySet[GiftCard]:
    """The cards of a batch that have a recipient with an address, and whose code nobody was sent or is being sent."""
    gone = CodeDelivery.objects.filter(card_id=OuterRef("pk"), state__in=[DeliveryState.SENT, DeliveryState.QUEUED])
    cards = GiftCard.objects.filter(batch_id=batch_id).exclude(recipient_email="")
    return cards.filter(~Exists(gone)).order_by("pk")


def list_batch_deliveries(*, batch_id: int) -> QuerySet[CodeDelivery]:
    """What became last of the code of each card of a batch that was sent or tried."""
    newer = CodeDelivery.objects.filter(card_id=OuterRef("card_id"), pk__gt=OuterRef("pk"))
    return CodeDelivery.objects.filter(~Exists(newer), card__batch_id=batch_id).select_related("card").order_by("pk")


def list_due_deliveries(*, now: datetime, at_most: int) -> list[int]:
    """The ids of those to be attempted at `now`, those due longest first."""
    due = CodeDelivery.objects.filter(state=DeliveryState.QUEUED, due_at__lte=now)
    return list(due.order_by("due_at", "id").values_list("pk", flat=True)[:at_most])


def require_may_send(*, card: GiftCard, address: str, actor: Actor, may_reveal: bool) -> None:
    """
    Refuse whoever would get to see a code by sending it who may not see it.

    :param may_reveal: the actor may see codes anyway.
    :raises AddressNotKept: if the address is not that of the card's recipient.
    :raises RecipientChangedBySender: if the actor chose the recipient last.
    """
    if may_reveal:
        return
    if address != card.recipient_email:
        raise AddressNotKept
    changed = CardEvent.objects.filter(card_id=card.pk, kind=EventKind.RECIPIENT).order_by("-id").first()
    if changed and (changed.actor_kind, changed.actor_id) == (ActorKind.STAFF, actor.id):
        raise RecipientChangedBySender
