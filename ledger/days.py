"""
Which days are reckoned with. Beyond them the ends of the calendar come too near: the midnight after the last day that
Python knows cannot be told, nor any moment of it in every time zone.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import available_timezones

from ledger.errors import DayOutOfRange

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9998, 12, 31)
#: Their names. Python opens six hundred files each time that it is asked for them.
TIME_ZONES: Final = frozenset(available_timezones())


def is_reckoned(day: date) -> bool:
    """Whether a day, or the day of a moment wherever it is told, is neither too long ago nor too far away."""
    return FIRST_DAY <= (day.date() if isinstance(day, datetime) else day) <= LAST_DAY


def require_reckoned(day: date) -> None:
    """
    Refuse what is not reckoned with.

    :raises DayOutOfRange: for such a day or moment.
    """
    if not is_reckoned(day):
        raise DayOutOfRange


def first_moment_of(day: date, zone: tzinfo) -> datetime:
    """
    The moment with which a day begins, in UTC: midnight there; the first of two where clocks are put back over it, or
    where they are put forward over it the moment at which they are.

    Never in the zone itself: of such a moment Python says that it equals none that is told in another one.
    """
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def days_after(now: datetime, days: int) -> datetime:
    """
    So many days later.

    :raises DayOutOfRange: if that is not reckoned with.
    """
    # Before it is added, for a sum beyond the calendar is an error of Python's own.
    if days > (LAST_DAY - now.date()).days:
        raise DayOutOfRange
    return now + timedelta(days=days)
