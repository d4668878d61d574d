"""Erasing a person's words from rows that otherwise never change."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.operations.atomic import operation
from ledger.queries.seals.erasures import foresee_erasure
from ledger.triggers.erasing import erased, list_erasable, list_erased_with
from storecredit.audit.operations import NewErasure, record_erasures
from storecredit.audit.queries import list_erased_ids

# SQLite binds at most 32,766 values to a statement.
_ROWS_AT_ONCE = 500


@operation
def erase_rows(*, table: str, ids: Collection[Any], customer_id: int, now: datetime) -> int:
    """
    Erase what `ERASABLE` names of these rows, under the lines that tell of it. How many had not been erased before.

    :param ids: primary keys, as the models have them.
    :raises IntegrityError: if two people did not decide that this customer's words are erased.
    """
    wanted = sorted({_raw(each) for each in ids}, key=str)
    count = 0
    for first in range(0, len(wanted), _ROWS_AT_ONCE):
        count += _erase(table, wanted[first : first + _ROWS_AT_ONCE], customer_id, now)
    return count


def _erase(table: str, ids: Sequence[Any], customer_id: int, now: datetime) -> int:
    known = list_erased_ids(table=table, ids=[str(each) for each in ids])
    new = [each for each in ids if str(each) not in known]
    if not new:
        return 0
    sealed = {
        str(row_id): NewErasure(str(row_id), name, was, left)
        for row_id, name, was, left in foresee_erasure(table=table, ids=new)
    }
    rows = [sealed.get(str(each)) or NewErasure(str(each)) for each in new]
    record_erasures(table=table, rows=rows, customer_id=customer_id, now=now)
    changes = ", ".join(
        f"{name} = {erased(kind, name, connection.vendor)}" for name, kind in list_erasable()[table].items()
    )
    marks = ", ".join(["%s"] * len(new))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {changes} WHERE id IN ({marks})", list(new))
        for gone, (of, column) in list_erased_with().items():
            if of == table:
                cursor.execute(f"DELETE FROM {gone} WHERE {column} IN ({marks})", list(new))
    return len(new)


def _raw(value: Any) -> Any:
    """A key as this database keeps it."""
    return value.hex if isinstance(value, UUID) and connection.vendor == "sqlite" else value
