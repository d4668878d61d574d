"""
How the tests empty a ledger that refuses to be emptied.

A test whose threads really commit is cleaned up by a flush: TRUNCATE on PostgreSQL, DELETE on SQLite. The ledger's
triggers refuse both, which is their purpose. So the flush, and nothing else, takes the triggers of the tables it
empties down first and puts them up again, in the one transaction in which Django runs it. Inside every test they are
on. There is no switch for this outside the tests.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as Postgresql
from django.db.backends.sqlite3.base import DatabaseWrapper as Sqlite

SqlFlush = Callable[..., list[str]]

POSTGRESQL_TRUNCATE_TRIGGERS = """
    SELECT quote_ident(relname), quote_ident(tgname) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND tgtype & 32 <> 0 AND relname = ANY(%s) ORDER BY 1, 2
"""
SQLITE_TRIGGERS = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
# For each row that it deletes, SQLite looks for those that refer to it: where no index leads there, through all rows.
SQLITE_REFERENCES = (
    ("ledger_lot", "account_id"),
    ("ledger_transaction", "hold_id"),
    ("ledger_transaction", "reverses_id"),
    ("giftcards_giftcard", "batch_id"),
)


def let_the_flush_empty_the_books() -> None:
    """Wrap what Django's flush runs, on both databases."""
    Postgresql.ops_class.sql_flush = _around_truncate(Postgresql.ops_class.sql_flush)  # type: ignore[method-assign]
    Sqlite.ops_class.sql_flush = _around_delete(Sqlite.ops_class.sql_flush)  # type: ignore[method-assign]


def _around_truncate(sql_flush: SqlFlush) -> SqlFlush:
    def wrapped(self: Any, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute(POSTGRESQL_TRUNCATE_TRIGGERS, [list(tables)])
            triggers = cursor.fetchall()
        return [
            *(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}" for table, trigger in triggers),
            *sql_flush(self, style, tables, **options),
            *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}" for table, trigger in triggers),
        ]

    return wrapped


def _around_delete(sql_flush: SqlFlush) -> SqlFlush:
    def wrapped(self: Any, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            triggers = [row for row in cursor.execute(SQLITE_TRIGGERS).fetchall() if row[0] in tables]
        return [
            *(f'DROP TRIGGER "{name}"' for _table, name, _sql in triggers),
            *(f"CREATE INDEX flush_{column} ON {table} ({column})" for table, column in SQLITE_REFERENCES),
            *sql_flush(self, style, tables, **options),
            *(f"DROP INDEX flush_{column}" for _table, column in SQLITE_REFERENCES),
            *(sql for _table, _name, sql in triggers),
        ]

    return wrapped
