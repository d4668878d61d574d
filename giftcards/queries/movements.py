"""What the documented APIs list of a card: its movements of value, and its making and voiding also without value."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from giftcards.models import CardEvent, EventKind
from ledger import queries as ledger
from ledger.queries import Transaction

_MOVEMENTS = (
    EventKind.ISSUE,
    EventKind.LOAD,
    EventKind.REDEEM,
    EventKind.REFUND,
    EventKind.REVERSE,
    EventKind.ADJUST,
    EventKind.EXPIRE,
    EventKind.VOID,
    EventKind.TRANSFER,
    EventKind.IMPORT,
    EventKind.ACTIVATED,
    EventKind.VOIDED,
)


def list_movements(*, card_id: UUID, at_most: int) -> list[CardEvent]:
    """The newest movements of one card, newest first, in one statement."""
    return list(CardEvent.objects.filter(card_id=card_id, kind__in=_MOVEMENTS).order_by("-id")[:at_most])


def list_movements_by_card(*, card_ids: Iterable[UUID], at_most: int) -> dict[UUID, list[CardEvent]]:
    """The newest movements of each of several cards, newest first, in one statement."""
    wanted = list(card_ids)
    place = Window(RowNumber(), partition_by=F("card_id"), order_by=F("id").desc())
    events = (
        CardEvent.objects.filter(card_id__in=wanted, kind__in=_MOVEMENTS)
        .annotate(place=place)
        .filter(place__lte=at_most)
        .order_by("-id")
    )
    found: dict[UUID, list[CardEvent]] = {card_id: [] for card_id in wanted}
    for event in events if wanted else ():
        found[event.card_id].append(event)
    return found


def list_entries(
    *, account_id: int | None = None, kinds: Iterable[str] = (), test_mode: bool | None = None
) -> QuerySet[Transaction]:
    """`ledger.queries.list_entries`, with the card behind each account and its customer at hand."""
    found = ledger.list_entries(kinds=kinds, test_mode=test_mode, account_id=account_id)
    # What an entry undoes may be on another account: a refund of a voided card goes to its replacement.
    return found.select_related(
        "account__card__customer", "reverses__account__card__customer", "reverses__account__customer"
    )
