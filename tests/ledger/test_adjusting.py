import pytest

from ledger.errors import AmountNotPositive, ExpiryInThePast, InsufficientCredit
from ledger.operations import Why, adjust_credit, void_credit
from tests.scenarios import (
    NOW,
    STAFF,
    balance_of,
    counter_balances,
    days,
    given_account,
    given_credit,
    given_hold,
    history_of,
    lots_of,
    money,
    nothing_moves,
    refused,
)

pytestmark = pytest.mark.django_db


def adjust(account, amount, **more):
    return adjust_credit(
        account_id=account.pk, amount=money(amount), actor=STAFF, now=NOW, **{"why": Why(reason="EC")} | more
    )


def test_up_is_a_new_lot_against_adjustments():
    account = given_account()

    entry = adjust(account, "12.50 GBP", why=Why(reason="EC", note="two parcels"))

    assert (entry.type, entry.amount_minor, entry.counter_account, entry.reason_id) == (
        "ADJUST",
        1250,
        "ADJUSTMENTS",
        "EC",
    )
    assert (entry.lots.get().funding, entry.note) == ("GOODWILL", "two parcels")
    assert counter_balances() == {"ADJUSTMENTS GBP": "-12.50"}


def test_up_may_have_an_expiry_of_its_own_or_of_its_reason():
    account = given_account()

    adjust(account, "1.00 GBP", expires_at=days(5))
    adjust(account, "2.00 GBP", why=Why(reason="PR"))

    assert lots_of(account) == [("1.00", days(5)), ("2.00", days(90))]


def test_down_takes_what_a_spend_would_take():
    account = given_credit("10.00 GBP")
    given_credit("10.00 GBP", to=account, expires_at=days(1))

    entry = adjust(account, "-12.00 GBP")

    assert (entry.type, entry.amount_minor, entry.counter_account) == ("ADJUST", -1200, "ADJUSTMENTS")
    assert lots_of(account) == [("8.00", None)]


def test_a_note_is_reason_enough():
    account = given_account()

    entry = adjust(account, "1.00 GBP", why=Why(reason=None, note="found behind the till"))

    assert (entry.reason_id, entry.note) == (None, "found behind the till")


def test_refuses_nothing_and_an_expiry_in_the_past():
    account = given_account()

    with refused(AmountNotPositive):
        adjust(account, "0.00 GBP")
    with refused(ExpiryInThePast):
        adjust(account, "1.00 GBP", expires_at=NOW)


def test_down_refuses_what_cannot_be_spent():
    account = given_credit("10.00 GBP")
    given_hold("4.00 GBP", account=account)

    with refused(InsufficientCredit) as caught:
        adjust(account, "-6.01 GBP")

    assert caught.value.available == money("6.00 GBP")


def void(account, **more):
    return void_credit(account_id=account.pk, actor=STAFF, now=days(2), **{"why": Why(note="card lost")} | more)


def test_a_void_takes_everything_expired_credit_too():
    account = given_credit("10.00 GBP", expires_at=days(1))
    given_credit("5.00 GBP", to=account)

    entry = void(account, why=Why(note="card lost", reference="order 1", key="void-1"))

    assert (entry.type, entry.amount_minor, entry.counter_account) == ("VOID", -1500, "ADJUSTMENTS")
    assert (entry.reference, entry.key, entry.note) == ("order 1", "void-1", "card lost")
    assert (balance_of(account), lots_of(account)) == ("0.00", [])
    assert history_of(account) == [("ISSUE", "10.00"), ("ISSUE", "5.00"), ("VOID", "-15.00")]


def test_a_void_of_nothing_is_no_entry():
    account = given_account()

    with nothing_moves():
        assert void(account) is None


def test_a_void_waits_for_holds():
    account = given_credit("10.00 GBP")
    given_hold("4.00 GBP", account=account)

    with refused(InsufficientCredit) as caught:
        void(account)

    assert (caught.value.available, caught.value.requested) == (money("6.00 GBP"), money("10.00 GBP"))
