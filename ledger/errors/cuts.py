"""Of time that is closed."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from ledger.errors.base import DomainError


class CutNotFound(DomainError):
    """There is no such cut, or it is not sealed yet."""

    code = "cut_not_found"

    def __init__(self, *, number: int) -> None:
        super().__init__(_("There is no sealed cut %(number)s."), number=number)
        self.number = number


class CutInTheFuture(DomainError):
    """Time that has not passed is not closed."""

    code = "cut_in_the_future"

    def __init__(self, *, boundary: datetime, now: datetime) -> None:
        super().__init__(
            _("%(boundary)s has not passed: it is %(now)s."), boundary=boundary.isoformat(), now=now.isoformat()
        )
        self.boundary, self.now = boundary, now


class CutNotLater(DomainError):
    """Time is closed up to a later moment, or to the very same."""

    code = "cut_not_later"

    def __init__(self, *, boundary: datetime, closed_until: datetime) -> None:
        super().__init__(
            _("Time is closed up to %(closed_until)s, not before %(boundary)s."),
            closed_until=closed_until.isoformat(),
            boundary=boundary.isoformat(),
        )
        self.boundary, self.closed_until = boundary, closed_until
