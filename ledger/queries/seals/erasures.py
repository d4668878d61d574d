"""Sealed rows of which a person's words were erased: what they were sealed as, and what is left."""

from collections.abc import Collection, Iterator
from hashlib import sha256
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from ledger.queries.seals.rows import OF_THE_SPAN, list_histories, parse_json, text_of
from ledger.triggers.erasing import ERASED, list_erasable
from storecredit.audit.queries import list_sealed_erasures

_ENTRIES = "ledger_transaction"


def map_erasures(*, using: str = DEFAULT_DB_ALIAS) -> dict[tuple[str, str], tuple[str, str]]:
    """By kind and name of a row, as seals name it: the digest of what was sealed, and of what is left."""
    kinds = {_ENTRIES: OF_THE_SPAN[0].name}
    return {
        (kinds.get(table, table), name): (sealed, left)
        for table, name, sealed, left in list_sealed_erasures(using=using)
    }


def foresee_erasure(*, table: str, ids: Collection[Any]) -> Iterator[tuple[Any, str, str, str]]:
    """
    Of each of these sealed rows its id and name, the digest of its text, and of the text that it will have.

    Nothing for a table that is not sealed.

    :param ids: as the database keeps them.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    part = OF_THE_SPAN[0] if table == _ENTRIES else list_histories().get(table)
    if part is None or not ids:
        return
    listed = list(ids)
    marks = ", ".join(["%s"] * len(listed))
    if table == _ENTRIES:
        sql, columns, id_at = part.sql.format(span=f"t.id IN ({marks})"), part.columns("t."), 1
    else:
        sql, columns, id_at = part.sql.replace("id > %s AND id <= %s", f"id IN ({marks})"), part.columns(""), 0
    kinds = list_erasable()[table]
    with connection.cursor() as cursor:
        cursor.execute(sql, listed)
        rows = cursor.fetchall()
    for row in rows:
        was = parse_json(part, row)
        left = [_erase(kinds.get(column, ""), value) for column, value in zip(columns, was, strict=True)]
        digests = (sha256(text_of(part.name, each)).hexdigest() for each in (was, left))
        yield (row[id_at], str(row[0]), *digests)


def _erase(kind: str, value: Any) -> Any:
    """A value as `erased` leaves it."""
    if kind == "text":
        return ERASED if value else value
    if kind == "json":
        return {}
    if kind == "metadata":
        return {name: each for name, each in value.items() if name != "metadata"}
    if kind == "blank":
        return "" if value else value
    return None if kind == "null" else value
