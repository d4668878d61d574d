"""
The canonical text of rows as PostgreSQL writes it, streamed by COPY: the same bytes as the program's own, for less.

JSON comes as PostgreSQL keeps it, and the program gives it its canonical text: its keys have another order there.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

#: The first and the last moment that the program can name; what somebody put beyond them is written as it is.
_FIRST, _BEYOND = "'0001-01-01 00:00:00+00'", "'10000-01-01 00:00:00+00'"
_TEXTS = ("varchar", "text")
_NUMBERS = ("bigint", "integer", "smallint")
_JSON = "jsonb"


def write_statement(sql: str, columns: Sequence[str], types: Sequence[str]) -> str:
    """
    The COPY that gives of each row of a SELECT its name, which is its first column, and the pieces of its text.

    A piece is a run of columns with commas between them, or the JSON of one.

    :param types: of each column, as the database calls it.
    """
    pieces: list[str] = []
    for is_json, group in groupby(zip(columns, types, strict=True), lambda column: column[1] == _JSON):
        named = list(group)
        if is_json:
            pieces.extend(f"CAST({column} AS text)" for column, _ in named)
        else:
            pieces.append(f"concat_ws(',', {', '.join(_write(*column) for column in named)})")
    rest = sql.removeprefix(f"SELECT {', '.join(columns)}")
    # Called otherwise than its column, or it would be what the rows are ordered by, as text.
    name = f"CAST({columns[0]} AS text) AS name"
    return f"COPY (SELECT {name}, {', '.join(pieces)}{rest}) TO STDOUT WITH (FORMAT BINARY)"


def list_places_of_json(types: Sequence[str]) -> frozenset[int]:
    """Which of the pieces are JSON."""
    kinds = [(kind == _JSON) for kind in types]
    pieces = [is_json for is_json, group in groupby(kinds) for _ in (group if is_json else [0])]
    return frozenset(place for place, is_json in enumerate(pieces) if is_json)


def read_pieces(connection: BaseDatabaseWrapper, statement: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """What such a statement gives, row by row, while PostgreSQL writes the next ones. NULL is None."""
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement, values) as copy:
        yield from copy.rows()


def _write(column: str, kind: str) -> str:
    """A column's canonical text."""
    if kind.startswith(_TEXTS):
        text = f"CAST(to_json({column}) AS text)"
    elif kind in _NUMBERS or kind == "boolean":
        text = f"CAST({column} AS text)"
    elif kind == "uuid":
        text = f"""'"' || replace(CAST({column} AS text), '-', '') || '"'"""
    elif kind == "timestamp with time zone":
        named = f"""'"' || to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00"'"""
        text = _within(column, named)
    elif kind == "date":
        text = _within(column, f"""'"' || to_char({column}, 'YYYY-MM-DD') || '"'""")
    else:
        raise TypeError(f"{kind} has no canonical text.")
    return f"COALESCE({text}, 'null')"


def _within(column: str, named: str) -> str:
    beyond = f"""'"' || CAST({column} AS text) || '"'"""
    return f"CASE WHEN {column} >= {_FIRST} AND {column} < {_BEYOND} THEN {named} ELSE {beyond} END"
