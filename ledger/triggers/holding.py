"""
The triggers that let nobody do more than before without an approved change of access, by whatever statement.

An app says in its `guarded.py` which tables are held (`HELD`), and what of them raises. Such a statement is refused
unless the change that it carries out stands as under way (`DOING`), which it does within the transaction that carries
it out and at no other time. Whoever owns the tables may say that they put up what is shipped, or the data of a test;
the application's role may not.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Held:
    """
    What of one table waits for a second person. Conditions say `OLD` and `NEW`, and `c` for the change of access.

    What databases call differently stands in braces: `{each}` takes an object apart, `{items}` a list, `{json}` writes
    it one way, `{number X}` is what a rate begins with, `{within X Y}` whether a network lies in another.

    :param kind: the kind of change that it asks for.
    :param columns: those of which a change may raise; `changed` says when one does.
    :param added: when a new row raises; blank: never.
    :param removed: when a row that goes raises.
    :param subject: which change it has to be: a condition on `c` and NEW.
    :param granted: what that change has to say: likewise.
    :param gone: which change it has to be when a row goes: a condition on `c` and OLD.
    """

    kind: str
    columns: tuple[str, ...]
    subject: str
    granted: str
    added: str = ""
    changed: str = ""
    removed: str = ""
    gone: str = "c.subject_id = CAST(OLD.id AS TEXT) AND c.after IS NULL"


_WORDS: Final = {
    "postgresql": {"each": "jsonb_each", "items": "jsonb_array_elements_text", "json": "to_jsonb"},
    "sqlite": {"each": "json_each", "items": "json_each", "json": "json"},
}
_NUMBER: Final = {
    "postgresql": r"CAST(split_part(\1, '/', 1) AS bigint)",
    "sqlite": r"CAST(\1 AS INTEGER)",
}
_WITHIN: Final = {
    "postgresql": r"CAST(\1 AS inet) <<= CAST(\2 AS inet)",
    "sqlite": r"access_network_within(\1, \2)",
}
_APPROVED: Final = (
    "EXISTS (SELECT 1 FROM backoffice_accesschange c WHERE c.state = 'DOING' AND c.kind = '{kind}' AND {of})"
)
_ON_POSTGRESQL = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  raises boolean;
BEGIN
  IF NOT access_is_held(TG_RELID) THEN
    raises := FALSE;
  ELSIF TG_OP = 'INSERT' THEN
    raises := ({added}) AND NOT {approved};
  ELSIF TG_OP = 'UPDATE' THEN
    raises := ({changed}) AND NOT {approved};
  ELSE
    raises := ({removed}) AND NOT {approved_gone};
  END IF;
  IF raises THEN
    RAISE EXCEPTION USING MESSAGE = TG_NAME, ERRCODE = '23000', CONSTRAINT = TG_NAME;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER {name} BEFORE INSERT OR DELETE OR UPDATE OF {columns} ON {table}
FOR EACH ROW EXECUTE FUNCTION {name}();
"""
_ON_SQLITE = """
CREATE TRIGGER {name}{verb} BEFORE {statement} ON {table} FOR EACH ROW
WHEN access_is_held() AND ({raises}) AND NOT {approved}
BEGIN
  SELECT RAISE(ABORT, '{name}');
END;
"""


def write_holding(held: Mapping[str, Held], vendor: str) -> Iterator[tuple[str, str, str]]:
    """Name, table and SQL of the triggers that hold each table."""
    for table, how in held.items():
        for name, sql in (_on_postgresql if vendor == "postgresql" else _on_sqlite)(table, how):
            yield name, table, _in_words_of(vendor, sql.strip())


def _on_postgresql(table: str, how: Held) -> Iterator[tuple[str, str]]:
    name = f"{table}_is_held"
    words = {
        "name": name,
        "table": table,
        "columns": ", ".join(how.columns),
        "added": how.added or "FALSE",
        "changed": how.changed or "FALSE",
        "removed": how.removed or "FALSE",
        "approved": _approved(how, f"{how.subject} AND {how.granted}"),
        "approved_gone": _approved(how, how.gone) if how.removed else "FALSE",
    }
    yield name, _put(_ON_POSTGRESQL, words)


def _on_sqlite(table: str, how: Held) -> Iterator[tuple[str, str]]:
    name = f"{table}_is_held"
    approved = _approved(how, f"{how.subject} AND {how.granted}")
    statements = (
        ("", "INSERT", how.added, approved),
        ("_changed", f"UPDATE OF {', '.join(how.columns)}", how.changed, approved),
        ("_gone", "DELETE", how.removed, _approved(how, how.gone)),
    )
    for verb, statement, raises, by in statements:
        if raises:
            words = {"name": name, "verb": verb, "statement": statement, "table": table}
            yield f"{name}{verb}", _put(_ON_SQLITE, words | {"raises": raises, "approved": by})


def _approved(how: Held, of: str) -> str:
    return _put(_APPROVED, {"kind": how.kind, "of": of})


def _put(form: str, words: Mapping[str, str]) -> str:
    for word, value in words.items():
        form = form.replace(f"{{{word}}}", value)
    return form


def _in_words_of(vendor: str, sql: str) -> str:
    sql = re.sub(r"\{number (\S+)\}", _NUMBER[vendor], sql)
    sql = re.sub(r"\{within (\S+) (\S+)\}", _WITHIN[vendor], sql)
    return _put(sql, _WORDS[vendor])
