"""Filters that read like the questions they answer. No sum and no clock in here."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from ledger.folding import split_search
from ledger.querysets import constant, of_people, reached_by

if TYPE_CHECKING:
    from giftcards.models import GiftCard  # noqa: F401  the base class names it


class GiftCardQuerySet(QuerySet["GiftCard"]):
    def with_digest(self, digests: Sequence[str]) -> "GiftCardQuerySet":
        """The card whose code gives one of these digests."""
        return self.filter(code_digest__in=digests)

    def expiring(self, *, after: datetime, until: datetime) -> "GiftCardQuerySet":
        """Cards that can be spent after the first moment and not after the second."""
        return self.filter(expires_at__gt=after, expires_at__lte=until, state=constant("ACTIVE"))

    def due_for_expiry(self, now: datetime) -> "GiftCardQuerySet":
        """Cards past their last day that no sweep has marked."""
        return self.filter(expires_at__lte=now, state=constant("ACTIVE"))

    def unspent(self) -> "GiftCardQuerySet":
        return self.filter(account__balance_minor__gt=0)

    def matching(self, text: str) -> "GiftCardQuerySet":
        """Cards by last four, account number, batch, recipient, or their customer's number, e-mail, name or phone."""
        found = self
        for word in split_search(text):
            # As it stands in the mask: ****7QX2. Codes of another alphabet keep their case.
            four = word.lstrip("*•-")
            cards = self.model._base_manager.order_by().values("pk")
            ways = [
                cards.filter(last_four__in={four, four.upper()}),
                cards.filter(account__number=word.upper()),
                cards.filter(batch__name__icontains=word),
                cards.filter(Q(recipient_name__icontains=word) | Q(recipient_email__icontains=word)),
                cards.filter(of_people("customer_id", word)),
            ]
            found = found.filter(pk__in=reached_by(*ways))
        return found
