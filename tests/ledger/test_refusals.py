"""What every operation that moves an account refuses, and that nothing moves then."""

from collections.abc import Callable
from typing import Any

import pytest
from moneyed import Money

from ledger.errors import (
    AccountNotFound,
    AccountNotOpen,
    AmountNotExact,
    AmountNotPositive,
    AmountTooLarge,
    CurrencyMismatch,
    CurrencyUnknown,
    InsufficientCredit,
    MovementKeyUsed,
    ReasonMissing,
    ReasonNeedsNote,
    ReasonNeedsOrder,
    ReasonUnknown,
)
from ledger.models import Account
from ledger.operations import (
    AccountStatus,
    Actor,
    TransactionType,
    Why,
    add_credit,
    adjust_credit,
    place_hold,
    refund_spend,
    reverse_transaction,
    spend_credit,
    transfer_credit,
    void_credit,
)
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    SYSTEM,
    days,
    entries_of,
    given_account,
    given_credit,
    given_reasons,
    given_spend,
    history_of,
    money,
    nothing_moves,
    refused,
    set_status,
)

pytestmark = pytest.mark.django_db

Operation = Callable[..., Any]
Prepare = Callable[[Account], Operation]


# Each sets its stage and returns the operation, so that what is refused is the operation alone.


def add(account: Account) -> Operation:
    return _on(add_credit, account_id=account.pk, type=TransactionType.LOAD)


def adjust_up(account: Account) -> Operation:
    return _on(adjust_credit, account_id=account.pk, why=Why(note="why"))


def adjust_down(account: Account) -> Operation:
    down = adjust_up(account)
    return lambda amount, actor=API, **more: down(-amount, actor, **more)


def spend(account: Account) -> Operation:
    return _on(spend_credit, account_id=account.pk)


def hold(account: Account) -> Operation:
    return _on(place_hold, account_id=account.pk, expires_at=days(7))


def transfer_out(account: Account) -> Operation:
    return _on(transfer_credit, source_id=account.pk, target_id=given_account(account.currency).pk)


def transfer_in(account: Account) -> Operation:
    return _on(transfer_credit, source_id=given_credit(f"1000 {account.currency}").pk, target_id=account.pk)


def refund(account: Account) -> Operation:
    """Of a spend from another account, onto this one."""
    bought = given_spend("1000.00 GBP", account=given_credit("1000.00 GBP"))
    return _on(refund_spend, transaction_id=bought.pk, to_account_id=account.pk)


def void(account: Account) -> Operation:
    everything = _on(void_credit, account_id=account.pk, why=Why(note="why"))
    return lambda amount, actor=API, **more: everything(None, actor, **more)


def reverse(account: Account) -> Operation:
    (issue, *_) = entries_of(account)
    whole = _on(reverse_transaction, transaction_id=issue.pk, why=Why(note="why"))
    return lambda amount, actor=API, **more: whole(None, actor, **more)


def _on(function: Callable[..., Any], **fixed: Any) -> Operation:
    def call(amount: Money | None, actor: Actor = API, **more: Any) -> Any:
        money_part = {} if amount is None else {"amount": amount}
        return function(**{"actor": actor, "now": NOW} | fixed | money_part | more)

    return call


TAKES_AN_AMOUNT = [add, adjust_up, adjust_down, spend, hold, transfer_out, transfer_in, refund]
TAKES_CREDIT_AWAY = [adjust_down, spend, hold, transfer_out]
POSTS = [add, adjust_up, adjust_down, spend, transfer_out, transfer_in, refund, void, reverse]
SAYS_WHY = [adjust_up, adjust_down, void, reverse]


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        ("0.00 GBP", AmountNotPositive),
        ("0.001 GBP", AmountNotExact),
        ("1.00 EUR", CurrencyMismatch),
        ("1.00 DEM", CurrencyMismatch),
    ],
)
@pytest.mark.parametrize("prepare", [o for o in TAKES_AN_AMOUNT if o is not add])
def test_an_amount_that_is_none(prepare: Prepare, amount: str, error: Any):
    account = given_credit("100.00 GBP")
    prepared = prepare(account)

    with refused(error):
        prepared(money(amount))


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        ("0.00 GBP", AmountNotPositive),
        ("0.001 GBP", AmountNotExact),
        ("1.00 EUR", CurrencyMismatch),
        ("1.00 XAU", CurrencyUnknown),
        ("1.00 DEM", CurrencyUnknown),
    ],
)
def test_new_credit_of_an_amount_that_is_none(amount: str, error: Any):
    prepared = add(given_credit("100.00 GBP"))

    with refused(error):
        prepared(money(amount))


@pytest.mark.parametrize("prepare", [o for o in TAKES_AN_AMOUNT if o not in {adjust_up, adjust_down}])
def test_an_amount_that_is_negative(prepare: Prepare):
    prepared = prepare(given_credit("100.00 GBP"))

    with refused(AmountNotPositive):
        prepared(money("-0.01 GBP"))


