"""
What PostgreSQL knows of the tables that grow with the shop, and when it looks again. SQLite plans without such figures.
"""

import logging

from django.db import DEFAULT_DB_ALIAS, connections

_log = logging.getLogger(__name__)

#: By its own settings autovacuum lets a table grow by a tenth before it counts it again, and by a fifth before it marks
#: the pages that need no second look: in a big one, millions of rows.
AUTOVACUUM = {
    "autovacuum_analyze_scale_factor": "0.02",
    "autovacuum_analyze_threshold": "500",
    "autovacuum_vacuum_insert_scale_factor": "0.05",
    "autovacuum_vacuum_insert_threshold": "1000",
    "autovacuum_vacuum_scale_factor": "0.05",
}
# The planner takes a table that was never counted for one of at least so many pages, which is right to read by an
# index. Once counted, an empty or tiny one is read whole, by a plan that stays while the table grows.
_FEWEST_PAGES = 10


def take_statistics(*tables: str, using: str = DEFAULT_DB_ALIAS) -> None:
    """
    Have the planner learn at once what stands in tables that a bulk job has filled, without waiting for its own time.

    PostgreSQL alone. Tables of less than ten pages are left uncounted, for the planner then thinks better of them than
    it would of what they are. A table that belongs to another role is left to autovacuum, and the log says so: whoever
    asks for it is warned of each, and nothing is counted.
    """
    connection = connections[using]
    if connection.vendor != "postgresql" or not tables:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_has_role(relowner, 'USAGE') OR pg_has_role(datdba, 'USAGE') FROM pg_class, pg_database "
            "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND datname = current_database() "
            "AND relname = ANY(%s) AND pg_relation_size(pg_class.oid) >= %s * current_setting('block_size')::bigint "
            "ORDER BY relname",
            [list(tables), _FEWEST_PAGES],
        )
        filled = dict(cursor.fetchall())
        if ours := [name for name, is_ours in filled.items() if is_ours]:
            cursor.execute(f"ANALYZE {', '.join(ours)}")
    if left := [name for name, is_ours in filled.items() if not is_ours]:
        _log.info("PostgreSQL counts %s within a minute: only the tables' owner can have it done now.", ", ".join(left))


def look_after(*tables: str, using: str = DEFAULT_DB_ALIAS) -> None:
    """Give tables the `AUTOVACUUM` settings on PostgreSQL, where they have others; only their owner can."""
    connection = connections[using]
    if connection.vendor != "postgresql" or not tables:
        return
    wanted = ", ".join(f"{name} = {value}" for name, value in AUTOVACUUM.items())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
            "AND relname = ANY(%s) AND NOT COALESCE(reloptions, '{}') @> %s::text[] ORDER BY relname",
            [list(tables), [f"{name}={value}" for name, value in AUTOVACUUM.items()]],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} SET ({wanted})")
