"""Breakage by rate, worked by hand: recognised as credit is spent, and trued up as the rest expires."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ledger.operations import Why, expire_credit, reverse_transaction
from ledger.queries import find_last_sealed_cut
from storecredit.finance.errors import OwnRate, RateDecided, RateTaken
from storecredit.finance.models import GeneralLedgerRule
from storecredit.finance.operations import (
    approve_breakage_rate,
    export_journal,
    get_journal,
    reject_breakage_rate,
)
from storecredit.finance.queries import list_cohorts, recall_cohorts, recalling
from storecredit.finance.queries.breakage import sum_cohorts
from tests.factories.people import UserFactory
from tests.factories.periods import BreakageRateFactory, party_of
from tests.finance.month import at, close
from tests.ledger.attacks import run as run_sql
from tests.ledger.commands.running import run
from tests.scenarios import STAFF, SYSTEM, given_account, given_credit, given_spend, given_transfer

pytestmark = pytest.mark.django_db(transaction=True)


def given_rate(percent: str, **said: Any) -> None:
    rate = BreakageRateFactory.create(percent=Decimal(percent), **said)
    approve_breakage_rate(rate_id=rate.pk, party=party_of(UserFactory.create()), now=at(1))


def breakage(last_day: date) -> list[str]:
    """The lines of a journal that tell of breakage."""
    export = export_journal(last_day=last_day, actor=SYSTEM, now=at(20, 9))
    return [
        f"{line.type} {line.cohort} {line.funding} {line.debit} {line.credit} {line.currency} {line.amount_minor}"
        for line in get_journal(number=export.number)[1]
        if line.cohort
    ]


@pytest.fixture
def anna(time_machine):
    """1,000.00 that was paid in May 2026 and ends on 10 August; of ten pounds one is never spent."""
    time_machine.move_to(at(20, 9), tick=False)
    given_rate("10")
    return given_credit("1000.00 GBP", now=at(4), funding="PAID", expires_at=at(10, 8))


def test_a_worked_example(anna):
    given_spend("450.00 GBP", account=anna, now=at(20))
    close(1, 6)
    given_spend("333.33 GBP", account=anna, now=at(20, 6))
    close(1, 7)
    close(1, 8)
    expire_credit(actor=SYSTEM, now=at(11, 8))
    close(1, 9)

    # 100.00 of 1,000.00 is expected not to be spent; of the 900.00 that is, half was: half of the 100.00.
    assert breakage(date(2026, 5, 31)) == ["BREAKAGE 2026 PAID 2390 4910 GBP 5000"]
    # 783.33 of 900.00: 87.03 and a fraction, less the 50.00 of May.
    assert breakage(date(2026, 6, 30)) == ["BREAKAGE 2026 PAID 2390 4910 GBP 3703"]
    assert breakage(date(2026, 7, 31)) == []
    # 216.67 expired, by entries of its own; what was recognised before is taken back, so the difference is left.
    assert breakage(date(2026, 8, 31)) == ["TRUE_UP 2026 PAID 4910 2390 GBP 8703"]
    cut = find_last_sealed_cut()
    assert cut is not None
    (cohort,) = list_cohorts(cut=cut)
    assert (cohort.issued_minor, cohort.redeemed_minor, cohort.expired_minor) == (100000, 78333, 21667)
    assert (cohort.outstanding_minor, cohort.recognised_minor, cohort.remaining_minor) == (0, 0, 0)
    assert run("reconcile", "--json").facts["clean"] is True


def test_what_expires_in_part_takes_the_place_of_what_was_recognised(anna):
    given_credit("200.00 GBP", to=anna, now=at(5), funding="PAID", expires_at=at(30))
    given_spend("600.00 GBP", account=anna, now=at(31))
    close(1, 6)
    expire_credit(actor=SYSTEM, now=at(1, 6))
    close(1, 7)

    # 600.00 of 1,080.00 that are expected to be spent; of 1,200.00 that came in 120.00 are not.
    assert breakage(date(2026, 5, 31)) == ["BREAKAGE 2026 PAID 2390 4910 GBP 6666"]
    # 200.00 expired, which is more.
    assert breakage(date(2026, 6, 30)) == ["TRUE_UP 2026 PAID 4910 2390 GBP 6666"]


def test_a_changed_rate_is_caught_up_with_and_a_reversed_purchase_is_taken_back(anna):
    given_rate("20", valid_from=date(2026, 6, 1))
    given_rate("50", valid_from=date(2026, 6, 1), funding="GOODWILL")
    spend = given_spend("450.00 GBP", account=anna, now=at(20))
    moved = given_account()
    given_transfer("100.00 GBP", source=anna, target=moved, now=at(21))
    close(1, 6)
    close(1, 7)
    reverse_transaction(transaction_id=spend.pk, actor=STAFF, now=at(2, 7), why=Why(note="rung up twice"))
    close(1, 8)

    assert breakage(date(2026, 5, 31)) == ["BREAKAGE 2026 PAID 2390 4910 GBP 5000"]
    # 450.00 of 800.00, of the 200.00: 112.50.
    assert breakage(date(2026, 6, 30)) == ["BREAKAGE 2026 PAID 2390 4910 GBP 6250"]
    assert breakage(date(2026, 7, 31)) == ["TRUE_UP 2026 PAID 4910 2390 GBP 11250"]


def test_a_page_adds_what_came_after_an_earlier_cut_to_what_is_remembered_of_that(anna, monkeypatch):
    spend = given_spend("450.00 GBP", account=anna, now=at(20))
    close(1, 6)
    first = find_last_sealed_cut()
    assert first is not None
    recall_cohorts(cut=first)
    reverse_transaction(transaction_id=spend.pk, actor=STAFF, now=at(2, 6), why=Why(note="rung up twice"))
    given_credit("20.00 GBP", to=anna, now=at(3, 6), funding="GOODWILL", expires_at=at(30, 6))
    given_spend("5.00 GBP", account=anna, now=at(4, 6))
    close(1, 7)
    expire_credit(actor=SYSTEM, now=at(2, 7))
    close(1, 8)
    last = find_last_sealed_cut()
    assert last is not None
    since = []
    monkeypatch.setattr(
        recalling, "sum_cohorts", lambda **asked: since.append(asked["since"][0].number) or sum_cohorts(**asked)
    )

    shown = recall_cohorts(cut=last)

    assert since == [first.number]
    assert [(each.issued_minor, each.redeemed_minor, each.expired_minor) for each in shown] == [
        (2000, 500, 1500),
        (100000, 0, 0),
    ]
    assert shown == list_cohorts(cut=last)


def test_without_a_rule_nothing_is_exported(anna, tmp_path):
    GeneralLedgerRule.objects.filter(counter_account="EXPECTED").delete()
    given_spend("450.00 GBP", account=anna, now=at(20))
    close(1, 6)

    done = run("export_journal", str(tmp_path / "may.csv"), "--day", "2026-05-31")

    assert (done.code, done.err) == (
        2,
        "Could not run: No general ledger rule maps BREAKAGE STORE_CREDIT PAID EXPECTED: nothing was exported.",
    )


def test_another_person_approves_a_rate_and_it_stays():
    boss = UserFactory.create(is_superuser=True)
    asked, twin = (BreakageRateFactory.create(asked_by=boss) for _ in range(2))
    colleague = party_of(UserFactory.create())

    with pytest.raises(OwnRate):
        approve_breakage_rate(rate_id=asked.pk, party=party_of(boss), now=at(2))
    approve_breakage_rate(rate_id=asked.pk, party=colleague, now=at(2))
    with pytest.raises(RateTaken):
        approve_breakage_rate(rate_id=twin.pk, party=colleague, now=at(2))
    with pytest.raises(RateDecided):
        reject_breakage_rate(rate_id=asked.pk, party=colleague, now=at(2))
    for sql in (
        "UPDATE finance_breakagerate SET percent = 99",
        "UPDATE finance_breakagerate SET status = 'APPROVED', decided_by_id = asked_by_id, decided_at = asked_at",
        "DELETE FROM finance_breakagerate",
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            run_sql(sql)
