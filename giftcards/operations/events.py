"""Lines of a card's history that no entry of the books writes: what changes its state, or nothing but who saw it."""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from giftcards.models import CardEvent, CardState, EventKind
from ledger.operations import Actor, new_uuid7

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
      LEFT JOIN giftcards_cardevent last
        ON last.id = (SELECT MAX(e.id) FROM giftcards_cardevent e WHERE e.card_id = c.id)
     WHERE c.id IN ({marks})
"""


def write_event(
    *,
    card_id: UUID,
    kind: EventKind,
    state_after: CardState,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    note: str = "",
    reference: str = "",
    details: dict[str, Any] | None = None,
) -> CardEvent:
    """Add a line without an amount; the card's account must be locked, so that the totals carry on."""
    last = CardEvent.objects.filter(card_id=card_id).order_by("-id").first()
    return CardEvent.objects.create(
        public_id=new_uuid7(),
        card_id=card_id,
        kind=kind,
        amount_minor=0,
        balance_after_minor=last.balance_after_minor if last else 0,
        sold_after_minor=last.sold_after_minor if last else 0,
        redeemed_after_minor=last.redeemed_after_minor if last else 0,
        state_after=state_after,
        reason_id=reason,
        note=note,
        reference=reference,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        door=actor.door,
        request_id=actor.request_id,
        details=details or {},
        created_at=now,
    )


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
    """The same line for many cards, whose accounts must be locked; one statement for some thousands of them."""
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
                marks=", ".join(["%s"] * len(some)),
            )
            cursor.execute(sql, [*said, *some])
