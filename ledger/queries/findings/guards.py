"""What should guard one domain's tables and does not, or stands there and should not."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from ledger import triggers

_NAMED = re.compile(r'CONSTRAINT "(\w+)"')

_SWITCHED = """
    SELECT 'rule ' || r.rulename, 'stands on ' || c.relname || ' and is none of ours'
      FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%(tables)s) AND c.relkind <> 'v'
    UNION ALL
    SELECT 'constraint ' || n.conname, 'on ' || c.relname || ' is not tested: its trigger is switched off'
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_constraint n ON n.oid = t.tgconstraint
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%(tables)s)
       AND t.tgisinternal AND t.tgenabled <> 'O'
     GROUP BY n.conname, c.relname
    UNION ALL
    SELECT 'table ' || c.relname, 'hides rows: row security is on'
      FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%(tables)s) AND c.relrowsecurity
    UNION ALL
    SELECT 'table ' || c.relname, 'is no table that survives a crash'
      FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%(tables)s)
       AND (c.relkind <> 'r' OR c.relpersistence <> 'p')
     ORDER BY 1
"""


def list_missing_guards(connection: BaseDatabaseWrapper, app_label: str) -> Iterator[tuple[str, str]]:
    """Kind and name of each guard that is wrong, such as `trigger ledger_lot_no_delete`, and what is wrong with it."""
    for name in triggers.missing(connection, app_label):
        yield f"trigger {name}", "is missing, switched off or changed: run migrate"
    for name, table in triggers.list_extra(connection, app_label):
        yield f"trigger {name}", f"stands on {table} and is none of ours"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_SWITCHED, {"tables": _tables(app_label)})
            yield from cursor.fetchall()
        for model in apps.get_app_config(app_label).get_models():
            present = _constraint_names(connection, cursor, model._meta.db_table)
            for constraint in model._meta.constraints:
                if constraint.name not in present:
                    yield f"constraint {constraint.name}", "is missing from the database"


def _tables(app_label: str) -> list[str]:
    return [model._meta.db_table for model in apps.get_app_config(app_label).get_models()]


def _constraint_names(connection: BaseDatabaseWrapper, cursor: CursorWrapper, table: str) -> set[str]:
    """The constraints and indexes that stand on a table. Django would parse what SQLite has only as text, at length."""
    if connection.vendor != "sqlite":
        return set(connection.introspection.get_constraints(cursor, table))
    cursor.execute("SELECT name, COALESCE(sql, '') FROM sqlite_master WHERE tbl_name = %s", [table])
    return {name for own, sql in cursor.fetchall() for name in (own, *_NAMED.findall(sql))}