@pytest.mark.parametrize("amount", ["1E+18 GBP", "1E+20 GBP", "1E+21 GBP", "1E+999999 GBP"])
@pytest.mark.parametrize("prepare", TAKES_AN_AMOUNT)
def test_an_amount_beyond_everything(prepare: Prepare, amount: str):
    prepared = prepare(given_credit("100.00 GBP"))

    with nothing_moves(), pytest.raises((AmountTooLarge, InsufficientCredit)):
        prepared(money(amount))


@pytest.mark.parametrize("prepare", TAKES_CREDIT_AWAY)
def test_one_penny_more_than_can_be_spent(prepare: Prepare):
    account = given_credit("50.00 GBP", expires_at=NOW, now=days(-1))
    given_credit("100.00 GBP", to=account)
    prepared = prepare(account)

    with refused(InsufficientCredit) as caught:
        prepared(money("100.01 GBP"))

    assert (caught.value.available, caught.value.requested) == (money("100.00 GBP"), money("100.01 GBP"))
    assert caught.value.account_number == account.number


@pytest.mark.parametrize("prepare", [add, adjust_up])
def test_more_than_an_account_can_hold(prepare: Prepare):
    account = given_credit("100.00 GBP")

    with refused(AmountTooLarge):
        prepare(account)(money("90071992547310.00 GBP"))
    prepare(account)(money("90071992547309.91 GBP"))

    assert history_of(account)[-1][1] == "90071992547309.91"


@pytest.mark.parametrize("prepare", [add, adjust_up, adjust_down, spend, hold, transfer_out, transfer_in, void])
def test_an_account_that_does_not_exist(prepare: Prepare):
    nowhere = Account(pk=404, currency="GBP")
    prepared = prepare(nowhere)

    with refused(AccountNotFound) as caught:
        prepared(money("1.00 GBP"))

    assert caught.value.account == "404"


@pytest.mark.parametrize("actor", [API, SYSTEM])
@pytest.mark.parametrize("prepare", [*POSTS, hold])
def test_a_frozen_account_unless_staff_move_it(prepare: Prepare, actor: Actor):
    account = given_credit("100.00 GBP")
    prepared = prepare(account)
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)

    with refused(AccountNotOpen) as caught:
        prepared(money("1.00 GBP"), actor)
    prepared(money("1.00 GBP"), STAFF)

    assert (caught.value.account_number, caught.value.status) == (account.number, "FROZEN")


@pytest.mark.parametrize("prepare", [add, adjust_up, adjust_down, spend, hold, transfer_out, transfer_in, refund])
def test_a_closed_account_even_if_staff_move_it(prepare: Prepare):
    account = given_account()
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)
    prepared = prepare(account)

    with refused(AccountNotOpen) as caught:
        prepared(money("1.00 GBP"), STAFF)

    assert caught.value.status == "CLOSED"


@pytest.mark.parametrize("prepare", [*POSTS, hold])
def test_a_movement_key_that_has_been_used(prepare: Prepare):
    account = given_credit("100.00 GBP")
    other = given_credit("100.00 GBP")
    used = prepare(other)
    prepared = prepare(account)
    used(money("1.00 GBP"), why=Why(note="why", key="movement-1"))

    with refused(MovementKeyUsed) as caught:
        prepared(money("1.00 GBP"), why=Why(note="why", key="movement-1"))
    prepared(money("1.00 GBP"), why=Why(note="why", key="movement-2"))

    assert caught.value.key == "movement-1"


@pytest.mark.parametrize("prepare", SAYS_WHY)
@pytest.mark.parametrize("why", [Why(), Why(note="   ")])
def test_a_correction_that_does_not_say_why(prepare: Prepare, why: Why):
    account = given_credit("100.00 GBP")

    with refused(ReasonMissing):
        prepare(account)(money("1.00 GBP"), why=why)


@pytest.mark.parametrize("prepare", [add, spend, *SAYS_WHY])
@pytest.mark.parametrize(
    ("why", "error"),
    [
        (Why(reason="ZZ"), ReasonUnknown),
        (Why(reason="gw"), ReasonUnknown),
        (Why(reason=""), ReasonUnknown),
        (Why(reason="OFF"), ReasonUnknown),
        (Why(reason="NOTE", note=" "), ReasonNeedsNote),
        (Why(reason="ORDER"), ReasonNeedsOrder),
    ],
)
def test_a_reason_that_does_not_get_what_it_asks_for(prepare: Prepare, why: Why, error: Any):
    account = given_credit("100.00 GBP")
    given_reasons()

    with refused(error) as caught:
        prepare(account)(money("1.00 GBP"), why=why)

    assert caught.value.reason == why.reason


@pytest.mark.parametrize("prepare", [add, spend, adjust_up, adjust_down, void])
def test_a_reason_that_gets_what_it_asks_for_passes(prepare: Prepare):
    account = given_credit("100.00 GBP")
    given_reasons()

    prepare(account)(money("1.00 GBP"), why=Why(reason="ORDER", note="late", reference="order 17"))

    last = entries_of(account)[-1]
    assert (last.reason_id, last.note, last.reference) == ("ORDER", "late", "order 17")
