"""
Where the triggers come from and whether they are there.

They are never made in a migration step, for SQLite remakes a table to alter it and loses or breaks them: they are
taken down before migrations run and put up after, on both databases. Other apps keep theirs in a folder
`triggers` of their own and use the same functions. In such a folder, `guarded.py` lists what is refused without
conditions, and `postgresql/*.sql` and `sqlite/*.sql` hold the other rules by subject, under the same names. What is
alike in several apps is said in `ledger/triggers/alike`, for the tables that each app's `guarded.py` names.

A trigger starts at its line `-- @trigger NAME ON TABLE`. Lines `-- @for WORD=VALUE …` below it make one of each: the
values stand where its text, its name and its table say `{WORD}`.

Each refusal carries the rule's name: as its constraint on PostgreSQL, where the installer adds ENABLE ALWAYS, as its
message on SQLite. There the conflict clause of a statement
rules inside the triggers that it fires, too: under INSERT OR IGNORE or OR FAIL a CHECK that an inner UPDATE breaks
would not take the outer row back. So a trigger tests what its UPDATE must meet, and refuses by RAISE(ABORT), which no
clause softens.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from django.apps import AppConfig, apps
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from ledger.triggers.erasing import list_erasable, stand_aside, write_erasures
from ledger.triggers.holding import write_holding
from ledger.triggers.mechanical import CUT_LOCK as CUT_LOCK
from ledger.triggers.mechanical import write_refusals, write_waits
from ledger.triggers.saying import gather, has_triggers
from ledger.triggers.telling import write_telling

_HEADER = re.compile(r"^-- @trigger (?P<name>[\w{}]+) ON (?P<table>[\w{}]+)$", re.MULTILINE)
_ALIKE = Path(__file__).parent / "alike"
_EACH = re.compile(r"^-- @for (?P<values>.+)$", re.MULTILINE)
_FUNCTION_BODY = re.compile(r"AS \$\$(.*?)\$\$", re.DOTALL)
_DEFINITION = re.compile(r"CREATE (?:OR REPLACE |CONSTRAINT )?TRIGGER .*", re.DOTALL)
_FUNCTION_NAME = re.compile(r"EXECUTE FUNCTION (\w+)\(")
# A function's settings in words, so that they are compared as one: see `_expected`.
_FUNCTIONS_ON_POSTGRESQL = """
    SELECT p.proname, p.prosrc,
           p.proconfig = ARRAY['search_path=pg_catalog, ' || quote_ident(current_schema()) || ', pg_temp']
             AND NOT p.prosecdef
      FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace AND p.proname = ANY(%s)
"""
_INSTALLED_ON_POSTGRESQL = """
    SELECT t.tgname, t.tgenabled::text, c.relname, p.prosrc,
           concat(p.proname,
                  ' in ', l.lanname,
                  CASE WHEN p.prosecdef THEN ' for its owner' ELSE ' for its caller' END,
                  CASE WHEN p.proconfig
                         = ARRAY['search_path=pg_catalog, ' || quote_ident(current_schema()) || ', pg_temp']
                       THEN ', with what the installer sets' ELSE ', with other settings' END,
                  CASE WHEN p.proowner = c.relowner AND p.pronamespace = c.relnamespace
                       THEN ', of the table''s owner' ELSE ', of somebody else' END),
           COALESCE(obj_description(t.oid, 'pg_trigger'), ''), pg_get_triggerdef(t.oid)
      FROM pg_trigger t
      JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_proc p ON p.oid = t.tgfoid
      JOIN pg_language l ON l.oid = p.prolang
     WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""
_CONDITIONS_ON_POSTGRESQL = """
    SELECT t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND t.tgqual IS NOT NULL AND t.tgconstraint = 0
       AND c.relnamespace = current_schema()::regnamespace AND t.tgname = ANY(%s)
"""
#: By the third it reads as it was written.
_MOST_PRINTS = 5


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
    def function_name(self) -> str:
        found = _FUNCTION_NAME.search(self.sql)
        return found.group(1) if found else ""

    @property
    def definition(self) -> str:
        found = _DEFINITION.search(self.sql)
        return _one_line(found.group(0).rstrip("; \n")) if found else ""


