"""A month of a small shop: one of everything, and what it leaves open."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ledger.operations import (
    TransactionType,
    Why,
    adjust_credit,
    capture_hold,
    complete_cuts,
    expire_credit,
    refund_spend,
    reverse_transaction,
    take_cut,
)
from tests.scenarios import (
    STAFF,
    SYSTEM,
    given_account,
    given_credit,
    given_hold,
    given_spend,
    given_transfer,
    money,
)


def at(day: int, month: int = 5) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


def close(day: int, month: int) -> None:
    """Close time up to this midnight, and seal it."""
    boundary = datetime(2026, month, day, tzinfo=UTC)
    take_cut(boundary=boundary, actor=SYSTEM, now=boundary)
    complete_cuts(now=boundary)


def given_month(time_machine: Any, *, before_end_of_may: Callable[[], None] = lambda: None) -> None:
    """April's opening, May with one of everything, and June with what May left open."""
    time_machine.move_to(at(2, 7), tick=False)
    anna = given_credit("20.00 GBP", now=at(20, 4), expires_at=at(15), why=Why(reason="GW"))
    given_credit("500.00 GBP", to=given_account(test_mode=True), now=at(20, 4))
    close(1, 5)
    ben = given_credit("100.00 GBP", now=at(4), type=TransactionType.LOAD, funding="PAID")
    given_credit("30.00 GBP", to=ben, now=at(5), expires_at=at(5, 8), why=Why(reason="GW"))
    spend = given_spend("40.00 GBP", account=ben, now=at(6))  # the goodwill, which expires, and 10.00 that was paid
    refund_spend(transaction_id=spend.pk, amount=money("15.00 GBP"), actor=STAFF, now=at(7))
    given_transfer("25.00 GBP", source=ben, target=anna, now=at(8))
    expire_credit(actor=SYSTEM, now=at(16))
    adjust_credit(account_id=ben.pk, amount=money("2.00 GBP"), actor=STAFF, now=at(20), why=Why(note="miscounted"))
    adjust_credit(account_id=ben.pk, amount=money("-0.50 GBP"), actor=STAFF, now=at(20), why=Why(note="miscounted"))
    late = given_spend("7.00 GBP", account=ben, now=at(25))
    euros = given_credit("50.00 EUR", now=at(29))
    hold = given_hold("30.00 EUR", account=euros, now=at(30), expires_at=at(20, 6))
    before_end_of_may()
    close(1, 6)
    capture_hold(hold_id=hold.pk, actor=STAFF, now=at(2, 6))
    reverse_transaction(transaction_id=late.pk, actor=STAFF, now=at(3, 6), why=Why(note="rung up twice"))
    close(1, 7)
