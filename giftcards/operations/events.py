"""Lines of a card's history that no entry of the books writes: what changes its state, or nothing but who saw it."""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from giftcards.models import CardState, EventKind
from giftcards.queries.newest import NEWEST_EVENT_ID
from ledger.operations import Actor

# SQLite binds at most 32,766 values to a statement.
_CARDS_AT_ONCE = 5000
_PUBLIC_ID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}
_WRITE_EVENTS = """
    INSERT INTO giftcards_cardevent (public_id, card_id, kind, transaction_id, amount_minor, balance_after_minor,
        sold_after_minor, redeemed_after_minor, state_after, reason_id, note, reference,
        actor_kind, actor_id, actor_label, door, request_id, details, created_at)
    SELECT {public_id}, c.id, %s, NULL, 0, COALESCE(last.balance_after_minor, 0), COALESCE(last.sold_after_minor, 0),
        COALESCE(last.redeemed_after_minor, 0), %s, %s, %s, '', %s, %s, %s, %s, %s, %s, %s
      FROM giftcards_giftcard c
      LEFT JOIN giftcards_cardevent last ON last.id = {newest}
     WHERE c.id IN ({marks})
"""


def write_events(
    *,
    card_ids: Sequence[UUID],
    kind: EventKind,
    state_after: CardState,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    note: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """
    Add a line without an amount, the same to each of these cards; one statement for some thousands of them.

    Their accounts must be locked, so that the totals carry on.
    """
    said = [
        kind.value,
        state_after.value,
        reason,
        note,
        str(actor.kind),
        actor.id,
        actor.label,
        actor.door,
        actor.request_id,
        json.dumps(details or {}),
        connection.ops.adapt_datetimefield_value(now),
    ]
    waiting = iter(card_ids)
    with connection.cursor() as cursor:
        while some := [card_id.hex for card_id in islice(waiting, _CARDS_AT_ONCE)]:
            sql = _WRITE_EVENTS.format(
                public_id=_PUBLIC_ID[connection.vendor],
                newest=NEWEST_EVENT_ID,
                marks=", ".join(["%s"] * len(some)),
            )
            cursor.execute(sql, [*said, *some])
