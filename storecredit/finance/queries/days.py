"""When the days of the shop end."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from ledger.days import first_moment_of
from ledger.queries import Cut, Transaction, find_cut_at
from storecredit.finance.errors import NoCutAt


def day_of(moment: datetime) -> date:
    """The day of the shop that a moment lies in, whatever the time zone of whoever looks."""
    return timezone.localdate(moment, timezone.get_default_timezone())


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


def find_cut_before(*, day: date) -> Cut | None:
    """
    The sealed cut with which a day of the shop begins; None if the books began in it or later.

    :raises NoCutAt: if time was not closed with it and the books began before.
    """
    boundary = midnight_after(day - timedelta(days=1))
    cut = find_cut_at(boundary=boundary)
    if cut is None and Transaction.objects.filter(created_at__lt=boundary).exists():
        raise NoCutAt(boundary=boundary)
    return cut


def last_day_before(boundary: datetime) -> date:
    """The last day of the shop's time zone that is over at its midnight."""
    return day_of(boundary) - timedelta(days=1)
