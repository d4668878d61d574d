"""A correction says what it puts right: a closed month, an entry of it, or until when a piece of credit lives."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from ledger.errors import ExpiryUnchanged, LotNotFound
from ledger.models import Transaction
from ledger.operations import Ending, TransactionType, Why, complete_cuts, expire_credit, reverse_transaction, take_cut
from ledger.queries import list_findings
from storecredit.finance.errors import (
    CardNotAdjusted,
    CorrectionMalformed,
    CorrectionOfAnotherMonth,
    PeriodNotFound,
)
from storecredit.finance.models import Correction, RunKind
from storecredit.finance.operations import approve_correction, ask_correction
from tests.backoffice.staff import Staff, page_url, said, step_url
from tests.factories.credits import ApproverLimitFactory
from tests.factories.finance import GeneralLedgerRuleFactory, ReconciliationFindingFactory
from tests.factories.people import UserFactory
from tests.factories.periods import ClosedPeriodFactory, party_of
from tests.giftcards.cards import account_of, given_card
from tests.ledger.attacks import lot_of
from tests.ledger.commands.running import run
from tests.scenarios import (
    NOW,
    SYSTEM,
    balance_of,
    days,
    entries_of,
    given_credit,
    given_spend,
    given_transfer,
    history_of,
    lots_of,
    money,
    nothing_moves,
)

pytestmark = pytest.mark.django_db


def test_an_adjustment_names_the_closed_month_and_the_entry_that_it_corrects():
    period = ClosedPeriodFactory.create(first_day=date(2025, 1, 1))
    entry = Transaction.objects.get()
    other = given_credit("20.00 GBP")
    asker = party_of(UserFactory.create())
    named: dict[str, Any] = {
        "party": asker,
        "now": NOW,
        "note": "Wrong",
        "amount": money("1.00 GBP"),
        "account_id": entry.account_id,
    }

    asked = ask_correction(**named, period_number=period.number, entry_id=entry.pk)
    alone = ask_correction(**named, entry_id=entry.pk)
    refusals: list[tuple[type[Exception], dict[str, Any]]] = [
        (CorrectionOfAnotherMonth, {"period_number": 2}),
        (PeriodNotFound, {"period_number": 9}),
        (CorrectionOfAnotherMonth, {"entry_id": entries_of(other)[0].pk}),
        (CorrectionOfAnotherMonth, {"period_number": 1, "entry_id": entries_of(other)[0].pk}),
    ]
    for error, wrong in refusals:
        with nothing_moves(), pytest.raises(error):
            ask_correction(**named | wrong)

    assert [(each.period, each.entry) for each in (asked, alone)] == [(period, entry)] * 2


def test_another_expiry_of_what_was_spent_since_is_refused_and_stays_to_be_decided():
    account = given_credit("20.00 GBP", expires_at=days(5))
    asked = ask_correction(
        party=party_of(UserFactory.create()),
        now=NOW,
        note="Typed wrong",
        lot_id=lot_of(account).pk,
        ending=Ending(None),
    )
    given_spend("20.00 GBP", account=account)
    boss = UserFactory.create()
    ApproverLimitFactory.create(user=boss, per_request=money("20.00 GBP"), per_day=money("20.00 GBP"))

    with nothing_moves(), pytest.raises(ExpiryUnchanged):
        approve_correction(correction_id=asked.pk, party=party_of(boss), now=days(1))

    asked.refresh_from_db()
    assert (asked.status, asked.approvals.count()) == ("PENDING", 0)


def test_another_expiry_is_given_once_somebody_else_approves_it_and_moves_nothing():
    account = given_credit("20.00 GBP", expires_at=days(5))
    card = given_card("8.00 GBP")
    lot, asker = lot_of(account), party_of(UserFactory.create())
    named: dict[str, Any] = {"party": asker, "now": NOW, "note": "Typed wrong", "lot_id": lot.pk}
    refusals: list[tuple[type[Exception], dict[str, Any]]] = [
        (ExpiryUnchanged, {"ending": Ending(days(5))}),
        (CorrectionMalformed, {}),
        (CorrectionMalformed, {"ending": Ending(None), "amount": money("1.00 GBP")}),
        (LotNotFound, {"lot_id": 10**6, "ending": Ending(None)}),
        (CardNotAdjusted, {"lot_id": lot_of(account_of(card)).pk, "ending": Ending(days(9))}),
    ]
    for error, wrong in refusals:
        with nothing_moves(), pytest.raises(error):
            ask_correction(**named | wrong)

    with nothing_moves():
        asked = ask_correction(**named, ending=Ending(days(2)))
    boss = UserFactory.create()
    ApproverLimitFactory.create(user=boss, per_request=money("20.00 GBP"), per_day=money("20.00 GBP"))
    done = approve_correction(correction_id=asked.pk, party=party_of(boss), now=days(1))

    assert (done.status, done.transaction, balance_of(account)) == ("APPROVED", None, "20.00")
    assert lots_of(account) == [("20.00", days(2))]
    assert list(done.approvals.values_list("label", "amount_minor")) == [(boss.username, 2000)]
    expire_credit(actor=SYSTEM, now=days(3))
    assert history_of(account) == [("ISSUE", "20.00"), ("EXPIRE", "-20.00")]
    assert list(list_findings()) == []


def test_a_finding_offers_what_fits_it_and_another_person_approves_it():
    account = given_credit("20.00 GBP", expires_at=days(400))
    spend = given_spend("7.00 GBP", account=account)
    fay = Staff("Finance", username="fay")
    about_entry = ReconciliationFindingFactory.create(
        kind=RunKind.BOOKS, code="spent_expired", subject_kind="transaction", subject_id=str(spend.number)
    )
    about_lot = ReconciliationFindingFactory.create(
        kind=RunKind.BOOKS, code="lot_expiry", subject_kind="lot", subject_id=str(lot_of(account).pk)
    )

    offered = [
        {button.slug for button in fay.open(page_url(finding)).context["buttons"] if button.slug.startswith("ask")}
        for finding in (about_entry, about_lot)
    ]
    told = said(fay.do(step_url(about_entry, "ask-reversal"), note="Never sold"))
    told += said(fay.do(step_url(about_lot, "ask-expiry"), note="Typed wrong", good_through="2099-12-31"))

    assert offered == [{"ask-reversal", "ask-correction"}, {"ask-expiry", "ask-correction"}]
    asked = list(Correction.objects.order_by("pk"))
    assert [(each.kind, each.entry, each.finding) for each in asked] == [
        ("REVERSE", spend, about_entry),
        ("EXPIRY", None, about_lot),
    ]
    assert told == [f"{each} waits for somebody else to approve it." for each in asked]


def test_the_journal_tells_apart_what_puts_a_month_right_that_was_closed(tmp_path):
    # given a load and a move of January, which was closed, and two loads of later, one of them for a reason
    first_day, end = date(2025, 1, 1), date(2025, 2, 1)
    loaded: dict[str, Any] = {"type": TransactionType.LOAD, "funding": "PAID"}
    source, target = (given_credit("9.00 GBP", now=moment_of(end, -5), **loaded) for _ in range(2))
    given_transfer("4.00 GBP", source=source, target=target, now=moment_of(end, -4))
    ClosedPeriodFactory.create(first_day=first_day)
    later = given_credit("2.00 GBP", now=moment_of(end, 3), **loaded)
    GeneralLedgerRuleFactory.create(
        counter_account="CASH", type="REVERSE", reason_id="GW", valid_from=first_day, debit_id="1210", credit_id="9000"
    )

    # when all of it is undone in February, what was closed by corrections
    boss = UserFactory.create()
    ApproverLimitFactory.create(user=boss, per_request=money("20.00 GBP"), per_day=None)
    for entry, reason in ((entries_of(source)[1], ""), (entries_of(target)[0], "GW")):
        asked = ask_correction(
            party=party_of(UserFactory.create()), now=moment_of(end, 4), note="Wrong", reason=reason, entry_id=entry.pk
        )
        approve_correction(correction_id=asked.pk, party=party_of(boss), now=moment_of(end, 4))
    reverse_transaction(transaction_id=entries_of(later)[0].pk, actor=SYSTEM, now=moment_of(end, 4), why=Why(note="x"))
    take_cut(boundary=moment_of(end, 5), actor=SYSTEM, now=moment_of(end, 5))
    complete_cuts(now=moment_of(end, 5))
    path = tmp_path / "february.csv"
    assert run("export_journal", str(path), "--day", "2025-02-05").code == 0

    # then each of its lines says which month it puts right
    told = [
        (row["debit"], row["credit"], row["amount"], row["type"], row["reason"], row["corrects"])
        for row in csv.DictReader(path.open())
    ]
    assert told == [
        ("1210", "2310", "2.00", "LOAD", "", ""),
        ("2310", "1210", "2.00", "REVERSE", "", ""),
        ("9000", "1210", "9.00", "REVERSE", "GW", "2025-01"),
        ("1290", "2310", "4.00", "REVERSE", "", "2025-01"),
        ("2310", "1290", "4.00", "REVERSE", "", "2025-01"),
    ]
    done = run("export_journal", str(path), "--number", "2", "--layout", "quickbooks", "--currency", "GBP")
    assert (done.code, path.read_text().count(",REVERSE PAID STORE_CREDIT of 2025-01,GBP")) == (0, 6), done.err


def test_a_correction_that_was_asked_for_before_its_month_was_opened_is_of_it_once_that_is_closed(tmp_path):
    first_day, end = date(2025, 1, 1), date(2025, 2, 1)
    account = given_credit("9.00 GBP", now=moment_of(end, -5))
    entry = entries_of(account)[0]
    asked = ask_correction(
        party=party_of(UserFactory.create()), now=moment_of(end, -4), note="Wrong", entry_id=entry.pk
    )
    january = ClosedPeriodFactory.create(first_day=first_day)
    boss = UserFactory.create()
    ApproverLimitFactory.create(user=boss, per_request=money("20.00 GBP"), per_day=None)

    approve_correction(correction_id=asked.pk, party=party_of(boss), now=moment_of(end, 4))

    take_cut(boundary=moment_of(end, 5), actor=SYSTEM, now=moment_of(end, 5))
    complete_cuts(now=moment_of(end, 5))
    path = tmp_path / "february.csv"
    assert run("export_journal", str(path), "--day", "2025-02-05").code == 0
    [line] = csv.DictReader(path.open())
    assert (line["type"], line["amount"], line["corrects"]) == ("REVERSE", "9.00", "2025-01")
    assert [each.pk for each in january.corrections.all()] == [asked.pk]


def moment_of(midnight: date, days_later: int) -> datetime:
    return datetime.combine(midnight, time.min, UTC) + timedelta(days=days_later)
