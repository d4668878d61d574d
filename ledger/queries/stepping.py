"""The values of a column of which there are few, however many rows have each."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field

# From each value one step along an index to the next.
_VALUES = """
    WITH RECURSIVE found(value) AS (
        SELECT MIN({column}) FROM {table}
        UNION ALL
        SELECT (SELECT MIN(t.{column}) FROM {table} t WHERE t.{column} > found.value)
          FROM found WHERE found.value IS NOT NULL)
    SELECT value FROM found WHERE value IS NOT NULL"""


def list_values(field: "Field[Any, Any]", *, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """What stands in a column that is the first of an index, in its order."""
    with connections[using].cursor() as cursor:
        cursor.execute(_VALUES.format(column=field.column, table=field.model._meta.db_table))
        return [value for (value,) in cursor.fetchall()]
