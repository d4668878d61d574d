from typing import Any

import pytest

from ledger.errors import AccountNotFound, AccountNotOpen, CurrencyMismatch, MovementKeyUsed, SameAccount
from ledger.models import Account, Lot, Transaction
from ledger.operations import AccountKind, AccountStatus, TransactionType, Why, transfer_credit
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    balance_of,
    counter_balances,
    days,
    entries_of,
    given_account,
    given_credit,
    history_of,
    lots_of,
    money,
    refused,
    set_status,
)

pytestmark = pytest.mark.django_db


def transfer(source: Account, target: Account, amount: str = "30.00 GBP", **more: Any) -> Any:
    given: dict[str, Any] = {"actor": STAFF, "now": NOW} | more
    return transfer_credit(source_id=source.pk, target_id=target.pk, amount=money(amount), **given)


def test_two_entries_through_transfers_under_one_reference():
    source, target = given_credit("100.00 GBP"), given_account()

    out, into = transfer(source, target, why=Why(reason="GW", note="merged", reference="move 1", key="move-1"))

    assert (out.account_id, out.amount_minor, out.balance_after_minor) == (source.pk, -3000, 7000)
    assert (into.account_id, into.amount_minor, into.balance_after_minor) == (target.pk, 3000, 3000)
    assert {entry.type for entry in (out, into)} == {"TRANSFER"}
    assert {(entry.counter_account, entry.reference, entry.note, entry.reason_id) for entry in (out, into)} == {
        ("TRANSFERS", "move 1", "merged", "GW")
    }
    assert (out.key, into.key) == ("move-1", "move-1:in")
    assert into.number == out.number + 1
    assert counter_balances() == {"GOODWILL GBP": "-100.00"}


@pytest.mark.parametrize("length", [252, 253, 255])
def test_a_key_as_long_as_a_key_may_be_marks_both_entries_once(length: int):
    source, target, key = given_credit("100.00 GBP"), given_account(), "k" * length

    out, into = transfer(source, target, why=Why(key=key))
    with refused(MovementKeyUsed):
        transfer(source, target, why=Why(key=key))

    assert out.key == key
    assert into.key.endswith(":in")
    assert (balance_of(source), balance_of(target)) == ("70.00", "30.00")
    assert set(Transaction.objects.values_list("key", flat=True)) == {None, key, into.key}


def test_each_piece_keeps_its_funding_and_its_expiry():
    source = given_credit("10.00 GBP", expires_at=days(9), funding="PAID")
    given_credit("10.00 GBP", to=source, expires_at=days(3), funding="PROMOTION")
    given_credit("10.00 GBP", to=source)
    target = given_account()

    transfer(source, target, "25.00 GBP")

    assert lots_of(source) == [("5.00", None)]
    assert lots_of(target) == [("10.00", days(3)), ("10.00", days(9)), ("5.00", None)]
    fundings = Lot.objects.filter(account=target).order_by("id").values_list("funding", flat=True)
    assert list(fundings) == ["PROMOTION", "PAID", "GOODWILL"]


def test_moves_sum_to_zero_for_each_reference_and_currency():
    source, target = given_credit("100.00 GBP"), given_account()

    transfer(source, target, "30.00 GBP", why=Why(reference="move 1"))
    transfer(target, source, "10.00 GBP", why=Why(reference="move 2"))
    transfer(source, target, "5.00 GBP", why=Why(reference="move 1"))

    sums: dict[tuple[str, str], int] = {}
    for entry in entries_of(source) + entries_of(target):
        if entry.type == TransactionType.TRANSFER:
            side = (entry.reference, entry.currency)
            sums[side] = sums.get(side, 0) + entry.amount_minor
    assert sums == {("move 1", "GBP"): 0, ("move 2", "GBP"): 0}


def test_a_move_without_a_reference_is_given_one():
    source, target = given_credit("100.00 GBP"), given_account()

    out, into = transfer(source, target)
    later, _ = transfer(source, target)

    assert out.reference == into.reference
    assert out.reference.startswith("move-k")
    assert later.reference != out.reference


def test_credit_moves_between_a_customer_and_a_card():
    source, card = given_credit("100.00 GBP"), given_account(kind=AccountKind.GIFT_CARD)

    transfer(source, card)

    assert (balance_of(source), balance_of(card)) == ("70.00", "30.00")


def test_refuses_one_account_for_both():
    source = given_credit("100.00 GBP")

    with refused(SameAccount):
        transfer(source, source)


def test_refuses_another_currency_on_either_side():
    pounds, euros = given_credit("100.00 GBP"), given_credit("100.00 EUR")

    with refused(CurrencyMismatch):
        transfer(pounds, euros)
    with refused(CurrencyMismatch):
        transfer(euros, pounds)


def test_refuses_an_account_that_may_not_move_on_either_side():
    source, target = given_credit("100.00 GBP"), given_credit("100.00 GBP")
    set_status(account_id=target.pk, status=AccountStatus.FROZEN)

    with refused(AccountNotOpen):
        transfer(source, target, actor=API)
    with refused(AccountNotOpen):
        transfer(target, source, actor=API)
    transfer(source, target, actor=STAFF)

    assert history_of(target) == [("ISSUE", "100.00"), ("TRANSFER", "30.00")]


@pytest.mark.parametrize("key", ["move-1", "move-1:in"])
def test_refuses_a_key_of_which_either_half_was_used(key: str):
    source, target = given_credit("100.00 GBP"), given_account()
    given_credit("1.00 GBP", to=target, why=Why(key=key))

    with refused(MovementKeyUsed):
        transfer(source, target, why=Why(key="move-1"))


def test_refuses_to_make_live_money_of_test_money():
    test, live = given_credit("100.00 GBP", to=given_account(test_mode=True)), given_credit("100.00 GBP")

    with refused(AccountNotFound):
        transfer(test, live)
    with refused(AccountNotFound):
        transfer(live, test)
