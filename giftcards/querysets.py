"""Filters that read like the questions they answer. No sum and no clock in here."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from giftcards.models import GiftCard  # noqa: F401  the base class names it


class GiftCardQuerySet(QuerySet["GiftCard"]):
    def with_digest(self, digests: Sequence[str]) -> "GiftCardQuerySet":
        """The card whose code gives one of these digests."""
        return self.filter(code_digest__in=digests)

    def expiring(self, *, after: datetime, until: datetime) -> "GiftCardQuerySet":
        """Cards that can be spent after the first moment and not after the second."""
        return self.filter(expires_at__gt=after, expires_at__lte=until, state="ACTIVE")

    def due_for_expiry(self, now: datetime) -> "GiftCardQuerySet":
        """Cards past their last day that no sweep has marked."""
        return self.filter(expires_at__lte=now, state="ACTIVE")

    def unspent(self) -> "GiftCardQuerySet":
        return self.filter(account__balance_minor__gt=0)

    def matching(self, text: str) -> "GiftCardQuerySet":
        """Cards by last four, account number, batch, recipient, or their customer's number, e-mail or name."""
        found = self
        for word in text.split():
            # As it stands in the mask: ****7QX2. Codes of another alphabet keep their case.
            four = word.lstrip("*•-")
            found = found.filter(
                Q(last_four__in={four, four.upper()})
                | Q(account__number__iexact=word)
                | Q(batch__name__icontains=word)
                | Q(recipient_name__icontains=word)
                | Q(recipient_email__icontains=word)
                | Q(customer__number__iexact=word)
                | Q(customer__email__icontains=word)
                | Q(customer__first_name__icontains=word)
                | Q(customer__last_name__icontains=word)
            )
        return found
