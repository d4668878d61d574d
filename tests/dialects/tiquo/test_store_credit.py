"""Balances, issues and debits: what the document leaves open and what is ours."""

from datetime import UTC, datetime

import pytest

from ledger.models import Account, Transaction
from tests.scenarios import (
    NOW,
    days,
    entries_of,
    given_credit,
    given_customer,
    given_hold,
    history_of,
    lots_of,
    nothing_moves,
    set_status,
)

PATH = "/customers/CUST-1/store-credit"
DEBITS = f"{PATH}/debits"


@pytest.fixture
def customer(db):
    return given_customer(number="CUST-1")


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)


def balances(caller, query=""):
    return [(each["currency"], each["balance"]) for each in caller.get(f"{PATH}{query}").json()["data"]["balances"]]


def test_balances_come_by_currency(caller, customer):
    assert balances(caller) == []

    given_credit("12.50 USD", customer=customer)
    given_credit("3 KWD", customer=customer)
    given_credit("500 JPY", customer=customer)

    assert balances(caller) == [("JPY", 500), ("KWD", 3), ("USD", 12.5)]
    assert caller.get(PATH).json()["data"]["totalCurrencies"] == 3


def test_a_balance_is_what_can_be_spent_now(caller, customer):
    account = given_credit("100 GBP", customer=customer)
    given_credit("40 GBP", to=account, expires_at=days(1))
    given_hold("25 GBP", account=account)

    assert balances(caller, "?currency=GBP") == balances(caller) == [("GBP", 115)]


def test_expired_credit_is_not_in_a_balance(caller, customer, time_machine):
    account = given_credit("100 GBP", customer=customer)
    given_credit("40 GBP", to=account, expires_at=days(1))

    time_machine.move_to(days(1), tick=False)

    assert balances(caller) == [("GBP", 100)]


@pytest.mark.parametrize(
    ("currency", "amount", "text", "minor"),
    [
        ("JPY", "1500", "1500", 1500),
        ("KWD", "1.25", "1.25", 1250),
        ("GBP", "0.01", "0.01", 1),
        ("GBP", "1e6", "1000000", 10**8),
    ],
)
def test_every_currency_keeps_its_own_decimals(caller, customer, currency, amount, text, minor):
    body = f'{{"amount": {amount}, "currency": "{currency}"}}'

    issued = caller.post(PATH, body, key="in")
    spent = caller.post(DEBITS, body, key="out")

    assert f'"amount":{text},"balanceAfter":{text},' in issued.content.decode()
    assert f'"amount":-{text},"balanceAfter":0,' in spent.content.decode()
    assert [entry.amount_minor for entry in Transaction.objects.order_by("sequence")] == [minor, -minor]


def test_an_issue_keeps_all_that_is_said_about_it(caller, customer):
    order = {
        "amount": 5,
        "currency": "GBP",
        "note": "sorry",
        "reasonCode": "EC",
        "reference": "order 7",
        "category": "loyalty",
        "expiresAt": "2026-12-31",
    }

    response = caller.post(PATH, order, key="k", x_request_id="req-9")

    [entry] = entries_of(Account.objects.get())
    assert response.status_code == 201
    assert response.json()["data"]["note"] == "sorry"
    assert (entry.note, entry.reason_id, entry.reference, entry.details) == (
        "sorry",
        "EC",
        "order 7",
        {"category": "loyalty"},
    )
    assert (entry.actor_kind, entry.door, entry.request_id) == ("API", "api:tiquo", "req-9")
    assert entry.actor_label.startswith("shop ")
    assert lots_of(entry.account) == [("5.00", datetime(2026, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC))]


@pytest.mark.parametrize("note", [None, "", "  \n"])
def test_an_empty_note_comes_back_as_null(caller, customer, note):
    assert caller.post(PATH, {"amount": 5, "currency": "GBP", "note": note}, key="k").json()["data"]["note"] is None


def test_a_company_is_called_one(caller):
    given_customer(number="CUST-1", entity_type="company")

    assert caller.post(PATH, {"amount": 5, "currency": "GBP"}, key="k").json()["data"]["entityType"] == "company"


@pytest.mark.parametrize(("status", "answer"), [("active", 201), ("inactive", 201), ("banned", 409), ("archived", 409)])
def test_banned_and_archived_customers_are_given_nothing_but_can_be_read(caller, status, answer):
    given_customer(number="CUST-1", status=status)

    response = caller.post(PATH, {"amount": 5, "currency": "GBP"}, key="k")

    assert response.status_code == answer
    if answer == 409:
        assert response.json()["code"] == "customer_not_active"
    assert caller.get(PATH).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", [PATH, DEBITS])
@pytest.mark.parametrize("status", ["FROZEN", "CLOSED"])
def test_an_account_that_is_not_open_does_not_move(caller, customer, path, status):
    account = given_credit("5 GBP", customer=customer)
    if status == "CLOSED":
        caller.post(DEBITS, {"amount": 5, "currency": "GBP"}, key="first")
    set_status(account_id=account.pk, status=status)

    with nothing_moves():
        response = caller.post(path, {"amount": 5, "currency": "GBP"}, key="k")

    assert (response.status_code, response.json()["code"]) == (409, "account_not_open")


def test_a_debit_is_the_same_shape_with_a_negative_amount(caller, customer):
    account = given_credit("100 GBP", customer=customer)

    response = caller.post(DEBITS, {"amount": 40.5, "currency": "GBP", "note": "order 4711"}, key="k")

    assert response.status_code == 201
    data = response.json()["data"]
    assert list(data) == [
        "id",
        "entityType",
        "customerId",
        "currency",
        "type",
        "amount",
        "balanceAfter",
        "note",
        "idempotencyKey",
        "createdAt",
        "idempotentReplay",
    ]
    assert (data["type"], data["amount"], data["balanceAfter"]) == ("redeemed", -40.5, 59.5)
    assert history_of(account) == [("ISSUE", "100.00"), ("REDEEM", "-40.50")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("amount", "currency"), [(100.01, "GBP"), (1, "USD")])
def test_a_debit_beyond_what_can_be_spent_is_422(caller, customer, amount, currency):
    given_credit("100 GBP", customer=customer)

    with nothing_moves():
        response = caller.post(DEBITS, {"amount": amount, "currency": currency}, key="k")

    assert (response.status_code, response.json()["code"]) == (422, "insufficient_credit")
    assert balances(caller) == [("GBP", 100)]


@pytest.mark.django_db(transaction=True)
def test_held_credit_cannot_be_spent(caller, customer):
    account = given_credit("100 GBP", customer=customer)
    given_hold("60 GBP", account=account)

    statuses = [
        caller.post(DEBITS, {"amount": amount, "currency": "GBP"}, key=str(amount)).status_code for amount in (41, 40)
    ]

    assert statuses == [422, 201]


@pytest.mark.django_db(transaction=True)
def test_more_than_an_account_can_hold_is_422(caller, customer):
    given_credit("9007199254740991 JPY", customer=customer)

    with nothing_moves():
        response = caller.post(PATH, {"amount": 1, "currency": "JPY"}, key="k")

    assert (response.status_code, response.json()["code"]) == (422, "amount_too_large")
    assert '"balance":9007199254740991' in caller.get(PATH).content.decode()
