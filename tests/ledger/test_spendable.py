"""What can be spent stands in one place, and whoever asks is told the same, of store credit and of cards."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from django.conf import settings

from giftcards.queries import get_card_by_id, list_card_page
from ledger.errors import InsufficientCredit
from ledger.models import Account
from ledger.money import from_minor
from ledger.operations import AccountStatus, Why, adjust_credit, release_hold, spend_credit
from ledger.queries import (
    get_account_balance,
    get_standing,
    get_store_credit,
    get_wallet,
    list_accounts,
    list_wallets,
    sum_spendable_minor,
)
from tests.giftcards.cards import account_of, given_card, given_redemption
from tests.scenarios import (
    NOW,
    STAFF,
    days,
    given_account,
    given_credit,
    given_hold,
    given_spend,
    money,
    refused,
    set_status,
    spendable_in,
)

pytestmark = pytest.mark.django_db


def untouched() -> Account:
    return given_credit("10.00 GBP")


def empty() -> Account:
    return given_account()


def partly_used() -> Account:
    account = given_credit("10.00 GBP", expires_at=days(5))
    given_credit("4.00 GBP", to=account)
    given_spend("11.00 GBP", account=account)
    return account


def partly_expired() -> Account:
    account = given_credit("10.00 GBP", expires_at=NOW, now=days(-9))
    given_spend("3.00 GBP", account=account, now=days(-8))
    return given_credit("4.00 GBP", to=account)


def all_expired() -> Account:
    return given_credit("10.00 GBP", expires_at=days(-1), now=days(-9))


def reserved() -> Account:
    account = given_credit("10.00 GBP")
    given_hold("6.00 GBP", account=account)
    return account


def reserved_and_let_go() -> Account:
    account = given_credit("10.00 GBP")
    release_hold(hold_id=given_hold("6.00 GBP", account=account).pk, actor=STAFF, now=NOW)
    return account


def reserved_of_what_has_expired() -> Account:
    """The books' own example: 60 until today and 40 for ever, a hold of 60."""
    account = given_credit("60.00 GBP", expires_at=NOW, now=days(-9))
    given_credit("40.00 GBP", to=account, now=days(-9))
    given_hold("60.00 GBP", account=account, now=days(-1))
    return account


def reserved_in_part_of_what_has_expired() -> Account:
    account = given_credit("60.00 GBP", expires_at=NOW, now=days(-9))
    given_credit("40.00 GBP", to=account, now=days(-9))
    given_hold("70.00 GBP", account=account, now=days(-1))
    return account


def frozen() -> Account:
    account = partly_expired()
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)
    return account


STATES: dict[Callable[[], Account], str] = {
    untouched: "10.00",
    empty: "0.00",
    partly_used: "3.00",
    partly_expired: "4.00",
    all_expired: "0.00",
    reserved: "4.00",
    reserved_and_let_go: "10.00",
    reserved_of_what_has_expired: "40.00",
    reserved_in_part_of_what_has_expired: "30.00",
    frozen: "4.00",
}
each_state = pytest.mark.parametrize(
    ("given", "spendable"), STATES.items(), ids=lambda value: getattr(value, "__name__", "")
)


@each_state
def test_every_query_of_store_credit_says_the_same(given: Callable[[], Account], spendable: str):
    account = given()
    customer = account.customer
    assert customer is not None

    told = [
        sum_spendable_minor(account_id=account.pk, now=NOW),
        get_wallet(customer=customer.number, currency="GBP", test_mode=False, now=NOW).spendable_minor,
        *(wallet.spendable_minor for wallet in list_wallets(customer=customer.number, test_mode=False, now=NOW)),
        get_account_balance(account_id=account.pk, now=NOW).spendable_minor,
        *(each.spendable_minor for each in list_accounts(customer_id=customer.pk, now=NOW)),
        get_standing(account_id=account.pk, now=NOW, newest=1).spendable_minor,
    ]
    if account.sequence:
        told.append(get_store_credit(number=account.number, test_mode=False, now=NOW).spendable_minor)

    assert {f"{from_minor(minor, 'GBP').amount}" for minor in told} == {spendable} == {spendable_in(account)}


@each_state
def test_what_is_said_can_be_spent_and_not_a_penny_more(given: Callable[[], Account], spendable: str):
    account = given()
    said_minor = sum_spendable_minor(account_id=account.pk, now=NOW)

    with refused(InsufficientCredit) as caught:
        spend_credit(account_id=account.pk, amount=from_minor(said_minor + 1, "GBP"), actor=STAFF, now=NOW)
    if said_minor:
        spend_credit(account_id=account.pk, amount=from_minor(said_minor, "GBP"), actor=STAFF, now=NOW, whole=True)

    assert caught.value.available == from_minor(said_minor, "GBP") == money(f"{spendable} GBP")
    assert spendable_in(account) == "0.00"


@pytest.mark.parametrize(
    ("moment", "spendable"),
    [(NOW, "9.00"), (datetime.combine(days(3), time(23, 59, 59), UTC), "9.00"), (days(4).replace(hour=0), "0.00")],
    ids=["before its last day", "in its last second", "after its last day"],
)
def test_every_query_of_a_card_says_the_same(moment: datetime, spendable: str):
    card = given_card("25.00 GBP", expires_on=days(3).date(), time_zone="UTC")
    given_redemption("10.00 GBP", card=card)
    given_hold("6.00 GBP", account=account_of(card), expires_at=days(9))

    seen = get_card_by_id(card_id=card.id, now=moment)
    [listed] = list_card_page(test_mode=False, now=moment, at_most=1)
    told = [
        seen.spendable_minor,
        listed.spendable_minor,
        sum_spendable_minor(account_id=card.account_id, now=moment),
        get_account_balance(account_id=card.account_id, now=moment).spendable_minor,
        get_standing(account_id=card.account_id, now=moment, newest=1).spendable_minor,
    ]

    assert (
        {f"{from_minor(minor, 'GBP').amount}" for minor in told}
        == {spendable}
        == {spendable_in(account_of(card), now=moment)}
    )


def test_nobody_writes_the_sum_anew():
    told = [
        path.relative_to(settings.BASE_DIR).as_posix()
        for folder in ("ledger", "giftcards", "storecredit")
        for path in (Path(settings.BASE_DIR) / folder).rglob("*.py")
        if "SUM(l.remaining_minor - l.reserved_minor)" in path.read_text()
    ]

    assert told == ["ledger/queries/spendable.py"]


def test_a_sum_of_no_account_is_nothing():
    assert sum_spendable_minor(account_id=-1, now=NOW) == 0


def test_a_correction_downwards_takes_no_more_than_can_be_spent():
    account = reserved_in_part_of_what_has_expired()

    with refused(InsufficientCredit):
        adjust_credit(
            account_id=account.pk, amount=from_minor(-3001, "GBP"), actor=STAFF, now=NOW, why=Why(note="too much")
        )
    adjust_credit(
        account_id=account.pk, amount=from_minor(-3000, "GBP"), actor=STAFF, now=NOW, why=Why(note="too much")
    )

    assert spendable_in(account) == "0.00"