@cache
def list_triggers(app_label: str, vendor: str) -> tuple[Trigger, ...]:
    """The triggers that an app ships for a database: first those without conditions, then file by file."""
    app = apps.get_app_config(app_label)
    said = import_module(f"{app.name}.triggers.guarded")
    mechanical = (
        *write_refusals(said.GUARDED, vendor),
        # Whoever took on the key of another would have all that other tables give to it, and those would see no change.
        *write_refusals(dict.fromkeys(getattr(said, "HELD", {}), ("keeps_key",)), vendor),
        *write_waits(getattr(said, "SEALED", ()), vendor),
        *write_telling(getattr(said, "TOLD", {}), vendor),
        *write_holding(getattr(said, "HELD", {}), vendor),
        *(told for table in getattr(said, "ERASABLE", ()) for told in write_erasures(table, vendor)),
    )
    refusals = [Trigger(name=name, table=table, sql=sql) for name, table, sql in mechanical]
    files: list[tuple[Path, Mapping[str, str]]] = [
        *((_ALIKE / vendor / f"{subject}.sql", words) for subject, words in getattr(said, "ALIKE", {}).items()),
        *((file, {}) for file in sorted((Path(app.path) / "triggers" / vendor).glob("*.sql"))),
    ]
    read = (trigger for file, words in files for trigger in _read(file, words))
    return (*refusals, *(_standing_aside(trigger, vendor) for trigger in read))


def _standing_aside(trigger: "Trigger", vendor: str) -> "Trigger":
    if trigger.table not in list_erasable():
        return trigger
    return replace(trigger, sql=stand_aside(trigger.sql, trigger.table, vendor))


@cache
def list_sealed() -> dict[str, tuple[str, ...]]:
    """
    The columns of each history that a cut seals row by row, of all apps, by its table.

    What was added to one later is a history of its own, whose name says more behind the table's: so the texts of before
    stay as they are.
    """
    return gather("SEALED")


def table_of(history: str) -> str:
    """The table of a history that is sealed."""
    return history.partition(" ")[0]


def take_fingerprint(connection: BaseDatabaseWrapper) -> str:
    """A digest of all triggers that are installed, as they are: it changes when one of them does."""
    found = sorted((name, *said) for name, said in _installed(connection).items())
    return sha256(repr(found).encode()).hexdigest()


