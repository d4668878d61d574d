"""What the cards' tables hold on one person: their cards, and those that they were sent."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from giftcards.models import CardEvent, CodeDelivery, GiftCard


def list_rows_of(*, customer_ids: Collection[int], emails: Collection[str]) -> dict[str, QuerySet[Any]]:
    """The rows that are somebody's, or were sent to one of these addresses, by their table."""
    sent = Q()
    for email in emails:
        sent |= Q(recipient_email__iexact=email)
    cards = GiftCard.objects.filter(
        Q(customer_id__in=customer_ids) | sent if emails else Q(customer_id__in=customer_ids)
    )
    return {
        "giftcards_giftcard": cards,
        "giftcards_cardevent": CardEvent.objects.filter(card__in=cards),
        "giftcards_codedelivery": CodeDelivery.objects.filter(card__in=cards),
    }
