import pytest

from ledger.errors import AccountNotEmpty, AccountNotFound, CurrencyUnknown, CustomerNotFound
from ledger.models import Account
from ledger.models.identifiers import luhn_check_digit
from ledger.operations import AccountKind, AccountStatus, open_account
from ledger.queries import get_account_balance, get_wallet, list_accounts, list_wallets
from tests.scenarios import (
    NOW,
    balance_of,
    days,
    given_account,
    given_credit,
    given_customer,
    given_hold,
    given_spend,
    history_of,
    money,
    refused,
    set_status,
    wallet_of,
)

pytestmark = pytest.mark.django_db


# Opening


def test_a_customer_has_one_account_in_each_currency():
    customer = given_customer()

    ids = [
        open_account(kind=AccountKind.STORE_CREDIT, currency=currency, now=NOW, customer_id=customer.pk)
        for currency in ("GBP", "EUR", "GBP")
    ]

    assert ids[0] == ids[2] != ids[1]
    assert [account.currency for account in Account.objects.order_by("id")] == ["GBP", "EUR"]


def test_every_card_is_an_account_of_its_own():
    cards = [given_account(kind=AccountKind.GIFT_CARD) for _ in range(3)]

    assert len({card.pk for card in cards}) == 3
    assert {card.customer_id for card in cards} == {None}


@pytest.mark.parametrize(("kind", "prefix"), [(AccountKind.STORE_CREDIT, "SC"), (AccountKind.GIFT_CARD, "GC")])
def test_an_account_number_ends_in_its_check_digit(kind: AccountKind, prefix: str):
    number = given_account(kind=kind).number

    assert len(number) == 14
    assert number.startswith(prefix)
    assert number[-1] == luhn_check_digit(number[2:-1])


def test_the_check_digit_is_that_of_the_standard():
    # The example of ISO/IEC 7812-1, annex B.
    assert luhn_check_digit("7992739871") == "3"


@pytest.mark.parametrize("currency", ["", "gbp", "XXX", "XAU", "DEM", "BTC", "GBP "])
def test_refuses_what_is_no_currency_in_circulation(currency: str):
    with refused(CurrencyUnknown) as caught:
        open_account(kind=AccountKind.GIFT_CARD, currency=currency, now=NOW)

    assert caught.value.currency == currency


# Status


def test_an_account_is_frozen_closed_and_reopened():
    account = given_account()

    seen = [set_status(account_id=account.pk, status=status).status for status in AccountStatus]
    reopened = set_status(account_id=account.pk, status=AccountStatus.OPEN)
    given_credit("1.00 GBP", to=account)

    assert (seen, reopened.status) == (["OPEN", "FROZEN", "CLOSED"], "OPEN")
    assert history_of(account) == [("ISSUE", "1.00")]


def test_refuses_to_close_an_account_that_holds_value_even_expired():
    account = given_credit("10.00 GBP", expires_at=days(1))

    with refused(AccountNotEmpty) as caught:
        set_status(account_id=account.pk, status=AccountStatus.CLOSED)
    given_spend("10.00 GBP", account=account)
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)

    assert (caught.value.account_number, caught.value.balance) == (account.number, money("10.00 GBP"))


def test_refuses_an_account_that_does_not_exist():
    with refused(AccountNotFound):
        set_status(account_id=404, status=AccountStatus.FROZEN)


# What can be asked


def test_a_wallet_shows_what_can_be_spent_now():
    customer = given_customer(number="SHOP-7")
    account = given_credit("100.00 GBP", customer=customer)
    given_credit("20.00 GBP", to=account, expires_at=days(1))
    given_hold("5.00 GBP", account=account)

    today, tomorrow = wallet_of(customer), wallet_of(customer, now=days(1))

    assert (today.balance_minor, today.held_minor, today.spendable_minor) == (12000, 500, 11500)
    assert (tomorrow.balance_minor, tomorrow.held_minor, tomorrow.spendable_minor) == (12000, 500, 10000)
    assert (today.account_id, today.account_number, today.account_status) == (account.pk, account.number, "OPEN")
    assert (today.customer_id, today.number, today.document_id) == (customer.pk, "SHOP-7", customer.document_id)
    assert (today.entity_type, today.status, today.test_mode, today.currency) == ("customer", "active", False, "GBP")


