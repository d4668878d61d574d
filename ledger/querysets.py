"""Filters that read like the questions they answer. No sum and no clock in here."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Coalesce, Concat, StrIndex, Upper
from django.db.models.lookups import GreaterThan, Lookup

from ledger.folding import read_search
from ledger.metadata import Member
from ledger.rowwise import Among, is_among, is_named, row_by_row
from ledger.text import fold_number

if TYPE_CHECKING:
    from ledger.models import Account, Customer, Hold, Lot  # noqa: F401  the base classes name them


# Fewer are looked for by their words, then looked at; of more, the newest are looked at until there are enough.
_FREQUENT = 500
# The last character there is: after it comes nothing that begins with the same text.
_BEYOND = "\U0010ffff"


class CustomerQuerySet(QuerySet["Customer"]):
    def known_as(self, identifier: str, *, test_mode: bool) -> "CustomerQuerySet":
        """
        The customer of this mode with this number, or document id, or number in other letters: the first that is. Of
        one who was merged into another, that other.

        Each of the three is looked up by itself, so that an index serves it whatever the planner believes.
        """
        others = self.model._base_manager.filter(test_mode=test_mode)
        written = others.filter(number=identifier)
        public = others.filter(document_id=identifier)
        folded = others.alias(in_capitals=Upper("number")).filter(in_capitals=fold_number(identifier), twin=False)
        ways = [
            Subquery(way.order_by().values(found=Coalesce("merged_into_id", "pk"))[:1])
            for way in (written, public, folded)
        ]
        return self.filter(pk=Coalesce(*ways))

    def numbered(self, numbers: Collection[str]) -> "CustomerQuerySet":
        """The customers with these numbers, whatever their capitals; with twins all of them."""
        folded = self.model._base_manager.alias(in_capitals=Upper("number")).filter(
            in_capitals__in={fold_number(number) for number in numbers}, twin=False
        )
        written = self.model._base_manager.filter(number__in=numbers)
        return self.filter(pk__in=folded.values("pk").union(written.values("pk")))

    def matching(self, text: str) -> "CustomerQuerySet":
        """Customers of whose number, document id, e-mail, names and phone each word of the text is the beginning."""
        wanted = read_search(text)
        return self.filter(found_by(self, wanted, people())) if wanted else self


def constant(value: str | int) -> Combinable:
    """
    A value of the program's own that stands in the statement itself, not beside it as a parameter.

    What an index over some of the rows says of them must stand in a statement, or a plan that is kept for all
    parameters cannot use it.
    """
    return RawSQL(str(value) if isinstance(value, int) else f"'{value}'", [])  # noqa: S611  nothing that anybody sent


def met_by_many(condition: Q) -> Case:
    """
    A condition that many rows of a list meet, as one value.

    The planner expects half of all rows to have it, and reads the list by the index of its order until there are
    enough. Told the condition it thinks of each as rare, and gathers all rows that meet it to sort them.
    """
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def reached_by(*ways: QuerySet[Any] | RawSQL, column: str = "pk") -> Q:
    """
    That a column names a row that one of several look-ups finds, or whose id one of several statements gives.

    Each is looked up by itself, and before anything else: tests that are joined by OR would be made row by row.
    """
    statements: list[str] = []
    values: list[Any] = []
    for way in ways:
        # One that can find nothing has no statement.
        with suppress(EmptyResultSet):
            sql, parameters = (way.sql, way.params) if isinstance(way, RawSQL) else _read_way(way.order_by())
            statements.append(sql)
            values += parameters
    found = Q(Among(F(column), RawSQL(" UNION ".join(statements), values)))  # noqa: S611  all parameters
    return found if statements else Q(pk__in=[])


def page_of(rows: QuerySet[Any], *, first: int, at_most: int) -> QuerySet[Any]:
    """
    The rows of an ordered list from the place `first` on, in one statement.

    Which they are is found first, in the order of an index and without what belongs to each, which is then looked up.
    All at once, a planner that takes a table for small would gather everything before it sorts. Conditions on other
    tables are to be `fits_looked_up`, or the list is a join again. What a search has looked up by its ids is few, and
    would be looked for in the whole of that order.
    """
    if is_named(rows.query.where):
        return row_by_row(rows)[first : first + at_most]
    try:
        sql, values = _read_ids(rows)
    except EmptyResultSet:
        return rows.none()
    found = rows.all()
    found.query.clear_where()
    # Of a sub-select the planner expects a tenth of whatever there is: see `is_frequent`. It would add to that what is
    # passed over, so the first rows are found together.
    page = f"{sql} LIMIT (SELECT {first + at_most:d})"
    if first:
        page = f"SELECT * FROM ({page}) found LIMIT {at_most:d} OFFSET {first:d}"
    return row_by_row(found.filter(Among(F("pk"), RawSQL(page, values))))  # noqa: S611  all parameters


def fits_looked_up(row: QuerySet[Any], condition: Q) -> Subquery:
    """
    That the one row that a list names fits, as a condition on the list.

    It is looked up for each row of the list, which is read in its own order: no plan can begin with all that fit.
    """
    fits = ExpressionWrapper(condition, output_field=BooleanField())
    return Subquery(row.order_by().annotate(fits=fits).values("fits"), output_field=BooleanField())


def _read_way(rows: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    """The statement for the ids of rows, or for the one value of each that it says, which are looked up one by one."""
    found = row_by_row(rows)
    if not found.query.values_select:
        return _read_ids(found)
    sql, values = found.query.sql_with_params()
    return sql, values


def _read_ids(rows: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    """The statement for the ids of rows, in their order, and its parameters."""
    sql, values = rows.values("pk").query.sql_with_params()
    return sql, values


@dataclass(frozen=True, slots=True)
class Words:
    """A table of words, its column that says whose each is, and the column of a list that names these."""

    table: str
    owner: str
    column: str = "pk"


def people(column: str = "pk") -> Words:
    """The words of customers, whom a column of a list names."""
    return Words("ledger_customerword", "customer_id", column)


def found_by(
    rows: QuerySet[Any],
    wanted: Sequence[Sequence[str]],
    *words: Words,
    keys: Sequence[Q] = (),
    groups: Sequence[Q] = (),
) -> Q:
    """
    That a row has a key, is of a group, or that all that is wanted are beginnings of its words, or of those of whom it
    names.

    What few rows have is looked up first, each by itself. What very many have is not gathered: the list is read in its
    order, and each row tested, until there are enough.

    :param wanted: what was typed, as `read_search` gives it; without an alternative for each word, no words are found.
    :param keys: conditions that few rows meet, each served by an index.
    :param groups: conditions that an index serves, too, and many rows may meet.
    """
    others = rows.model._base_manager.all()
    ways: list[QuerySet[Any] | RawSQL] = [others.filter(key) for key in keys]
    groups, tests = list(groups), list[Q]()
    for each in words if all(wanted) and wanted else ():
        rare = next((alternatives for alternatives in wanted if not is_frequent(alternatives, words=each.table)), None)
        tested = [_has_word(rows, each, alternatives) for alternatives in wanted if alternatives is not rare]
        if rare is None:
            tests.append(reduce(and_, tested))
            continue
        ids = found_by_words(rare, words=each.table, owner=each.owner)
        if each.column != "pk":
            groups.append(reduce(and_, tested, Q(Among(F(each.column), ids))))
        else:
            # An id that the words give is not looked for in the list's own table, which an index has whole: a planner
            # that takes it for small reads all of that.
            ways.append(others.filter(reduce(and_, tested, Q(Among(F("pk"), ids)))) if tested else ids)
    for group, is_large in zip(groups, _which_are_large([others.filter(group) for group in groups]), strict=True):
        if is_large:
            tests.append(group)
        else:
            ways.append(others.filter(group))
    rare_rows = reached_by(*ways) if ways else Q(pk__in=[])
    return Q(met_by_many(reduce(or_, tests, rare_rows))) if tests else rare_rows


def _has_word(rows: QuerySet[Any], words: Words, alternatives: Sequence[str]) -> Q:
    """That one of these is the beginning of a word of a row, or of what it names."""
    if words.column == "pk":
        return has_word(alternatives, "folded")
    owners = rows.model._meta.get_field(words.column.removesuffix("_id")).related_model._base_manager
    return Q(fits_looked_up(owners.filter(pk=OuterRef(words.column)), has_word(alternatives, "folded")))


def _which_are_large(groups: Sequence[QuerySet[Any]]) -> list[bool]:
    """Which of these are very many rows. No more of each are counted than it takes to know."""
    counts: list[str] = []
    values: list[Any] = []
    for group in groups:
        try:
            sql, parameters = _read_ids(row_by_row(group.order_by()))
        except EmptyResultSet:
            counts.append("0")
            continue
        counts.append(f"(SELECT COUNT(*) FROM ({sql} LIMIT (SELECT {_FREQUENT})) counted)")
        values += parameters
    if not values:
        return [False] * len(counts)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", values)
        return [count >= _FREQUENT for count in cursor.fetchone()]


def found_by_words(
    alternatives: Sequence[str], *, words: str = "ledger_customerword", owner: str = "customer_id"
) -> RawSQL:
    """The ids of those who have a word that begins with one of these. Each alternative is a stretch of the index."""
    stretch = f"SELECT {owner} FROM {words} WHERE word >= %s AND word < %s"
    bounds = [bound for word in alternatives for bound in (word, f"{word}{_BEYOND}")]
    return RawSQL(" UNION ".join([stretch] * len(alternatives)), bounds)  # noqa: S611  what is typed goes in as parameters


def is_frequent(alternatives: Sequence[str], *, words: str = "ledger_customerword") -> bool:
    """
    Whether very many words begin with one of these. No more of them are counted than it takes to know.

    All that has such a word would be too much to gather first: a list that tests row by row is soon full.
    """
    # In the order of the index, which is then read no further than it must be. A number in LIMIT would tell the planner
    # when it may as well gather all of the few that it believes there are, and sort them; of a sub-select it knows
    # nothing, and expects a tenth of whatever there is to be enough.
    one = f"SELECT word FROM {words} WHERE word >= %s AND word < %s ORDER BY word LIMIT (SELECT {_FREQUENT})"
    stretch = f"(SELECT COUNT(*) FROM ({one}) counted)"
    bounds = [bound for word in alternatives for bound in (word, f"{word}{_BEYOND}")]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {' + '.join([stretch] * len(alternatives))}", bounds)
        return bool(cursor.fetchone()[0] >= _FREQUENT)


class _HasMember(Lookup):
    """That a column names a row whose metadata has a member; the right side is the test and the member's digest."""

    lookup_name = "has_member"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, before = self.process_lhs(compiler, connection)
        test, digest = self.rhs
        return test.format(column=column), (*before, digest)


