"""Filters that read like the questions they answer. No sum and no clock in here."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from ledger.folding import read_search, split_search
from ledger.querysets import constant, has_word, having_words, is_frequent, of_people, reached_by

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
            wanted = read_search(word)
            if any(_are_frequent(wanted, words) for words in ("ledger_customerword", "giftcards_cardword")):
                named = reduce(and_, (has_word(part, "folded") for part in wanted))
                owned = reduce(and_, (has_word(part, "customer__folded") for part in wanted))
                numbered = Q(last_four__in={four, four.upper()}) | Q(account__number=word.upper())
                found = found.filter(numbered | Q(batch__name__icontains=word) | named | owned)
                continue
            ways = [
                cards.filter(last_four__in={four, four.upper()}),
                cards.filter(account__number=word.upper()),
                cards.filter(batch__name__icontains=word),
                cards.filter(having_words(word, words="giftcards_cardword", owner="card_id")),
                cards.filter(of_people("customer_id", word)),
            ]
            found = found.filter(reached_by(*ways))
        return found


def _are_frequent(wanted: Sequence[Sequence[str]], words: str) -> bool:
    """Whether very many would be found by each of these words."""
    return bool(wanted) and all(part and is_frequent(part, words=words) for part in wanted)
