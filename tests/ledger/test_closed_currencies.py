"""A currency that nobody pays with any more: what is held in it lives on at every door, and nothing new comes in."""

from datetime import date

import pytest

from giftcards.operations import create_card, move_card_to_store_credit, plan_batch, replace_card
from ledger import money as currencies
from ledger.errors import CurrencyClosed
from ledger.management.cells import find_wrong_currency
from ledger.money import list_open_currencies, require_open
from ledger.operations import (
    AccountKind,
    Why,
    adjust_credit,
    expire_credit,
    open_account,
    refund_spend,
    reverse_transaction,
    transfer_credit,
    void_credit,
)
from ledger.queries import list_findings, sum_liabilities
from tests.giftcards.cards import account_of, given_card, given_redemption
from tests.scenarios import (
    NOW,
    STAFF,
    SYSTEM,
    balance_of,
    days,
    entries_of,
    given_account,
    given_credit,
    given_customer,
    given_spend,
    history_of,
    money,
    refused,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def forint_closes(monkeypatch: pytest.MonkeyPatch) -> date:
    """On the day after NOW."""
    day = days(1).date()
    monkeypatch.setitem(currencies.CLOSED_FROM, "HUF", day)
    return day


def test_old_money_is_spent_refunded_moved_reversed_voided_and_expired(forint_closes: date):
    account = given_credit("100.00 HUF", expires_at=days(9))
    other = given_account("HUF")

    spend = given_spend("60.00 HUF", account=account, now=days(2))
    refund_spend(transaction_id=spend.pk, amount=money("10.00 HUF"), actor=STAFF, now=days(2))
    transfer_credit(source_id=account.pk, target_id=other.pk, amount=money("20.00 HUF"), actor=STAFF, now=days(2))
    adjust_credit(account_id=account.pk, amount=money("-5.00 HUF"), why=Why(note="why"), actor=STAFF, now=days(2))
    reverse_transaction(transaction_id=entries_of(account)[-1].pk, why=Why(note="why"), actor=STAFF, now=days(2))
    void_credit(account_id=other.pk, why=Why(note="why"), actor=STAFF, now=days(3))
    expire_credit(actor=SYSTEM, now=days(9))

    assert history_of(account)[-1] == ("EXPIRE", "-30.00")
    assert (balance_of(account), balance_of(other)) == ("0.00", "0.00")
    assert list(list_findings()) == []


def test_old_cards_are_redeemed_replaced_and_moved_to_store_credit(forint_closes: date):
    customer = given_customer()
    card = given_card("50.00 HUF", customer_id=customer.pk)

    given_redemption("20.00 HUF", card=card, now=days(2))
    new = replace_card(card_id=card.id, actor=STAFF, now=days(2), why=Why(note="lost"))
    move_card_to_store_credit(card_id=new.id, actor=STAFF, now=days(2))

    wallet = customer.accounts.get(kind="STORE_CREDIT")
    assert (balance_of(account_of(card)), balance_of(account_of(new)), balance_of(wallet)) == ("0.00", "0.00", "30.00")


def test_old_money_is_owed_as_before(forint_closes: date):
    given_credit("100.00 HUF")

    assert [(owed.currency, owed.owed_minor) for owed in sum_liabilities(now=days(400))] == [("HUF", 10000)]


def test_nothing_new_comes_in_from_that_day_on(forint_closes: date):
    account = given_credit("100.00 HUF", now=NOW)

    with refused(CurrencyClosed) as caught:
        given_credit("1.00 HUF", to=account, now=days(1))
    with refused(CurrencyClosed):
        create_card(amount=money("1.00 HUF"), actor=STAFF, now=days(1))
    with refused(CurrencyClosed):
        create_card(amount=money("0.00 HUF"), actor=STAFF, now=days(1))
    with refused(CurrencyClosed):
        plan_batch(name="x", size=1, amount=money("1.00 HUF"), actor=STAFF, now=days(1))

    assert str(caught.value) == f"HUF has been closed since {forint_closes}: no new credit is given in it."


def test_until_that_day_it_is_a_currency_like_any_other(forint_closes: date):
    require_open("HUF", NOW.date())

    assert "HUF" in list_open_currencies(NOW.date())
    assert "HUF" not in list_open_currencies(forint_closes)
    with pytest.raises(CurrencyClosed):
        require_open("HUF", forint_closes)


def test_no_file_brings_new_credit_in(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(currencies.CLOSED_FROM, "HUF", date(2020, 1, 1))

    assert find_wrong_currency("HUF") == "is of a currency that nobody pays with any more"
    assert find_wrong_currency("EUR") == ""


def test_an_account_for_what_comes_back_can_still_be_opened(forint_closes: date):
    customer = given_customer()

    assert open_account(kind=AccountKind.STORE_CREDIT, currency="HUF", now=days(2), customer_id=customer.pk)


def test_a_currency_gets_its_day_and_stays_on_the_list():
    assert len(currencies.CURRENCIES) >= 155
    assert set(currencies.CLOSED_FROM) <= currencies.CURRENCIES
