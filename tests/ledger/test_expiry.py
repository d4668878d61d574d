from typing import Any

import pytest

from ledger.models import Account
from ledger.operations import (
    AccountStatus,
    TransactionType,
    Why,
    adjust_credit,
    count_expired_lots,
    expire_credit,
    expiry,
    refund_spend,
)
from tests.scenarios import (
    NOW,
    STAFF,
    SYSTEM,
    balance_of,
    counter_balances,
    days,
    entries_of,
    given_account,
    given_credit,
    given_hold,
    given_spend,
    given_transfer,
    history_of,
    lots_of,
    money,
    nothing_moves,
    set_status,
)

pytestmark = pytest.mark.django_db


def test_books_what_expired_and_leaves_what_lives():
    account = given_credit("10.00 GBP", expires_at=days(1))
    given_credit("20.00 GBP", to=account, expires_at=days(2))
    given_credit("40.00 GBP", to=account)

    summary = expire_credit(actor=SYSTEM, now=days(1))

    (entry,) = entries_of(account)[3:]
    assert (entry.type, entry.amount_minor, entry.created_at) == ("EXPIRE", -1000, days(1))
    assert (entry.actor_kind, entry.actor_label, entry.door) == ("SYSTEM", "expire_credit", "command:expire_credit")
    assert (summary.lots, summary.amount_minor) == (1, {"GBP": 1000})
    assert lots_of(account) == [("20.00", days(2)), ("40.00", None)]


def test_credit_lives_until_just_before_its_expiry():
    account = given_credit("10.00 GBP", expires_at=days(1))

    with nothing_moves():
        summary = expire_credit(actor=SYSTEM, now=days(1 - 1e-10))

    assert (summary.lots, summary.amount_minor) == (0, {})
    assert balance_of(account) == "10.00"


@pytest.mark.parametrize(
    ("funding", "booked_to", "came_from"),
    [
        ("PAID", "BREAKAGE", "CASH"),
        ("REFUND", "BREAKAGE", "RETURNS"),
        ("IMPORTED", "BREAKAGE", "OPENING"),
        ("GOODWILL", "GOODWILL", "GOODWILL"),
        ("PROMOTION", "PROMOTION", "PROMOTION"),
    ],
)
def test_bought_credit_is_breakage_and_given_credit_goes_back(funding: str, booked_to: str, came_from: str):
    account = given_credit("10.00 GBP", expires_at=days(1), funding=funding)

    expire_credit(actor=SYSTEM, now=days(1))

    assert entries_of(account)[1].counter_account == booked_to
    balances = {"BREAKAGE GBP": "10.00", f"{came_from} GBP": "-10.00"} if booked_to != came_from else {}
    assert counter_balances() == balances


@pytest.mark.parametrize(
    ("given", "booked_to", "balances"),
    [
        ({"why": Why(reason="EC")}, "ADJUSTMENTS", {}),
        ({"why": Why(reason="EC"), "funding": "PAID"}, "ADJUSTMENTS", {}),
        ({"why": Why(reason="GW"), "funding": "PAID"}, "GOODWILL", {}),
        ({"why": Why(reason="PD"), "funding": "GOODWILL"}, "BREAKAGE", {"BREAKAGE GBP": "10.00", "CASH GBP": "-10.00"}),
        (
            {"type": TransactionType.IMPORT, "funding": "PROMOTION"},
            "BREAKAGE",
            {"BREAKAGE GBP": "10.00", "OPENING GBP": "-10.00"},
        ),
    ],
)
def test_what_expires_goes_back_to_the_account_that_gave(given: dict[str, Any], booked_to: str, balances: Any):
    account = given_credit("10.00 GBP", expires_at=days(1), **given)

    expire_credit(actor=SYSTEM, now=days(1))

    assert entries_of(account)[1].counter_account == booked_to
    assert counter_balances() == balances


def test_an_upward_adjustment_expires_to_adjustments():
    account = given_account()
    adjust_credit(
        account_id=account.pk,
        amount=money("10.00 GBP"),
        expires_at=days(1),
        why=Why(note="miscounted"),
        actor=STAFF,
        now=NOW,
    )

    expire_credit(actor=SYSTEM, now=days(1))

    assert [entry.counter_account for entry in entries_of(account)] == ["ADJUSTMENTS", "ADJUSTMENTS"]
    assert counter_balances() == {}


