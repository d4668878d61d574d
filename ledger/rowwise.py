"""
Statements that look up row by row, by an index, whatever the planner believes of the tables.

Of many rows that are named at once, and of the rows that belong to them, a planner may think that the whole table is
cheaper to read: of one that it takes for a few pages, or whose values it has never counted. So each look-up is a
`LATERAL` sub-select of its own. Its `OFFSET 0` keeps the planner from making a join of it again.

On SQLite, which looks up row by row anyway, the statements are as the ORM writes them.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import BooleanField, Model, Prefetch, QuerySet
from django.db.models.expressions import Col, ColPairs
from django.db.models.lookups import Exact, In, Lookup
from django.db.models.sql.datastructures import BaseTable, Join
from django.db.models.sql.where import AND, WhereNode

Rows = TypeVar("Rows", bound=QuerySet[Any])


class Among(Lookup):
    """That a column's value is one of those that a statement gives: see `is_among`."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, before = self.process_lhs(compiler, connection)
        statement, values = self.process_rhs(compiler, connection)
        return is_among(column, statement, connection.vendor), (*before, *values)


def is_among(column: str, statement: str, vendor: str) -> str:
    """
    The condition that a column's value is one of those that a statement, in parentheses, gives.

    On PostgreSQL the statement runs once, and its values are then looked up in the column's index. As an `IN` it would
    be a join, which comes last where a list has many of them.
    """
    return f"{column} {f'= ANY (ARRAY{statement})' if vendor == 'postgresql' else f'IN {statement}'}"


def row_by_row(rows: Rows) -> Rows:
    """
    The same rows, looked up one after the other: those of the list's own table by the condition that names them (that
    its key is `Among`, or a column `IN`, what is given), and what belongs to each by the columns that join it. Where
    they are known by what belongs to them alone, as an order by its customer's e-mail, that is looked up first.

    For lists whose conditions name few rows. What is fetched for all of them at once (`prefetch_related`) is looked up
    likewise, but for what a table between the two relates.
    """
    found: Any = rows.all()
    query = found.query
    query.join_class, query.base_table_class = _LookedUp, _NamedRows
    own = query.get_initial_alias()
    first = _find_first(query.where, own)
    named = _take_named(query.where, first)
    way = _list_way(query.alias_map, own, first)
    query.alias_map = {
        name: _NamedRows(table.table_name, name, named, way)
        if name == own
        else _copy(table, _Passed if table in way else _LookedUp)
        for name, table in query.alias_map.items()
    }
    found._prefetch_related_lookups = tuple(_fetch_row_by_row(found.model, found._prefetch_related_lookups))
    rowwise: Rows = found
    return rowwise


def is_named(where: WhereNode) -> bool:
    """Whether each of the rows must be one of those whose keys are looked up."""
    return any(isinstance(each, Among) and _is_key(each) for _, each in _list_conditions(where))


class _LookedUp(Join):
    """A join whose row is looked up by itself for each row before it."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        sql, values = super().as_sql(compiler, connection)
        if connection.vendor != "postgresql":
            return sql, values
        joined, _, condition = sql.partition(" ON ")
        rows = _write_look_up(joined.removeprefix(f"{self.join_type} "), condition)
        return f"{self.join_type} {rows} {compiler.quote_name_unless_alias(self.table_alias)} ON TRUE", values


class _Passed(Join):
    """A join on the way to the rows, which have it in what they begin with."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return ("", ()) if connection.vendor == "postgresql" else super().as_sql(compiler, connection)


