"""What a reason decides: where an entry is booked, what the credit counts as and how long it lives."""

from dataclasses import dataclass
from datetime import datetime

from ledger.days import days_after
from ledger.errors import ReasonMissing, ReasonNeedsNote, ReasonNeedsOrder, ReasonUnknown
from ledger.models import CounterAccount, Funding, Reason
from ledger.posting import Why

#: Where credit of each funding is booked unless a reason says otherwise.
COUNTER_ACCOUNTS = {
    Funding.PAID: CounterAccount.CASH,
    Funding.GOODWILL: CounterAccount.GOODWILL,
    Funding.PROMOTION: CounterAccount.PROMOTION,
    Funding.REFUND: CounterAccount.RETURNS,
    Funding.IMPORTED: CounterAccount.OPENING,
}


@dataclass(frozen=True, slots=True)
class Booking:
    """Where an entry goes and what the credit it brings in is."""

    funding: str
    counter_account: str
    expires_in_days: int | None = None

    def expiry(self, given: datetime | None, now: datetime) -> datetime | None:
        """
        The given expiry, else the reason's own, else none.

        :raises DayOutOfRange: if the reason's days lead beyond what is reckoned with.
        """
        if given is None and self.expires_in_days is not None:
            return days_after(now, self.expires_in_days)
        return given


def booking_for(*, why: Why, funding: str | None) -> Booking:
    """
    What a reason says, or without one what the funding says; goodwill if neither is given.

    :raises ReasonUnknown: if no active reason has the code.
    :raises ReasonNeedsNote, ReasonNeedsOrder: if the reason asks for what was not given.
    """
    found = require_reason(why=why)
    if found is None:
        chosen = Funding(funding or Funding.GOODWILL)
        return Booking(chosen, COUNTER_ACCOUNTS[chosen])
    return Booking(funding or found.funding, found.counter_account, found.expires_in_days)


def require_reason(*, why: Why) -> Reason | None:
    """
    The reason that is given; None if none is.

    :raises ReasonUnknown: if no active reason has the code.
    :raises ReasonNeedsNote, ReasonNeedsOrder: if the reason asks for what was not given.
    """
    if why.reason is None:
        return None
    found = Reason.objects.filter(code=why.reason, active=True).first()
    if found is None:
        raise ReasonUnknown(reason=why.reason)
    if found.needs_note and not why.note.strip():
        raise ReasonNeedsNote(reason=why.reason)
    if found.needs_order and not why.reference.strip():
        raise ReasonNeedsOrder(reason=why.reason)
    return found


def require_why(*, why: Why) -> None:
    """
    A correction says why.

    :raises ReasonMissing: if neither a reason nor a note is given.
    :raises ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder: as `require_reason`.
    """
    if require_reason(why=why) is None and not why.note.strip():
        raise ReasonMissing
