"""Rule 4: what is held is what open holds have not captured, in the account and in each of its lots."""

from typing import Any

import pytest

from ledger.models import Account, Hold, HoldLot
from ledger.models.identifiers import new_uuid7
from ledger.operations import AccountStatus, capture_hold, release_hold
from tests.ledger.attacks import (
    hold_by_hand,
    hold_row,
    insert,
    lot_of,
    moment,
    post_by_hand,
    refused_by,
    run,
)
from tests.scenarios import API, NOW, balance_of, days, given_credit, given_hold, held_in, history_of, money, set_status

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return given_credit("100.00 GBP")


@pytest.fixture
def hold(account: Account) -> Hold:
    return given_hold("60.00 GBP", account=account)


def test_the_hold_by_hand_passes_when_nothing_is_spoilt(account: Account):
    hold_by_hand(account, [(lot_of(account), 6000)])

    assert held_in(account) == "60.00"


@pytest.mark.parametrize("held", [0, 1, 5999, 6001])
def test_an_account_holds_what_its_open_holds_say(account: Account, hold: Hold, held: int):
    with refused_by("ledger_account_held_by_holds"):
        run("UPDATE ledger_account SET held_minor = %s WHERE id = %s", held, account.pk)


def test_nothing_is_held_without_a_hold(account: Account):
    with refused_by("ledger_account_held_by_holds"):
        run("UPDATE ledger_account SET held_minor = 1 WHERE id = %s", account.pk)


def test_no_more_is_held_than_there_is(account: Account):
    with refused_by("ledger_lot_reserved_within_remaining_within_amount"):
        hold_by_hand(account, [(lot_of(account), 10001)])


def test_two_holds_do_not_set_the_same_credit_aside(account: Account, hold: Hold):
    with refused_by("ledger_lot_reserved_within_remaining_within_amount"):
        hold_by_hand(account, [(lot_of(account), 4001)])


def test_a_hold_names_the_lots_that_it_sets_aside(account: Account):
    with refused_by("ledger_hold_reserves"):
        hold_by_hand(account, [], amount=500)
    with refused_by("ledger_hold_reserves"):
        hold_by_hand(account, [(lot_of(account), 500)], amount=501)
    with refused_by("ledger_hold_reserves"):
        hold_by_hand(account, [(lot_of(account), 500)], amount=499)


def test_a_hold_sets_nothing_aside_in_another_account(account: Account):
    other = given_credit("100.00 GBP")

    with refused_by("ledger_hold_reserves"):
        hold_by_hand(account, [(lot_of(other), 500)])


def test_a_lot_does_not_join_a_hold_later(account: Account, hold: Hold):
    given_credit("10.00 GBP", to=account)

    with refused_by("ledger_holdlot_before_hold"):
        insert("ledger_holdlot", hold_id=hold.pk, lot_id=lot_of(account, 1).pk, amount_minor=500, captured_minor=0)


@pytest.mark.parametrize(
    ("spoilt", "rule"),
    [
        ({"status": "CAPTURED", "closed_by": "x"}, "ledger_hold_starts_open"),
        ({"captured_minor": 100}, "ledger_hold_starts_open"),
        ({"actor_label": ""}, "ledger_hold_says_who_and_how"),
        ({"door": ""}, "ledger_hold_says_who_and_how"),
        ({"actor_kind": "GHOST"}, "ledger_hold_says_who_and_how"),
        ({"closed_by": "x", "closed_at": moment(NOW)}, "ledger_hold_closed_says_who_and_when"),
    ],
)
def test_a_hold_starts_open_and_says_who(account: Account, spoilt: dict[str, Any], rule: str):
    with refused_by(rule):
        hold_by_hand(account, [(lot_of(account), 500)], **spoilt)


def test_nothing_is_captured_at_birth(account: Account):
    with refused_by("ledger_holdlot_before_hold"):
        insert("ledger_holdlot", hold_id=new_uuid7(), lot_id=lot_of(account).pk, amount_minor=500, captured_minor=1)


def test_one_lot_is_in_a_hold_once(account: Account):
    lot, hold_id = lot_of(account), new_uuid7()

    with refused_by("ledger_holdlot_one_per_lot"):
        for _ in range(2):
            insert("ledger_holdlot", hold_id=hold_id, lot_id=lot.pk, amount_minor=500, captured_minor=0)


def test_a_hold_key_is_used_once(account: Account):
    hold_by_hand(account, [(lot_of(account), 500)], key="checkout-1")

    with refused_by("ledger_hold_key_once"):
        hold_by_hand(account, [(lot_of(account), 500)], key="checkout-1")


