"""
Many accounts, each with its first credit, in a few statements: COPY on PostgreSQL, one prepared statement run row by
row on SQLite. The triggers fire for each row as they do for a single posting, and the order is the same: lots first,
transactions last.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from ledger.models import Actor
from ledger.models.identifiers import new_document_id, new_uuid7
from ledger.posting.giving import count_given
from ledger.posting.locks import CLOSED_UNTIL, aware, marks, moment, vendor

_LOT_COLUMNS = (
    "account_id", "transaction_id", "amount_minor", "remaining_minor", "reserved_minor", "funding", "expires_at",
    "first_expires_at", "given_by", "currency", "born_at",
)  # fmt: skip
_ENTRY_COLUMNS = (
    "id", "number", "document_id", "account_id", "sequence", "balance_after_minor", "type", "amount_minor", "currency",
    "counter_account", "reference", "note", "actor_kind", "actor_id", "actor_label", "door", "key", "request_id",
    "details", "created_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FirstCredit:
    """The first entry of an account opened in the same transaction. The amount is in minor units."""

    account_id: int
    amount_minor: int
    currency: str
    expires_at: datetime | None = None
    key: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


def copy_rows(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """
    Insert many rows.

    :raises IntegrityError: as a single insert would; then none of them stands.
    """
    names = ", ".join(columns)
    if connection.vendor == "sqlite":
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks(columns)})", rows)  # type: ignore[arg-type]  # any iterable
        return
    # Django translates the errors of its own methods, and COPY is not one of them.
    with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def post_first_credits(
    cursor: CursorWrapper,
    credits: Sequence[FirstCredit],
    *,
    type: str,
    counter_account: str,
    funding: str,
    actor: Actor,
    now: datetime,
    reference: str = "",
    note: str = "",
) -> None:
    """
    Write each account's first entry with its lot, dated `now` or by the boundary of the last cut, if that is later.

    :raises IntegrityError: if an account has a history already or is not open, or a key has been used.
    :raises DomainError: if it is more than a person may give alone: `ledger.posting.giving`.
    """
    _count(cursor, credits, actor, now)
    ids = [new_uuid7().hex for _ in credits]
    numbers, closed_until = _reserve_numbers(cursor, len(credits))
    dated = now if closed_until is None else max(now, closed_until)
    clock = {} if dated == now else {"clock": now.isoformat()}
    at = moment(dated)
    lots = (
        (
            credit.account_id,
            id,
            credit.amount_minor,
            credit.amount_minor,
            0,
            funding,
            moment(credit.expires_at),
            moment(credit.expires_at),
            counter_account,
            credit.currency,
            at,
        )
        for id, credit in zip(ids, credits, strict=True)
    )
    copy_rows(cursor, "ledger_lot", _LOT_COLUMNS, lots)
    said_by = (str(actor.kind), actor.id, actor.label, actor.door)
    entries = (
        (
            id,
            number,
            new_document_id(),
            credit.account_id,
            1,
            credit.amount_minor,
            type,
            credit.amount_minor,
            credit.currency,
            counter_account,
            reference,
            note,
            *said_by,
            credit.key,
            actor.request_id,
            json.dumps({**credit.details, **actor.details, **clock}),
            at,
        )
        for id, number, credit in zip(ids, numbers, credits, strict=True)
    )
    copy_rows(cursor, "ledger_transaction", _ENTRY_COLUMNS, entries)


def _count(cursor: CursorWrapper, credits: Sequence[FirstCredit], actor: Actor, now: datetime) -> None:
    if actor.gives_alone is None or not credits:
        return
    given_minor: Counter[str] = Counter()
    for credit in credits:
        given_minor[credit.currency] += credit.amount_minor
    # Those of one call are all of one mode.
    cursor.execute("SELECT test_mode FROM ledger_account WHERE id = %s", [credits[0].account_id])
    count_given(actor=actor, given_minor=given_minor, test_mode=bool(cursor.fetchall()[0][0]), now=now)


def _reserve_numbers(cursor: CursorWrapper, count: int) -> tuple[list[int], datetime | None]:
    """So many numbers of entries, and up to when time is closed."""
    closed = CLOSED_UNTIL[vendor()]
    if vendor() == "postgresql":
        drawn = f"SELECT nextval('ledger_transaction_number_seq'), {closed} FROM generate_series(1, %s)"
        cursor.execute(drawn, [count])
        rows = cursor.fetchall()
        return [number for number, _ in rows], next((until for _, until in rows), None)
    # One writer at a time: nobody else numbers entries before this transaction ends.
    cursor.execute(f"SELECT COALESCE(MAX(number), 0), {closed} FROM ledger_transaction")
    last, until = cursor.fetchall()[0]
    return list(range(last + 1, last + 1 + count)), aware(until)