def test_a_wallet_is_found_by_document_id_too():
    customer = given_customer()
    given_credit("100.00 GBP", customer=customer)

    found = get_wallet(customer=customer.document_id, currency="GBP", test_mode=False, now=NOW)

    assert found == wallet_of(customer)


@pytest.mark.parametrize("currency", ["EUR", "XXX", "", "gbp"])
def test_a_currency_without_an_account_is_a_wallet_of_nothing(currency: str):
    customer = given_customer()
    given_credit("100.00 GBP", customer=customer)

    wallet = wallet_of(customer, currency)

    assert (wallet.currency, wallet.account_id, wallet.account_number) == (currency, None, None)
    assert (wallet.balance_minor, wallet.held_minor, wallet.spendable_minor) == (0, 0, 0)


def test_all_wallets_are_listed_by_currency():
    customer = given_customer()
    for amount in ("1.000 KWD", "1 JPY", "1.00 GBP"):
        given_credit(amount, customer=customer)
    given_account(kind=AccountKind.GIFT_CARD)

    wallets = list_wallets(customer=customer.number, test_mode=False, now=NOW)

    assert [(wallet.currency, wallet.spendable_minor) for wallet in wallets] == [
        ("GBP", 100),
        ("JPY", 1),
        ("KWD", 1000),
    ]


def test_a_customer_without_accounts_has_one_wallet_of_no_currency():
    customer = given_customer()

    (wallet,) = list_wallets(customer=customer.number, test_mode=False, now=NOW)

    assert (wallet.customer_id, wallet.currency, wallet.account_id) == (customer.pk, "", None)


@pytest.mark.parametrize("identifier", ["", "SHOP-8", "SHOP7", "SHOP-7\x00", "\ud800", "x" * 65, "SHOP-7\n"])
def test_nobody_has_no_wallet(identifier: str):
    given_customer(number="SHOP-7")

    with pytest.raises(CustomerNotFound):
        get_wallet(customer=identifier, currency="GBP", test_mode=False, now=NOW)
    with pytest.raises(CustomerNotFound):
        list_wallets(customer=identifier, test_mode=False, now=NOW)


def test_the_other_mode_has_no_wallet():
    customer = given_customer(number="SHOP-7", test_mode=True)

    with pytest.raises(CustomerNotFound):
        get_wallet(customer="SHOP-7", currency="GBP", test_mode=False, now=NOW)
    assert wallet_of(customer).test_mode


def test_accounts_of_a_customer_show_their_next_expiry():
    customer = given_customer()
    account = given_credit("10.00 GBP", customer=customer, expires_at=days(1))
    given_credit("20.00 GBP", to=account, expires_at=days(3))
    given_credit("5.00 EUR", customer=customer)
    given_hold("1.00 GBP", account=account)

    euros, pounds = list_accounts(customer_id=customer.pk, now=days(1))

    assert (euros.currency, euros.spendable_minor, euros.next_expiry) == ("EUR", 500, None)
    assert (pounds.id, pounds.number, pounds.kind) == (account.pk, account.number, "STORE_CREDIT")
    assert (pounds.balance_minor, pounds.held_minor, pounds.spendable_minor) == (3000, 100, 2000)
    assert pounds.next_expiry == days(3)
    assert get_account_balance(account_id=account.pk, now=days(1)) == pounds


def test_an_account_that_does_not_exist_has_no_balance():
    with pytest.raises(AccountNotFound):
        get_account_balance(account_id=404, now=NOW)


def test_a_balance_is_one_statement_however_long_the_history(django_assert_num_queries):
    customer = given_customer()
    account = given_credit("10.00 GBP", customer=customer)
    for _ in range(12):
        given_credit("1.00 GBP", to=account, expires_at=days(1))

    with django_assert_num_queries(1):
        wallet_of(customer)
    with django_assert_num_queries(1):
        list_wallets(customer=customer.number, test_mode=False, now=NOW)
    assert balance_of(account) == "22.00"
