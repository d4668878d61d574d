"""What the documented APIs list of a card: its movements of value, and its making and voiding also without value."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

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


# The newest of one card: its part of the index is walked backwards until there are enough. Its ends are compared as
# rows, and the order names the card too: a planner that expects much of each card would rather walk the lines of all.
_NEWEST = f"""
    FROM giftcards_cardevent x
   WHERE (x.card_id, x.id) >= (c.id, 0) AND (x.card_id, x.id) <= (c.id, 9223372036854775807)
     AND x.kind IN ({", ".join(f"'{kind.value}'" for kind in _MOVEMENTS)})
   ORDER BY x.card_id DESC, x.id DESC LIMIT %s"""
_OF_EACH = {
    "postgresql": f"JOIN LATERAL (SELECT x.* {_NEWEST}) e ON TRUE",
    "sqlite": f"JOIN giftcards_cardevent e ON e.id IN (SELECT x.id {_NEWEST})",
}


def list_movements(*, card_id: UUID, at_most: int) -> list[CardEvent]:
    """The newest movements of one card, newest first, in one statement."""
    return list_movements_by_card(card_ids=[card_id], at_most=at_most)[card_id]


def list_movements_by_card(*, card_ids: Iterable[UUID], at_most: int) -> dict[UUID, list[CardEvent]]:
    """The newest movements of each of several cards, newest first, in one statement that reads no others."""
    found: dict[UUID, list[CardEvent]] = {card_id: [] for card_id in card_ids}
    if not found:
        return found
    marks = ", ".join(["%s"] * len(found))
    sql = f"SELECT e.* FROM giftcards_giftcard c {_OF_EACH[connection.vendor]} WHERE c.id IN ({marks})"
    for event in CardEvent.objects.raw(f"{sql} ORDER BY e.id DESC", [at_most, *(card_id.hex for card_id in found)]):
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
