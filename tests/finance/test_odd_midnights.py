"""Where the shop's clocks are put forward or back at midnight, or its time zone changes, each entry has one day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.queries import Cut
from storecredit.finance.errors import CorrectionOfAnotherMonth
from storecredit.finance.models import JournalLine, Period
from storecredit.finance.operations import (
    approve_period,
    ask_correction,
    ask_period,
    export_journal,
    open_period,
)
from tests.factories.people import UserFactory
from tests.factories.periods import party_of
from tests.ledger.commands.running import run
from tests.scenarios import STAFF, entries_of, given_credit

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def cut_at(time_machine):
    def take(now: datetime) -> None:
        time_machine.move_to(now, tick=False)
        assert run("take_cut").code == 0

    return take


def close(month: date, *, now: datetime) -> Period:
    fay, max_ = (party_of(UserFactory.create()) for _ in range(2))
    number = open_period(first_day=month, actor=STAFF, now=now).number
    ask_period(number=number, party=fay, now=now)
    return approve_period(number=number, party=max_, now=now)


def journal() -> list[tuple[int, str, int]]:
    lines = JournalLine.objects.order_by("export_id", "place")
    return [(line.export_id, line.day.isoformat(), line.amount_minor) for line in lines]


@pytest.mark.parametrize(
    ("zone", "day", "over_at"),
    [
        ("America/Havana", date(2020, 10, 31), utc(2020, 11, 1, 4)),  # its midnight comes twice
        ("Africa/Cairo", date(2024, 4, 25), utc(2024, 4, 25, 22)),  # its midnight is passed over
        ("Asia/Beirut", date(2023, 10, 28), utc(2023, 10, 28, 22)),  # its last hour comes twice
        ("Europe/Berlin", date(2024, 2, 29), utc(2024, 2, 29, 23)),
        ("Pacific/Kiritimati", date(2024, 12, 31), utc(2024, 12, 31, 10)),
    ],
)
def test_a_day_ends_with_its_last_microsecond_wherever_the_shop_is(settings, cut_at, zone, day, over_at):
    settings.TIME_ZONE = zone
    cut_at(over_at - timedelta(hours=2))
    account = given_credit("1.00 GBP", now=over_at - TICK)
    given_credit("2.00 GBP", to=account, now=over_at)
    given_credit("4.00 GBP", to=account, now=over_at + TICK)

    cut_at(over_at + timedelta(hours=26))
    for last_day in (day, day + timedelta(days=1)):
        export_journal(last_day=last_day, actor=STAFF, now=over_at)

    assert Cut.objects.filter(boundary=over_at).exists()
    assert journal() == [(1, day.isoformat(), 100), (2, (day + timedelta(days=1)).isoformat(), 600)]


def test_a_month_is_closed_at_a_midnight_that_comes_twice(settings, cut_at):
    settings.TIME_ZONE = "America/Havana"
    cut_at(utc(2020, 10, 30, 12))
    given_credit("1.00 GBP", now=utc(2020, 11, 1, 4) - TICK)
    given_credit("2.00 GBP", now=utc(2020, 11, 1, 4, 30))
    cut_at(utc(2020, 11, 3, 12))

    october = close(date(2020, 10, 1), now=utc(2020, 11, 3, 12))

    assert october.end_cut is not None
    assert october.end_cut.boundary == utc(2020, 11, 1, 4)
    assert journal() == [(1, "2020-10-31", 100)]
    assert [(figure.issued_minor, figure.closing_minor) for figure in october.figures.all()] == [(100, 100)]


@pytest.mark.parametrize(
    ("zone", "days"), [("Europe/Berlin", ["2024-02-01"]), ("America/New_York", ["2024-02-01", "2024-02-01"])]
)
def test_a_month_begins_where_the_one_before_ended_though_the_time_zone_has_changed(settings, cut_at, zone, days):
    cut_at(utc(2024, 1, 1))
    january = given_credit("1.00 GBP", now=utc(2024, 1, 31, 23, 30))
    cut_at(utc(2024, 2, 1))
    february = given_credit("2.00 GBP", now=utc(2024, 2, 1, 0, 30))
    close(date(2024, 1, 1), now=utc(2024, 2, 1))

    settings.TIME_ZONE = zone
    given_credit("4.00 GBP", now=utc(2024, 2, 1, 12))
    cut_at(utc(2024, 3, 1, 12))
    asked = ask_correction(
        party=party_of(UserFactory.create()), now=utc(2024, 3, 1), note="Wrong", entry_id=entries_of(january)[0].pk
    )
    with pytest.raises(CorrectionOfAnotherMonth):
        ask_correction(
            party=party_of(UserFactory.create()),
            now=utc(2024, 3, 1),
            note="Wrong",
            entry_id=entries_of(february)[0].pk,
            period_number=1,
        )
    closed = close(date(2024, 2, 1), now=utc(2024, 3, 1, 12))

    assert (asked.period_id, closed.begin_cut_id) == (1, Period.objects.get(number=1).end_cut_id)
    assert [(figure.opening_minor, figure.issued_minor) for figure in closed.figures.all()] == [(100, 600)]
    told = [(day, minor) for number, day, minor in journal() if number == 2]
    assert [day for day, _ in told] == days
    assert sum(minor for _, minor in told) == 600
