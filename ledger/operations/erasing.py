"""Erasing a person's words from rows that otherwise never change."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from ledger.models.folded import FoldedField
from ledger.operations.atomic import operation
from ledger.queries.seals.erasures import foresee_erasure
from ledger.triggers.erasing import SAME, erased, is_erased_of, list_erasable, list_erased_with
from storecredit.audit.operations import NewErasure, record_erasures
from storecredit.audit.queries import list_erased_ids

# SQLite binds at most 32,766 values to a statement.
_ROWS_AT_ONCE = 500


@operation
def erase_rows(
    *,
    table: str,
    ids: Collection[Any],
    named: Mapping[Any, Collection[str]] = MappingProxyType({}),
    customer_id: int,
    now: datetime,
) -> int:
    """
    Erase what `ERASABLE` names of these rows, under the lines that tell of it. How many had not been erased before.

    :param ids: primary keys, as the models have them.
    :param named: further rows, as the database has their keys, and which of their columns name the person. A row of
        which somebody else's words were erased before is among them as long as it still names this one.
    :raises IntegrityError: if two people did not decide that this customer's words are erased.
    """
    wanted = {_raw(each): frozenset(named.get(_raw(each), ())) for each in (*ids, *named)}
    rows = sorted(wanted.items(), key=lambda row: str(row[0]))
    count = 0
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        count += _erase(table, dict(rows[first : first + _ROWS_AT_ONCE]), customer_id, now)
    return count


def _erase(table: str, wanted: Mapping[Any, frozenset[str]], customer_id: int, now: datetime) -> int:
    known = list_erased_ids(table=table, ids=[str(each) for each in wanted])
    new = {each: columns for each, columns in wanted.items() if columns or str(each) not in known}
    worded = _list_worded(table, new)
    new = {each: columns for each, columns in new.items() if str(each) in worded}
    if not new:
        return 0
    sealed = {str(row_id): rest for row_id, *rest in foresee_erasure(table=table, rows=new)}
    rows = [NewErasure(str(each), *sealed.get(str(each), ())) for each in new]
    record_erasures(table=table, rows=rows, customer_id=customer_id, now=now)
    _put(table, new)
    _fold_anew(table, new)
    return sum(str(each) not in known for each in new)


def _list_worded(table: str, rows: Mapping[Any, frozenset[str]]) -> set[str]:
    """Of which rows there is a word to erase: one that would stay as it is is left alone, and no line tells of it."""
    conditions, values = [], []
    for name, kind in list_erasable()[table].items():
        if of := [each for each in rows if is_erased_of(kind, name, rows[each])]:
            put = erased(kind, name, connection.vendor)
            conditions.append(f"(id IN ({_marks(of)}) AND NOT ({name} {SAME[connection.vendor]} {put}))")
            values += of
    if not conditions:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE {' OR '.join(conditions)}", values)
        return {str(row[0]) for row in cursor.fetchall()}


def _put(table: str, rows: Mapping[Any, frozenset[str]]) -> None:
    changes, values = [], []
    for name, kind in list_erasable()[table].items():
        if of := [each for each in rows if is_erased_of(kind, name, rows[each])]:
            put = erased(kind, name, connection.vendor)
            changes.append(f"{name} = CASE WHEN id IN ({_marks(of)}) THEN {put} ELSE {name} END")
            values += of
    with connection.cursor() as cursor:
        if changes:
            cursor.execute(f"UPDATE {table} SET {', '.join(changes)} WHERE id IN ({_marks(rows)})", [*values, *rows])
        for gone, (of_table, column) in list_erased_with().items():
            if of_table == table:
                cursor.execute(f"DELETE FROM {gone} WHERE {column} IN ({_marks(rows)})", list(rows))


def _fold_anew(table: str, ids: Collection[Any]) -> None:
    """What a row is found by follows its words."""
    model: Any = next(each for each in apps.get_models(include_auto_created=True) if each._meta.db_table == table)
    if any(isinstance(field, FoldedField) for field in model._meta.concrete_fields):
        for row in model.objects.filter(pk__in=list(ids)).order_by("pk"):
            row.save(update_fields=["folded"])


def _marks(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _raw(value: Any) -> Any:
    """A key as this database keeps it."""
    return value.hex if isinstance(value, UUID) and connection.vendor == "sqlite" else value