@pytest.mark.parametrize("status", [AccountStatus.FROZEN, AccountStatus.CLOSED])
def test_an_account_that_may_not_move_is_not_held(status: AccountStatus):
    account = given_credit("100.00 GBP")
    given_lot = lot_of(account)
    if status == AccountStatus.CLOSED:
        post_by_hand(account, -10000, uses=[(given_lot, 10000)])
    set_status(account_id=account.pk, status=status)
    hold_id = new_uuid7()

    with refused_by("ledger_account_status_forbids"):
        insert("ledger_holdlot", hold_id=hold_id, lot_id=given_lot.pk, amount_minor=500, captured_minor=0)
        insert("ledger_hold", **hold_row(account, hold_id, 500))


@pytest.mark.parametrize(
    "change",
    [
        "id = '{other}'",
        "amount_minor = 5000",
        "key = 'another'",
        "created_at = '2026-01-01'",
        "captured_minor = 100",
        "reference = 'order 2'",
        "actor_kind = 'SYSTEM'",
        "actor_id = '2'",
        "actor_label = 'somebody else'",
        "door = 'admin'",
        "request_id = 'another'",
    ],
)
def test_an_open_hold_stays_what_it_is(account: Account, hold: Hold, change: str):
    with refused_by("ledger_hold_ends_once"):
        run(f"UPDATE ledger_hold SET {change.format(other=new_uuid7().hex)}")


def test_a_hold_does_not_change_its_account(account: Account, hold: Hold):
    other = given_credit("100.00 GBP")

    with refused_by("ledger_hold_ends_once"):
        run("UPDATE ledger_hold SET account_id = %s", other.pk)


@pytest.mark.parametrize(
    "change",
    [
        "status = 'OPEN', closed_at = NULL, closed_by = ''",
        "status = 'RELEASED'",
        "expires_at = '2030-01-01'",
        "reference = 'order 2'",
    ],
)
def test_a_hold_that_has_ended_never_changes(account: Account, hold: Hold, change: str):
    capture_hold(hold_id=hold.pk, actor=API, now=NOW)

    with refused_by("ledger_hold_ends_once"):
        run(f"UPDATE ledger_hold SET {change}")


def test_the_end_of_a_hold_says_who_and_when(account: Account, hold: Hold):
    with refused_by("ledger_hold_closed_says_who_and_when"):
        run("UPDATE ledger_hold SET status = 'RELEASED'")
    with refused_by("ledger_hold_closed_says_who_and_when"):
        run("UPDATE ledger_hold SET status = 'RELEASED', closed_at = %s", moment(NOW))
    with refused_by("ledger_hold_closed_says_who_and_when"):
        run("UPDATE ledger_hold SET status = 'LOST', closed_at = %s, closed_by = 'x'", moment(NOW))


def test_a_hold_and_its_lots_are_never_deleted(account: Account, hold: Hold):
    with refused_by("ledger_hold_no_delete"):
        run("DELETE FROM ledger_hold")
    with refused_by("ledger_holdlot_only_captures"):
        run("DELETE FROM ledger_holdlot")
    release_hold(hold_id=hold.pk, actor=API, now=NOW)
    with refused_by("ledger_holdlot_only_captures"):
        run("DELETE FROM ledger_holdlot")


@pytest.mark.sqlite
def test_insert_or_replace_does_not_replace_a_hold(account: Account, hold: Hold):
    with refused_by("ledger_hold_no_delete"):
        insert("ledger_hold", verb="INSERT OR REPLACE", **hold_row(account, hold.pk, 100))
    part = HoldLot.objects.get()
    with refused_by("ledger_holdlot_only_captures"):
        insert(
            "ledger_holdlot",
            verb="INSERT OR REPLACE",
            id=part.pk,
            hold_id=new_uuid7(),
            lot_id=part.lot_id,
            amount_minor=1,
            captured_minor=0,
        )


@pytest.mark.sqlite
@pytest.mark.parametrize("verb", ["INSERT OR IGNORE", "INSERT OR FAIL"])
def test_a_lenient_insert_leaves_no_hold_whose_lots_are_not_reserved(account: Account, hold: Hold, verb: str):
    second = new_uuid7()

    with refused_by("ledger_lot_reserved_within_remaining_within_amount"):
        insert("ledger_holdlot", hold_id=second, lot_id=lot_of(account).pk, amount_minor=4001, captured_minor=0)
        insert("ledger_hold", verb=verb, **hold_row(account, second, 4001))


