"""When the days of the shop end."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from ledger.days import first_moment_of
from ledger.queries import Cut, find_cut_at
from storecredit.finance.errors import NoCutAt


def midnight_after(day: date) -> datetime:
    """The moment with which a day of the shop's time zone is over, in UTC."""
    return first_moment_of(day + timedelta(days=1), timezone.get_default_timezone())


def get_cut_after(*, day: date) -> Cut:
    """
    The sealed cut with which a day of the shop is over.

    :raises NoCutAt: if time was not closed with it.
    """
    boundary = midnight_after(day)
    cut = find_cut_at(boundary=boundary)
    if cut is None:
        raise NoCutAt(boundary=boundary)
    return cut


def last_day_before(boundary: datetime) -> date:
    """The last day of the shop's time zone that is over at its midnight."""
    return timezone.localdate(boundary, timezone.get_default_timezone()) - timedelta(days=1)
