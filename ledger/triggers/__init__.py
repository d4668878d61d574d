"""
Where the triggers come from and whether they are there.

They are never made in a migration step, for SQLite remakes a table to alter it and loses or breaks them: they are
taken down before migrations run and put up after, on both databases. Other apps keep theirs in a folder
`triggers` of their own and use the same functions.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

_HEADER = re.compile(r"^-- @trigger (?P<name>\w+) ON (?P<table>\w+)$", re.MULTILINE)
_FUNCTION_BODY = re.compile(r"AS \$\$(.*?)\$\$", re.DOTALL)
_DEFINITION = re.compile(r"CREATE (?:OR REPLACE )?TRIGGER .*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: its name, its table and the SQL that makes it."""

    name: str
    table: str
    sql: str

    @property
    def function_body(self) -> str:
        found = _FUNCTION_BODY.search(self.sql)
        return found.group(1) if found else ""

    @property
    def definition(self) -> str:
        found = _DEFINITION.search(self.sql)
        return _one_line(found.group(0).rstrip("; \n")) if found else ""


@cache
def _read(app_label: str, vendor: str) -> tuple[Trigger, ...]:
    file = Path(apps.get_app_config(app_label).path) / "triggers" / f"{vendor}.sql"
    text = file.read_text(encoding="utf-8")
    headers = list(_HEADER.finditer(text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    return tuple(
        Trigger(name=header["name"], table=header["table"], sql=_without_comments(text[header.end() : end]))
        for header, end in zip(headers, ends, strict=True)
    )


def list_triggers(app_label: str, vendor: str) -> tuple[Trigger, ...]:
    """The triggers that an app ships for a database, in the order of its file."""
    return _read(app_label, vendor)


def put_up(connection: BaseDatabaseWrapper, app_label: str = "ledger") -> None:
    """Create the app's triggers where they are missing or differ; what is right already is left alone."""
    if not missing(connection, app_label):
        return
    with connection.cursor() as cursor:
        for trigger in list_triggers(app_label, connection.vendor):
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")
                cursor.execute(trigger.sql)
            else:
                cursor.execute(trigger.sql)
                cursor.execute(f"ALTER TABLE {trigger.table} ENABLE ALWAYS TRIGGER {trigger.name}")


def take_down(connection: BaseDatabaseWrapper, app_label: str = "ledger") -> None:
    """Drop the app's triggers, so that migrations can remake its tables. Only SQLite needs it."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for trigger in list_triggers(app_label, connection.vendor):
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")


def missing(connection: BaseDatabaseWrapper, app_label: str = "ledger") -> list[str]:
    """Names of the app's triggers that are absent, switched off or other than what the app ships."""
    installed = _installed(connection)
    return [
        t.name for t in list_triggers(app_label, connection.vendor) if installed.get(t.name) != _expected(t, connection)
    ]


def _expected(trigger: Trigger, connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    if connection.vendor == "sqlite":
        return (trigger.definition,)
    return ("A", trigger.table, _one_line(trigger.function_body))


def _installed(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, ...]]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            return {name: (_one_line(sql),) for name, sql in cursor.fetchall()}
        cursor.execute(
            "SELECT t.tgname, t.tgenabled::text, c.relname, p.prosrc FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
        )
        return {name: (enabled, table, _one_line(body)) for name, enabled, table, body in cursor.fetchall()}


def _one_line(sql: str) -> str:
    return " ".join(sql.split())


def _without_comments(sql: str) -> str:
    return "\n".join(line for line in sql.strip().splitlines() if not line.startswith("--"))