@pytest.mark.sqlite
def test_a_hold_is_counted_in_whole_minor_units(account: Account, hold: Hold):
    with refused_by("ledger_hold_whole_units"):
        hold_by_hand(account, [(lot_of(account), 0.5)], amount=0.5)  # type: ignore[arg-type,list-item]  # not whole
    with refused_by("ledger_holdlot_only_captures"):
        run("UPDATE ledger_holdlot SET captured_minor = 0.5")


@pytest.mark.parametrize(
    "change", ["amount_minor = 5000", "lot_id = {lot}", "hold_id = '{hold}'", "id = id + 100", "captured_minor = 6001"]
)
def test_a_lot_in_a_hold_only_captures(account: Account, hold: Hold, change: str):
    given_credit("10.00 GBP", to=account)
    change = change.format(lot=lot_of(account, 1).pk, hold=new_uuid7().hex)
    rule = "ledger_holdlot_captured_within_amount" if "captured" in change else "ledger_holdlot_only_captures"

    with refused_by(rule):
        run(f"UPDATE ledger_holdlot SET {change}")


def test_what_was_captured_is_never_less_again(account: Account, hold: Hold):
    capture_hold(hold_id=hold.pk, actor=API, now=NOW, amount=money("20.00 GBP"), final=False)

    with refused_by("ledger_holdlot_only_captures"):
        run("UPDATE ledger_holdlot SET captured_minor = 1999")


def test_a_hold_that_has_ended_captures_nothing_more(account: Account, hold: Hold):
    release_hold(hold_id=hold.pk, actor=API, now=NOW)

    with refused_by("ledger_holdlot_only_captures"):
        run("UPDATE ledger_holdlot SET captured_minor = 1")


def test_a_spend_captures_what_its_hold_says_was_captured(account: Account, hold: Hold):
    with refused_by("ledger_transaction_captures_its_hold"):
        post_by_hand(account, -2000, uses=[(lot_of(account), 2000)], hold_id=hold.pk.hex)
    run("UPDATE ledger_holdlot SET captured_minor = 2000")
    with refused_by("ledger_transaction_captures_its_hold"):
        post_by_hand(account, -1999, uses=[(lot_of(account), 1999)], hold_id=hold.pk.hex)
    with refused_by("ledger_transaction_captures_its_hold"):
        post_by_hand(account, -2001, uses=[(lot_of(account), 2001)], hold_id=hold.pk.hex)

    post_by_hand(account, -2000, uses=[(lot_of(account), 2000)], hold_id=hold.pk.hex)

    assert (balance_of(account), held_in(account)) == ("80.00", "40.00")


def test_a_spend_captures_the_lots_of_its_hold(account: Account, hold: Hold):
    given_credit("60.00 GBP", to=account)
    run("UPDATE ledger_holdlot SET captured_minor = 6000")

    with refused_by("ledger_transaction_captures_its_hold"):
        post_by_hand(account, -6000, uses=[(lot_of(account, 1), 6000)], hold_id=hold.pk.hex)


def test_a_spend_captures_a_hold_of_its_own_account(account: Account, hold: Hold):
    other = given_credit("100.00 GBP")
    run("UPDATE ledger_holdlot SET captured_minor = 6000")

    with refused_by("ledger_transaction_captures_its_hold"):
        post_by_hand(other, -6000, uses=[(lot_of(other), 6000)], hold_id=hold.pk.hex)


@pytest.mark.parametrize(("type", "counter_account"), [("VOID", "ADJUSTMENTS"), ("EXPIRE", "BREAKAGE")])
def test_nothing_but_a_spend_captures(account: Account, hold: Hold, type: str, counter_account: str):
    spoilt: dict[str, Any] = {"type": type, "counter_account": counter_account, "note": "why"}

    with refused_by("ledger_transaction_only_spends_capture"):
        post_by_hand(account, -100, uses=[(lot_of(account), 100)], hold_id=hold.pk.hex, **spoilt)


def test_a_capture_by_hand_of_credit_that_has_expired_passes():
    account = given_credit("60.00 GBP", expires_at=days(1))
    hold = given_hold("60.00 GBP", account=account)
    run("UPDATE ledger_holdlot SET captured_minor = 6000")

    post_by_hand(account, -6000, uses=[(lot_of(account), 6000)], hold_id=hold.pk.hex, created_at=moment(days(2)))

    assert history_of(account) == [("ISSUE", "60.00"), ("REDEEM", "-60.00")]
