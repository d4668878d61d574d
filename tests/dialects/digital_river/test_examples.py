"""The examples of the description are real: sent in their order, they get exactly these answers."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from storecredit.dialects.digital_river.examples import buying, orders
from storecredit.dialects.digital_river.examples import shop as examples
from tests.callers import ROOT, ApiCaller, given_client
from tests.dialects.digital_river.shop import (
    card_of,
    credit_of,
    given_attached,
    given_checkout,
    given_line,
    given_order,
    given_secret,
    given_source,
    signature,
)

OPERATIONS = {name: value for name, value in (vars(buying) | vars(orders)).items() if isinstance(value, tuple)}
METHODS = {"READ": "GET", "LIST": "GET", "DELETE": "DELETE", "DETACH": "DELETE", "RELEASE": "DELETE"}
EXAMPLES_NOW = datetime(2026, 6, 19, 10, 30, tzinfo=UTC)
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def shop(db: None, time_machine: Any) -> dict[str, str]:
    """The shop that the examples speak of; what stands for the ids in them."""
    time_machine.move_to(datetime(2026, 6, 18, 9, 0, tzinfo=UTC), tick=False)
    api = ApiCaller(given_client().plain)
    line = given_line()
    shirts = [{"skuId": "shirt", "quantity": 3, "price": 10}]
    order = given_order(api, credit_of(line), card_of(17.5, owner=examples.OWNER), items=shirts)
    item = order["items"][0]["id"]
    sent = api.post("/fulfillments", {"orderId": order["id"], "items": [{"itemId": item, "quantity": 2}]}).json()
    asked = {"orderId": order["id"], "currency": "USD", "amount": 5, "reason": "A stain."}
    refund = api.post("/refunds", asked).json()
    time_machine.move_to(examples.NOW_TEXT, tick=False)
    checkout = given_checkout(api, items=examples.CHECKOUT_IN["items"])
    source = given_source(api, credit_of(line), of=checkout)
    paid = given_checkout(api, items=examples.CHECKOUT_IN["items"], upstreamId=examples.CART)
    given_attached(api, paid, credit_of(line))
    given_attached(api, paid, card_of(owner=examples.OWNER))
    given_secret(examples.WEBHOOK_KEY)
    return {
        examples.LINE: line.number,
        examples.ORDER_ID: order["id"],
        examples.ORDERED_ITEM_ID: item,
        examples.REFUND_ID: refund["id"],
        examples.FULFILLMENT_ID: sent["id"],
        examples.CHECKOUT_ID: checkout["id"],
        examples.PAID_CHECKOUT_ID: paid["id"],
        examples.SESSION_ID: checkout["payment"]["session"]["id"],
        examples.SOURCE_ID: source["id"],
    }


def real(text: str, shop: dict[str, str]) -> str:
    for said, ours in shop.items():
        text = text.replace(said, ours)
    return text


def without_ids(text: str) -> Any:
    """The answer with what is drawn at random replaced."""
    numbered = re.sub(r"\b(SC)?[0-9]{12}\b", "<number>", ID.sub("<id>", text))
    return json.loads(numbered or "{}")


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_examples_of_an_operation_are_what_it_answers(shop, name):
    api = ApiCaller(given_client().plain)
    assert OPERATIONS[name]

    for example in OPERATIONS[name]:
        body = real(json.dumps(example.body), shop).encode() if example.body is not None else b""
        sent = {
            "DigitalRiver-Signature": signature(
                body, examples.WEBHOOK_KEY, at=datetime(2026, 6, 19, 10, 30, tzinfo=UTC)
            )
        }
        path = real(example.path.removeprefix(ROOT), shop)
        response = api.send(METHODS.get(name.split("_")[0], "POST"), path, body, headers=sent)

        assert response.status_code == example.status, (example.name, response.content)
        wanted = real(json.dumps(example.answer), shop)
        assert without_ids(response.content.decode()) == without_ids(wanted), example.name
