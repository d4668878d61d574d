"""Filters that read like the questions they answer. No sum and no clock in here."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Case, F, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Coalesce, Concat, StrIndex, Upper
from django.db.models.lookups import GreaterThan, Lookup

from ledger.folding import read_search
from ledger.metadata import Member
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
        The customer of this mode with this number, or document id, or number in other letters: the first that is.

        Each of the three is looked up by itself, so that an index serves it whatever the planner believes.
        """
        others = self.model._base_manager.filter(test_mode=test_mode)
        written = others.filter(number=identifier)
        public = others.filter(document_id=identifier)
        folded = others.alias(in_capitals=Upper("number")).filter(in_capitals=fold_number(identifier), twin=False)
        ways = [Subquery(way.order_by().values("pk")[:1]) for way in (written, public, folded)]
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
        if not all(wanted):
            return self.none()
        found, rare = self, next((word for word in wanted if not is_frequent(word)), None)
        if rare is not None:
            found = found.filter(pk__in=found_by_words(rare))
        for alternatives in wanted:
            if alternatives is not rare:
                found = found.filter(has_word(alternatives, "folded"))
        return found


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


class _Among(Lookup):
    """
    That a column's value is one of those that a statement gives.

    On PostgreSQL the statement runs once, and its values are then looked up in the column's index. As an `IN` it would
    be a join, which comes last where a list has many of them.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, before = self.process_lhs(compiler, connection)
        statement, values = self.process_rhs(compiler, connection)
        test = f"= ANY (ARRAY{statement})" if connection.vendor == "postgresql" else f"IN {statement}"
        return f"{column} {test}", (*before, *values)


def reached_by(*ways: QuerySet[Any], column: str = "pk") -> Q:
    """
    That a column names a row that one of several look-ups finds.

    Each is looked up by itself, and before anything else: tests that are joined by OR would be made row by row.
    """
    meta = ways[0].model._meta
    statements = [f"SELECT {meta.pk.column} FROM {meta.db_table} WHERE 1 = 0"]
    values: list[Any] = []
    for way in ways:
        # One that can find nothing has no statement.
        with suppress(EmptyResultSet):
            sql, parameters = way.order_by().values("pk").query.sql_with_params()
            statements.append(sql)
            values += parameters
    return Q(_Among(F(column), RawSQL(" UNION ".join(statements), values)))  # noqa: S611  all parameters


def of_people(column: str, text: str) -> Q:
    """That a column names a customer whom the text finds."""
    return having_words(text, words="ledger_customerword", owner="customer_id", column=column)


def having_words(text: str, *, words: str, owner: str, column: str = "pk") -> Q:
    """
    That each word of the text is the beginning of a word of what a column names.

    :param words: the table of the words, whose column `owner` says whose each is.
    """
    wanted = read_search(text)
    if not wanted or not all(wanted):
        return Q(pk__in=[])
    found = Q()
    for alternatives in wanted:
        found &= Q(**{f"{column}__in": found_by_words(alternatives, words=words, owner=owner)})
    return found


def found_by_words(
    alternatives: Sequence[str], *, words: str = "ledger_customerword", owner: str = "customer_id"
) -> Combinable:
    """
    The ids of those who have a word that begins with one of these, as one side of an `IN`.

    Each is a stretch of the index, read before anything else: a plan that tests row after row cannot be.
    """
    stretch = f"SELECT {owner} FROM {words} WHERE word >= %s AND word < %s"
    sql = " UNION ".join([stretch] * len(alternatives))
    bounds = [bound for word in alternatives for bound in (word, f"{word}{_BEYOND}")]
    return RawSQL(_first_of_all(sql), bounds)  # noqa: S611  what is typed goes in as parameters


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
    return Q(_HasMember(F(column), (write_metadata_test(member, table=table, owner=owner), member.digest)))


def write_metadata_test(member: Member, *, table: str, owner: str) -> str:
    """
    A condition that somebody's metadata has a member: SQL with `{column}` for their id, and one value, its digest.

    Those that have it are looked up first. Where very many have, that would gather too much: a list that tests row by
    row is soon full.
    """
    with connection.cursor() as cursor:
        some = f"SELECT 1 FROM {table} WHERE digest = %s LIMIT (SELECT {_FREQUENT})"
        cursor.execute(f"SELECT COUNT(*) FROM ({some}) counted", [member.digest])
        is_frequent = cursor.fetchone()[0] >= _FREQUENT
    if is_frequent:
        # A sub-select of one value, for of an EXISTS the planner would make a join of everything.
        return f"COALESCE((SELECT TRUE FROM {table} WHERE digest = %s AND {owner} = {{column}}), FALSE)"
    found = f"(SELECT {owner} FROM {table} WHERE digest = %s)"
    return f"{{column}} = ANY (ARRAY{found})" if connection.vendor == "postgresql" else f"{{column}} IN {found}"


def has_word(alternatives: Sequence[str], folded: str) -> Q:
    """That one of these is the beginning of one of the words in a column of words."""
    padded = Concat(Value(" "), F(folded), output_field=TextField())
    return reduce(or_, (Q(GreaterThan(StrIndex(padded, Value(f" {word}")), 0)) for word in alternatives))


def _first_of_all(sql: str) -> str:
    """A statement that gives ids, so written that PostgreSQL runs it once and goes from there to the rows."""
    return f"SELECT unnest(ARRAY({sql}))" if connection.vendor == "postgresql" else sql


class AccountQuerySet(QuerySet["Account"]):
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
