"""Workers whose clocks differ: an account's history goes forward, and each judges by the account's own time."""

from datetime import timedelta
from typing import Any

import pytest

from ledger.errors import ExpiryInThePast, HoldNotOpen, InsufficientCredit
from ledger.models import Account, Hold, LotExpiry
from ledger.operations import (
    Ending,
    Why,
    adjust_credit,
    capture_hold,
    end_credit_at,
    expire_credit,
    place_hold,
    refund_spend,
    release_hold,
    reverse_transaction,
    transfer_credit,
    void_credit,
)
from ledger.queries import list_findings
from tests.ledger.attacks import lot_of, moment, post_by_hand, refused_by, run
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    SYSTEM,
    days,
    entries_of,
    given_account,
    given_credit,
    given_hold,
    given_spend,
    lots_of,
    money,
    nothing_moves,
    refused,
)

pytestmark = pytest.mark.django_db

SEVEN_SECONDS_BEHIND = NOW - timedelta(seconds=7)


@pytest.fixture
def account() -> Account:
    return given_credit("100.00 GBP")


def _spend(account: Account, **by: Any) -> None:
    given_spend("80.00 GBP", account=account, **by)


def _issue(account: Account, **by: Any) -> None:
    given_credit("10.00 GBP", to=account, **by)


def _issue_for_a_reasons_life(account: Account, **by: Any) -> None:
    given_credit("10.00 GBP", to=account, why=Why(reason="PR"), **by)


def _adjust_up(account: Account, **by: Any) -> None:
    adjust_credit(account_id=account.pk, amount=money("1.00 GBP"), why=Why(note="why"), actor=STAFF, **by)


def _void(account: Account, **by: Any) -> None:
    void_credit(account_id=account.pk, why=Why(note="why"), actor=STAFF, **by)


def _reverse(account: Account, **by: Any) -> None:
    reverse_transaction(transaction_id=entries_of(account)[0].pk, why=Why(note="why"), actor=STAFF, **by)


def _capture(account: Account, **by: Any) -> None:
    capture_hold(hold_id=given_hold("5.00 GBP", account=account).pk, actor=API, **by)


@pytest.mark.parametrize(
    "post", [_spend, _issue, _issue_for_a_reasons_life, _adjust_up, _void, _reverse, _capture], ids=lambda f: f.__name__
)
def test_an_entry_is_not_dated_before_the_one_that_it_follows(account: Account, post: Any):
    post(account, now=SEVEN_SECONDS_BEHIND)

    entry = entries_of(account)[-1]
    assert entry.created_at == NOW
    assert entry.details["clock"] == SEVEN_SECONDS_BEHIND.isoformat()


def test_an_entry_of_a_clock_that_is_right_says_nothing_of_it(account: Account):
    _issue(account, now=NOW)
    _spend(account, now=days(1))

    assert [(entry.created_at, entry.details) for entry in entries_of(account)] == [(NOW, {}), (NOW, {}), (days(1), {})]


def test_what_the_operation_returns_is_what_stands_in_the_books(account: Account):
    spend = given_spend("1.00 GBP", account=account, now=SEVEN_SECONDS_BEHIND, why=Why(details={"order": "7"}))

    assert (spend.created_at, spend.details) == (NOW, {"order": "7", "clock": SEVEN_SECONDS_BEHIND.isoformat()})
    assert entries_of(account)[-1].details == spend.details


def test_both_sides_of_a_move_have_the_date_of_the_later_account(account: Account):
    target = given_credit("1.00 GBP", now=days(2))

    out, into = transfer_credit(
        source_id=account.pk, target_id=target.pk, amount=money("5.00 GBP"), actor=STAFF, now=days(1)
    )

    assert (out.created_at, into.created_at) == (days(2), days(2))


def test_a_refund_to_another_account_is_not_dated_before_the_spend(account: Account):
    spend = given_spend("5.00 GBP", account=account, now=days(1))
    other = given_account()

    refund = refund_spend(
        transaction_id=spend.pk, amount=money("5.00 GBP"), to_account_id=other.pk, actor=STAFF, now=NOW
    )

    assert refund.created_at == days(1)


def test_credit_that_is_over_by_the_accounts_time_is_not_spent_by_a_slow_clock():
    account = given_credit("10.00 GBP", expires_at=days(1))
    given_credit("1.00 GBP", to=account, now=days(1))

    with nothing_moves(), pytest.raises(InsufficientCredit):
        given_spend("10.00 GBP", account=account, now=days(1) - timedelta(seconds=7))


