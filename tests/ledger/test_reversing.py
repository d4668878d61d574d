from uuid import UUID

import pytest

from ledger.errors import (
    AlreadyReversed,
    CreditAlreadySpent,
    NotReversible,
    RefundExceedsSpend,
    TransactionNotFound,
)
from ledger.operations import (
    TransactionType,
    Why,
    adjust_credit,
    capture_hold,
    expire_credit,
    refund_spend,
    reverse_transaction,
    void_credit,
)
from ledger.queries import list_findings
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
    given_hold,
    given_spend,
    given_transfer,
    history_of,
    lots_of,
    money,
    refused,
    set_refund_life,
    spendable_in,
)

pytestmark = pytest.mark.django_db


def reverse(entry, *, now=NOW, **more):
    return reverse_transaction(transaction_id=entry.pk, actor=STAFF, now=now, **{"why": Why(note="by mistake")} | more)


@pytest.mark.parametrize("type", [TransactionType.ISSUE, TransactionType.LOAD, TransactionType.IMPORT])
def test_credit_leaves_the_lot_that_it_came_in_with(type):
    account = given_credit("5.00 GBP", expires_at=days(1))
    given_credit("10.00 GBP", to=account, type=type, why=Why(reference="order 4"))

    entry = reverse(
        entries_of(account)[1], why=Why(reason="EC", note="by mistake", key="undo-1", details={"by": "alice"})
    )

    entry.refresh_from_db()
    assert (entry.type, entry.amount_minor, entry.reverses_id) == ("REVERSE", -1000, entries_of(account)[1].pk)
    assert (entry.reference, entry.key, entry.reason_id) == ("order 4", "undo-1", "EC")
    assert (entry.note, entry.details) == ("by mistake", {"by": "alice"})
    assert lots_of(account) == [("5.00", days(1))]
    assert counter_balances() == {"GOODWILL GBP": "-5.00"}


def test_expired_credit_that_is_all_there_is_reversed():
    account = given_credit("10.00 GBP", expires_at=days(1))

    reverse(entries_of(account)[0], now=days(2))

    assert (balance_of(account), lots_of(account)) == ("0.00", [])


def test_a_spend_returns_to_the_lots_that_it_came_from():
    account = given_credit("10.00 GBP")
    given_credit("10.00 GBP", to=account, expires_at=days(5))
    before = lots_of(account)
    spend = given_spend("15.00 GBP", account=account)

    entry = reverse(spend)

    assert (entry.amount_minor, entry.counter_account) == (1500, "SALES")
    assert lots_of(account) == before
    assert history_of(account)[-1] == ("REVERSE", "15.00")


def test_a_spend_returns_as_new_credit_where_its_lot_has_expired():
    set_refund_life(14)
    account = given_credit("10.00 GBP")
    given_credit("10.00 GBP", to=account, expires_at=days(5), funding="PROMOTION")
    spend = given_spend("15.00 GBP", account=account)

    entry = reverse(spend, now=days(6))

    assert lots_of(account) == [("10.00", None), ("10.00", days(20))]
    assert entry.lots.get().funding == "PROMOTION"
    assert spendable_in(account, now=days(6)) == "20.00"


def test_a_capture_is_reversed_like_any_spend():
    account = given_credit("10.00 GBP")
    spend = capture_hold(hold_id=given_hold("4.00 GBP", account=account).pk, actor=API, now=NOW)

    reverse(spend)

    assert (balance_of(account), spendable_in(account)) == ("10.00", "10.00")


def test_adjustments_are_reversed_both_ways():
    account = given_account()
    up = adjust_credit(account_id=account.pk, amount=money("9.00 GBP"), actor=STAFF, now=NOW, why=Why(reason="EC"))
    down = adjust_credit(account_id=account.pk, amount=money("-4.00 GBP"), actor=STAFF, now=NOW, why=Why(reason="EC"))

    reverse(down)
    reverse(up)

    assert [amount for _, amount in history_of(account)] == ["9.00", "-4.00", "4.00", "-9.00"]
    assert counter_balances() == {}


def test_an_expiry_comes_back_as_credit_that_lives_a_while_longer():
    account = given_credit("10.00 GBP", expires_at=days(1))
    expire_credit(actor=SYSTEM, now=days(2))

    reverse(entries_of(account)[1], now=days(3))

    assert lots_of(account) == [("10.00", days(33))]
    assert counter_balances() == {"GOODWILL GBP": "-10.00"}


def test_a_void_comes_back_whole():
    account = given_credit("10.00 GBP")
    given_credit("5.00 GBP", to=account, expires_at=days(5))
    voided = void_credit(account_id=account.pk, actor=STAFF, now=NOW, why=Why(note="card lost"))

    reverse(voided)

    assert lots_of(account) == [("10.00", None), ("5.00", days(5))]
    assert counter_balances() == {"GOODWILL GBP": "-15.00"}


def test_refuses_what_was_reversed_already():
    account = given_credit("10.00 GBP")
    (issue,) = entries_of(account)
    reverse(issue)

    with refused(AlreadyReversed) as caught:
        reverse(issue)

    assert caught.value.number == issue.number


