"""Filters that read like the questions they answer. No sum and no clock in here."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, QuerySet, Subquery
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import Coalesce, Upper

from ledger.folding import read_search
from ledger.text import fold_number

if TYPE_CHECKING:
    from ledger.models import Account, Customer, Hold, Lot  # noqa: F401  the base classes name them


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
        found = self
        for alternatives in wanted:
            found = found.filter(pk__in=found_by_words(alternatives))
        return found


def of_people(column: str, text: str) -> Q:
    """That a column names a customer whom the text finds."""
    wanted = read_search(text)
    if not wanted or not all(wanted):
        return Q(pk__in=[])
    found = Q()
    for alternatives in wanted:
        found &= Q(**{f"{column}__in": found_by_words(alternatives)})
    return found


def found_by_words(alternatives: Sequence[str]) -> Combinable:
    """
    The ids of the customers who have a word that begins with one of these, as one side of an `IN`.

    Each is a stretch of the index, read before anything else: a plan that tests customer after customer cannot be.
    """
    stretch = "SELECT customer_id FROM ledger_customerword WHERE word >= %s AND word < %s"
    sql = " UNION ".join([stretch] * len(alternatives))
    bounds = [bound for word in alternatives for bound in (word, f"{word}{_BEYOND}")]
    whole = f"SELECT unnest(ARRAY({sql}))" if connection.vendor == "postgresql" else sql
    return RawSQL(whole, bounds)  # noqa: S611  what is typed goes in as parameters


class AccountQuerySet(QuerySet["Account"]):
    def real(self) -> "AccountQuerySet":
        """Without test money, which stands in no report."""
        return self.filter(test_mode=False)


class LotQuerySet(QuerySet["Lot"]):
    def open(self) -> "LotQuerySet":
        return self.filter(remaining_minor__gt=0)

    def live(self, now: datetime) -> "LotQuerySet":
        """Lots that have value and have not expired at `now`."""
        return self.open().filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))

    def expired(self, now: datetime) -> "LotQuerySet":
        return self.open().filter(expires_at__lte=now)


class HoldQuerySet(QuerySet["Hold"]):
    def open(self) -> "HoldQuerySet":
        return self.filter(status="OPEN")

    def timed_out(self, now: datetime) -> "HoldQuerySet":
        return self.open().filter(expires_at__lte=now)