def test_credit_that_would_be_over_when_it_comes_in_is_refused(account: Account):
    given_spend("1.00 GBP", account=account, now=days(1))

    with refused(ExpiryInThePast):
        given_credit("10.00 GBP", to=account, expires_at=days(1), now=NOW)


def test_a_reasons_days_count_from_the_date_of_the_entry(account: Account):
    given_spend("1.00 GBP", account=account, now=days(1))

    given_credit("10.00 GBP", to=account, why=Why(reason="PR"), now=NOW)

    assert lots_of(account)[-1] == ("10.00", days(91))


def test_a_sweep_of_many_lots_by_a_slow_clock_goes_forward():
    account = given_credit("10.00 GBP", expires_at=days(1))
    given_credit("5.00 GBP", to=account, expires_at=days(1))
    given_credit("1.00 GBP", to=account, now=days(3))

    expire_credit(actor=SYSTEM, now=days(2))

    assert [entry.created_at for entry in entries_of(account)[-2:]] == [days(3), days(3)]


def test_a_hold_ends_after_it_began_whatever_the_clock_of_who_ends_it(account: Account):
    captured = given_hold("5.00 GBP", account=account, now=days(1))
    released = given_hold("5.00 GBP", account=account, now=days(1))

    entry = capture_hold(hold_id=captured.pk, actor=API, now=NOW)
    release_hold(hold_id=released.pk, actor=API, now=NOW)

    assert entry.created_at == days(1)
    assert set(Hold.objects.values_list("closed_at", flat=True)) == {days(1)}


def test_a_hold_that_is_over_by_the_accounts_time_is_not_captured_by_a_slow_clock(account: Account):
    hold = given_hold("5.00 GBP", account=account, expires_at=days(1))
    given_spend("1.00 GBP", account=account, now=days(1))

    with nothing_moves(), pytest.raises(HoldNotOpen):
        capture_hold(hold_id=hold.pk, actor=API, now=NOW)
    with nothing_moves(), pytest.raises(ExpiryInThePast):
        place_hold(account_id=account.pk, amount=money("5.00 GBP"), expires_at=days(1), actor=API, now=NOW)


def test_no_balance_of_any_moment_is_negative_and_nothing_is_found(account: Account):
    """Issued by a clock that is ahead, spent by one that is right."""
    given_credit("50.00 GBP", to=account, now=NOW + timedelta(seconds=7))
    given_spend("150.00 GBP", account=account, now=NOW)

    entries = entries_of(account)
    for entry in entries:
        assert sum(other.amount_minor for other in entries if other.created_at <= entry.created_at) >= 0
    assert list(list_findings()) == []


def test_an_entry_is_judged_by_the_expiry_of_its_day(account: Account):
    """Spent from endless credit; by a clock that is behind the credit then ends before that."""
    given_spend("10.00 GBP", account=account, now=days(1))

    end_credit_at(account_id=account.pk, ending=Ending(days(0.9)), actor=STAFF, now=days(0.8), note="why")

    assert LotExpiry.objects.get().created_at == days(1)
    assert list(list_findings()) == []


def test_the_database_refuses_an_entry_that_goes_back(account: Account):
    with refused_by("ledger_transaction_never_goes_back"):
        post_by_hand(account, 500, created_at=moment(SEVEN_SECONDS_BEHIND))
    post_by_hand(account, 500, created_at=moment(NOW))


def test_the_database_keeps_the_moment_of_the_last_entry(account: Account):
    with refused_by("ledger_account_moves_by_transaction"):
        run("UPDATE ledger_account SET last_entry_at = NULL WHERE id = %s", account.pk)
    with refused_by("ledger_account_moves_by_transaction"):
        run("UPDATE ledger_account SET last_entry_at = %s WHERE id = %s", moment(days(-1)), account.pk)


def test_the_database_refuses_a_capture_before_its_hold_and_an_end_before_its_beginning(account: Account):
    hold = given_hold("5.00 GBP", account=account, now=days(1))

    with refused_by("ledger_transaction_captures_its_hold"):
        run("UPDATE ledger_holdlot SET captured_minor = 500 WHERE hold_id = %s", hold.pk.hex)
        post_by_hand(account, -500, uses=[(lot_of(account), 500)], hold_id=hold.pk, created_at=moment(NOW))
    with refused_by("ledger_hold_ends_once"):
        run(
            "UPDATE ledger_hold SET status = 'RELEASED', closed_at = %s, closed_by = 'x' WHERE id = %s",
            moment(NOW),
            hold.pk.hex,
        )
