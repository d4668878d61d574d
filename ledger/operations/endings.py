"""
Until when credit lives, where that is not its lot's own affair.

All credit of a gift card ends when the card does: whoever keeps cards says so with an `Ending`, and credit that comes
into such an account, or back to it, ends then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from ledger.models import BookRules, Lot
from ledger.operations.atomic import operation


@dataclass(frozen=True, slots=True)
class Ending:
    """The first moment at which no credit of an account can be spent any more; None: there is none."""

    at: datetime | None


def second_life(*, now: datetime) -> datetime:
    """Until when credit lives that comes back at `now`, after it had expired."""
    rules = BookRules.objects.filter(pk=1).first() or BookRules()
    return now + timedelta(days=rules.refund_life_days)


@operation
def end_credit_at(*, account_id: int, ending: Ending) -> int:
    """
    Give every lot of an account one ending, spent and set aside ones too: how many had another.

    The account must be locked, and what has expired on it and is free must have left the books.
    """
    lots = Lot.objects.filter(account_id=account_id)
    if ending.at is None:
        others = lots.filter(expires_at__isnull=False)
    else:
        others = lots.filter(~Q(expires_at=ending.at) | Q(expires_at__isnull=True))
    return others.update(expires_at=ending.at)