def _read(file: Path, words: Mapping[str, str]) -> list[Trigger]:
    text = _put(words, file.read_text(encoding="utf-8"))
    headers = list(_HEADER.finditer(text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    return [
        Trigger(
            name=_put(values, header["name"]),
            table=_put(values, header["table"]),
            sql=_put(values, _without_comments(text[header.end() : end])),
        )
        for header, end in zip(headers, ends, strict=True)
        for values in map(_values_in, _EACH.findall(text, header.end(), end) or [""])
    ]


def _values_in(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


def _put(values: Mapping[str, str], text: str) -> str:
    """A text with `column: order_id` put where it says `{column}`."""
    for word, value in values.items():
        text = text.replace(f"{{{word}}}", value)
    return text


def put_up(connection: BaseDatabaseWrapper, app_label: str = "ledger") -> None:
    """Create the app's triggers where they are missing or differ; what is right already is left alone."""
    if not missing(connection, app_label):
        return
    # All at once: a posting by somebody else meets the old triggers or the new ones.
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        shipped = list_triggers(app_label, connection.vendor)
        for trigger in shipped:
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")
            cursor.execute(trigger.sql)
        if connection.vendor == "postgresql":
            _settle(cursor, shipped)
            for trigger in shipped:
                cursor.execute(f"ALTER TABLE {trigger.table} ENABLE ALWAYS TRIGGER {trigger.name}")
                cursor.execute(f"ALTER FUNCTION {trigger.function_name}() SET {_search_path(cursor)}")
        for name, sql in _functions(app_label, connection.vendor).items():
            cursor.execute(sql)
            cursor.execute(f"ALTER FUNCTION {name} SET {_search_path(cursor)}")
        if connection.vendor == "postgresql":
            _sign(connection, app_label)


def _settle(cursor: CursorWrapper, shipped: Iterable[Trigger]) -> None:
    """
    Make each condition anew from how PostgreSQL prints it, until it prints it so again: as it would come back from a
    backup, where it would else read like another one.
    """
    names = [trigger.name for trigger in shipped]
    before: dict[str, str] = {}
    for _ in range(_MOST_PRINTS):
        cursor.execute(_CONDITIONS_ON_POSTGRESQL, [names])
        printed = dict(cursor.fetchall())
        for name, definition in printed.items():
            if definition != before.get(name):
                cursor.execute(definition.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1))
        if printed == before:
            return
        before = printed


def take_down(connection: BaseDatabaseWrapper, app_label: str = "ledger") -> None:
    """
    Drop the app's triggers on SQLite, so that migrations can remake its tables.

    PostgreSQL alters its tables in place, and there the shop may be open: its triggers stay. A migration that alters
    the type of a column which a trigger's condition names drops and creates that trigger in its own transaction.
    """
    if connection.vendor != "sqlite":
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for trigger in list_triggers(app_label, connection.vendor):
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")


def missing(connection: BaseDatabaseWrapper, app_label: str = "ledger") -> list[str]:
    """Names of the app's triggers, and functions, that are absent, switched off or other than what the app ships."""
    installed = _installed(connection)
    return _missing_functions(connection, app_label) + [
        trigger.name
        for trigger in list_triggers(app_label, connection.vendor)
        if installed.get(trigger.name) != _expected(trigger, connection, installed.get(trigger.name, ()))
    ]


def _functions(app_label: str, vendor: str) -> dict[str, str]:
    """What statements of the app call on PostgreSQL, by name: each has a file of its own name."""
    if vendor != "postgresql":
        return {}
    folder = Path(apps.get_app_config(app_label).path) / "triggers" / vendor / "functions"
    return {file.stem: _without_comments(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.sql"))}


def _missing_functions(connection: BaseDatabaseWrapper, app_label: str) -> list[str]:
    shipped = _functions(app_label, connection.vendor)
    if not shipped:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS_ON_POSTGRESQL, [list(shipped)])
        found = {name: (_one_line(body), as_installed) for name, body, as_installed in cursor.fetchall()}
    bodies = {name: _FUNCTION_BODY.search(sql) for name, sql in shipped.items()}
    return [name for name, body in bodies.items() if body is None or found.get(name) != (_one_line(body[1]), True)]


def list_extra(connection: BaseDatabaseWrapper, app_label: str = "ledger") -> list[tuple[str, str]]:
    """Name and table of each trigger on the app's tables that no app ships."""
    shipped = {
        trigger.name
        for app in apps.get_app_configs()
        if has_triggers(app)
        for trigger in list_triggers(app.label, connection.vendor)
    }
    tables = {model._meta.db_table for model in apps.get_app_config(app_label).get_models()}
    tables |= {trigger.table for trigger in list_triggers(app_label, connection.vendor)}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        else:
            cursor.execute(
                "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace ORDER BY t.tgname"
            )
        return [(name, table) for name, table in cursor.fetchall() if table in tables and name not in shipped]


def _search_path(cursor: CursorWrapper) -> str:
    """
    Where a trigger's function looks for names: a table of the session's own is found last.

    Left out, `pg_temp` would come first, and a temporary table named as one of the books would be read in its stead.
    """
    cursor.execute("SELECT quote_ident(current_schema())")
    return f"search_path = pg_catalog, {cursor.fetchone()[0]}, pg_temp"


def _sign(connection: BaseDatabaseWrapper, app_label: str) -> None:
    """
    Write beside each trigger on PostgreSQL what it was made from and what it then read like.

    PostgreSQL prints a condition in words of its own, so the shipped text cannot be compared with it.
    """
    installed = _installed(connection)
    with connection.cursor() as cursor:
        for trigger in list_triggers(app_label, "postgresql"):
            signature = _signature(trigger, installed[trigger.name][-1])
            cursor.execute(f"COMMENT ON TRIGGER {trigger.name} ON {trigger.table} IS '{signature}'")


def _signature(trigger: Trigger, printed: str) -> str:
    # What was signed before conditions were settled is made anew.
    return sha256(f"settled {trigger.definition}\n{printed}".encode()).hexdigest()


def _expected(trigger: Trigger, connection: BaseDatabaseWrapper, installed: tuple[str, ...]) -> tuple[str, ...]:
    if connection.vendor == "sqlite":
        return (trigger.definition,)
    printed = installed[-1] if installed else ""
    function = f"{trigger.function_name} in plpgsql for its caller, with what the installer sets, of the table's owner"
    return (
        "A",
        trigger.table,
        _one_line(trigger.function_body),
        function,
        _signature(trigger, printed),
        printed,
    )


def _installed(connection: BaseDatabaseWrapper) -> dict[str, tuple[str, ...]]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            return {name: (_one_line(sql),) for name, sql in cursor.fetchall()}
        cursor.execute(_INSTALLED_ON_POSTGRESQL)
        return {
            name: (enabled, table, _one_line(body), function, signature, printed)
            for name, enabled, table, body, function, signature, printed in cursor.fetchall()
        }


def _one_line(sql: str) -> str:
    return " ".join(sql.split())


def _without_comments(sql: str) -> str:
    return "\n".join(line for line in sql.strip().splitlines() if not line.startswith("--"))
