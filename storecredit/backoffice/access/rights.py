"""What the application's role may do in the database beyond `docs/application-role.sql`. PostgreSQL alone has roles."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

ROLE = "storecredit_app"
FILE = Path(settings.BASE_DIR) / "docs" / "application-role.sql"

_GRANT = re.compile(
    r"^GRANT ([A-Z, ]+?)(?: \([\w, ]+\))?\s+ON\s+((?!ALL|SEQUENCE|SCHEMA)[\w,\s]+?)\s+TO storecredit_app;", re.MULTILINE
)
_GRANT_COLUMNS = re.compile(r"^GRANT UPDATE \(([\w, ]+)\) ON (\w+) TO storecredit_app;", re.MULTILINE)

_TABLES = """
    SELECT c.relname, p.name FROM pg_class c
     CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p(name)
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v')
       AND CASE WHEN p.name IN ('INSERT', 'UPDATE', 'REFERENCES') THEN has_any_column_privilege(%(role)s, c.oid, p.name)
                ELSE has_table_privilege(%(role)s, c.oid, p.name) END
     ORDER BY 1, 2
"""
# A right to some columns of a table: which others it may update, too.
_COLUMNS = """
    SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = %(table)s AND a.attnum > 0
       AND NOT a.attisdropped AND NOT a.attname = ANY(%(columns)s)
       AND has_column_privilege(%(role)s, c.oid, a.attnum, 'UPDATE')
     ORDER BY 1
"""
_OTHERS = """
    SELECT 'sequence ' || c.relname, 'may be set back' FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace
       AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(%(role)s, c.oid, 'UPDATE') END
    UNION ALL
    SELECT 'table ' || c.relname, 'belongs to it' FROM pg_class c
     WHERE c.relkind IN ('r', 'p', 'v', 'S') AND pg_get_userbyid(c.relowner) = %(role)s
    UNION ALL
    SELECT 'schema ' || n.nspname, 'may be added to' FROM pg_namespace n
     WHERE n.nspname NOT LIKE 'pg\\_temp%%' AND n.nspname NOT LIKE 'pg\\_toast%%'
       AND has_schema_privilege(%(role)s, n.oid, 'CREATE')
    UNION ALL
    SELECT 'database', 'takes temporary tables from it'
     WHERE has_database_privilege(%(role)s, current_database(), 'TEMPORARY')
    UNION ALL
    SELECT 'database', 'takes schemas from it' WHERE has_database_privilege(%(role)s, current_database(), 'CREATE')
    UNION ALL
    SELECT 'function ' || p.proname, 'acts with its owner''s rights' FROM pg_proc p
     WHERE p.pronamespace = current_schema()::regnamespace AND p.prosecdef
       AND has_function_privilege(%(role)s, p.oid, 'EXECUTE')
    UNION ALL
    SELECT 'role ' || pg_get_userbyid(m.roleid), 'has it as a member' FROM pg_auth_members m
     WHERE pg_get_userbyid(m.member) = %(role)s
"""
_ATTRIBUTES = """
    SELECT unnest(array_remove(ARRAY[
        CASE WHEN rolsuper THEN 'is a superuser' END,
        CASE WHEN rolbypassrls THEN 'passes row security by' END,
        CASE WHEN rolcreaterole THEN 'may make roles' END,
        CASE WHEN rolcreatedb THEN 'may make databases' END,
        CASE WHEN rolreplication THEN 'may replicate' END], NULL))
      FROM pg_roles WHERE rolname = %(role)s
"""


def read_granted() -> dict[str, set[str]]:
    """What the file gives the role on each table, besides reading."""
    granted: dict[str, set[str]] = {}
    for rights, tables in _GRANT.findall(FILE.read_text(encoding="utf-8")):
        for table in re.findall(r"\w+", tables):
            granted.setdefault(table, set()).update(re.findall(r"\w+", rights))
    return granted


def read_granted_columns() -> dict[str, list[str]]:
    """The columns of tables of which the file lets the role update some alone."""
    found = _GRANT_COLUMNS.findall(FILE.read_text(encoding="utf-8"))
    return {table: re.findall(r"\w+", columns) for columns, table in found}


def list_rights_beyond(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """What the role has a right to that the file does not give, and which; nothing where there is no such role."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if not cursor.fetchall():
            return
        cursor.execute(_ATTRIBUTES, {"role": ROLE})
        attributes = [said for (said,) in cursor.fetchall()]
        yield from ((f"role {ROLE}", said) for said in attributes)
        if "is a superuser" in attributes:
            return  # and so has every right there is
        granted = read_granted()
        cursor.execute(_TABLES, {"role": ROLE})
        for table, right in cursor.fetchall():
            if right not in granted.get(table, ()):
                yield f"table {table}", f"lets {ROLE} {right}"
        for table, columns in read_granted_columns().items():
            cursor.execute(_COLUMNS, {"role": ROLE, "table": table, "columns": columns})
            if beyond := [column for (column,) in cursor.fetchall()]:
                yield f"table {table}", f"lets {ROLE} UPDATE {', '.join(beyond)}"
        cursor.execute(_OTHERS, {"role": ROLE})
        yield from cursor.fetchall()
