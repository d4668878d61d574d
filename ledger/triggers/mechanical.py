"""
The triggers that refuse a whole kind of statement on a table, written out for each database; and what happened at no
time that anybody could have seen.

An app says in `triggers/guarded.py` which of them its tables have; the name of a trigger is the table's and the rule's.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ledger.triggers.erasing import is_told, list_erasable, list_erased_with, only_erases

#: The advisory lock on PostgreSQL that whoever writes what is sealed holds shared, and who takes a cut alone.
CUT_LOCK: Final = 7235001
# The statements that a rule refuses. Only PostgreSQL has TRUNCATE; SQLite wants a trigger for each statement.
_STATEMENTS = {
    "immutable": "UPDATE OR DELETE",
    "no_delete": "DELETE",
    "no_truncate": "TRUNCATE",
    "keeps_key": "UPDATE OF id",
}

_POSTGRESQL = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER {name} BEFORE {statements} ON {table}
FOR EACH {each} EXECUTE FUNCTION {name}();
"""
# Before the first row is made, which would draw its number: under a cut's lock the last number is the last.
_WAITING = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared({lock}); RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER {name} BEFORE INSERT ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
# What goes with the words of another row.
_POSTGRESQL_BUT_WITH_WORDS = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF {is_told} THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
END $$;
CREATE OR REPLACE TRIGGER {name} BEFORE {statements} ON {table}
FOR EACH {each} EXECUTE FUNCTION {name}();
"""
# Where something of a row may be erased.
_POSTGRESQL_BUT_ERASING = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF {only_erases} THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
END $$;
CREATE OR REPLACE TRIGGER {name} BEFORE {statements} ON {table}
FOR EACH {each} EXECUTE FUNCTION {name}();
"""
# What lies further off no page could show, and the whole list would not open. Before a row is written anybody may say
# when it was.
_EARLIEST: Final = "1900-01-01 00:00:00"
_LATEST: Final = "2200-01-01 00:00:00"
_POSTGRESQL_DATED = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME; END $$;
CREATE OR REPLACE TRIGGER {name} BEFORE INSERT ON {table}
FOR EACH ROW WHEN (NEW.created_at < '{earliest}+00'::timestamptz OR NEW.created_at >= '{latest}+00'::timestamptz)
EXECUTE FUNCTION {name}();
"""
# A moment is text there, and only some texts are one. The last of February's 31 days is found as days are added.
_SQLITE_DATED = """
CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW
WHEN NEW.created_at < '{earliest}' OR NEW.created_at >= '{latest}'
  OR STRFTIME('%Y-%m-%d %H:%M:%S', SUBSTR(NEW.created_at, 1, 19), '+0 days') IS NOT SUBSTR(NEW.created_at, 1, 19)
  OR SUBSTR(NEW.created_at || '.0', 20, 2) NOT GLOB '.[0-9]'
  OR SUBSTR(NEW.created_at, 21) GLOB '*[^0-9]*' OR LENGTH(NEW.created_at) > 26
BEGIN
  SELECT RAISE(ABORT, '{name}');
END;
"""
_SQLITE = """
CREATE TRIGGER {name} BEFORE {statement} ON {table} FOR EACH ROW
BEGIN
  SELECT RAISE(ABORT, '{rule}');
END;
"""


def write_refusals(guarded: Mapping[str, tuple[str, ...]], vendor: str) -> Iterator[tuple[str, str, str]]:
    """Name, table and SQL of each trigger that the tables have: `{"ledger_lot": ("no_delete",)}`."""
    for table, rules in guarded.items():
        for rule in rules:
            if rule == "dated":
                form = _POSTGRESQL_DATED if vendor == "postgresql" else _SQLITE_DATED
                name = f"{table}_dated"
                yield name, table, form.format(name=name, table=table, earliest=_EARLIEST, latest=_LATEST).strip()
            elif vendor == "postgresql":
                yield _on_postgresql(table, rule)
            else:
                yield from _on_sqlite(table, rule)


def write_waits(sealed: Iterable[str], vendor: str) -> Iterator[tuple[str, str, str]]:
    """
    Name, table and SQL of the triggers that let no row come into these tables while a cut is taken.

    None on SQLite, where one writes at a time.
    """
    if vendor == "postgresql":
        for table in (each for each in sealed if " " not in each):
            name = f"{table}_waits_for_cut"
            yield name, table, _WAITING.format(name=name, table=table, lock=CUT_LOCK).strip()


def _on_postgresql(table: str, rule: str) -> tuple[str, str, str]:
    each = "STATEMENT" if rule == "no_truncate" else "ROW"
    form, words = (
        _POSTGRESQL,
        {"name": f"{table}_{rule}", "table": table, "statements": _STATEMENTS[rule], "each": each},
    )
    if rule == "immutable" and table in list_erasable():
        form, words = _POSTGRESQL_BUT_ERASING, words | {"only_erases": only_erases(table, "postgresql")}
    if rule == "immutable" and table in list_erased_with():
        of, column = list_erased_with()[table]
        told = is_told(of, f"OLD.{column}", "postgresql")
        form, words = _POSTGRESQL_BUT_WITH_WORDS, words | {"is_told": told}
    sql = form.format(**words)
    return f"{table}_{rule}", table, sql.strip()


def _on_sqlite(table: str, rule: str) -> Iterator[tuple[str, str, str]]:
    if rule == "no_truncate":
        return
    for place, statement in enumerate(_STATEMENTS[rule].split(" OR ")):
        name = f"{table}_{rule}_{statement.lower()}" if place else f"{table}_{rule}"
        sql = _SQLITE.format(name=name, statement=statement, table=table, rule=f"{table}_{rule}").strip()
        if statement == "UPDATE" and table in list_erasable():
            sql = sql.replace("FOR EACH ROW", f"FOR EACH ROW WHEN NOT ({only_erases(table, 'sqlite')})")
        if statement == "DELETE" and rule == "immutable" and table in list_erased_with():
            of, column = list_erased_with()[table]
            told = is_told(of, f"OLD.{column}", "sqlite")
            sql = sql.replace("FOR EACH ROW", f"FOR EACH ROW WHEN NOT {told}")
        yield name, table, sql
