"""Rows that name somebody, wherever they stand: looked for text by text, for they belong to nobody by a key."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

_AS_TEXT = {
    "postgresql": "LOWER(CAST({column} AS TEXT))",
    "sqlite": "LOWER(CAST({column} AS TEXT))",
}
_BYTES_AS_TEXT = {"postgresql": "LOWER(encode({column}, 'escape'))", "sqlite": "LOWER(CAST({column} AS TEXT))"}


def find_rows_naming(
    *, table: str, columns: Sequence[str], names: Collection[str], in_bytes: Collection[str] = (), key: str = "id"
) -> list[Any]:
    """
    The keys of the rows of a table of which one of these columns holds one of these names, in whatever capitals.

    Every row is read: for what is done to one person, not for requests.
    """
    wanted = sorted({form for name in names for form in (name.lower(), json.dumps(name.lower())[1:-1])} - {""})
    if not wanted:
        return []
    vendor = connection.vendor
    texts = [(_BYTES_AS_TEXT if column in in_bytes else _AS_TEXT)[vendor].format(column=column) for column in columns]
    tests = [f"{text} LIKE %s ESCAPE '!'" for text in texts for _ in wanted]
    values = [f"%{_escaped(name)}%" for _ in texts for name in wanted]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {table} WHERE {' OR '.join(tests)}", values)
        return [row[0] for row in cursor.fetchall()]


def _escaped(name: str) -> str:
    return name.replace("!", "!!").replace("%", "!%").replace("_", "!_")
