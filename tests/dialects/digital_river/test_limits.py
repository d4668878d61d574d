"""How much one checkout or one order can have, and that the description says so of every array."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from storecredit.api.pages import write_schema
from storecredit.checkouts.operations import charging, sources
from tests.dialects.digital_river.shop import (
    CHECKOUT,
    THREE_SHIRTS,
    attach,
    credit_of,
    errors_of,
    fulfilling,
    given_attached,
    given_checkout,
    given_line,
    given_order,
    given_source,
    refunding,
)
from tests.scenarios import held_in, nothing_moves

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charging, "MOST_PARTS", 2)
    monkeypatch.setattr(sources, "MOST_SOURCES", 2)


def test_a_checkout_with_as_many_sources_as_it_can_have_takes_no_other(caller, line, two_at_most):
    checkout = given_checkout(caller)
    for _ in range(2):
        given_attached(caller, checkout, credit_of(line, 1))
    third = given_source(caller, credit_of(line, 1), of=checkout)

    with nothing_moves():
        refused = attach(caller, checkout, third)

    assert errors_of(refused) == (409, "conflict", [("session_update_not_allowed", "")])
    assert refused.json()["errors"][0]["message"] == "The checkout has 2 sources already."
    assert held_in(line) == "2.00"


def test_a_source_that_was_detached_makes_room_for_another(caller, line, two_at_most):
    checkout = given_checkout(caller)
    first, _ = (given_attached(caller, checkout, credit_of(line, 1)) for _ in range(2))
    caller.send("DELETE", f"/checkouts/{checkout['id']}/sources/{first['id']}")

    attached = attach(caller, checkout, given_source(caller, credit_of(line, 1), of=checkout))

    assert (attached.status_code, held_in(line)) == (200, "2.00")


def test_an_order_with_as_many_fulfilments_as_it_can_have_can_still_be_cancelled(caller, two_at_most):
    order = given_order(caller, credit_of(given_line(), 30), items=THREE_SHIRTS)
    for _ in range(2):
        caller.post("/fulfillments", fulfilling(order, quantity=1))

    with nothing_moves():
        refused = caller.post("/fulfillments", fulfilling(order, quantity=1))
    cancelled = caller.post(f"/orders/{order['id']}/cancel", {})

    assert errors_of(refused) == (409, "conflict", [("order_limit_reached", "")])
    assert refused.json()["errors"][0]["message"] == (f"Order {order['id']} has 2 fulfillments, and no order has more.")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "fulfilled")


def test_an_order_with_as_many_refunds_as_it_can_have_gives_back_no_more(caller, two_at_most):
    order = given_order(caller, credit_of(given_line(), 30), items=THREE_SHIRTS)
    caller.post("/fulfillments", fulfilling(order, quantity=3))
    for _ in range(2):
        caller.post("/refunds", refunding(order, amount=1))

    with nothing_moves():
        refused = caller.post("/refunds", refunding(order, amount=1))

    assert errors_of(refused) == (409, "conflict", [("order_limit_reached", "")])
    assert len(caller.get(f"/refunds?orderId={order['id']}").json()["data"]) == 2


def test_no_answer_names_more_than_a_hundred_things_that_are_wrong(caller):
    refused = caller.post("/checkouts", CHECKOUT | {"items": [{"skuId": "shirt", "price": 1}] * 101})

    told = refused.json()["errors"]
    assert refused.status_code == 400
    assert [error["parameter"] for error in told] == [f"items[{place}].quantity" for place in range(100)]


def test_every_array_of_an_answer_has_a_limit_in_the_description():
    components = json.loads(write_schema())["components"]["schemas"]
    mine = ("Checkout", "Order", "OrderPage", "Refund", "RefundPage", "Fulfillment", "PaymentSource", "PaymentError")

    arrays = dict(_arrays_in({name: _with_parts(components, name) for name in mine}, ""))

    assert len(arrays) >= 10
    assert [where for where, schema in arrays.items() if "maxItems" not in schema] == []


def _with_parts(components: dict[str, Any], name: str) -> Any:
    """A component with those that it names in their places."""

    def put_in(part: Any) -> Any:
        if isinstance(part, dict):
            named = part.get("$ref", "").rpartition("/")[2]
            return _with_parts(components, named) if named else {key: put_in(inner) for key, inner in part.items()}
        return [put_in(inner) for inner in part] if isinstance(part, list) else part

    return put_in(components[name])


def _arrays_in(part: Any, way: str) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        if "array" in str(part.get("type")):
            yield way, part
        for name, inner in part.items():
            yield from _arrays_in(inner, f"{way}/{name}")
    elif isinstance(part, list):
        for place, inner in enumerate(part):
            yield from _arrays_in(inner, f"{way}/{place}")
