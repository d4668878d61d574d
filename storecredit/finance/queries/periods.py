"""The months of the shop: which there are, what stands against closing one, and what was kept of those that are."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from ledger.queries import Cut, find_cut_at, list_cuts_at
from storecredit.finance.errors import DoesNotAddUp, MovementsUnmapped, NoCutAt, PeriodNotFound
from storecredit.finance.models import MOVEMENTS, JournalLine, Period, PeriodFigure, PeriodStatus
from storecredit.finance.queries.days import find_cut_before, midnight_after
from storecredit.finance.queries.exporting import list_lines_to_export
from storecredit.finance.queries.journal import find_last_export, list_days_to_export
from storecredit.finance.queries.roll_forward import Kept, Line, Movement, roll_forward


def read_month(text: str) -> date | None:
    """The first day of a month such as `2027-01`; None for what is none."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def last_day_of(first_day: date) -> date:
    """The last day of a month."""
    return (first_day + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def end_of(period: Period) -> datetime:
    """The last midnight of a month."""
    return midnight_after(last_day_of(period.first_day))


def beginning_of(period: Period) -> datetime:
    """The midnight with which a month begins."""
    return midnight_after(period.first_day - timedelta(days=1))


def find_period(*, first_day: date) -> Period | None:
    """The period of this month."""
    return Period.objects.filter(first_day=first_day).first()


def get_period(*, first_day: date) -> Period:
    """
    The period of this month.

    :raises PeriodNotFound: if it was never opened.
    """
    found = find_period(first_day=first_day)
    if found is None:
        raise PeriodNotFound(month=f"{first_day:%Y-%m}")
    return found


def find_begin_cut(period: Period) -> Cut | None:
    """
    The cut with which a month begins: that of the month before, whatever the shop's time zone was then; None if the
    books began in it.

    :raises NoCutAt: if there is none and the books began before.
    """
    before = Period.objects.filter(number=period.number - 1, end_cut__isnull=False).select_related("end_cut").first()
    if before is not None:
        return before.end_cut
    return find_cut_before(day=period.first_day)


def list_ends(period: Period) -> list[Cut]:
    """The sealed cuts at the midnights of a month, oldest first; of days without one there is none."""
    begin, days = find_begin_cut(period), last_day_of(period.first_day).day
    cuts = list_cuts_at(boundaries=[midnight_after(period.first_day + timedelta(days=each)) for each in range(days)])
    return [cut for cut in cuts if begin is None or cut.number > begin.number]


def find_hindrances(*, period: Period, now: datetime) -> dict[str, str]:
    """
    What stands against closing a month, by a stable name, in words.

    `month_not_over`, `previous_not_closed`, `no_cut` at one of its midnights, `movements_unmapped` in its journal,
    `does_not_add_up` if kept figures contradict each other.
    """
    found: dict[str, str] = {}
    if end_of(period) > now:
        found["month_not_over"] = _("The month is not over.")
    if Period.objects.filter(number__lt=period.number).exclude(status=PeriodStatus.CLOSED).exists():
        found["previous_not_closed"] = _("The month before is not closed.")
    if found:
        return found
    try:
        list_lines_of_period(period=period)
        list_lines_to_leave(period=period)
    except NoCutAt as error:
        found["no_cut"] = str(error)
    except MovementsUnmapped as error:
        found["movements_unmapped"] = _("No general ledger rule maps %(movements)s.") % {
            "movements": "; ".join(error.movements)
        }
    except DoesNotAddUp as error:
        found["does_not_add_up"] = str(error)
    return found


def list_lines_to_leave(*, period: Period) -> list[JournalLine]:
    """
    The lines of the journal that leaves with a month, by the rules of now; none if one went beyond it already.

    :raises NoCutAt: if no cut closes its end.
    :raises MovementsUnmapped: if no rule says where some of it goes.
    :raises DoesNotAddUp: if the kept figures contradict each other.
    """
    last, last_day = find_last_export(), last_day_of(period.first_day)
    if last is None or last.last_day < last_day:
        return list_lines_to_export(list_days_to_export(last_day=last_day, last=last))
    if find_cut_at(boundary=end_of(period)) is None:
        raise NoCutAt(boundary=end_of(period))
    return []


def list_lines_of_period(*, period: Period) -> list[Line]:
    """
    The lines of a month: those that were kept, if it is closed, else up to its last cut or the newest.

    :raises NoCutAt: if no cut closes its beginning.
    :raises DoesNotAddUp: if the figures contradict each other.
    """
    if period.status == PeriodStatus.CLOSED:
        return list_kept_lines(period=period)
    begin = find_begin_cut(period)
    end = period.end_cut or find_cut_at(boundary=end_of(period))
    if end is None:
        raise NoCutAt(boundary=end_of(period))
    return roll_forward(begin=begin, end=end)


def list_kept_lines(*, period: Period) -> list[Line]:
    """The lines that were kept of a closed month."""
    return [read_figure(figure) for figure in period.figures.order_by("currency", "kind", "funding")]


def make_figures(period: Period, lines: Iterable[Line]) -> list[PeriodFigure]:
    """What is kept of a month's lines, not saved yet."""
    return [
        PeriodFigure(
            period=period,
            **line.kept._asdict(),
            opening_minor=line.opening_minor,
            closing_minor=line.closing_minor,
            **{f"{name}_minor": line.moved_minor[_movement(name)] for name in MOVEMENTS},
        )
        for line in lines
    ]


def read_figure(figure: PeriodFigure) -> Line:
    """A kept line."""
    return Line(
        Kept(figure.currency, figure.kind, figure.funding),
        figure.opening_minor,
        {_movement(name): getattr(figure, f"{name}_minor") for name in MOVEMENTS},
        figure.closing_minor,
    )


def recompute(period: Period, *, using: str = DEFAULT_DB_ALIAS) -> list[Line]:
    """The lines of a closed month, once more from its cuts."""
    assert period.end_cut is not None
    return roll_forward(begin=period.begin_cut, end=period.end_cut, using=using)


def _movement(name: str) -> Movement:
    return Movement(name.replace("_", " "))
