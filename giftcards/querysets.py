"""Filters that read like the questions they answer. No sum and no clock in here."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from ledger.folding import read_search, split_search
from ledger.querysets import Words, constant, found_by, people, reached_by

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
        batches = self.model._meta.get_field("batch").related_model._base_manager
        words = (Words("giftcards_cardword", "card_id"), people("customer_id"))
        found = self
        for word in split_search(text):
            # As it stands in the mask: ****7QX2. Codes of another alphabet keep their case.
            four = word.lstrip("*•-")
            keys = [Q(last_four__in={four, four.upper()}), self._of_account(word.upper())]
            batch = reached_by(batches.filter(name__icontains=word), column="batch_id")
            found = found.filter(found_by(self, read_search(word), *words, keys=keys, groups=[batch]))
        return found

    def _of_account(self, number: str) -> Q:
        accounts = self.model._meta.get_field("account").related_model._base_manager
        return reached_by(accounts.filter(number=number), column="account_id")