def having_metadata(member: Member, *, table: str, owner: str, column: str = "pk") -> Q:
    """
    That what a column names has this member in its metadata.

    :param table: of its kind's metadata, whose column `owner` says whose each member is.
    """
    if _is_frequent_member(member, table):
        return Q(_HasMember(F(column), (_write_member_test(table, owner), member.digest)))
    found = f"SELECT {owner} FROM {table} WHERE digest = %s"
    return Q(Among(F(column), RawSQL(found, [member.digest])))  # noqa: S611  all parameters


def write_metadata_test(member: Member, *, table: str, owner: str) -> str:
    """
    A condition that somebody's metadata has a member: SQL with `{column}` for their id, and one value, its digest.

    Those that have it are looked up first. Where very many have, that would gather too much: a list that tests row by
    row is soon full.
    """
    if _is_frequent_member(member, table):
        return _write_member_test(table, owner)
    return is_among("{column}", f"(SELECT {owner} FROM {table} WHERE digest = %s)", connection.vendor)


def _is_frequent_member(member: Member, table: str) -> bool:
    with connection.cursor() as cursor:
        some = f"SELECT 1 FROM {table} WHERE digest = %s LIMIT (SELECT {_FREQUENT})"
        cursor.execute(f"SELECT COUNT(*) FROM ({some}) counted", [member.digest])
        return bool(cursor.fetchone()[0] >= _FREQUENT)


