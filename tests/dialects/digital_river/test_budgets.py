"""How many statements a request may cost, however much happened before. BEGIN, COMMIT and SAVEPOINT are not counted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.dialects.digital_river.shop import (
    CHECKOUT,
    ITEM,
    attach,
    card_of,
    credit_of,
    deliver,
    fulfilling,
    given_attached,
    given_checkout,
    given_line,
    given_order,
    given_secret,
    given_source,
)
from tests.scenarios import given_credit, given_spend

pytestmark = pytest.mark.django_db
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@pytest.fixture(params=[1, 20], ids=["short history", "long history"])
def line(request, caller):
    line = given_line()
    for _ in range(request.param):
        given_credit("1 USD", to=line)
        given_spend("0.01 USD", account=line)
    given_order(caller, credit_of(line, 1), items=[ITEM | {"price": 1}])
    return line


def statements_of(ask):
    with CaptureQueriesContext(connection) as captured:
        response = ask()
    kept = [query["sql"] for query in captured if not query["sql"].upper().startswith(NOT_COUNTED)]
    return response, kept


def costs(ask, status, most):
    response, statements = statements_of(ask)
    assert response.status_code == status, response.content
    assert len(statements) <= most, "\n".join([str(len(statements)), *statements])
    return response.json()


def test_a_source_costs_little(caller, line):
    costs(lambda: caller.post("/sources", credit_of(line, currency="USD"), key="k"), 201, 6)


def test_a_checkout_costs_little(caller, line):
    costs(lambda: caller.post("/checkouts", CHECKOUT, key="k"), 201, 10)


def test_attaching_credit_costs_little(caller, line):
    checkout = given_checkout(caller)
    source = given_source(caller, credit_of(line), of=checkout)

    costs(lambda: attach(caller, checkout, source), 200, 28)


def test_an_order_of_credit_and_a_card_costs_little(caller, line):
    checkout = given_checkout(caller)
    given_attached(caller, checkout, credit_of(line))
    given_attached(caller, checkout, card_of())

    costs(lambda: caller.post("/orders", {"checkoutId": checkout["id"]}, key="k"), 201, 33)


def test_a_refund_to_both_costs_little(caller, line):
    order = given_order(caller, credit_of(line), card_of())
    sent = {"orderId": order["id"], "items": [{"itemId": order["items"][0]["id"], "quantity": 1}]}

    costs(lambda: caller.post("/fulfillments", sent, key="f"), 201, 21)
    costs(lambda: caller.post("/refunds", {"orderId": order["id"], "currency": "USD", "amount": 20}, key="k"), 201, 25)


def test_reading_costs_little(caller, line):
    order = given_order(caller, credit_of(line), card_of())

    costs(lambda: caller.get(f"/orders/{order['id']}"), 200, 6)
    costs(lambda: caller.get(f"/checkouts/{order['checkoutId']}"), 200, 4)
    costs(lambda: caller.get(f"/sources/{order['payment']['sources'][0]['id']}"), 200, 2)


def test_a_list_costs_the_same_however_long_it_is(caller, line):
    for _ in range(4):
        order = given_order(caller, credit_of(line, 1), items=[ITEM | {"price": 1}])
        sent = {"orderId": order["id"], "items": [{"itemId": order["items"][0]["id"], "quantity": 1}]}
        caller.post("/fulfillments", sent)
        caller.post("/refunds", {"orderId": order["id"], "currency": "USD", "percent": 50})

    for limit in (1, 5):
        costs(lambda limit=limit: caller.get(f"/orders?limit={limit}"), 200, 6)
        costs(lambda limit=limit: caller.get(f"/refunds?limit={limit}"), 200, 6)


def test_lists_of_what_is_under_way_cost_the_same_however_long_they_are(caller, line):
    for _ in range(4):
        checkout = given_checkout(caller, customerId=line.customer.number)
        source = given_attached(caller, checkout, credit_of(line, 1))
        order = given_order(caller, credit_of(line, 1), items=[ITEM | {"price": 1}])
        caller.post("/fulfillments", fulfilling(order, quantity=1))

    for limit in (1, 5):
        costs(lambda limit=limit: caller.get(f"/checkouts?limit={limit}"), 200, 6)
        costs(lambda limit=limit: caller.get(f"/sources?limit={limit}"), 200, 4)
        costs(lambda limit=limit: caller.get(f"/fulfillments?limit={limit}"), 200, 3)
    mine = f"customerId={line.customer.number}&startingAfter={checkout['id']}"
    costs(lambda: caller.get(f"/checkouts?limit=5&{mine}"), 200, 8)
    standing = f"state=cancelled&upstreamId={line.number}&startingAfter={source['id']}"
    costs(lambda: caller.get(f"/sources?limit=5&{standing}"), 200, 7)


def test_a_fulfilment_costs_little_to_read(caller, line):
    order = given_order(caller, credit_of(line, 1), items=[ITEM | {"price": 1}])
    sent = caller.post("/fulfillments", fulfilling(order, quantity=1)).json()

    costs(lambda: caller.get(f"/fulfillments/{sent['id']}"), 200, 3)


def test_an_answer_that_is_given_again_costs_next_to_nothing(caller, line):
    order = given_checkout(caller)
    given_attached(caller, order, credit_of(line, 27.01))
    caller.post("/orders", {"checkoutId": order["id"]}, key="k")

    costs(lambda: caller.post("/orders", {"checkoutId": order["id"]}, key="k"), 201, 1)


def test_the_vendors_callout_and_event_cost_little(caller, line):
    given_secret()
    asked = {"amount": 5, "upstreamId": line.number, "sessionId": "ses-1"}
    source = {"id": "src-1", "type": "customerCredit", "amount": 5, "upstreamId": line.number}
    thing = {"id": "242764070336", "currency": "USD", "payment": {"sources": [source], "session": {"id": "ses-1"}}}
    event = {"id": "evt-1", "type": "order.accepted", "data": {"object": thing}}

    costs(lambda: caller.post("/checkouts/store-credits", asked, key="k"), 200, 18)
    costs(lambda: deliver(event), 200, 32)
    costs(lambda: deliver(event), 200, 5)
