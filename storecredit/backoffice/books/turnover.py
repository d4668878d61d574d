"""What was issued, spent and expired, day by day: a chart for each currency, and the way to what is in each number."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ledger.money import from_minor
from ledger.operations import count_days
from ledger.queries import Figure, Turnover, sum_by_day
from storecredit.backoffice.kit import DASH, Link, Shown, Table, day_text, moments, money_text, numbers

PERIODS = (30, 90, 365)
# Each is told from the others by its dashes, too, and can be seen on white and on black.
_LOOKS: dict[Figure, tuple[str, list[int]]] = {
    Figure.ISSUED: ("#3b82f6", []),
    Figure.SPENT: ("#d97706", [7, 4]),
    Figure.EXPIRED: ("#a855f7", [2, 3]),
}
_POINTS_UP_TO_DAYS = 31


class FigureName(TextChoices):
    """What staff call the figures."""

    ISSUED = Figure.ISSUED.value, _("Issued")
    SPENT = Figure.SPENT.value, _("Spent")
    EXPIRED = Figure.EXPIRED.value, _("Expired")


@dataclass(frozen=True, slots=True)
class PeriodTotal:
    """What a figure came to in the whole period, and the entries that it is the sum of."""

    figure: str
    label: str
    amount: str
    url: str


@dataclass(frozen=True)
class TurnoverChart:
    """One currency. `rows` are the days on which something was issued, spent or expired."""

    currency: str
    first: date
    last: date
    rows: list[Turnover]

    @property
    def totals(self) -> list[PeriodTotal]:
        return [
            PeriodTotal(
                figure,
                str(FigureName(figure).label),
                money_text(sum(_minor(row, figure) for row in self.rows), self.currency),
                self._entries_url(figure, self.first, self.last),
            )
            for figure in Figure
        ]

    @property
    def table(self) -> Table:
        """The same numbers, each with the way to what it is the sum of."""
        return Table(
            title=gettext("%(currency)s by day") % {"currency": self.currency},
            columns=(moments(gettext("Day")), *(numbers(str(FigureName(figure).label)) for figure in Figure)),
            rows=[self._cells(row) for row in reversed(self.rows)],
        )

    @property
    def data(self) -> str:
        """What unfold's chart draws."""
        by_day = {row.day: row for row in self.rows}
        return json.dumps(
            {
                "labels": [day_text(day) for day in self._days],
                "datasets": [
                    {
                        "label": str(FigureName(figure).label),
                        "data": [self._major(by_day.get(day), figure) for day in self._days],
                        "borderColor": colour,
                        "backgroundColor": colour,
                        "borderDash": dashes,
                        "borderWidth": 2,
                        "pointRadius": 2 if len(self._days) <= _POINTS_UP_TO_DAYS else 0,
                        "pointHitRadius": 8,
                    }
                    for figure, (colour, dashes) in _LOOKS.items()
                ],
            }
        )

    @property
    def options(self) -> str:
        quiet = "#808489"
        return json.dumps(
            {
                "animation": False,
                "responsive": True,
                "maintainAspectRatio": False,
                "locale": get_language(),
                "interaction": {"mode": "index", "intersect": False},
                "plugins": {"legend": {"display": False}},
                "scales": {
                    "x": {
                        "ticks": {"color": quiet, "maxRotation": 0, "maxTicksLimit": 7, "autoSkipPadding": 16},
                        "grid": {"display": False},
                    },
                    "y": {
                        "beginAtZero": True,
                        "grid": {"drawTicks": False},
                        "ticks": {
                            "color": quiet,
                            "maxTicksLimit": 6,
                            "padding": 8,
                            "format": {"style": "currency", "currency": self.currency},
                        },
                    },
                },
            }
        )

    @property
    def days(self) -> str:
        """The days of the chart, for whoever asks for one of them."""
        return json.dumps([day.isoformat() for day in self._days])

    @property
    def list_url(self) -> str:
        return _list_url(currency=self.currency, test="no")

    @cached_property
    def _days(self) -> list[date]:
        return [self.first + timedelta(days=count) for count in range((self.last - self.first).days + 1)]

    def _cells(self, row: Turnover) -> list[Shown]:
        return [day_text(row.day), *(self._cell(row, figure) for figure in Figure)]

    def _cell(self, row: Turnover, figure: Figure) -> Shown:
        minor = _minor(row, figure)
        return Link(money_text(minor, self.currency), self._entries_url(figure, row.day, row.day)) if minor else DASH

    def _major(self, row: Turnover | None, figure: Figure) -> float:
        return float(from_minor(_minor(row, figure), self.currency).amount) if row else 0

    def _entries_url(self, figure: Figure, first: date, last: date) -> str:
        return _list_url(
            currency=self.currency,
            test="no",
            figure=figure,
            created_at_from=first.isoformat(),
            created_at_to=last.isoformat(),
        )


@dataclass(frozen=True, slots=True)
class TurnoverPart:
    """What the overview shows: the choice of periods, and the charts of the one that was chosen."""

    days: int
    charts: list[TurnoverChart]

    @property
    def periods(self) -> list[tuple[str, str, bool]]:
        return [
            (ngettext("%(days)d day", "%(days)d days", days) % {"days": days}, f"?days={days}", days == self.days)
            for days in PERIODS
        ]


def show_turnover(request: HttpRequest, *, now: datetime) -> TurnoverPart:
    """The charts of the last days in the shop's time zone, as many as the address asks for."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else PERIODS[0]
    time_zone = timezone.get_default_timezone_name()
    last = now.astimezone(ZoneInfo(time_zone)).date()
    first = last - timedelta(days=days - 1)
    count_days(time_zone=time_zone, now=now)
    return TurnoverPart(days, _draw(sum_by_day(time_zone=time_zone, first=first, last=last), first, last))


def _draw(found: Iterable[Turnover], first: date, last: date) -> list[TurnoverChart]:
    by_currency = groupby(sorted(found, key=attrgetter("currency", "day")), key=attrgetter("currency"))
    return [TurnoverChart(currency, first, last, list(rows)) for currency, rows in by_currency]


def _minor(row: Turnover, figure: Figure) -> int:
    minor: int = getattr(row, f"{figure}_minor")
    return minor


def _list_url(**asked: Any) -> str:
    if timezone.get_current_timezone_name() != timezone.get_default_timezone_name():
        asked["days_of"] = "shop"
    return f"{reverse('admin:ledger_transaction_changelist')}?{urlencode(asked)}"
