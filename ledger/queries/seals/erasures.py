"""Sealed rows of which a person's words were erased: what they were sealed as, and what is left."""

from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from ledger.queries.seals.rows import OF_THE_SPAN, list_histories, parse_json, text_of
from ledger.triggers.erasing import ERASED, SAID_BY_CLIENTS, is_erased_of, list_erasable
from storecredit.audit.queries import find_sealed_digests, list_sealed_erasures

_ENTRIES = "ledger_transaction"


def map_erasures(*, using: str = DEFAULT_DB_ALIAS) -> dict[tuple[str, str], tuple[str, str]]:
    """By kind and name of a row, as seals name it: the digest of what was sealed, and of what is left."""
    kinds = {_ENTRIES: OF_THE_SPAN[0].name}
    # Of a row that was erased twice the last line says what is left; what was sealed all of them say.
    return {
        (kinds.get(table, table), name): (sealed, left)
        for table, name, sealed, left in list_sealed_erasures(using=using)
    }


def foresee_erasure(*, table: str, rows: Mapping[Any, Collection[str]]) -> Iterator[tuple[Any, str, str, str]]:
    """
    Of each of these sealed rows its id and name, the digest of its text, and of the text that it will have.

    Of a row that was erased before, for somebody else, the first of the digests is the one that was kept then. Nothing
    for a table that is not sealed.

    :param rows: by the key, as the database keeps it, the columns that name the person.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    part = OF_THE_SPAN[0] if table == _ENTRIES else list_histories().get(table)
    if part is None or not rows:
        return
    listed = list(rows)
    marks = ", ".join(["%s"] * len(listed))
    if table == _ENTRIES:
        sql, columns, id_at = part.sql.format(span=f"t.id IN ({marks})"), part.columns("t."), 1
    else:
        sql, columns, id_at = part.sql.replace("id > %s AND id <= %s", f"id IN ({marks})"), part.columns(""), 0
    kinds = list_erasable()[table]
    before = find_sealed_digests(table=table, ids=[str(each) for each in listed])
    with connection.cursor() as cursor:
        cursor.execute(sql, listed)
        found = cursor.fetchall()
    for row in found:
        was, key = parse_json(part, row), row[id_at]
        left = [
            _erase(kinds[column], value)
            if column in kinds and is_erased_of(kinds[column], column, rows[key])
            else value
            for column, value in zip(columns, was, strict=True)
        ]
        now, then = (sha256(text_of(part.name, each)).hexdigest() for each in (was, left))
        yield (key, str(row[0]), before.get(str(key), now), then)


def _erase(kind: str, value: Any) -> Any:
    """A value as `erased` leaves it."""
    if kind in ("text", "named"):
        return ERASED if value else value
    if kind in ("json", "emptied"):
        return {}
    if kind == "metadata":
        return {name: each for name, each in value.items() if name not in SAID_BY_CLIENTS}
    if kind == "blank":
        return "" if value else value
    return None if kind == "null" else value
