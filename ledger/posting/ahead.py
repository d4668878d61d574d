"""What stands before a transaction when it is written, lots first of all: what was brought, used and told of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.backends.utils import CursorWrapper

from ledger.metadata import list_members
from ledger.models import Transaction
from ledger.posting.locks import bind, marks, moment, vendor
from ledger.posting.movements import Movement

# SQLite binds at most 32,766 values to a statement.
_ROWS_AT_ONCE = 1000
# Each number of rows is a statement of its own to plan; a posting has one or two.
_ROWS_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Ahead:
    """What stands before a transaction in its own statement, and the condition under which that has been written."""

    text: str = ""
    is_written: str = "TRUE"
    values: Sequence[Any] = ()


_LOTS = (
    "ledger_lot "
    "(account_id, transaction_id, amount_minor, remaining_minor, reserved_minor, funding, expires_at, "
    "first_expires_at, given_by, currency, born_at)"
)
_USES = "ledger_lotuse (lot_id, transaction_id, amount_minor, remaining_after_minor)"
_METADATA = "ledger_transactionmetadatum (transaction_id, digest)"


def list_rows_before(pairs: Sequence[tuple[Transaction, Movement]]) -> dict[str, list[tuple[Any, ...]]]:
    """What stands before these transactions when they are inserted, by the table that it goes into."""
    return {_LOTS: _lot_rows(pairs), _USES: _use_rows(pairs), _METADATA: _metadata_rows(pairs)}


def _lot_rows(pairs: Iterable[tuple[Transaction, Movement]]) -> list[tuple[Any, ...]]:
    return [
        (
            movement.account_id,
            entry.id.hex,
            lot.amount_minor,
            lot.amount_minor,
            0,
            lot.funding,
            moment(lot.expires_at),
            moment(lot.expires_at),
            lot.given_by or movement.counter_account,
            movement.currency,
            moment(entry.created_at),
        )
        for entry, movement in pairs
        for lot in movement.lots
    ]


def _use_rows(pairs: Iterable[tuple[Transaction, Movement]]) -> list[tuple[Any, ...]]:
    return [
        (use.lot_id, entry.id.hex, use.amount_minor, use.remaining_after_minor)
        for entry, movement in pairs
        for use in movement.uses
    ]


def _metadata_rows(pairs: Iterable[tuple[Transaction, Movement]]) -> list[tuple[Any, ...]]:
    return [
        (entry.id.hex, member.digest) for entry, movement in pairs for member in list_members(movement.why.metadata)
    ]


def write_ahead(
    cursor: CursorWrapper, rows_by_table: dict[str, list[tuple[Any, ...]]], dated: Ahead | None = None
) -> Ahead:
    """
    Write the lots of one transaction ahead of it.

    PostgreSQL takes both in one statement, which spares a way there and back: the transaction counts the rows that
    are to be there before it, and so is inserted after them. SQLite takes one after the other.

    :param dated: how the statement finds its account and its date; its lots are then born at that date, in `dated.at`.
    """
    tables = {into: rows for into, rows in rows_by_table.items() if rows}
    before = dated or Ahead()
    born = tables.pop(_LOTS) if dated and _LOTS in tables else []
    if vendor() != "postgresql" or any(len(rows) > _ROWS_AHEAD for rows in tables.values()):
        for into, rows in tables.items():
            insert_rows(cursor, into, rows)
        tables = {}
    inserts = [(_insert_born(row), 1, row[:-1]) for row in born]
    if vendor() != "postgresql":
        for insert, _count, values in inserts:
            cursor.execute(f"{before.text} {insert}", bind([*before.values, *values]))
        return before
    inserts += [(_insert(into, rows), len(rows), sum(rows, ())) for into, rows in tables.items()]
    if not inserts:
        return before
    parts = [f"ahead_{place} AS ({insert} RETURNING 1)" for place, (insert, _, _) in enumerate(inserts)]
    counts = [f"(SELECT COUNT(*) FROM ahead_{place}) = {count}" for place, (_, count, _) in enumerate(inserts)]
    return Ahead(
        f"{before.text}, {', '.join(parts)}" if dated else f"WITH {', '.join(parts)}",
        " AND ".join(counts),
        [*before.values, *(value for _, _, values in inserts for value in values)],
    )


def _insert_born(row: tuple[Any, ...]) -> str:
    return f"INSERT INTO {_LOTS} SELECT {marks(row[:-1])}, dated.at FROM dated"


def insert_rows(cursor: CursorWrapper, into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    for batch in in_batches(rows):
        cursor.execute(_insert(into, batch), bind([value for row in batch for value in row]))


def _insert(into: str, rows: Sequence[tuple[Any, ...]]) -> str:
    return f"INSERT INTO {into} VALUES {', '.join([f'({marks(rows[0])})'] * len(rows))}"


def in_batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while batch := list(islice(iterator, _ROWS_AT_ONCE)):
        yield batch
