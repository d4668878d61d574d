"""Months are closed while something about them changes: corrections, rules, rates, currencies and the clocks."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group

from ledger import money as money_of_the_books
from ledger.errors import CurrencyClosed, CurrencyUnknown
from ledger.models import Transaction
from ledger.operations import TransactionType, Why, expire_credit
from ledger.queries import find_last_sealed_cut
from storecredit.credits.operations import Party
from storecredit.finance.models import Correction, GeneralLedgerAccount, GeneralLedgerRule, Period
from storecredit.finance.operations import (
    approve_breakage_rate,
    approve_correction,
    approve_period,
    ask_correction,
    ask_period,
    export_journal,
    get_journal,
    open_period,
    refuse_period,
)
from storecredit.finance.queries import list_cohorts, list_kept_lines
from tests.callers import ApiCaller, given_client
from tests.factories.credits import ApproverLimitFactory
from tests.factories.people import UserFactory
from tests.factories.periods import BreakageRateFactory, party_of
from tests.finance.month import at, close
from tests.ledger.commands.running import run
from tests.scenarios import STAFF, SYSTEM, given_account, given_credit, given_spend, money

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> list[Party]:
    finance = Group.objects.get(name="Finance")
    return [party_of(UserFactory.create(username=name, groups=[finance])) for name in ("fay", "max")]


def open_month(month: int, *, now: datetime, year: int = 2026) -> Period:
    return open_period(first_day=date(year, month, 1), actor=STAFF, now=now)


def close_month(period: Period, people: list[Party], *, now: datetime) -> Period:
    fay, max_ = people
    ask_period(number=period.number, party=fay, now=now)
    return approve_period(number=period.number, party=max_, now=now)


def approve(asked: Correction, *, now: datetime) -> Correction:
    boss = UserFactory.create()
    ApproverLimitFactory.create(user=boss, per_request=money("99.00 GBP"), per_day=money("99.00 GBP"))
    return approve_correction(correction_id=asked.pk, party=party_of(boss), now=now)


def told(period: Period) -> list[tuple[str, str, str, int, str]]:
    """Each line of the journal that left with a month: its day, accounts, minor units and the month it puts right."""
    assert period.journal is not None
    lines = period.journal.lines.order_by("place")
    return [(f"{line.day}", line.debit, line.credit, line.amount_minor, line.corrects) for line in lines]


@pytest.mark.parametrize("opened_before", [True, False], ids=["its month was open", "nobody had opened its month"])
def test_a_correction_that_waits_while_its_month_is_closed_is_of_that_month_and_of_the_next_ones_books(
    time_machine: Any, people: list[Party], opened_before: bool
):
    time_machine.move_to(at(2, 7), tick=False)
    account = given_account()
    for day, amount in ((10, "20.00 GBP"), (11, "5.00 GBP")):
        given_credit(amount, to=account, now=at(day), type=TransactionType.LOAD, funding="PAID")
    close(1, 6)
    if opened_before:
        open_month(5, now=at(2, 6))
    entry = Transaction.objects.get(amount_minor=2000)
    asked = ask_correction(party=people[0], now=at(2, 6), note="Typed twice", entry_id=entry.pk)

    may = close_month(open_month(5, now=at(2, 6)), people, now=at(2, 6))
    before = told(may), list_kept_lines(period=may)
    done = approve(asked, now=at(3, 6))
    close(1, 7)
    june = close_month(open_month(6, now=at(2, 7)), people, now=at(2, 7))

    assert (done.status, done.period) == ("APPROVED", may)
    assert done.transaction is not None
    assert done.transaction.created_at == at(3, 6)
    assert (told(may), list_kept_lines(period=may)) == before
    assert before[0] == [("2026-05-31", "1210", "2310", 2500, "")]
    assert [line.closing_minor for line in before[1]] == [2500]
    assert told(june) == [("2026-06-30", "2310", "1210", 2000, "2026-05")]
    assert [(line.opening_minor, line.closing_minor) for line in list_kept_lines(period=june)] == [(2500, 500)]
    assert run("reconcile", "--json").facts["clean"] is True


def test_a_closed_months_journal_stays_whatever_becomes_of_the_rule_of_a_reason(
    time_machine: Any, people: list[Party], tmp_path: Path
):
    time_machine.move_to(at(2, 7), tick=False)
    account = given_credit("20.00 GBP", now=at(10), why=Why(reason="DL"))
    GeneralLedgerAccount.objects.create(code="6330", name="Late deliveries")
    rule = GeneralLedgerRule.objects.create(
        counter_account="GOODWILL", reason_id="DL", valid_from=date(2026, 1, 1), debit_id="6330", credit_id="2310"
    )
    close(1, 6)
    may = close_month(open_month(5, now=at(2, 6)), people, now=at(2, 6))

    def export(name: str) -> bytes:
        done = run("export_journal", str(tmp_path / name), "--day", "2026-05-31")
        assert done.code == 0, done.err
        return (tmp_path / name).read_bytes()

    before = export("before.csv")
    GeneralLedgerRule.objects.filter(pk=rule.pk).update(debit_id="6310", valid_from=date(2026, 5, 1))
    changed = export("changed.csv")
    GeneralLedgerRule.objects.filter(counter_account="GOODWILL").delete()
    GeneralLedgerRule.objects.create(
        counter_account="GOODWILL", valid_from=date(2026, 1, 1), debit_id="6390", credit_id="2310"
    )
    given_credit("3.00 GBP", to=account, now=at(10, 6), why=Why(reason="DL"))
    close(1, 7)
    june = close_month(open_month(6, now=at(2, 7)), people, now=at(2, 7))

    assert before == changed == export("deleted.csv")
    assert told(may) == [("2026-05-31", "6330", "2310", 2000, "")]
    assert told(june) == [("2026-06-30", "6390", "2310", 300, "")]
    assert run("reconcile", "--json").facts["clean"] is True


def given_rate(percent: str, **said: Any) -> None:
    rate = BreakageRateFactory.create(percent=Decimal(percent), **said)
    approve_breakage_rate(rate_id=rate.pk, party=party_of(UserFactory.create()), now=at(2, 9))


def breakage(last_day: date) -> list[tuple[str, str, int]]:
    lines = get_journal(number=export_journal(last_day=last_day, actor=SYSTEM, now=at(20, 9)).number)[1]
    return [(line.type, line.cohort, line.amount_minor) for line in lines if line.cohort]


@pytest.mark.parametrize("known_before", [True, False], ids=["journals have all of it", "no journal has it"])
def test_a_rate_for_credit_that_has_all_expired_recognises_nothing(time_machine: Any, known_before: bool):
    time_machine.move_to(at(20, 11), tick=False)
    account = given_credit("1000.00 GBP", now=at(4), funding="PAID", expires_at=at(10, 8))
    given_spend("450.00 GBP", account=account, now=at(20))
    for month in (6, 7, 8):
        close(1, month)
    expire_credit(actor=SYSTEM, now=at(11, 8))
    close(1, 9)
    if known_before:
        assert breakage(date(2026, 8, 31)) == []

    given_rate("10", valid_from=date(2026, 5, 1))
    close(1, 10)

    assert breakage(date(2026, 9, 30)) == []
    cut = find_last_sealed_cut()
    assert cut is not None
    (cohort,) = list_cohorts(cut=cut)
    assert (cohort.redeemed_minor, cohort.expired_minor, cohort.outstanding_minor) == (45000, 55000, 0)
    assert (cohort.recognised_minor, cohort.remaining_minor) == (0, 0)


def test_a_rate_from_a_day_of_a_closed_month_leaves_that_and_the_next_month_catches_up(
    time_machine: Any, people: list[Party]
):
    time_machine.move_to(at(20, 9), tick=False)
    account = given_credit("1000.00 GBP", now=at(4), funding="PAID")
    given_spend("450.00 GBP", account=account, now=at(20))
    close(1, 6)
    may = close_month(open_month(5, now=at(2, 6)), people, now=at(2, 6))
    before = told(may)

    given_rate("10", valid_from=date(2026, 5, 1))
    close(1, 7)
    june = close_month(open_month(6, now=at(2, 7)), people, now=at(2, 7))

    assert told(Period.objects.get(pk=may.pk)) == before
    # 450.00 of 900.00, of the 100.00.
    assert told(june) == [("2026-06-30", "2390", "4910", 5000, "")]
    assert run("reconcile", "--json").facts["clean"] is True


def test_a_currency_that_is_withdrawn_stays_in_the_months_that_had_it_and_in_those_that_still_do(
    time_machine: Any, people: list[Party], monkeypatch: pytest.MonkeyPatch
):
    fay, max_ = people
    time_machine.move_to(at(2, 8), tick=False)
    kroner = given_credit("50.00 DKK", now=at(10))
    close(1, 6)
    may = open_month(5, now=at(2, 6))
    ask_period(number=may.number, party=fay, now=at(2, 6))

    monkeypatch.setitem(money_of_the_books.CLOSED_FROM, "DKK", date(2026, 6, 1))
    refuse_period(number=may.number, party=max_, now=at(2, 6), note="Is DKK known?")
    may = close_month(may, people, now=at(3, 6))
    with pytest.raises(CurrencyClosed):
        given_credit("1.00 DKK", to=kroner, now=at(4, 6))
    given_spend("20.00 DKK", account=kroner, now=at(5, 6))
    close(1, 7)
    june = close_month(open_month(6, now=at(2, 7)), people, now=at(2, 7))
    monkeypatch.setattr(money_of_the_books, "CURRENCIES", money_of_the_books.CURRENCIES - {"DKK"})
    with pytest.raises(CurrencyUnknown):
        given_credit("1.00 DKK", to=kroner, now=at(4, 7))
    given_spend("30.00 DKK", account=kroner, now=at(5, 7))
    close(1, 8)
    july = close_month(open_month(7, now=at(2, 8)), people, now=at(2, 8))

    assert told(may) == [("2026-05-31", "6310", "2310", 5000, "")]
    assert told(june) == [("2026-06-30", "2310", "4000", 2000, "")]
    assert told(july) == [("2026-07-31", "2310", "4000", 3000, "")]
    assert [
        (line.kept.currency, line.opening_minor, line.closing_minor)
        for month in (may, june, july)
        for line in list_kept_lines(period=month)
    ] == [("DKK", 0, 5000), ("DKK", 5000, 3000), ("DKK", 3000, 0)]
    finance = ApiCaller(given_client(["reports:read"]).plain)
    (line,) = finance.get("/reports/roll-forward?from_cut=1&to_cut=3").json()["lines"]
    assert (line["currency"], line["opening"], line["spent"], line["closing"]) == ("DKK", "50.00", "-50.00", "0.00")
    assert run("reconcile", "--json").facts["clean"] is True


def test_currencies_of_no_two_and_three_decimals_stand_in_one_report_each_in_its_own(time_machine: Any):
    time_machine.move_to(at(2, 7), tick=False)
    for amount, spent in (("1001 JPY", "1 JPY"), ("1.001 KWD", "0.002 KWD"), ("10.01 GBP", "0.01 GBP")):
        account = given_credit(amount, now=at(10), expires_at=at(20, 6))
        given_spend(spent, account=account, now=at(11))
    close(1, 6)
    finance = ApiCaller(given_client(["reports:read"]).plain)

    rolled = finance.get("/reports/roll-forward?to_cut=1").json()["lines"]
    aged = finance.get("/reports/ageing?cut=1").json()["lines"]

    assert [(line["currency"], line["issued"], line["spent"], line["closing"]) for line in rolled] == [
        ("GBP", "10.01", "-0.01", "10.00"),
        ("JPY", "1001", "-1", "1000"),
        ("KWD", "1.001", "-0.002", "0.999"),
    ]
    assert [(line["currency"], line["owed"], line["owed_minor"]) for line in aged] == [
        ("GBP", "10.00", 1000),
        ("JPY", "1000", 1000),
        ("KWD", "0.999", 999),
    ]


@pytest.mark.parametrize(
    ("year", "month", "midnight", "next_midnight"),
    [
        # The last Sundays of March and of October have 23 and 25 hours.
        (2026, 3, datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC)),
        (2025, 10, datetime(2025, 9, 30, 22, tzinfo=UTC), datetime(2025, 10, 31, 23, tzinfo=UTC)),
        (2025, 12, datetime(2025, 11, 30, 23, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC)),
    ],
    ids=["clocks go forward", "clocks go back", "the year ends"],
)
def test_a_month_begins_and_ends_at_the_shops_midnight_though_its_clocks_or_the_year_change(
    time_machine: Any, people: list[Party], settings: Any, year: int, month: int, midnight: Any, next_midnight: Any
):
    settings.TIME_ZONE = "Europe/Berlin"
    seconds = [midnight.replace(hour=midnight.hour - 1, minute=59), midnight]
    seconds += [next_midnight.replace(hour=next_midnight.hour - 1, minute=59), next_midnight]
    time_machine.move_to(midnight.replace(day=midnight.day - 1), tick=False)
    assert run("take_cut").code == 0
    account = given_account()
    for place, second in enumerate(seconds):
        time_machine.move_to(second, tick=False)
        given_credit(f"{10**place}.00 GBP", to=account, now=second)
    now = at(20, month + 1 if month < 12 else 1).replace(year=year + month // 12)
    time_machine.move_to(now, tick=False)
    assert run("take_cut").code == 0
    before = date(year, month - 1, 1)

    close_month(open_month(before.month, year=before.year, now=now), people, now=now)
    closed = close_month(open_month(month, year=year, now=now), people, now=now)

    assert closed.begin_cut is not None
    assert closed.end_cut is not None
    assert (closed.begin_cut.boundary, closed.end_cut.boundary) == (midnight, next_midnight)
    (line,) = list_kept_lines(period=closed)
    assert (line.opening_minor, line.closing_minor) == (100, 11100)
    assert sum(each[3] for each in told(closed)) == 11000
    first, last = f"{date(year, month, 1)}", f"{date(year, month, 31)}"
    assert [each[0] for each in told(closed)] == [first, last]
    report = run("report_roll_forward", "--from", first, "--to", last, "--json").facts
    assert [(each["opening"], each["issued"], each["closing"]) for each in report["lines"]] == [
        ("1.00", "110.00", "111.00")
    ]
