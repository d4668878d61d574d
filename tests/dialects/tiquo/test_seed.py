"""The three examples of the vendor's document: its bodies, field for field and type for type."""

import json
import re
from datetime import UTC, datetime
from unittest.mock import ANY

import pytest

from tests.scenarios import given_credit, given_customer

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
PATH = "/customers/CUST-000001/store-credit"
KEY = "credit-CUST-000001-2026-06-19-001"
BODY = '{\n"amount": 25.00,\n"currency": "GBP",\n"note": "Goodwill credit"\n}'

BALANCE = """{
"success": true,
"data": {
"customerId": "k1234567890abcdef",
"customerNumber": "CUST-000001",
"balances": [
{ "currency": "GBP", "balance": 25 }
],
"totalCurrencies": 1
},
"timestamp": "2026-06-19T10:30:00.000Z"
}"""
ISSUED = """{
"success": true,
"data": {
"id": "k1234567890abcdef",
"entityType": "customer",
"customerId": "k9876543210fedcba",
"currency": "GBP",
"type": "issued",
"amount": 25,
"balanceAfter": 125,
"note": "Goodwill credit",
"idempotencyKey": "credit-CUST-000001-2026-06-19-001",
"createdAt": 1767225600000,
"idempotentReplay": false
},
"timestamp": "2026-06-19T10:30:00.000Z"
}"""


def typed(value):
    """A JSON value with the type of every part beside it, for 25, 25.0 and true compare alike."""
    if isinstance(value, dict):
        return [(name, typed(part)) for name, part in value.items()]
    if isinstance(value, list):
        return [typed(part) for part in value]
    return (type(value).__name__, value)


@pytest.mark.parametrize("spelling", ["CUST-000001", "k1234567890abcdef"])
def test_get_current_balance(caller, time_machine, spelling):
    customer = given_customer(number="CUST-000001", document_id="k1234567890abcdef")
    given_credit("25 GBP", customer=customer, now=NEW_YEAR)
    given_credit("7 USD", customer=customer, now=NEW_YEAR)
    time_machine.move_to("2026-06-19T10:30:00Z", tick=False)

    response = caller.get(f"/customers/{spelling}/store-credit?currency=GBP")

    assert response.status_code == 200
    assert typed(response.json()) == typed(json.loads(BALANCE))


def test_add_store_credit_and_send_it_again(caller, time_machine):
    customer = given_customer(number="CUST-000001", document_id="k9876543210fedcba")
    given_credit("100 GBP", customer=customer, now=NEW_YEAR)
    time_machine.move_to(NEW_YEAR, tick=False)

    first = caller.post(PATH, BODY, key=KEY)
    time_machine.move_to("2026-06-19T10:30:00Z", tick=False)
    again = caller.post(PATH, BODY, key=KEY)

    wanted = json.loads(ISSUED)
    wanted["data"]["id"] = ANY
    replay = wanted | {"data": wanted["data"] | {"idempotentReplay": True}}
    assert (first.status_code, again.status_code) == (201, 200)
    assert re.fullmatch("k[0-9a-z]{16}", first.json()["data"]["id"])
    assert typed(first.json()["data"])[1:] == typed(wanted["data"])[1:]
    assert first.json()["timestamp"] == "2026-01-01T00:00:00.000Z"
    assert typed(again.json()["data"])[1:] == typed(replay["data"])[1:]
    assert again.json()["timestamp"] == "2026-06-19T10:30:00.000Z"
    assert again.json()["data"]["id"] == first.json()["data"]["id"]


def test_a_customer_without_credit_in_the_currency_has_0(caller):
    given_customer(number="CUST-000001", document_id="k1234567890abcdef")

    data = caller.get(f"{PATH}?currency=USD").json()["data"]

    assert typed(data) == typed(
        {
            "customerId": "k1234567890abcdef",
            "customerNumber": "CUST-000001",
            "balances": [{"currency": "USD", "balance": 0}],
            "totalCurrencies": 1,
        }
    )