class _NamedRows(BaseTable):
    """
    A list's own table, of which only the rows are looked at that a condition names, or to which a way leads from what
    the condition names.
    """

    def __init__(
        self, table_name: str, alias: str | None, named: Among | None = None, way: Sequence[Join] = ()
    ) -> None:
        super().__init__(table_name, alias)
        self.named, self.way = named, way

    def relabeled_clone(self, change_map: Any) -> "_NamedRows":
        named = self.named and self.named.relabeled_clone(change_map)
        way = [each.relabeled_clone(change_map) for each in self.way]
        return type(self)(self.table_name, change_map.get(self.table_alias, self.table_alias), named, way)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        if connection.vendor != "postgresql":
            return super().as_sql(compiler, connection)
        quote = compiler.quote_name_unless_alias
        sql, values = self._write_first(self.way[-1] if self.way else self, compiler, connection)
        tables = compiler.query.alias_map
        for join in reversed(self.way):
            condition = Join.as_sql(join, compiler, connection)[0].partition(" ON ")[2]
            rows = _write_look_up(_write_table(tables[join.parent_alias], quote), condition)
            sql += f" CROSS JOIN {rows} {quote(join.parent_alias)}"
        return sql, values

    def _write_first(self, table: Any, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        quote = compiler.quote_name_unless_alias
        written = _write_table(table, quote)
        named = self.named or _find_given(compiler.query.where, table.table_alias)
        if named is None:
            return written, ()
        column, _ = compiler.compile(named.lhs)
        given, values = named.process_rhs(compiler, connection)
        condition, more = f"{column} = named.it", ()
        if isinstance(named, In):
            given = f"[{given[1:-1]}]::{named.lhs.target.db_type(connection)}[]"
            if _are_of(compiler.query.where, table.table_alias):
                # Among these may be what an index over some of the rows says of them.
                other, more = compiler.compile(compiler.query.where)
                condition = f"{condition} AND {other}"
        rows = _write_look_up(written, condition)
        # As an array they are what they are for certain: the planner thinks of no other way to them.
        names = f"(SELECT DISTINCT it FROM unnest(ARRAY{given}) given (it)) named"
        return f"{names} CROSS JOIN {rows} {quote(table.table_alias)}", (*values, *more)


def _write_look_up(table: str, condition: str) -> str:
    return f"LATERAL (SELECT * FROM {table} WHERE {condition} OFFSET 0)"


def _write_table(table: Any, quote: Callable[[str], str]) -> str:
    renamed = "" if table.table_alias == table.table_name else f" {table.table_alias}"
    return f"{quote(table.table_name)}{renamed}"


def _list_conditions(where: WhereNode) -> Iterator[tuple[WhereNode, Any]]:
    """The conditions all of which must be met, and what each is a part of."""
    if where.connector == AND and not where.negated:
        for each in where.children:
            if isinstance(each, WhereNode):
                yield from _list_conditions(each)
            else:
                yield where, each


def _take_named(where: WhereNode, alias: str) -> Among | None:
    """The condition that names the keys of a list, or else values of another column: it is none of `where` any more."""
    if connection.vendor != "postgresql":
        return None
    found = [pair for pair in _list_conditions(where) if isinstance(pair[1], Among) and pair[1].lhs.alias == alias]
    for part, named in sorted(found, key=lambda pair: not _is_key(pair[1])):
        part.children.remove(named)
        taken: Among = named
        return taken
    return None


def _is_key(named: Among) -> bool:
    is_key: bool = named.lhs.target.primary_key
    return is_key


def _find_given(where: WhereNode, alias: str | None) -> In | None:
    """The condition that a column is one of the values that it says."""
    for _, each in _list_conditions(where):
        if not isinstance(each, In) or not each.rhs_is_direct_value():
            continue
        if isinstance(each.lhs, Col) and each.lhs.alias == alias:
            return each
        # So Django asks for the one row that another names, as for a tuple of one column.
        if isinstance(each.lhs, ColPairs) and each.lhs.alias == alias and len(each.lhs) == 1:
            return In(each.lhs.get_cols()[0], [value for (value,) in each.rhs])
    return None


def _are_of(where: WhereNode, alias: str) -> bool:
    """Whether all conditions are of columns of one table."""
    leaves = list(where.leaves())
    if not all(hasattr(leaf, "flatten") for leaf in leaves):
        return False
    parts = [part for leaf in leaves for part in leaf.flatten()]
    return all(part.alias == alias for part in parts if isinstance(part, Col)) and not any(
        hasattr(part, "query") for part in parts
    )


def _find_first(where: WhereNode, own: str) -> str:
    """The table that is looked at first: a list's own, unless the rows are named by one that is joined alone."""
    naming = [
        each.lhs.alias
        for _, each in _list_conditions(where)
        if isinstance(each, (Exact, In, Among))
        and isinstance(each.lhs, Col)
        and not isinstance(each.lhs.target, BooleanField)
    ]
    return own if own in naming or not naming else naming[0]


def _list_way(tables: dict[str, Any], own: str, first: str) -> list[Join]:
    """The joins from a list's own table to the one that is looked at first."""
    way: list[Join] = []
    while first != own:
        way.insert(0, tables[first])
        first = tables[first].parent_alias
    return way


def _copy(table: Join, kind: type[Join]) -> Join:
    return kind(
        table.table_name,
        table.parent_alias,
        table.table_alias,
        table.join_type,
        table.join_field,
        table.nullable,
        table.filtered_relation,
    )


def _fetch_row_by_row(model: type[Model], wanted: Sequence[Any]) -> Iterator[Any]:
    """What is fetched for a whole list, and what leads there, each by look-ups."""
    told = {each.prefetch_to for each in wanted if isinstance(each, Prefetch)}
    for each in wanted:
        path: str = each.prefetch_through if isinstance(each, Prefetch) else each
        models = _list_models(model, path.split("__"))
        if models is None:
            yield each
            continue
        *before, last = models
        for through, at in before:
            if through not in told:
                told.add(through)
                yield Prefetch(through, row_by_row(at._base_manager.all()))
        if not isinstance(each, Prefetch):
            yield Prefetch(path, row_by_row(last[1]._base_manager.all()))
        else:
            rows = last[1]._base_manager.all() if each.queryset is None else each.queryset
            yield Prefetch(path, row_by_row(rows), to_attr=each.to_attr if each.prefetch_to != path else None)


def _list_models(model: type[Model], names: Sequence[str]) -> list[tuple[str, type[Model]]] | None:
    """Each step of a path and the model to which it leads; None if a table between relates two of them."""
    found: list[tuple[str, type[Model]]] = []
    for place, name in enumerate(names):
        relations: Any = (each for each in model._meta.get_fields() if each.is_relation and not each.many_to_many)
        related = {
            each.get_accessor_name() if each.auto_created and not each.concrete else each.name: each.related_model
            for each in relations
        }
        if name not in related:
            return None
        model = related[name]
        found.append(("__".join(names[: place + 1]), model))
    return found
