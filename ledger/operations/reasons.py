"""What a reason decides: where an entry is booked, what the credit counts as and how long it lives."""

from dataclasses import dataclass
from datetime import datetime

from ledger.days import days_after
from ledger.errors import ReasonMissing, ReasonNeedsNote, ReasonNeedsOrder, ReasonUnknown
from ledger.models import CounterAccount, Funding, Reason

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


def booking_for(*, reason: str | None, funding: str | None, note: str, reference: str) -> Booking:
    """
    What a reason says, or without one what the funding says; goodwill if neither is given.

    :raises ReasonUnknown: if no active reason has the code.
    :raises ReasonNeedsNote, ReasonNeedsOrder: if the reason asks for what was not given.
    """
    if reason is None:
        chosen = Funding(funding or Funding.GOODWILL)
        return Booking(chosen, COUNTER_ACCOUNTS[chosen])
    found = require_reason(reason=reason, note=note, reference=reference)
    return Booking(funding or found.funding, found.counter_account, found.expires_in_days)


def require_reason(*, reason: str, note: str, reference: str) -> Reason:
    """
    The active reason of that code.

    :raises ReasonUnknown: if there is none.
    :raises ReasonNeedsNote, ReasonNeedsOrder: if it asks for what was not given.
    """
    found = Reason.objects.filter(code=reason, active=True).first()
    if found is None:
        raise ReasonUnknown(reason=reason)
    if found.needs_note and not note.strip():
        raise ReasonNeedsNote(reason=reason)
    if found.needs_order and not reference.strip():
        raise ReasonNeedsOrder(reason=reason)
    return found


def require_why(*, reason: str | None, note: str, reference: str) -> None:
    """
    A correction says why.

    :raises ReasonMissing: if neither a reason nor a note is given.
    :raises ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder: as `require_reason`.
    """
    if reason is not None:
        require_reason(reason=reason, note=note, reference=reference)
    elif not note.strip():
        raise ReasonMissing