def _write_member_test(table: str, owner: str) -> str:
    # A sub-select of one value, for of an EXISTS the planner would make a join of everything.
    return f"COALESCE((SELECT TRUE FROM {table} WHERE digest = %s AND {owner} = {{column}}), FALSE)"


def has_word(alternatives: Sequence[str], folded: str) -> Q:
    """That one of these is the beginning of one of the words in a column of words."""
    padded = Concat(Value(" "), F(folded), output_field=TextField())
    return reduce(or_, (Q(GreaterThan(StrIndex(padded, Value(f" {word}")), 0)) for word in alternatives))


class AccountQuerySet(QuerySet["Account"]):
    def matching(self, text: str) -> "AccountQuerySet":
        """Accounts by number, whole, or by their customer's number, e-mail, names or phone."""
        if not text:
            return self
        number = Q(number=text.replace("-", "").upper())
        return self.filter(found_by(self, read_search(text), people("customer_id"), keys=[number]))

    def real(self) -> "AccountQuerySet":
        """Without test money, which stands in no report."""
        return self.filter(test_mode=False)


class LotQuerySet(QuerySet["Lot"]):
    def open(self) -> "LotQuerySet":
        return self.filter(remaining_minor__gt=constant(0))

    def live(self, now: datetime) -> "LotQuerySet":
        """Lots that have value and have not expired at `now`."""
        return self.open().filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))

    def expired(self, now: datetime) -> "LotQuerySet":
        return self.open().filter(expires_at__lte=now)


class HoldQuerySet(QuerySet["Hold"]):
    def open(self) -> "HoldQuerySet":
        return self.filter(status=constant("OPEN"))

    def timed_out(self, now: datetime) -> "HoldQuerySet":
        return self.open().filter(expires_at__lte=now)
