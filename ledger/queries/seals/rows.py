"""
The canonical text of each row that a cut seals: the same on both databases, whatever their settings.

An entry's text holds what its account and its reason can never be changed to either: the number, kind and mode of the
one, and what the other books to. What moves of a lot, its rest and its expiry, is told by its uses and its expiries.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField, Model

from ledger import triggers
from ledger.models import Account, Cut, Lot, LotUse, Reason, Transaction
from ledger.queries.cuts import Span, in_utc
from ledger.queries.seals.written import list_places_of_json, read_pieces, write_statement

_ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one kind. The first column is the row's name among them."""

    name: str
    sql: str
    #: Where the columns stand that hold JSON.
    json_places: tuple[int, ...] = ()

    def columns(self, prefix: str) -> list[str]:
        """The names of its columns, bare where they stand behind a prefix."""
        names = self.sql.removeprefix("SELECT ").partition(" FROM ")[0].split(", ")
        return [name.removeprefix(prefix) for name in names]


_ENTRY = (
    "t.number", "t.id", "t.document_id", "t.account_id", "a.number", "a.kind", "a.test_mode", "t.sequence", "t.type",
    "t.amount_minor", "t.balance_after_minor", "t.currency", "t.counter_account", "t.reverses_id", "t.hold_id",
    "t.reason_id", "r.funding", "r.counter_account", "t.reference", "t.note", "t.key", "t.actor_kind", "t.actor_id",
    "t.actor_label", "t.door", "t.request_id", "t.created_at", "t.details",
)  # fmt: skip
_LOT = ("l.id", "t.number", "l.account_id", "l.amount_minor", "l.funding", "l.given_by", "l.first_expires_at")
_USE = ("u.id", "t.number", "u.lot_id", "u.amount_minor", "u.remaining_after_minor")

OF_THE_SPAN = (
    Part(
        "transaction",
        f"SELECT {', '.join(_ENTRY)} FROM ledger_transaction t JOIN ledger_account a ON a.id = t.account_id "
        "LEFT JOIN ledger_reason r ON r.code = t.reason_id WHERE {span} ORDER BY t.created_at, t.number",
        (len(_ENTRY) - 1,),
    ),
    Part(
        "lot",
        f"SELECT {', '.join(_LOT)} FROM ledger_transaction t JOIN ledger_lot l ON l.transaction_id = t.id "
        "WHERE {span} ORDER BY t.created_at, t.number, l.id",
    ),
    Part(
        "use of a lot",
        f"SELECT {', '.join(_USE)} FROM ledger_transaction t JOIN ledger_lotuse u ON u.transaction_id = t.id "
        "WHERE {span} ORDER BY t.created_at, t.number, u.id",
    ),
)


@cache
def list_histories() -> dict[str, Part]:
    """What is sealed row by row, by its history."""
    in_json = _list_json_columns()
    return {
        history: Part(
            history,
            f"SELECT id, {', '.join(columns)} FROM {table} WHERE id > %s AND id <= %s ORDER BY id",
            tuple(place for place, column in enumerate(("id", *columns)) if (table, column) in in_json),
        )
        for history, columns in sorted(triggers.list_sealed().items())
        for table in [triggers.table_of(history)]
    }


#: What the short names stand for in the statements of a span.
_OF: dict[str, type[Model]] = {"t": Transaction, "a": Account, "r": Reason, "l": Lot, "u": LotUse}


def _list_json_columns() -> set[tuple[str, str]]:
    """Table and column of what holds JSON, which SQLite gives as text."""
    return {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, JSONField) and field.column
    }


def list_rows(
    connection: BaseDatabaseWrapper, span: Span, marks: dict[str, int], marks_before: dict[str, int]
) -> Iterator[tuple[str, Any, bytes]]:
    """Kind, name and text of each row that a cut seals, in an order of their own; read in portions."""
    condition, values = span.condition(connection)
    for part in OF_THE_SPAN:
        yield from _read(connection, part, part.sql.format(span=condition), values)
    for history, part in list_histories().items():
        # A history that became one later is sealed whole by the first cut that knows it.
        before = marks_before.get(history, 0)
        if marks.get(history, 0) > before:
            yield from _read(connection, part, part.sql, [before, marks[history]])


def text_of(kind: str, values: list[Any]) -> bytes:
    """A row's text."""
    return _CANONICAL.encode([kind, *values]).encode()


def head_of(cut: Cut, span: Span, previous_digest: str) -> bytes:
    """What is sealed of a cut itself."""
    said_by = [cut.actor_kind, cut.actor_id, cut.actor_label, cut.door]
    return text_of(
        "cut", [cut.number, span.after, span.before, cut.taken_at, *said_by, cut.guards, cut.marks, previous_digest]
    )


def _read(connection: BaseDatabaseWrapper, part: Part, sql: str, values: list[Any]) -> Iterator[tuple[str, Any, bytes]]:
    read: Callable[..., Iterator[tuple[Any, bytes]]]
    read = _read_written if connection.vendor == "postgresql" else write_rows
    for name, text in read(connection, part, sql, values):
        yield part.name, name, text


def write_rows(connection: BaseDatabaseWrapper, part: Part, sql: str, values: list[Any]) -> Iterator[tuple[Any, bytes]]:
    """Name and text of each row of a part, made here."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for row in rows:
                plain = parse_json(part, row)
                yield plain[0], text_of(part.name, plain)


def _read_written(
    connection: BaseDatabaseWrapper, part: Part, sql: str, values: list[Any]
) -> Iterator[tuple[int, bytes]]:
    """The same, made by PostgreSQL."""
    columns, types = part.columns(""), _list_types(part, connection)
    head, places = f'["{part.name}"'.encode(), list_places_of_json(types)
    for name, *pieces in read_pieces(connection, write_statement(sql, columns, types), values):
        for place in places:
            pieces[place] = _canonical_json(pieces[place])
        # Every row's name is a number.
        yield int(name), b",".join([head, *pieces]) + b"]"


def _list_types(part: Part, connection: BaseDatabaseWrapper) -> list[str]:
    """Of which type each column of a part is."""
    types = []
    for column in part.columns(""):
        short, _, name = column.rpartition(".")
        model = _OF[short] if short else _models_by_table()[triggers.table_of(part.name)]
        field = next(field for field in model._meta.concrete_fields if field.column == name)
        types.append(str(field.db_type(connection)))
    return types


@cache
def _models_by_table() -> dict[str, type[Model]]:
    return {model._meta.db_table: model for model in apps.get_models()}


def _canonical_json(text: bytes | None) -> bytes:
    if text == b"{}":
        return text
    return b"null" if text is None else _CANONICAL.encode(json.loads(text)).encode()


def parse_json(part: Part, row: Sequence[Any]) -> list[Any]:
    """A row's values, with those read that SQLite gives as JSON's text."""
    plain = list(row)
    for place in part.json_places:
        if isinstance(plain[place], str):
            plain[place] = json.loads(plain[place])
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return in_utc(value).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical text.")


# Made once: making one for each row would cost a quarter of the text.
_CANONICAL = json.JSONEncoder(default=_plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
