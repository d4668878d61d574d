"""
The triggers that write down each change of who may do what: whoever makes it, by whatever statement.

An app says in its `guarded.py` which tables are told of, and how. Who acts is what the program has said for the
transaction (`storecredit.audit.operations.acting`); where it has said nothing, it is the login of the database.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

_ROW: Final = "{row}"


class Secret(NamedTuple):
    """What is never told, only that it is another: the column that holds it, and the expression that reads it."""

    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Told:
    """
    What is told of the changes of one table. Expressions say `{row}` for the row as it was or is.

    :param kind: what it is among the kinds of activity.
    :param subject: the kind of what it is told of; `id` and `label` are expressions.
    :param columns: those whose change is told.
    :param members: by its name each member that is told, an expression.
    :param secrets: by its name each secret of which is told that another has taken its place.
    """

    kind: str
    subject: str
    id: str
    label: str
    columns: tuple[str, ...]
    members: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)

    @property
    def watched(self) -> tuple[str, ...]:
        """The expressions of which one differs where a change is told."""
        return (*(f"{_ROW}.{column}" for column in self.columns), *(each.value for each in self.secrets.values()))

    @property
    def updated(self) -> str:
        """The columns that an update names."""
        return ", ".join(dict.fromkeys((*self.columns, *(each.column for each in self.secrets.values()))))


def yes_or_no(column: str) -> str:
    """A condition in the words that both databases have for it."""
    return f"CASE WHEN {_ROW}.{column} THEN 'yes' ELSE 'no' END"


def as_text(column: str) -> str:
    """Any value in words."""
    return f"CAST({_ROW}.{column} AS TEXT)"


def uuid_text(column: str) -> str:
    """A key as the program writes it: PostgreSQL has hyphens in it, SQLite none."""
    bare = f"REPLACE(CAST({_ROW}.{column} AS TEXT), '-', '')"
    parts = (f"SUBSTR({bare}, {at}, {length})" for at, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12)))
    return " || '-' || ".join(parts)


_ON_POSTGRESQL = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM audit_tell('{kind}', '{subject}', {new_id}, {new_label}, '{{}}', {new});
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM audit_tell('{kind}', '{subject}', {old_id}, {old_label}, {old}, '{{}}');
  ELSIF ({old_columns}) IS DISTINCT FROM ({new_columns}) THEN
    PERFORM audit_tell('{kind}', '{subject}', {new_id}, {new_label}, {old_changed}, {new_changed});
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF {columns} ON {table}
FOR EACH ROW EXECUTE FUNCTION {name}();
"""
_ON_SQLITE = """
CREATE TRIGGER {name} AFTER {statement} ON {table} FOR EACH ROW{condition}
BEGIN
  INSERT INTO audit_activity (kind, actor_kind, actor_id, actor_label, actor_owner, door, request_id, address,
      subject_kind, subject_id, subject_label, before, after, details, created_at)
  SELECT '{kind}', COALESCE(json_extract(who, '$.kind'), 'NOBODY'), COALESCE(json_extract(who, '$.id'), ''),
         COALESCE(NULLIF(json_extract(who, '$.label'), ''), 'database'), COALESCE(json_extract(who, '$.owner'), ''),
         COALESCE(json_extract(who, '$.door'), 'database'), COALESCE(json_extract(who, '$.request_id'), ''),
         COALESCE(json_extract(who, '$.address'), ''),
         '{subject}', {id}, SUBSTR(COALESCE({label}, ''), 1, 200), {before}, {after}, '{{}}',
         COALESCE(json_extract(who, '$.at'), STRFTIME('%Y-%m-%d %H:%M:%f', 'now'))
    FROM (SELECT audit_actor() AS who);
END;
"""


def write_telling(told: Mapping[str, Told], vendor: str) -> Iterator[tuple[str, str, str]]:
    """Name, table and SQL of the triggers that tell of each table."""
    for table, how in told.items():
        yield from (_on_postgresql if vendor == "postgresql" else _on_sqlite)(table, how)


def _on_postgresql(table: str, how: Told) -> Iterator[tuple[str, str, str]]:
    name = f"{table}_is_told"
    words: dict[str, str] = {"name": name, "table": table, "kind": how.kind, "subject": how.subject}
    words["columns"] = how.updated
    for side, row in (("old", "OLD"), ("new", "NEW")):
        words[f"{side}_id"] = f"CAST({_of(row, how.id)} AS TEXT)"
        words[f"{side}_label"] = f"CAST({_of(row, how.label)} AS TEXT)"
        words[side] = f"jsonb_build_object({_members(row, how)})"
        words[f"{side}_changed"] = f"jsonb_build_object({_members(row, how, with_secrets=True)})"
        words[f"{side}_columns"] = ", ".join(_of(row, expression) for expression in how.watched)
    yield name, table, _ON_POSTGRESQL.format(**words).strip()


def _on_sqlite(table: str, how: Told) -> Iterator[tuple[str, str, str]]:
    changed = " OR ".join(f"({_of('OLD', each)}) IS NOT ({_of('NEW', each)})" for each in how.watched)
    for verb, statement in (("", "INSERT"), ("_changed", f"UPDATE OF {how.updated}"), ("_gone", "DELETE")):
        with_secrets = verb == "_changed"
        row = "OLD" if statement == "DELETE" else "NEW"
        name = f"{table}_is_told{verb}"
        sql = _ON_SQLITE.format(
            name=name,
            table=table,
            statement=statement,
            condition=f"\nWHEN {changed}" if verb == "_changed" else "",
            kind=how.kind,
            subject=how.subject,
            id=f"CAST({_of(row, how.id)} AS TEXT)",
            label=_of(row, how.label),
            before="'{}'" if statement == "INSERT" else f"json_object({_members('OLD', how, with_secrets)})",
            after="'{}'" if statement == "DELETE" else f"json_object({_members('NEW', how, with_secrets)})",
        )
        yield name, table, sql.strip()


def _members(row: str, how: Told, with_secrets: bool = False) -> str:
    told = {name: _of(row, expression) for name, expression in how.members.items()}
    if with_secrets:
        told |= {name: _whether_another(row, each.value) for name, each in how.secrets.items()}
    return ", ".join(f"'{name}', {expression}" for name, expression in told.items())


def _whether_another(row: str, value: str) -> str:
    if row == "OLD":
        return "'as before'"
    return f"CASE WHEN ({_of('OLD', value)}) IS DISTINCT FROM ({_of('NEW', value)}) THEN 'another' ELSE 'as before' END"


def _of(row: str, expression: str) -> str:
    return expression.replace(_ROW, row)
