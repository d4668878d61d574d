"""Filters that read like the questions they answer. No sum and no clock in here."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Upper

from ledger.text import fold_number

if TYPE_CHECKING:
    from ledger.models import Account, Customer, Hold, Lot  # noqa: F401  the base classes name them


class CustomerQuerySet(QuerySet["Customer"]):
    def known_as(self, identifier: str, *, test_mode: bool) -> "CustomerQuerySet":
        """
        The customer of this mode with this number, or document id, or number in other letters: the first that is.

        Each of the three is looked up by itself, so that an index serves it whatever the planner believes.
        """
        others = self.model._base_manager.filter(test_mode=test_mode)
        written = others.filter(number=identifier)
        public = others.filter(document_id=identifier)
        folded = others.alias(folded=Upper("number")).filter(folded=fold_number(identifier), twin=False)
        ways = [Subquery(way.order_by().values("pk")[:1]) for way in (written, public, folded)]
        return self.filter(pk=Coalesce(*ways))

    def numbered(self, numbers: Collection[str]) -> "CustomerQuerySet":
        """The customers with these numbers, whatever their capitals; with twins all of them."""
        folded = self.model._base_manager.alias(folded=Upper("number")).filter(
            folded__in={fold_number(number) for number in numbers}, twin=False
        )
        written = self.model._base_manager.filter(number__in=numbers)
        return self.filter(pk__in=folded.values("pk").union(written.values("pk")))

    def matching(self, text: str) -> "CustomerQuerySet":
        """Customers whose number, document id, e-mail, name or phone contain every word of the text."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(number__icontains=word)
                | Q(email__icontains=word)
                | Q(first_name__icontains=word)
                | Q(last_name__icontains=word)
                | Q(phone__icontains=word)
                | Q(document_id=word)
            )
        return found


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
