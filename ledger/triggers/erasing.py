"""
What may be erased of rows that otherwise never change: what a person is called or can be reached by, and no more.

An app names in `triggers/guarded.py`, as ERASABLE, the columns of its tables that hold words about people, and what
stands there once they are erased. A rule that forbids a change stands aside for one that does only this to a row, and
another rule asks for the line of `audit_erasure` that tells of it. That line comes only with what two people decided.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Final

from django.apps import apps

from ledger.triggers.saying import gather

#: What stands in a text, once it is erased, that may not be empty.
ERASED: Final = "(erased)"
#: What clients may have said among an entry's details, member by member.
SAID_BY_CLIENTS: Final = ("metadata", "user_id", "client_id", "category", "contact", "location")
#: By kind of column, what stands there afterwards, for each database.
_AFTER = {
    "text": {"postgresql": f"'{ERASED}'", "sqlite": f"'{ERASED}'"},
    # What programs find a row by, or what is said of many: erased only where it names the person.
    "named": {"postgresql": f"'{ERASED}'", "sqlite": f"'{ERASED}'"},
    "blank": {"postgresql": "''", "sqlite": "''"},
    "null": {"postgresql": "NULL", "sqlite": "NULL"},
    "json": {"postgresql": "'{}'::jsonb", "sqlite": "'{}'"},
    # The same, of what is said of many.
    "emptied": {"postgresql": "'{}'::jsonb", "sqlite": "'{}'"},
    "answer": {"postgresql": "'{\"erased\": true}'", "sqlite": "'{\"erased\": true}'"},
    "bytes": {"postgresql": "'\\x7b7d'::bytea", "sqlite": "X'7B7D'"},
    # All but what the program itself has noted.
    "metadata": {
        "postgresql": f"{{old}} - ARRAY[{', '.join(repr(name) for name in SAID_BY_CLIENTS)}]",
        "sqlite": f"json_remove({{old}}, {', '.join(repr(f'$.{name}') for name in SAID_BY_CLIENTS)})",
    },
}
_TEXTS = ("text", "named", "blank", "answer")
# SQLite's needs no brackets.
_CONDITION = re.compile(r"FOR EACH ROW\s+WHEN (?!\()(.*?)\s*\nBEGIN", re.DOTALL)
_OF_MANY = ("named", "emptied")
#: What CHANGEABLE may compare with, as no two databases write it alike.
_A_DAY_AGO = {"postgresql": "(now() - interval '1 day')", "sqlite": "datetime('now', '-1 day')"}
#: How each database compares what may be NULL.
SAME: Final = {"postgresql": "IS NOT DISTINCT FROM", "sqlite": "IS"}


@cache
def list_erasable() -> dict[str, dict[str, str]]:
    """Of each table the columns that may be erased, and of what kind each is."""
    return gather("ERASABLE")


@cache
def list_changeable() -> dict[str, str]:
    """
    Of each table with rows whose words go without a line: the condition for it. They may still be changed, or have had
    their time; `{a_day_ago}` stands for that moment, so that nothing of today is ever taken for old.
    """
    return gather("CHANGEABLE")


@cache
def list_erased_with() -> dict[str, tuple[str, str]]:
    """Of each table whose rows go with the words of another's: that table, and the column that names its row."""
    return gather("ERASED_WITH")


@cache
def list_of_colleagues() -> dict[str, tuple[str, tuple[str, ...]]]:
    """
    Of each table that tells of logins, too: the condition, as SQL, for such a row, and which of its columns then say
    what a colleague may do and is called, whoever else has that address. By these no row is found.
    """
    return gather("OF_COLLEAGUES")


def is_told(table: str, row: str, vendor: str) -> str:
    """The condition that a line tells that the words of a row of a table are erased."""
    as_text = f"{row}::text" if vendor == "postgresql" else f"CAST({row} AS TEXT)"
    return f"EXISTS (SELECT 1 FROM audit_erasure e WHERE e.table_name = '{table}' AND e.row_id = {as_text})"


