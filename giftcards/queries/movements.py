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
_KINDS = ", ".join(f"'{kind.value}'" for kind in _MOVEMENTS)
_IS_MOVEMENT = f"x.kind IN ({_KINDS})"
# The newest of one card. PostgreSQL steps from each event to the one before it, and no further than it is asked: told
# to sort by id, a planner that expects little of each card reads the whole history of one that has much.
_OF_EACH = {
    "postgresql": f"""JOIN LATERAL (
        WITH RECURSIVE x AS (
            (SELECT y.* FROM giftcards_cardevent y WHERE y.card_id = c.id ORDER BY y.id DESC LIMIT 1)
            UNION ALL
            SELECT y.* FROM x CROSS JOIN LATERAL (
                SELECT z.* FROM giftcards_cardevent z WHERE z.card_id = x.card_id AND z.id < x.id
                 ORDER BY z.id DESC LIMIT 1) y)
        SELECT x.* FROM x WHERE {_IS_MOVEMENT} LIMIT %s) e ON TRUE""",
    "sqlite": f"""JOIN giftcards_cardevent e ON e.id IN (
        SELECT x.id FROM giftcards_cardevent x WHERE x.card_id = c.id AND {_IS_MOVEMENT}
         ORDER BY x.id DESC LIMIT %s)""",
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