def test_refuses_a_spend_that_was_refunded_in_part():
    account = given_credit("10.00 GBP")
    spend = given_spend("5.00 GBP", account=account)
    refund_spend(transaction_id=spend.pk, amount=money("0.01 GBP"), actor=API, now=NOW)

    with refused(AlreadyReversed):
        reverse(spend)


def test_refuses_a_reversal():
    reversal = reverse(given_spend("2.00 GBP", account=given_credit("10.00 GBP")))

    with refused(NotReversible) as caught:
        reverse(reversal)

    assert (caught.value.number, caught.value.type) == (reversal.number, "REVERSE")


@pytest.mark.parametrize("side", [0, 1])
def test_a_transfer_is_reversed_as_a_pair_by_either_side(side: int):
    source = given_credit("10.00 GBP", expires_at=days(5), funding="PAID")
    target = given_credit("3.00 GBP")
    legs = given_transfer("4.00 GBP", source=source, target=target)

    reversal = reverse(legs[side])

    assert reversal.reverses_id == legs[side].pk
    assert history_of(source)[-2:] == [("TRANSFER", "-4.00"), ("REVERSE", "4.00")]
    assert history_of(target)[-2:] == [("TRANSFER", "4.00"), ("REVERSE", "-4.00")]
    assert (lots_of(source), lots_of(target)) == ([("10.00", days(5))], [("3.00", None)])
    assert counter_balances() == {"CASH GBP": "-10.00", "GOODWILL GBP": "-3.00"}
    assert list(list_findings()) == []
    for leg in legs:
        with refused(AlreadyReversed):
            reverse(leg)


@pytest.mark.parametrize("side", [0, 1])
def test_a_transfer_whose_credit_is_partly_spent_is_not_reversed(side: int):
    source, target = given_credit("10.00 GBP"), given_account()
    legs = given_transfer("4.00 GBP", source=source, target=target)
    given_spend("0.01 GBP", account=target)

    with refused(CreditAlreadySpent):
        reverse(legs[side])


def test_a_refund_is_reversed_while_it_is_unspent_and_the_spend_can_be_refunded_again():
    account = given_credit("6.00 GBP")
    given_credit("4.00 GBP", to=account, expires_at=days(5))
    spend = given_spend("10.00 GBP", account=account)
    first = refund_spend(transaction_id=spend.pk, amount=money("6.00 GBP"), actor=API, now=NOW)
    refund_spend(transaction_id=spend.pk, amount=money("4.00 GBP"), actor=API, now=NOW)

    reverse(first)
    with refused(RefundExceedsSpend):
        refund_spend(transaction_id=spend.pk, amount=money("6.01 GBP"), actor=API, now=NOW)
    refund_spend(transaction_id=spend.pk, amount=money("6.00 GBP"), actor=API, now=NOW)

    assert history_of(account)[-4:] == [
        ("REFUND", "6.00"),
        ("REFUND", "4.00"),
        ("REVERSE", "-6.00"),
        ("REFUND", "6.00"),
    ]
    assert lots_of(account) == [("6.00", None), ("4.00", days(5))]
    assert counter_balances() == {"GOODWILL GBP": "-10.00"}
    assert list(list_findings()) == []
    with refused(AlreadyReversed):
        reverse(first)


def test_a_refund_that_was_spent_is_not_reversed():
    account = given_credit("10.00 GBP")
    spend = given_spend("10.00 GBP", account=account)
    refund = refund_spend(transaction_id=spend.pk, amount=money("6.00 GBP"), actor=API, now=NOW)
    given_spend("1.00 GBP", account=account)

    with refused(CreditAlreadySpent):
        reverse(refund)


def test_refuses_credit_that_is_partly_spent_until_it_is_back():
    account = given_credit("10.00 GBP")
    (issue,) = entries_of(account)
    spend = given_spend("0.01 GBP", account=account)

    with refused(CreditAlreadySpent) as caught:
        reverse(issue)
    reverse(spend)
    reverse(issue)

    assert (caught.value.remaining, caught.value.amount) == (money("9.99 GBP"), money("10.00 GBP"))
    assert balance_of(account) == "0.00"


def test_refuses_credit_that_is_spent_though_other_credit_is_there():
    account = given_credit("10.00 GBP")
    (issue,) = entries_of(account)
    given_spend("4.00 GBP", account=account)
    given_credit("100.00 GBP", to=account)

    with refused(CreditAlreadySpent):
        reverse(issue)


def test_refuses_credit_that_is_held_or_has_been_swept():
    held = given_credit("10.00 GBP")
    given_hold("1.00 GBP", account=held)
    swept = given_credit("10.00 GBP", expires_at=days(1))
    expire_credit(actor=SYSTEM, now=days(1))

    for account, remaining in ((held, "9.00 GBP"), (swept, "0.00 GBP")):
        with refused(CreditAlreadySpent) as caught:
            reverse(entries_of(account)[0], now=days(1))
        assert caught.value.remaining == money(remaining)


def test_refuses_what_does_not_exist():
    with refused(TransactionNotFound) as caught:
        reverse_transaction(transaction_id=UUID(int=1), actor=STAFF, now=NOW, why=Why(note="why"))

    assert caught.value.transaction == str(UUID(int=1))
