"""
Where the tables differ from what the program's models make: loosened, dropped or changed under the same name.

PostgreSQL prints a condition in words of its own. So the tables are made anew, empty, in a schema that is rolled back
at once, and what is printed of both is compared; that takes a role that may make schemas, such as the owner. SQLite
keeps each statement as it was given. What stands there besides is not looked at: an index more does no harm.

What the models make is asked once in the life of a process, in which they do not change; what is there, each time.
"""

import re
from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

_SCHEMA = "as_the_models_make_it"
_PACKAGES = {"ledger", "giftcards", "storecredit"}
#: What is made from its own print reads as before by the third time.
_MOST_PRINTS = 3
#: Kind, table, name and definition of one part of a table.
Part = tuple[str, str, str, str]

_PARTS = """
    SELECT 'column', c.relname, a.attname,
           concat(format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' NOT NULL' END, a.attidentity)
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint', c.relname, n.conname, pg_get_constraintdef(n.oid)
      FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
     WHERE c.relnamespace = %(schema)s::regnamespace AND n.contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL
    SELECT 'index', c.relname, i.relname,
           concat(replace(pg_get_indexdef(x.indexrelid), quote_ident(i.relname), ''),
                  CASE WHEN NOT x.indisvalid THEN ' INVALID' END)
      FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
     WHERE c.relnamespace = %(schema)s::regnamespace
     ORDER BY 1, 2, 3
"""
_TABLE = re.compile(r'CREATE TABLE "(?P<table>\w+)" \((?P<parts>.*)\)', re.DOTALL)
_INDEX = re.compile(r'CREATE (?P<unique>UNIQUE )?INDEX "(?P<name>\w+)" ON "(?P<table>\w+)" (?P<rest>.*)', re.DOTALL)
_NAMED = re.compile(r'(?:CONSTRAINT )?"(\w+)"')


def list_differences(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """Kind and name of each part that is missing or another, and where."""
    wanted: list[tuple[Part, ...]]
    if connection.vendor == "sqlite":
        present = _present_on_sqlite(connection)
        wanted = [(part,) for part in _wanted_on_sqlite(connection.alias)]
    elif _may_make_schemas(connection):
        present = _present_on_postgresql(connection)
        # Another release of the server may print the same in other words.
        wanted = _wanted_on_postgresql(connection.alias, connection.get_database_version())
    else:
        return
    there, ours = {_essence(part) for part in present}, _our_tables()
    for prints in wanted:
        kind, table, name, _definition = prints[0]
        if table in ours and there.isdisjoint(map(_essence, prints)):
            yield f"{kind} {name}", f"of {table} is not as the program's models make it"


def _essence(part: Part) -> Part:
    """A renamed column's keys and indexes keep the names that they were given; a rule has its own for ever."""
    kind, table, name, definition = part
    by_name = kind == "column" or definition.startswith(("CHECK", "CONSTRAINT"))
    return kind, table, name if by_name else "", definition


def _may_make_schemas(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(current_database(), 'CREATE') AND NOT pg_is_in_recovery()")
        return bool(cursor.fetchall()[0][0])


def _present_on_postgresql(connection: BaseDatabaseWrapper) -> list[Part]:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        own = _own_schema(cursor)
        present = _read_parts(cursor, own)
        transaction.set_rollback(True, using=connection.alias)
    return present


@cache
def _wanted_on_postgresql(alias: str, version: tuple[int, ...]) -> list[tuple[Part, ...]]:
    """
    Each part as it is printed when it is made, and as it is printed when it is made from that: so it comes back from a
    backup.
    """
    connection = connections[alias]
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        own = _own_schema(cursor)
        cursor.execute(f"CREATE SCHEMA {_SCHEMA}")
        cursor.execute(f"SET LOCAL search_path = {_SCHEMA}, {connection.ops.quote_name(own)}")
        for statement in _statements(connection):
            cursor.execute(statement)
        prints = [_read_parts(cursor, _SCHEMA)]
        for _ in range(_MOST_PRINTS):
            for statement in _made_from_print(prints[-1]):
                cursor.execute(statement)
            prints.append(_read_parts(cursor, _SCHEMA))
            if prints[-1] == prints[-2]:
                break
        transaction.set_rollback(True, using=alias)
    return list(zip(*prints, strict=True))


def _made_from_print(parts: list[Part]) -> Iterator[str]:
    """What makes the conditions of constraints and indexes anew from how they are printed."""
    for kind, table, name, definition in parts:
        if kind == "constraint" and definition.startswith("CHECK"):
            yield f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}", ADD CONSTRAINT "{name}" {definition}'
        elif kind == "index" and " WHERE " in definition:
            yield f'DROP INDEX "{name}"'
            yield definition.replace("INDEX  ON", f'INDEX "{name}" ON', 1)


def _own_schema(cursor: CursorWrapper) -> str:
    cursor.execute("SELECT current_schema()")
    return str(cursor.fetchall()[0][0])


def _read_parts(cursor: CursorWrapper, schema: str) -> list[Part]:
    """All parts of a schema's tables, without its name."""
    cursor.execute("SELECT set_config('search_path', quote_ident(%s), true)", [schema])
    cursor.execute(_PARTS, {"schema": schema})
    return [(kind, table, name, text.replace(f"{schema}.", "")) for kind, table, name, text in cursor.fetchall()]


def _statements(connection: BaseDatabaseWrapper) -> list[str]:
    """What makes all tables, as SQL. The editor is not entered: it would prepare the database for a change."""
    editor = connection.schema_editor(collect_sql=True, atomic=False)
    editor.deferred_sql = []
    for model in apps.get_models():
        editor.create_model(model)
    return [*editor.collected_sql, *map(str, editor.deferred_sql)]


def _our_tables() -> set[str]:
    """Those of the program and the log of staff; Django's others differ with the release that made them."""
    own = {model._meta.db_table for model in apps.get_models() if model.__module__.split(".")[0] in _PACKAGES}
    return own | {"django_admin_log"}


def _present_on_sqlite(connection: BaseDatabaseWrapper) -> list[Part]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index')")
        return [part for row in cursor.fetchall() for part in _parse(row[0])]


@cache
def _wanted_on_sqlite(alias: str) -> list[Part]:
    return [part for statement in _statements(connections[alias]) for part in _parse(statement)]


def _parse(statement: str) -> Iterator[Part]:
    if made := _TABLE.match(statement):
        for text in _split(made["parts"]):
            named = _NAMED.match(text)
            kind = "constraint" if text.startswith("CONSTRAINT") else "column"
            yield kind, made["table"], named[1] if named else "", text
    elif made := _INDEX.match(statement):
        yield "index", made["table"], made["name"], f"{made['unique'] or ''}{made['rest'].rstrip('; ')}"


def _split(text: str) -> Iterator[str]:
    """A list's parts between its own commas, not those inside parentheses or quotes."""
    depth, quoted, start = 0, "", 0
    for place, sign in enumerate(text):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "," and not depth:
            yield " ".join(text[start:place].split())
            start = place + 1
    yield " ".join(text[start:].split())
