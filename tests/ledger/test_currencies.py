"""Every operation in a currency of no, of two and of three decimals: the smallest unit counts everywhere."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from moneyed import Money

from ledger.errors import AmountNotExact, InsufficientCredit
from ledger.models import Account
from ledger.operations import (
    TransactionType,
    Why,
    add_credit,
    adjust_credit,
    capture_hold,
    expire_credit,
    extend_hold,
    issue_credit,
    place_hold,
    refund_spend,
    release_hold,
    release_timed_out_holds,
    reverse_transaction,
    spend_credit,
    transfer_credit,
    void_credit,
)
from ledger.queries import list_findings, list_wallets
from tests.factories.ledger import TransactionFactory
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    SYSTEM,
    balance_of,
    days,
    entries_of,
    given_account,
    given_customer,
    history_of,
    lots_of,
    refused,
    wallet_of,
)

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Coins:
    """A currency whose amounts a test counts in smallest units."""

    currency: str
    places: int

    def money(self, minor: int) -> Money:
        return Money(Decimal(minor).scaleb(-self.places), self.currency)

    def text(self, minor: int) -> str:
        return f"{Decimal(minor).scaleb(-self.places):.{self.places}f}"

    def account(self, minor: int = 0, expires_at: datetime | None = None) -> Account:
        account = given_account(self.currency)
        if minor:
            self.add(account, minor, expires_at)
        return account

    def add(self, account: Account, minor: int, expires_at: datetime | None = None) -> None:
        TransactionFactory.create(
            account=account, amount=self.money(minor), type=TransactionType.LOAD, expires_at=expires_at
        )


@pytest.fixture(params=[("JPY", 0), ("GBP", 2), ("KWD", 3)], ids=lambda param: param[0])
def coins(request: pytest.FixtureRequest) -> Coins:
    return Coins(*request.param)


@pytest.fixture(autouse=True)
def _the_books_are_clean():
    yield
    assert list(list_findings()) == []


def test_issue(coins: Coins):
    customer = given_customer()

    entry = issue_credit(wallet=wallet_of(customer, coins.currency), amount=coins.money(1001), actor=API, now=NOW)

    (wallet,) = list_wallets(customer=customer.number, test_mode=False, now=NOW)
    assert (entry.amount_minor, entry.currency, wallet.spendable_minor) == (1001, coins.currency, 1001)


@pytest.mark.parametrize("type", ["ISSUE", "LOAD", "IMPORT"])
def test_add(coins: Coins, type: str):
    account = coins.account()

    add_credit(account_id=account.pk, amount=coins.money(1), type=TransactionType(type), actor=API, now=NOW)

    assert history_of(account) == [(type, coins.text(1))]


def test_spend_to_the_last_unit(coins: Coins):
    account = coins.account(1001)

    spend_credit(account_id=account.pk, amount=coins.money(1000), actor=API, now=NOW)
    with refused(InsufficientCredit) as caught:
        spend_credit(account_id=account.pk, amount=coins.money(2), actor=API, now=NOW)
    spend_credit(account_id=account.pk, amount=coins.money(1), actor=API, now=NOW)

    assert (caught.value.available, caught.value.requested) == (coins.money(1), coins.money(2))
    assert balance_of(account) == coins.text(0)


def test_a_tenth_of_the_smallest_unit_is_refused_everywhere(coins: Coins):
    account, other = coins.account(1001), coins.account()
    tenth = Money(Decimal(1).scaleb(-coins.places - 1), coins.currency)
    common: dict[str, Any] = {"amount": tenth, "actor": STAFF, "now": NOW}

    with refused(AmountNotExact):
        spend_credit(account_id=account.pk, **common)
    with refused(AmountNotExact):
        add_credit(account_id=account.pk, type=TransactionType.LOAD, **common)
    with refused(AmountNotExact):
        adjust_credit(account_id=account.pk, why=Why(note="why"), **common)
    with refused(AmountNotExact):
        place_hold(account_id=account.pk, expires_at=days(1), **common)
    with refused(AmountNotExact):
        transfer_credit(source_id=account.pk, target_id=other.pk, **common)


def test_adjust_both_ways(coins: Coins):
    account = coins.account(1001)

    adjust_credit(account_id=account.pk, amount=coins.money(1), actor=STAFF, now=NOW, why=Why(reason="EC"))
    adjust_credit(account_id=account.pk, amount=coins.money(-2), actor=STAFF, now=NOW, why=Why(reason="EC"))

    assert history_of(account)[1:] == [("ADJUST", coins.text(1)), ("ADJUST", f"-{coins.text(2)}")]
    assert balance_of(account) == coins.text(1000)


def test_reverse(coins: Coins):
    account = coins.account(1001)

    reverse_transaction(transaction_id=entries_of(account)[0].pk, actor=STAFF, now=NOW, why=Why(note="why"))

    assert (balance_of(account), history_of(account)[1]) == (coins.text(0), ("REVERSE", f"-{coins.text(1001)}"))


def test_refund_unit_by_unit(coins: Coins):
    account = coins.account(2)
    spend = spend_credit(account_id=account.pk, amount=coins.money(2), actor=API, now=NOW)

    for _ in range(2):
        refund_spend(transaction_id=spend.pk, amount=coins.money(1), actor=API, now=NOW)

    assert lots_of(account) == [(coins.text(2), None)]


def test_transfer(coins: Coins):
    source, target = coins.account(1001), coins.account()

    transfer_credit(source_id=source.pk, target_id=target.pk, amount=coins.money(1), actor=STAFF, now=NOW)

    assert (balance_of(source), balance_of(target)) == (coins.text(1000), coins.text(1))


def test_void(coins: Coins):
    account = coins.account(1001)

    void_credit(account_id=account.pk, actor=STAFF, now=NOW, why=Why(note="why"))

    assert history_of(account)[1] == ("VOID", f"-{coins.text(1001)}")


def test_hold_extend_capture_release_and_time_out(coins: Coins):
    account = coins.account(1001)
    hold, second, third = (
        place_hold(account_id=account.pk, amount=coins.money(3), expires_at=days(1), actor=API, now=NOW)
        for _ in range(3)
    )

    extend_hold(hold_id=hold.pk, expires_at=days(3), actor=API, now=NOW)
    capture_hold(hold_id=hold.pk, amount=coins.money(1), actor=API, now=days(2), final=False)
    capture_hold(hold_id=hold.pk, amount=coins.money(1), actor=API, now=days(2))
    release_hold(hold_id=second.pk, actor=API, now=NOW)
    released = release_timed_out_holds(actor=SYSTEM, now=days(2))

    third.refresh_from_db()
    assert (released, third.status) == (1, "EXPIRED")
    assert history_of(account)[1:] == [("REDEEM", f"-{coins.text(1)}")] * 2


def test_expire(coins: Coins):
    account = coins.account(1001, days(1))
    coins.add(account, 1)

    summary = expire_credit(actor=SYSTEM, now=days(1))

    assert (summary.amount_minor, balance_of(account)) == ({coins.currency: 1001}, coins.text(1))