def erased(kind: str, column: str, vendor: str) -> str:
    """What stands in a column once it is erased, as SQL; an empty text stays one."""
    value = _AFTER[kind][vendor]
    if kind == "metadata":
        return value.format(old=column)
    return f"CASE WHEN {column} <> '' THEN {value} ELSE {column} END" if kind in _TEXTS else value


def is_erased_of(kind: str, column: str, named: Collection[str]) -> bool:
    """
    Whether a column of a row is erased with it.

    :param named: the columns of the row in which the person is named.
    """
    return kind not in _OF_MANY or column in named


@cache
def only_erases(table: str, vendor: str) -> str:
    """
    The condition that an update of a row does nothing but erase, in terms of OLD and NEW.

    What changes no word is told apart by its first part alone. Whatever else the row has stays, a column that came
    later, too: PostgreSQL compares the rest of the row as it is, SQLite the columns that the model has.
    """
    columns, same = list_erasable()[table], SAME[vendor]
    one = " OR ".join(f"NOT (NEW.{name} {same} OLD.{name})" for name in columns)
    either = [
        f"(NEW.{name} {same} OLD.{name} OR NEW.{name} {same} {erased(kind, f'OLD.{name}', vendor)})"
        for name, kind in columns.items()
    ]
    if vendor == "postgresql":
        words = ", ".join(f"'{name}'" for name in columns)
        kept = [f"(to_jsonb(NEW.*) - ARRAY[{words}]) = (to_jsonb(OLD.*) - ARRAY[{words}])"]
    else:
        kept = [f"NEW.{name} {same} OLD.{name}" for name in _columns_of(table) if name not in columns]
    return " AND ".join([f"({one})", *either, *kept])


def write_erasures(table: str, vendor: str) -> Iterator[tuple[str, str, str]]:
    """Name, table and SQL of the trigger that lets nothing of a row be erased without the line that tells of it."""
    name, condition = f"{table}_erased_is_told", only_erases(table, vendor)
    if changeable := list_changeable().get(table):
        condition = f"NOT ({changeable.replace('{a_day_ago}', _A_DAY_AGO[vendor])}) AND {condition}"
    if vendor == "sqlite":
        yield (
            name,
            table,
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition})\nBEGIN\n"
            f"  SELECT RAISE(ABORT, '{name}') WHERE NOT {is_told(table, 'OLD.id', vendor)};\nEND;",
        )
        return
    yield (
        name,
        table,
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
        f"  IF NOT {is_told(table, 'OLD.id', vendor)} THEN\n"
        "    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;\n"
        "  END IF;\n  RETURN NEW;\nEND $$;\n"
        f"CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE ON {table}\n"
        f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}();",
    )


def stand_aside(sql: str, table: str, vendor: str) -> str:
    """A rule against changes of a row, as it stands aside for those that only erase."""
    mark = "FOR EACH ROW WHEN ("
    before, found, rest = (
        _CONDITION.sub(rf"{mark}\1)\nBEGIN", sql).replace("FOR EACH ROW\nWHEN (", mark).partition(mark)
    )
    if "BEFORE UPDATE" not in before or " OR DELETE" in before:
        return sql
    if not found:
        # A rule that tests whatever it is told of.
        return sql.replace("FOR EACH ROW", f"FOR EACH ROW WHEN (NOT ({only_erases(table, vendor)}))")
    end = _closing(rest)
    return f"{before}{mark}({rest[:end]}) AND NOT ({only_erases(table, vendor)}){rest[end:]}"


def _closing(text: str) -> int:
    """Where the bracket closes that was opened before a text."""
    depth = 1
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return place
    raise ValueError("The bracket never closes.")


def _columns_of(table: str) -> list[str]:
    tables: Mapping[str, object] = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    model = tables[table]
    return [field.column for field in model._meta.concrete_fields]  # type: ignore[attr-defined]  # a model
