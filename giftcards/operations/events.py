"""
Lines of a card's history that no entry of the books writes: what changes the card, or nothing but who saw it.

A line that tells what the card is from then on makes it so: the database sees to that. Nobody else changes a card.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from giftcards.models import EventKind, GiftCard
from giftcards.queries.newest import JOIN_NEWEST_EVENT
from ledger.operations import UNEXPLAINED, Actor, Why

# SQLite binds at most 32,766 values to a statement.
_CARDS_AT_ONCE = 5000
_PUBLIC_ID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}
#: What can change of a card beside its state, and how PostgreSQL is told that a value is one.
_TOLD = {
    "valid_from": "timestamptz",
    "expires_on": "date",
    "time_zone": "varchar",
    "expires_at": "timestamptz",
    "lives_again": "boolean",
    "must_redeem_whole": "boolean",
    "reloadable": "boolean",
    "customer_id": "bigint",
    "customer_only": "boolean",
    "recipient_name": "varchar",
    "recipient_email": "varchar",
    "replaced_by_id": "uuid",
}
_WRITE_EVENTS = """
    INSERT INTO giftcards_cardevent (public_id, card_id, kind, transaction_id, amount_minor, balance_after_minor,
        sold_after_minor, redeemed_after_minor, state_after, reason_id, note, reference,
        actor_kind, actor_id, actor_label, door, request_id, details, created_at, tells_card, code_digest, {columns})
    SELECT {public_id}, c.id, %s, NULL, 0, COALESCE(last.balance_after_minor, 0), COALESCE(last.sold_after_minor, 0),
        COALESCE(last.redeemed_after_minor, 0), {state}, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
        {tells}, CASE WHEN last.id IS NULL THEN c.code_digest END, {told}
      FROM giftcards_giftcard c
      {join}
     WHERE c.id IN ({marks})
"""


def write_events(
    *,
    card_ids: Sequence[UUID],
    kind: EventKind,
    actor: Actor,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    why: Why = UNEXPLAINED,
) -> None:
    """
    Add a line without an amount, the same to each of these cards; one statement for some thousands of them.

    Their accounts must be locked, so that the totals carry on.

    :param changes: what the cards are from now on, by column; what is not named they stay.
    """
    changes = changes or {}
    values = {name: _prepare(name, value) for name, value in changes.items()}
    state = values.pop("state", None)
    said = [
        kind.value,
        *([] if state is None else [state]),
        why.reason,
        why.note,
        why.reference,
        str(actor.kind),
        actor.id,
        actor.label,
        actor.door,
        actor.request_id,
        json.dumps({**why.details, **actor.details}),
        connection.ops.adapt_datetimefield_value(now),
        *(values[name] for name in _TOLD if name in values),
    ]
    tells = "TRUE" if changes else "last.id IS NULL"
    sql = _WRITE_EVENTS.format(
        public_id=_PUBLIC_ID[connection.vendor],
        columns=", ".join(_TOLD),
        state="c.state" if state is None else "%s",
        tells=tells,
        told=", ".join(_told(name, type, tells, is_new=name in values) for name, type in _TOLD.items()),
        join=JOIN_NEWEST_EVENT[connection.vendor].format("last"),
        marks="{marks}",
    )
    waiting = iter(card_ids)
    with connection.cursor() as cursor:
        while some := [card_id.hex for card_id in islice(waiting, _CARDS_AT_ONCE)]:
            cursor.execute(sql.format(marks=", ".join(["%s"] * len(some))), [*said, *some])


def _told(name: str, type: str, tells: str, *, is_new: bool) -> str:
    if not is_new:
        return f"c.{name}" if tells == "TRUE" else f"CASE WHEN {tells} THEN c.{name} END"
    return f"CAST(%s AS {type})" if connection.vendor == "postgresql" else "%s"


def _prepare(name: str, value: Any) -> Any:
    field: Any = GiftCard._meta.get_field(name.removesuffix("_id"))
    prepared = field.get_db_prep_save(value, connection)
    return prepared.hex if isinstance(prepared, UUID) else prepared
