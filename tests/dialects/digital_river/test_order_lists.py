"""Orders and refunds in pages, newest first."""

import pytest

from tests.dialects.digital_river.shop import (
    ITEM,
    NOBODYS,
    UNKNOWN,
    credit_of,
    errors_of,
    fulfilling,
    given_order,
    refunding,
)
from tests.scenarios import NOW

pytestmark = pytest.mark.django_db


def test_orders_are_listed_newest_first_in_pages_both_ways(caller, line, time_machine):
    placed = []
    for second in range(5):
        time_machine.move_to(NOW.replace(second=second), tick=False)
        placed.append(given_order(caller, credit_of(line, 1), items=[ITEM | {"price": 1}])["id"])
    newest = placed[::-1]

    def page(query):
        answer = caller.get(f"/orders{query}").json()
        return [order["id"] for order in answer["data"]], answer["hasMore"]

    assert page("") == (newest, False)
    assert page("?limit=2") == (newest[:2], True)
    assert page(f"?limit=2&startingAfter={newest[1]}") == (newest[2:4], True)
    assert page(f"?limit=2&startingAfter={newest[3]}") == (newest[4:], False)
    assert page(f"?limit=2&endingBefore={newest[3]}") == (newest[1:3], True)
    assert page(f"?limit=2&endingBefore={newest[1]}") == (newest[:1], False)
    assert caller.get("/orders?limit=1").json()["data"][0] == caller.get(f"/orders/{newest[0]}").json()


def test_refunds_are_listed_by_order_newest_first_in_pages_both_ways(caller, line, order, time_machine):
    caller.post("/fulfillments", fulfilling(order, quantity=3))
    made = []
    for second in range(4):
        time_machine.move_to(NOW.replace(second=second), tick=False)
        made.append(caller.post("/refunds", refunding(order, amount=1)).json()["id"])
    newest = made[::-1]

    def page(query):
        answer = caller.get(f"/refunds{query}").json()
        return [refund["id"] for refund in answer["data"]], answer["hasMore"]

    assert page("") == (newest, False)
    assert page(f"?orderId={order['id']}&limit=3") == (newest[:3], True)
    assert page(f"?orderId={NOBODYS}") == ([], False)
    assert page(f"?limit=2&startingAfter={newest[0]}") == (newest[1:3], True)
    assert page(f"?limit=2&endingBefore={newest[3]}") == (newest[1:3], True)
    assert page(f"?limit=2&endingBefore={newest[2]}") == (newest[:2], False)


@pytest.mark.parametrize("path", ["/orders", "/refunds"])
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("limit=1&limit=2", "limit"),
        ("startingAfter=x", "startingAfter"),
        ("startingAfter={id}", "startingAfter"),
        ("endingBefore={id}", "endingBefore"),
        ("startingAfter={id}&endingBefore={id}", "endingBefore"),
        ("endingBefore=%00", "endingBefore"),
    ],
)
def test_a_page_that_cannot_be_is_400(caller, path, query, parameter):
    query = query.format(id=NOBODYS if path == "/orders" else UNKNOWN)

    assert errors_of(caller.get(f"{path}?{query}")) == (400, "bad_request", [("invalid_parameter", parameter)])
