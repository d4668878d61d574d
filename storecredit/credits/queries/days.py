"""
What one person gives in a day of the shop with nobody beside them, and what is left of it.

The most that their roles let them, and never more than the shop's ceiling of a day. A role's row that says nothing of
the day has the ceiling's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from moneyed import Money

from ledger.money import from_minor, plain, to_minor
from storecredit.credits.models import SHIPPED_CEILING_MINOR, SHIPPED_DAY_TIMES, GivenDay, IssueCeiling, IssueLimit


@dataclass(frozen=True, slots=True)
class GivingDay:
    """How much a person may give today in one currency, and how much they have given."""

    limit: Money
    given: Money

    @property
    def left(self) -> Money:
        """What they may still give; a limit that was lowered since leaves nothing."""
        return max(self.limit - self.given, from_minor(0, self.limit.currency.code))


def day_of(now: datetime) -> date:
    """The day of the shop that a moment belongs to."""
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def get_day_ceiling(*, currency: str) -> Money:
    """The most that anybody gives alone in a day in a currency."""
    return _day_of_ceiling(IssueCeiling.objects.filter(currency=currency).first(), currency)


def get_day_limit(*, person_id: int, currency: str) -> Money:
    """The most that a person gives alone in a day in a currency, whatever they have given."""
    return _limit_by(list(IssueLimit.objects.filter(group__user=person_id)), currency)


def get_giving_day(*, person_id: int, currency: str, test_mode: bool, now: datetime) -> GivingDay:
    """A person's day in a currency; test money has a day of its own."""
    rows = GivenDay.objects.filter(person_id=person_id, day=day_of(now), currency=currency, test_mode=test_mode)
    given_minor = rows.values_list("given_minor", flat=True).first() or 0
    return GivingDay(get_day_limit(person_id=person_id, currency=currency), from_minor(given_minor, currency))


def list_giving_days(*, person_id: int, now: datetime) -> list[GivingDay]:
    """
    A person's day in each currency in which a role of theirs has a limit, the shop has a ceiling, or they gave
    something; else in the shop's own. Real money alone.
    """
    rows = list(IssueLimit.objects.filter(group__user=person_id))
    days = GivenDay.objects.filter(person_id=person_id, day=day_of(now), test_mode=False)
    given = dict(days.values_list("currency", "given_minor"))
    ceilings = [] if rows else IssueCeiling.objects.values_list("currency", flat=True)
    currencies = {*(row.currency for row in rows), *ceilings, *given} or {settings.DEFAULT_CURRENCY}
    return [
        GivingDay(_limit_by(rows, currency), from_minor(given.get(currency, 0), currency))
        for currency in sorted(currencies)
    ]


def _limit_by(rows: Iterable[IssueLimit], currency: str) -> Money:
    rows, most = list(rows), get_day_ceiling(currency=currency)
    if not rows:
        return most
    own = [most if row.per_day is None else plain(row.per_day) for row in rows if row.currency == currency]
    return min(max(own, default=from_minor(0, currency)), most)


def _day_of_ceiling(row: IssueCeiling | None, currency: str) -> Money:
    if row is not None and row.per_day is not None:
        return plain(row.per_day)
    at_once_minor = SHIPPED_CEILING_MINOR if row is None else to_minor(row.amount)
    return from_minor(at_once_minor * SHIPPED_DAY_TIMES, currency)
