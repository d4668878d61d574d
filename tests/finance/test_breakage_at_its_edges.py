"""Breakage where rates overlap, a month is closed already, a year ends, and a currency has no decimals."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger.operations import complete_cuts, take_cut
from ledger.queries import find_last_sealed_cut
from storecredit.finance.operations import approve_breakage_rate, export_journal, get_journal
from storecredit.finance.queries import list_cohorts, sum_accounts
from tests.factories.people import UserFactory
from tests.factories.periods import BreakageRateFactory, party_of
from tests.finance.month import at, close
from tests.scenarios import SYSTEM, given_credit, given_spend

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def september(time_machine):
    time_machine.move_to(at(20, 9), tick=False)


def given_rate(percent: str, **said: Any) -> None:
    rate = BreakageRateFactory.create(percent=Decimal(percent), **said)
    approve_breakage_rate(rate_id=rate.pk, party=party_of(UserFactory.create()), now=at(1))


def breakage(last_day: date) -> list[tuple[str, str, int]]:
    """What a journal tells of breakage; what it debits is what it credits."""
    lines = get_journal(number=export_journal(last_day=last_day, actor=SYSTEM, now=at(20, 9)).number)[1]
    sums = sum_accounts(lines).values()
    assert sum(debit for debit, _ in sums) == sum(credit for _, credit in sums)
    return [(line.type, line.cohort, line.amount_minor) for line in lines if line.cohort]


def test_of_rates_that_overlap_the_one_that_began_last_holds_whichever_was_approved_last():
    given_rate("20", valid_from=date(2026, 6, 1))
    given_rate("10", valid_from=date(2026, 1, 1))
    given_rate("50", valid_from=date(2026, 5, 15))
    given_spend("400.00 GBP", account=given_credit("1000.00 GBP", now=at(4), funding="PAID"), now=at(20))
    for month in (6, 7, 8):
        close(1, month)

    # Of 500.00, of which 400.00 were spent, 500.00 are expected; of 800.00, 200.00.
    assert breakage(date(2026, 5, 31)) == [("BREAKAGE", "2026", 40000)]
    assert breakage(date(2026, 6, 30)) == [("TRUE_UP", "2026", 30000)]
    assert breakage(date(2026, 7, 31)) == []


def test_a_rate_from_a_day_that_a_journal_has_leaves_that_as_it_was_and_the_next_catches_up():
    given_rate("10", valid_from=date(2026, 1, 1))
    given_spend("450.00 GBP", account=given_credit("1000.00 GBP", now=at(4), funding="PAID"), now=at(20))
    close(1, 6)
    close(1, 7)
    before = breakage(date(2026, 5, 31))

    given_rate("20", valid_from=date(2026, 5, 2))

    assert before == breakage(date(2026, 5, 31)) == [("BREAKAGE", "2026", 5000)]
    # 450.00 of 800.00, of the 200.00: 112.50, less what May has.
    assert breakage(date(2026, 6, 30)) == [("BREAKAGE", "2026", 6250)]


@pytest.mark.parametrize(("currency", "credit"), [("JPY", "1000"), ("KWD", "1.000")])
def test_what_is_rounded_day_by_day_adds_up_to_what_the_whole_comes_to(currency, credit):
    given_rate("33.33", valid_from=date(2026, 1, 1))
    account = given_credit(f"{credit} {currency}", now=at(4), funding="PAID")
    told: list[int] = []
    for day in range(5, 25):
        given_spend(f"{'7' if currency == 'JPY' else '0.007'} {currency}", account=account, now=at(day))
        close(day + 1, 5)
        told += [minor for type, _, minor in breakage(date(2026, 5, day)) if type == "BREAKAGE"]

    # 140 of 666.7, of the 333.3: 69.98 and more, of which the whole part is recognised.
    assert (sum(told), set(told)) == (69, {3, 4})


def test_credit_comes_in_in_the_year_of_the_shops_zone(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    new_year = datetime(2025, 12, 31, 23, tzinfo=UTC)
    for minutes, amount in ((-1, "5.00 GBP"), (0, "7.00 GBP")):
        given_credit(amount, now=new_year.replace(hour=22, minute=59) if minutes else new_year, funding="PAID")
    take_cut(boundary=at(1), actor=SYSTEM, now=at(1))
    complete_cuts(now=at(1))
    cut = find_last_sealed_cut()
    assert cut is not None

    assert [(each.key.year, each.issued_minor) for each in list_cohorts(cut=cut)] == [(2025, 500), (2026, 700)]
