from uuid import UUID

import pytest

from ledger.errors import AccountNotFound, CurrencyMismatch, NotReversible, RefundExceedsSpend, TransactionNotFound
from ledger.operations import (
    AccountStatus,
    Why,
    expire_credit,
    refund_spend,
    reverse_transaction,
)
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    SYSTEM,
    balance_of,
    counter_balances,
    days,
    entries_of,
    given_account,
    given_credit,
    given_spend,
    history_of,
    lots_of,
    money,
    refused,
    set_refund_life,
    set_status,
)

pytestmark = pytest.mark.django_db


def refund(spend, amount, *, now=NOW, **more):
    return refund_spend(transaction_id=spend.pk, amount=money(amount), actor=API, now=now, **more)


def test_gives_back_to_where_the_spend_came_from():
    account = given_credit("100.00 GBP", expires_at=days(9))
    spend = given_spend("40.00 GBP", account=account, why=Why(reference="order 1"))

    entry = refund(spend, "15.00 GBP", why=Why(reason="RT", note="one book back", key="refund-1", details={"line": 2}))

    entry.refresh_from_db()
    assert (entry.type, entry.amount_minor, entry.balance_after_minor) == ("REFUND", 1500, 7500)
    assert (entry.reverses_id, entry.counter_account, entry.reference) == (spend.pk, "SALES", "order 1")
    assert (entry.note, entry.key, entry.reason_id, entry.details) == ("one book back", "refund-1", "RT", {"line": 2})
    assert lots_of(account) == [("75.00", days(9))]
    assert counter_balances() == {"GOODWILL GBP": "-100.00", "SALES GBP": "25.00"}


def test_a_refund_may_have_a_reference_of_its_own():
    spend = given_spend("40.00 GBP", account=given_credit("100.00 GBP"), why=Why(reference="order 1"))

    assert refund(spend, "1.00 GBP", why=Why(reference="return 1")).reference == "return 1"


def test_partial_refunds_fill_the_lots_in_reverse():
    account = given_credit("10.00 GBP", expires_at=days(1))
    given_credit("10.00 GBP", to=account, expires_at=days(2))
    given_credit("10.00 GBP", to=account)
    spend = given_spend("25.00 GBP", account=account)

    seen = [refund(spend, amount) and lots_of(account) for amount in ("3.00 GBP", "4.00 GBP", "13.00 GBP", "5.00 GBP")]

    one, two = days(1), days(2)
    assert seen == [
        [("8.00", None)],
        [("2.00", two), ("10.00", None)],
        [("5.00", one), ("10.00", two), ("10.00", None)],
        [("10.00", one), ("10.00", two), ("10.00", None)],
    ]


def test_a_lot_that_has_expired_comes_back_as_a_new_one_that_lives_on():
    account = given_credit("10.00 GBP", expires_at=days(1), funding="PAID")
    given_credit("10.00 GBP", to=account, expires_at=days(5))
    spend = given_spend("14.00 GBP", account=account)

    entry = refund(spend, "12.00 GBP", now=days(2))

    assert lots_of(account) == [("10.00", days(5)), ("8.00", days(32))]
    assert (entry.lots.get().funding, entry.lot_uses.get().amount_minor) == ("PAID", -400)


def test_how_long_it_lives_on_is_a_rule_of_the_books():
    set_refund_life(7)
    account = given_credit("10.00 GBP", expires_at=days(1))
    spend = given_spend("10.00 GBP", account=account)

    refund(spend, "10.00 GBP", now=days(1))

    assert lots_of(account) == [("10.00", days(8))]


def test_a_refund_onto_another_account_is_new_credit_there():
    account = given_credit("10.00 GBP", expires_at=days(9), funding="PAID")
    given_credit("10.00 GBP", to=account)
    spend = given_spend("20.00 GBP", account=account)
    other = given_account()

    entry = refund(spend, "15.00 GBP", to_account_id=other.pk)

    assert (entry.account_id, entry.reverses_id) == (other.pk, spend.pk)
    assert (balance_of(account), balance_of(other)) == ("0.00", "15.00")
    assert lots_of(other) == [("10.00", None), ("5.00", days(9))]
    assert [lot.funding for lot in entry.lots.order_by("id")] == ["GOODWILL", "PAID"]


def test_refunds_onto_several_accounts_never_exceed_the_spend():
    account, other = given_credit("20.00 GBP"), given_account()
    spend = given_spend("20.00 GBP", account=account)
    refund(spend, "12.00 GBP", to_account_id=other.pk)

    with refused(RefundExceedsSpend) as caught:
        refund(spend, "8.01 GBP")
    refund(spend, "8.00 GBP")

    assert (caught.value.refundable, caught.value.requested) == (money("8.00 GBP"), money("8.01 GBP"))
    assert (balance_of(account), balance_of(other)) == ("8.00", "12.00")
    with refused(RefundExceedsSpend):
        refund(spend, "0.01 GBP")


def test_a_spend_from_a_closed_account_is_refunded_onto_another():
    account, other = given_credit("20.00 GBP"), given_account()
    spend = given_spend("20.00 GBP", account=account)
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)

    refund(spend, "20.00 GBP", to_account_id=other.pk)

    assert history_of(other) == [("REFUND", "20.00")]


def test_refuses_a_spend_that_was_reversed():
    spend = given_spend("5.00 GBP", account=given_credit("10.00 GBP"))
    reverse_transaction(transaction_id=spend.pk, actor=STAFF, now=NOW, why=Why(note="why"))

    with refused(RefundExceedsSpend) as caught:
        refund(spend, "0.01 GBP")

    assert caught.value.refundable == money("0.00 GBP")


def test_refuses_what_is_not_a_spend():
    account = given_credit("10.00 GBP")
    spend = given_spend("5.00 GBP", account=account)
    given_back = refund(spend, "5.00 GBP")

    for entry in (entries_of(account)[0], given_back):
        with refused(NotReversible):
            refund(entry, "1.00 GBP")


def test_refuses_another_currency_and_what_does_not_exist():
    spend = given_spend("5.00 GBP", account=given_credit("10.00 GBP"))

    with refused(CurrencyMismatch):
        refund(spend, "1.00 EUR")
    with refused(CurrencyMismatch):
        refund(spend, "1.00 GBP", to_account_id=given_account("EUR").pk)
    with refused(AccountNotFound):
        refund(spend, "1.00 GBP", to_account_id=404)
    with refused(TransactionNotFound):
        refund_spend(transaction_id=UUID(int=1), amount=money("1.00 GBP"), actor=API, now=NOW)


def test_refuses_to_make_live_money_of_test_money():
    test = given_credit("10.00 GBP", to=given_account(test_mode=True))
    spend = given_spend("5.00 GBP", account=test)
    live = given_account()

    with refused(AccountNotFound):
        refund(spend, "1.00 GBP", to_account_id=live.pk)


def test_what_comes_back_by_a_slow_clock_after_a_sweep_lives_a_while_longer():
    account = given_credit("10.00 GBP", expires_at=days(1))
    spend = given_spend("5.00 GBP", account=account)
    expire_credit(actor=SYSTEM, now=days(1))
    refund(spend, "5.00 GBP", now=days(0.9))

    assert expire_credit(actor=SYSTEM, now=days(2)).lots == 0

    assert history_of(account)[-2:] == [("EXPIRE", "-5.00"), ("REFUND", "5.00")]
    assert entries_of(account)[-1].created_at == days(1)
    assert lots_of(account) == [("5.00", days(31))]
