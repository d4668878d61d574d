"""
What was issued, spent and expired, day by day.

What counts as what is told by the entries' types alone. Moves and replacements, corrections and opening balances are
none of the three, and what undoes an entry counts against what that one was. So what was spent is what purchases took
less what of them came back.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, TruncDate

from ledger.days import first_moment_of
from ledger.models import DayCount, DayTotal, Transaction, TransactionType
from ledger.querysets import met_by_many
from ledger.rowwise import row_by_row

_LAST_NUMBER = 2**63 - 1


class Figure(StrEnum):
    ISSUED = "issued"
    SPENT = "spent"
    EXPIRED = "expired"


_COUNTED: dict[Figure, tuple[TransactionType, ...]] = {
    Figure.ISSUED: (TransactionType.ISSUE, TransactionType.LOAD),
    Figure.SPENT: (TransactionType.REDEEM, TransactionType.REFUND),
    Figure.EXPIRED: (TransactionType.EXPIRE,),
}
_FIGURE_OF = {str(counted): figure for figure, types in _COUNTED.items() for counted in types}


@dataclass(frozen=True, slots=True)
class Turnover:
    """What one day came to in one currency, in minor units. What was spent and what expired is told without a minus."""

    day: date
    currency: str
    issued_minor: int = 0
    spent_minor: int = 0
    expired_minor: int = 0


def sum_by_day(*, time_zone: str, first: date, last: date) -> list[Turnover]:
    """
    The days from `first` through `last` in a time zone on which something was issued, spent or expired, by day and
    currency. Test money is not in it.
    """
    days: dict[tuple[date, str], dict[Figure, int]] = {}
    for day, currency, counted_as, minor in _read_totals(time_zone, first, last):
        if figure := _FIGURE_OF.get(counted_as):
            of_day = days.setdefault((day, currency), dict.fromkeys(Figure, 0))
            of_day[figure] += int(minor) if figure == Figure.ISSUED else -int(minor)
    return [
        Turnover(day, currency, of_day[Figure.ISSUED], of_day[Figure.SPENT], of_day[Figure.EXPIRED])
        for (day, currency), of_day in sorted(days.items())
    ]


def counted_in(figure: Figure) -> Q:
    """That an entry is one of those that a figure is the sum of."""
    types = _COUNTED[figure]
    undone = Transaction.objects.filter(pk=OuterRef("reverses_id"), type__in=types)
    return Q(met_by_many(Q(type__in=types) | Q(type=TransactionType.REVERSE, reverses_id__in=undone.values("pk"))))


def total_by_day(entries: QuerySet[Transaction], *, time_zone: str) -> QuerySet[Transaction, Any]:
    """What entries of real money come to: day, currency, type that they count as, amount in minor units."""
    undone = Transaction.objects.filter(pk=OuterRef("reverses_id")).values("type")
    return (
        entries.filter(account__test_mode=False)
        .order_by()
        .annotate(
            day=TruncDate("created_at", tzinfo=ZoneInfo(time_zone)),
            counted_as=Case(When(type=TransactionType.REVERSE, then=_root_type(undone)), default=F("type")),
        )
        .values("day", "currency", "counted_as")
        .annotate(total_minor=Sum("amount_minor"))
        .values_list("day", "currency", "counted_as", "total_minor")
    )


def _root_type(undone: QuerySet[Any, Any]) -> Subquery:
    return Subquery(undone[:1])


def _read_totals(time_zone: str, first: date, last: date) -> QuerySet[Any, Any]:
    """What is kept, and what came after it: by one statement, or what is counted in between would be in both."""
    zone = ZoneInfo(time_zone)
    count = DayCount.objects.filter(time_zone=time_zone)
    counted_through = Coalesce(Subquery(count.values("counted_through")), 0)
    kept = DayTotal.objects.filter(count__in=count, day__gte=first, day__lte=last)
    # Up to the last number that there can be: a planner without figures takes what is open on one side for a third.
    later = Transaction.objects.filter(
        number__gt=counted_through,
        number__lte=_LAST_NUMBER,
        created_at__gte=first_moment_of(first, zone),
    )
    return kept.values_list("day", "currency", "counted_as", "amount_minor").union(
        total_by_day(row_by_row(later), time_zone=time_zone), all=True
    )
