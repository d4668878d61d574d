"""
How the tests empty a ledger that refuses to be emptied.

A test whose threads really commit is cleaned up after it: the tables that it filled are emptied, those that migrations
fill get back what these had written. Django would flush the whole database for that and have every `post_migrate`
receiver fill it anew, half a second each time. The ledger's triggers refuse both, which is their purpose. So what
empties a table here, and a flush that a test asks for, takes down the triggers that are in its way and puts them up
again, in one transaction. Inside every test they are on. There is no switch for this outside the tests.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import DatabaseWrapper as Postgresql
from django.db.backends.sqlite3.base import DatabaseWrapper as Sqlite
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

SqlFlush = Callable[..., list[str]]


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds. Its columns by name: a migration that is undone may leave them in another order."""

    columns: str
    rows: list[tuple[Any, ...]]


# More than a test makes one by one.
MANY_ROWS = 200
# The bits of `tgtype` that tell which statements fire a trigger.
POSTGRESQL_INSERT, POSTGRESQL_DELETE, POSTGRESQL_TRUNCATE = 4, 8, 32
POSTGRESQL_TRIGGERS = """
    SELECT quote_ident(relname), quote_ident(tgname) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND tgtype & %s <> 0 AND relname = ANY(%s)
      AND relnamespace = current_schema()::regnamespace ORDER BY 1, 2
"""
# Where no row is, or a larger id was given out, nothing changes.
POSTGRESQL_NEXT_ID = """
    SELECT setval(sequence, largest) FROM (
        SELECT pg_get_serial_sequence('{table}', 'id') AS sequence, MAX(id) AS largest FROM {table}
    ) given WHERE largest >= coalesce(pg_sequence_last_value(sequence::regclass), 0)
"""
# Which statement fires a trigger stands in its text alone; a word too many there does no harm.
SQLITE_TRIGGERS = """
    SELECT tbl_name, name, sql FROM sqlite_master
    WHERE type = 'trigger' AND (sql LIKE '% DELETE ON %' OR sql LIKE '% INSERT ON %')
"""

#: What each table of a database holds that has just been migrated; None if that is nothing.
_fresh: dict[str, dict[str, Content | None]] = {}


def clean_up_as_the_books_allow() -> None:
    """Replace what Django does after a test that commits, and let its flush empty the books on both databases."""
    TransactionTestCase._fixture_teardown = _put_back_all  # type: ignore[attr-defined]  # private to Django
    for database in (Postgresql, Sqlite):
        flush = _around(database.ops_class.sql_flush)
        database.ops_class.sql_flush = flush  # type: ignore[method-assign]  # wrapped


def remember_fresh(connection: BaseDatabaseWrapper) -> None:
    """Keep what a database holds that has just been migrated."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    filled = _count_rows(connection, tables)
    with connection.cursor() as cursor:
        _fresh[connection.alias] = {table: _read(cursor, table) if table in filled else None for table in tables}


def put_back(connection: BaseDatabaseWrapper) -> None:
    """Give the database what it held when it had just been migrated; ids that were given out are not given again."""
    fresh = _fresh[connection.alias]
    rows = _count_rows(connection, fresh)
    with connection.cursor() as cursor:
        changed = {
            table: content
            for table, content in fresh.items()
            if (table in rows if content is None else _read(cursor, table, content.columns) != content)
        }
    if changed:
        # SQLite would look for what refers to each row that goes, mostly without an index.
        with connection.constraint_checks_disabled(), transaction.atomic(using=connection.alias):
            # So would PostgreSQL, where only an administrator forbids it; a TRUNCATE empties what refers, too.
            if connection.vendor == "postgresql" and max(rows.get(table, 0) for table in changed) > MANY_ROWS:
                _replace(connection, fresh, [f"TRUNCATE {', '.join(fresh)}"], POSTGRESQL_TRUNCATE)
            else:
                _replace(connection, changed, [f"DELETE FROM {table}" for table in changed], POSTGRESQL_DELETE)
    # The rows of the content types may have got other ids, as after migrations to and fro.
    ContentType.objects.clear_cache()


def _put_back_all(self: TransactionTestCase) -> None:
    for alias in self._databases_names(include_mirrors=False):  # type: ignore[attr-defined]  # private to Django
        put_back(connections[alias])


def _count_rows(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> dict[str, int]:
    """The rows of each table that has any; what is more than MANY_ROWS is not counted to its end."""
    some = "SELECT '{0}', (SELECT count(*) FROM (SELECT 1 FROM {0} LIMIT {1}) AS counted)"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(some.format(table, MANY_ROWS + 1) for table in tables))
        return {table: rows for table, rows in cursor.fetchall() if rows}


def _read(cursor: CursorWrapper, table: str, columns: str = "*") -> Content:
    cursor.execute(f"SELECT {columns} FROM {table} ORDER BY 1")
    return Content(", ".join(f'"{column[0]}"' for column in cursor.description), cursor.fetchall())


def _replace(
    connection: BaseDatabaseWrapper, contents: Mapping[str, Content | None], emptying: list[str], statement: int
) -> None:
    with connection.cursor() as cursor:
        # Whoever writes down what is done would write down each row that is given back.
        down, up = _step_aside(cursor, list(contents), statement | POSTGRESQL_INSERT)
        for sql in (*down, *emptying):
            cursor.execute(sql)
        for table, content in contents.items():
            if content:
                values = ", ".join(["%s"] * len(content.rows[0]))
                cursor.executemany(f"INSERT INTO {table} ({content.columns}) VALUES ({values})", content.rows)
                if connection.vendor == "postgresql" and '"id"' in content.columns:
                    # After a TRUNCATE the ids begin anew, as if none of these rows were there.
                    cursor.execute(POSTGRESQL_NEXT_ID.format(table=table))
        if connection.vendor == "postgresql":
            # No table may be altered whose foreign keys have not been looked at yet.
            connection.check_constraints()
        for sql in up:
            cursor.execute(sql)


def _step_aside(cursor: CursorWrapper, tables: Sequence[str], statement: int) -> tuple[list[str], list[str]]:
    """What takes down the triggers that keep tables from being emptied, and what puts them up again."""
    if cursor.db.vendor == "sqlite":
        triggers = [row for row in cursor.execute(SQLITE_TRIGGERS).fetchall() if row[0] in tables]
        return [f'DROP TRIGGER "{name}"' for _table, name, _sql in triggers], [sql for _table, _name, sql in triggers]
    cursor.execute(POSTGRESQL_TRIGGERS, [statement, list(tables)])
    by_table = [(table, [name for _, name in rows]) for table, rows in groupby(cursor.fetchall(), itemgetter(0))]
    return _alter(by_table, "DISABLE TRIGGER"), _alter(by_table, "ENABLE ALWAYS TRIGGER")


def _alter(triggers: Iterable[tuple[str, list[str]]], how: str) -> list[str]:
    """One statement for all triggers of a table: after each, the server would look up anew all that it knows of it."""
    return [f"ALTER TABLE {table} {', '.join(f'{how} {name}' for name in names)}" for table, names in triggers]


def _around(sql_flush: SqlFlush) -> SqlFlush:
    def wrapped(self: Any, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            down, up = _step_aside(cursor, tables, POSTGRESQL_TRUNCATE)
        return [*down, *sql_flush(self, style, tables, **options), *up]

    return wrapped
