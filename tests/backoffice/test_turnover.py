"""The overview's figures by day: what was issued, spent and expired, each with the entries that it is the sum of."""

import html
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import DayCount, DayTotal, Transaction
from ledger.operations import (
    TransactionType,
    Why,
    adjust_credit,
    count_days,
    expire_credit,
    refund_spend,
    reverse_transaction,
)
from ledger.queries import Turnover, sum_by_day
from tests.backoffice.staff import Staff, text_of
from tests.factories.people import PreferencesFactory
from tests.scenarios import (
    NOW,
    STAFF,
    SYSTEM,
    days,
    given_account,
    given_credit,
    given_customer,
    given_spend,
    given_transfer,
    money,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
CORRECTION = Why(note="typed twice")


def totals(*, time_zone: str = "UTC") -> list[Turnover]:
    return sum_by_day(time_zone=time_zone, first=date(2026, 1, 1), last=date(2026, 12, 31))


@pytest.fixture
def history() -> Any:
    """All that can happen to credit, on three days."""
    account = given_credit("100.00 GBP", now=days(-2), expires_at=days(-0.5))
    spend = given_spend("30.00 GBP", account=account, now=days(-2))
    refund_spend(transaction_id=spend.pk, amount=money("12.00 GBP"), actor=STAFF, now=days(-1))
    mistake = given_spend("5.00 GBP", account=account, now=days(-1))
    reverse_transaction(transaction_id=mistake.pk, actor=STAFF, now=days(-1), why=CORRECTION)
    expire_credit(actor=SYSTEM, now=days(0))
    given_credit("1.00 GBP", to=account, type=TransactionType.IMPORT)
    given_credit("7.00 GBP", to=account)
    adjust_credit(account_id=account.pk, amount=money("-2.00 GBP"), actor=STAFF, now=NOW, why=CORRECTION)
    given_transfer("3.00 GBP", source=account, target=given_account("GBP"))
    given_credit("500 JPY")
    given_credit("9.00 GBP", customer=given_customer(test_mode=True))
    return account


EXPECTED = [
    Turnover(date(2026, 5, 2), "GBP", 10000, 3000, 0),
    Turnover(date(2026, 5, 3), "GBP", 0, -1200, 0),
    Turnover(date(2026, 5, 4), "GBP", 700, 0, 8200),
    Turnover(date(2026, 5, 4), "JPY", 500, 0, 0),
]


@pytest.mark.usefixtures("history")
def test_moves_corrections_opening_balances_and_test_money_are_in_no_figure_and_what_is_undone_counts_against_it():
    assert totals() == EXPECTED


def test_kept_totals_and_what_came_after_them_are_told_as_one(history):
    count_days(time_zone="UTC", now=days(-1.5))
    given_before_the_count = totals()
    count_days(time_zone="UTC", now=days(1))
    count_days(time_zone="UTC", now=days(2))
    kept = DayTotal.objects.count()

    given_spend("2.50 GBP", account=history, now=days(2))
    late = given_credit("6.00 GBP", now=days(-2))
    count_days(time_zone="UTC", now=days(2))
    between = totals()
    count_days(time_zone="UTC", now=days(2.1))
    count_days(time_zone="UTC", now=days(2.2))

    assert late.balance_minor == 600
    assert given_before_the_count == EXPECTED
    assert kept == 10
    expected = [
        replace(EXPECTED[0], issued_minor=10600),
        *EXPECTED[1:],
        Turnover(date(2026, 5, 6), "GBP", 0, 250, 0),
    ]
    assert (between, totals()) == (expected, expected)
    assert DayCount.objects.get().counted_through == Transaction.objects.latest("number").number


def test_what_is_posted_while_it_is_counted_is_told_though_its_number_is_lower():
    given_credit("1.00 GBP", now=days(-1))
    count_days(time_zone="UTC", now=NOW)
    count = DayCount.objects.get()
    given_credit("2.00 GBP")

    count_days(time_zone="UTC", now=NOW + timedelta(minutes=59))

    assert count.counted_through == count.seen_through == Transaction.objects.earliest("number").number
    assert DayCount.objects.get().counted_through == count.counted_through
    assert [row.issued_minor for row in totals()] == [100, 200]


def test_whoever_closes_time_has_counted_for_whoever_looks(viewer):
    given_credit("1.00 GBP", now=days(-1))

    call_command("take_cut", stdout=StringIO())

    assert DayCount.objects.get().counted_through == Transaction.objects.latest("number").number
    with CaptureQueriesContext(connection) as asked:
        assert viewer.open(reverse("admin:index")).status_code == 200
    assert [each["sql"] for each in asked if each["sql"].startswith(("INSERT", "UPDATE"))] == []


def test_a_day_is_one_of_the_time_zone_that_is_asked_for():
    given_credit("1.00 GBP", now=datetime(2026, 5, 3, 22, 30, tzinfo=UTC))
    count_days(time_zone="Europe/Berlin", now=days(1))

    assert [row.day for row in totals()] == [date(2026, 5, 3)]
    assert [row.day for row in totals(time_zone="Europe/Berlin")] == [date(2026, 5, 4)]


@pytest.mark.usefixtures("history")
def test_each_number_leads_to_the_entries_that_it_is_the_sum_of(viewer):
    page = viewer.open(reverse("admin:index"), numbers="GBP")

    chart = next(chart for chart in page.context["turnover"].charts if chart.currency == "GBP")
    told = {total.label: (total.amount, sum_of(viewer, total.url)) for total in chart.totals}
    assert told == {"Issued": ("£107.00", 10700), "Spent": ("£18.00", -1800), "Expired": ("£82.00", -8200)}
    numbers = [number for _day, numbers in chart.lines for number in numbers if number.url]
    assert all(number.amount in text_of(page) for number in numbers)
    assert [(number.amount, sum_of(viewer, number.url)) for number in numbers] == [
        ("£7.00", 700),
        ("£82.00", -8200),
        ("−£12.00", 1200),
        ("£100.00", 10000),
        ("£30.00", -3000),
    ]
    assert json.loads(chart.data)["datasets"][1]["data"][-3:] == [30, -12, 0]


def test_a_number_leads_to_the_shops_day_wherever_the_viewer_is(viewer):
    given_credit("3.00 GBP", now=datetime(2026, 5, 4, 1, 0, tzinfo=UTC))
    PreferencesFactory.create(person=viewer.user, language="en", time_zone="America/New_York")

    page = viewer.open(reverse("admin:index"), numbers="GBP").content.decode()

    of_month, *_others, of_day = (html.unescape(url) for url in re.findall(r'href="([^"]*figure=issued[^"]*)"', page))
    of_viewers_day = of_day.replace("&days_of=shop", "")
    assert [sum_of(viewer, url) for url in (of_month, of_day, of_viewers_day)] == [300, 300, 0]


@pytest.mark.parametrize(
    ("amount", "mark", "decimals"),
    [("8.00 GBP", "£", 2), ("800 JPY", "¥", 0), ("8.000 KWD", "KWD\N{NO-BREAK SPACE}", 3)],
)
def test_the_chart_writes_amounts_as_the_table_does(viewer, amount, mark, decimals):
    PreferencesFactory.create(person=viewer.user, language="de")
    given_credit(amount, now=days(-1))

    page = viewer.open(reverse("admin:index"))

    (chart,) = page.context["turnover"].charts
    assert (chart.mark, chart.decimals) == (mark, decimals)
    assert f'data-mark="{mark}"' in page.content.decode()
    assert chart.totals[0].amount.startswith(f"{mark}8")


def test_the_period_stands_in_the_address(viewer):
    given_credit("8.00 GBP", now=days(-60))

    month, quarter = (viewer.open(reverse("admin:index"), days=days_asked) for days_asked in ("31", "90"))

    assert "Nothing was issued, spent or expired in the last 30 days." in text_of(month)
    assert [(total.amount) for total in quarter.context["turnover"].charts[0].totals] == ["£8.00", "£0.00", "£0.00"]
    assert len(json.loads(quarter.context["turnover"].charts[0].data)["labels"]) == 90


def sum_of(staff: Staff, url: str) -> int:
    """What the entries of a list add up to."""
    listed = staff.open(url).context["cl"]
    assert listed.filterset.is_valid(), listed.filterset.form.errors
    return sum(entry.amount_minor for entry in listed.result_list)