def test_credit_that_was_moved_goes_back_to_who_gave_it_first():
    source = given_credit("10.00 GBP", expires_at=days(1), why=Why(reason="EC"))
    given_credit("5.00 GBP", to=source, expires_at=days(1), funding="PAID")
    target = given_account()
    given_transfer("15.00 GBP", source=source, target=target)

    expire_credit(actor=SYSTEM, now=days(1))

    assert [entry.counter_account for entry in entries_of(target)[1:]] == ["ADJUSTMENTS", "BREAKAGE"]
    assert counter_balances() == {"BREAKAGE GBP": "5.00", "CASH GBP": "-5.00"}


def test_a_refund_that_comes_too_late_goes_back_to_who_gave_what_was_spent():
    account = given_credit("10.00 GBP", expires_at=days(1), why=Why(reason="EC"))
    spend = given_spend("10.00 GBP", account=account)
    other = given_account()
    refund_spend(transaction_id=spend.pk, amount=money("10.00 GBP"), to_account_id=other.pk, actor=STAFF, now=days(2))

    expire_credit(actor=SYSTEM, now=days(32))

    assert entries_of(other)[1].counter_account == "ADJUSTMENTS"
    assert counter_balances() == {}


def test_each_lot_is_an_entry_of_its_own_under_its_own_key():
    account = given_credit("10.00 GBP", expires_at=days(1))
    given_credit("5.00 GBP", to=account, expires_at=days(1), funding="PAID")
    given_spend("3.00 GBP", account=account)

    summary = expire_credit(actor=SYSTEM, now=days(1))

    assert history_of(account)[3:] == [("EXPIRE", "-7.00"), ("EXPIRE", "-5.00")]
    assert [entry.counter_account for entry in entries_of(account)[3:]] == ["GOODWILL", "BREAKAGE"]
    assert len({entry.key for entry in entries_of(account)[3:]}) == 2
    assert (summary.lots, summary.amount_minor) == (2, {"GBP": 1200})


def test_a_second_sweep_books_nothing():
    given_credit("10.00 GBP", expires_at=days(1))
    expire_credit(actor=SYSTEM, now=days(1))

    with nothing_moves():
        assert expire_credit(actor=SYSTEM, now=days(2)).lots == 0


def test_sweeps_many_accounts_in_batches_and_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(expiry, "_ACCOUNTS_AT_ONCE", 3)
    for currency in ("GBP", "JPY", "KWD", "GBP", "EUR", "GBP", "GBP"):
        given_credit(f"7 {currency}", expires_at=days(1))
    seen: list[int] = []

    summary = expire_credit(actor=SYSTEM, now=days(1), progress=lambda so_far: seen.append(so_far.lots))

    assert seen == [3, 6, 7]
    assert (summary.lots, summary.amount_minor) == (7, {"GBP": 2800, "JPY": 7, "KWD": 7000, "EUR": 700})
    assert {account.balance_minor for account in Account.objects.all()} == {0}


def test_the_lots_of_one_account_are_swept_one_after_the_other():
    account = given_account()
    for _ in range(30):
        given_credit("0.01 GBP", to=account, expires_at=days(1))

    summary = expire_credit(actor=SYSTEM, now=days(1))

    assert summary.lots == 30
    assert [entry.sequence for entry in entries_of(account)] == list(range(1, 61))
    assert [entry.balance_after_minor for entry in entries_of(account)][30:] == list(range(29, -1, -1))


def test_a_frozen_account_waits_until_it_is_open_again():
    account = given_credit("10.00 GBP", expires_at=days(1))
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)

    with nothing_moves():
        expire_credit(actor=SYSTEM, now=days(2))
        expire_credit(actor=STAFF, now=days(2))
    set_status(account_id=account.pk, status=AccountStatus.OPEN)
    expire_credit(actor=SYSTEM, now=days(3))

    assert history_of(account) == [("ISSUE", "10.00"), ("EXPIRE", "-10.00")]


def test_what_a_hold_sets_aside_waits_and_the_rest_does_not():
    account = given_credit("10.00 GBP", expires_at=days(1))
    given_hold("4.00 GBP", account=account)

    expire_credit(actor=SYSTEM, now=days(1))

    assert history_of(account)[1:] == [("EXPIRE", "-6.00")]
    assert lots_of(account) == [("4.00", days(1))]


def test_the_lots_of_the_next_sweep_are_counted():
    account = given_credit("10.00 GBP", expires_at=days(1))
    given_credit("10.00 GBP", to=account, expires_at=days(1))
    given_credit("10.00 GBP", to=account, expires_at=days(2))
    given_hold("10.00 GBP", account=account)
    frozen = given_credit("10.00 GBP", expires_at=days(1))
    set_status(account_id=frozen.pk, status=AccountStatus.FROZEN)

    assert [count_expired_lots(now=moment) for moment in (NOW, days(1), days(2))] == [0, 1, 2]
