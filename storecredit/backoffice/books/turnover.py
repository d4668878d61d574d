"""What was issued, spent and expired, day by day: a chart for each currency, and the way to what is in each number."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from ledger.money import decimals
from ledger.operations import count_days
from ledger.queries import Figure, Turnover, sum_by_day
from storecredit.backoffice.kit import DASH, day_text, money_text

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


class Number(NamedTuple):
    """What a figure came to on one day. Blank is the address where that is nothing."""

    label: str
    amount: str
    url: str


@dataclass(frozen=True)
class TurnoverChart:
    """
    One currency. `rows` are the days on which something was issued, spent or expired.

    :param is_told: whether its numbers are asked for: of a year they are a thousand, and are not read every day.
    """

    currency: str
    first: date
    last: date
    rows: list[Turnover]
    is_told: bool

    @property
    def totals(self) -> list[PeriodTotal]:
        return [
            PeriodTotal(
                figure,
                str(FigureName(figure).label),
                money_text(sum(_minor(row, figure) for row in self.rows), self.currency),
                _list_url(
                    **self._asked(figure),
                    created_at_from=self.first.isoformat(),
                    created_at_to=self.last.isoformat(),
                ),
            )
            for figure in Figure
        ]

    @property
    def figures(self) -> list[str]:
        """What the figures are called."""
        return [str(FigureName(figure).label) for figure in Figure]

    @property
    def lines(self) -> list[tuple[str, list[Number]]]:
        """The same numbers by day, newest first, each with the way to what it is the sum of."""
        ways = [(figure, FigureName(figure).label, _list_url(**self._asked(figure))) for figure in Figure]
        return [
            (day_text(row.day), [self._number(row, figure, str(label), way) for figure, label, way in ways])
            for row in reversed(self.rows)
        ]

    @property
    def told_url(self) -> str:
        """The page with these numbers in a table."""
        return f"?{urlencode({'days': len(self.days), 'numbers': self.currency})}#numbers"

    @property
    def data(self) -> str:
        """What unfold's chart draws."""
        by_day = {row.day: row for row in self.rows}
        rows = [by_day.get(day) for day in self.days]
        unit = 10 ** decimals(self.currency)
        return json.dumps(
            {
                "labels": [day_text(day) for day in self.days],
                "datasets": [
                    {
                        "label": str(FigureName(figure).label),
                        "data": [_minor(row, figure) / unit if row else 0 for row in rows],
                        "borderColor": colour,
                        "backgroundColor": colour,
                        "borderDash": dashes,
                        "borderWidth": 2,
                        "pointRadius": 2 if len(self.days) <= _POINTS_UP_TO_DAYS else 0,
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
                "plugins": {"legend": {"display": False}, "tooltip": {"callbacks": {}}},
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
                        },
                    },
                },
            }
        )

    @property
    def mark(self) -> str:
        """What stands in front of its amounts."""
        return money_text(0, self.currency).partition("0")[0]

    @property
    def decimals(self) -> int:
        """How many decimals its amounts have."""
        return decimals(self.currency)

    @property
    def day_names(self) -> str:
        """The days of the chart, for whoever asks for one of them."""
        return json.dumps([day.isoformat() for day in self.days])

    @property
    def list_url(self) -> str:
        return _list_url(currency=self.currency, test="no")

    @cached_property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=count) for count in range((self.last - self.first).days + 1)]

    def _number(self, row: Turnover, figure: Figure, label: str, way: str) -> Number:
        minor = _minor(row, figure)
        if not minor:
            return Number(label, DASH, "")
        day = row.day.isoformat()
        return Number(label, money_text(minor, self.currency), f"{way}&created_at_from={day}&created_at_to={day}")

    def _asked(self, figure: Figure) -> dict[str, str]:
        return {"currency": self.currency, "test": "no", "figure": figure}


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
    found = sorted(sum_by_day(time_zone=time_zone, first=first, last=last), key=attrgetter("currency", "day"))
    told = request.GET.get("numbers")
    charts = [
        TurnoverChart(currency, first, last, list(rows), is_told=currency == told)
        for currency, rows in groupby(found, key=attrgetter("currency"))
    ]
    return TurnoverPart(days, charts)


def _minor(row: Turnover, figure: Figure) -> int:
    minor: int = getattr(row, f"{figure}_minor")
    return minor


def _list_url(**asked: Any) -> str:
    if timezone.get_current_timezone_name() != timezone.get_default_timezone_name():
        asked["days_of"] = "shop"
    return f"{reverse('admin:ledger_transaction_changelist')}?{urlencode(asked)}"
