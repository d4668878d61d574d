from uuid import UUID

from django.db.models import QuerySet

from giftcards.errors import NotAnEventOfCards
from giftcards.models import CardEvent, GiftCard
from giftcards.querysets import GiftCardQuerySet


def list_card_events(*, card_id: UUID, newest_first: bool = True) -> QuerySet[CardEvent]:
    """A card's history, with the entry of the books behind each line and what that undoes at hand."""
    order = "-id" if newest_first else "id"
    return CardEvent.objects.filter(card_id=card_id).order_by(order).select_related("transaction__reverses")


def get_card_event(*, public_id: UUID, test_mode: bool) -> CardEvent:
    """
    One line of some card's history, by the id that the API shows: its transaction's, or its own.

    :raises NotAnEventOfCards: if no card of this mode has it.
    """
    events = CardEvent.objects.select_related("card__account", "transaction__reverses")
    found = events.filter(public_id=public_id, card__test_mode=test_mode).first()
    if found is None:
        raise NotAnEventOfCards
    return found


def list_cards_of_customer(*, customer_id: int) -> GiftCardQuerySet:
    """The cards that belong to a customer, newest first, with their accounts at hand."""
    found: GiftCardQuerySet = GiftCard.objects.filter(customer_id=customer_id)
    return found.select_related("account").order_by("-id")
