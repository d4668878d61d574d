"""A checkout is made, changed and deleted over the API."""

import pytest

from storecredit.checkouts.models import Checkout
from tests.dialects.digital_river.shop import (
    ADDRESS,
    BILL_TO,
    CHECKOUT,
    ITEM,
    credit_of,
    errors_of,
    given_attached,
    given_checkout,
    given_line,
    given_order,
)
from tests.scenarios import given_credit, given_customer, held_in

pytestmark = pytest.mark.django_db
#: A refusal rolls back what came before it, which a test within one transaction could not show.
rolls_back = pytest.mark.django_db(transaction=True)
UNKNOWN = "11111111-2222-4333-8444-555555555555"


def said(**changed):
    return CHECKOUT | changed


def with_item(**changed):
    return said(items=[ITEM | changed])


BAD = [
    ({}, [("missing_parameter", "currency"), ("missing_parameter", "items")]),
    (said(items=[]), [("invalid_parameter", "items")]),
    (said(items={}), [("invalid_parameter", "items")]),
    (said(items=["x"]), [("invalid_parameter", "items[0]")]),
    (said(items=[ITEM] * 1001), [("invalid_parameter", "items")]),
    (said(items=[ITEM, {}]), [("missing_parameter", "items[1].skuId"), ("missing_parameter", "items[1].quantity")]),
    (with_item(quantity=0), [("invalid_parameter", "items[0].quantity")]),
    (with_item(quantity=1.0), [("invalid_parameter", "items[0].quantity")]),
    (with_item(quantity=1_000_001), [("invalid_parameter", "items[0].quantity")]),
    (with_item(price=-1), [("invalid_parameter", "items[0].price")]),
    (with_item(price="1"), [("invalid_parameter", "items[0].price")]),
    (with_item(price=1.001), [("invalid_parameter", "items[0].price")]),
    (with_item(price=None), [("invalid_parameter", "items[0].price")]),
    (with_item(aggregatePrice=1), [("invalid_parameter", "items[0].price")]),
    (with_item(skuId=""), [("invalid_parameter", "items[0].skuId")]),
    (said(currency="XXX"), [("invalid_parameter", "currency")]),
    (said(currency="JPY"), [("invalid_parameter", "items[0].price")]),
    (said(email="nobody"), [("invalid_parameter", "email")]),
    (said(billTo={"name": "A B"}), [("missing_parameter", "billTo.address")]),
    (said(billTo=BILL_TO | {"address": ADDRESS | {"city": ""}}), [("invalid_parameter", "billTo.address.city")]),
    (said(totalTax=-1), [("invalid_parameter", "totalTax")]),
    (said(totalTax=None), [("invalid_parameter", "totalTax")]),
    (said(totalShipping=0.001), [("invalid_parameter", "totalShipping")]),
    (said(taxInclusive=1), [("invalid_parameter", "taxInclusive")]),
    (said(sourceId="x"), [("invalid_parameter", "sourceId")]),
]
#: What is found only when the checkout is made.
BAD_LATER = [
    (said(items=[ITEM, ITEM | {"id": UNKNOWN}]), [("invalid_parameter", "items[1]")]),
    (with_item(price=9_000_000_000_000, quantity=1_000_000), [("invalid_parameter", "items[0]")]),
    (said(customerId="CUST-999999"), [("invalid_parameter", "customerId")]),
    (said(sourceId=UNKNOWN), [("invalid_parameter", "sourceId")]),
]


@pytest.mark.parametrize(("body", "errors"), BAD)
def test_a_checkout_that_is_not_what_is_documented_is_refused_by_name(caller, body, errors):
    assert errors_of(caller.post("/checkouts", body)) == (400, "bad_request", errors)
    assert not Checkout.objects.exists()


@rolls_back
@pytest.mark.parametrize(("body", "errors"), BAD_LATER)
def test_a_checkout_that_cannot_be_made_leaves_nothing_behind(caller, body, errors):
    assert errors_of(caller.post("/checkouts", body)) == (400, "bad_request", errors)
    assert not Checkout.objects.exists()


def test_a_checkout_may_be_a_mebibyte_and_no_more(caller):
    fitting = '{"padding": "%s"}' % ("x" * (1024 * 1024 - 15))

    assert caller.post("/checkouts", fitting).status_code == 400
    assert errors_of(caller.post("/checkouts", fitting + " ")) == (
        413,
        "payload_too_large",
        [("body_too_large", "")],
    )
    assert caller.post("/orders", '{"padding": "%s"}' % ("x" * 65_536)).status_code == 413


def test_a_checkout_takes_a_thousand_lines(caller):
    checkout = given_checkout(caller, items=[ITEM | {"price": 0.01}] * 1000)

    assert (len(checkout["items"]), checkout["totalAmount"]) == (1000, 10)


@pytest.mark.parametrize(("currency", "price", "shown"), [("JPY", 1200, 1200), ("KWD", 1.125, 1.125), ("USD", 0, 0)])
def test_prices_have_the_decimals_of_their_currency(caller, currency, price, shown):
    checkout = given_checkout(caller, currency=currency, items=[ITEM | {"price": price}])

    assert checkout["totalAmount"] == shown


def test_a_change_leaves_alone_what_it_does_not_name_and_empties_what_is_null(caller):
    customer = given_customer()
    checkout = given_checkout(caller, upstreamId="cart-1", totalTax=1)
    path = f"/checkouts/{checkout['id']}"

    changed = caller.post(path, {"totalShipping": 3, "upstreamId": None, "customerId": customer.number}).json()

    assert (changed["totalAmount"], changed["totalTax"], changed["email"]) == (31.01, 1, "chase@example.com")
    assert "upstreamId" not in changed
    assert changed["customerId"] == customer.document_id
    assert "customerId" not in caller.post(path, {"customerId": None}).json()
    assert "billTo" not in caller.post(path, {"billTo": None}).json()
    assert caller.post(path, {}).json()["totalAmount"] == 31.01
    assert caller.post(path, {"currency": "USD"}).status_code == 200


def test_a_change_of_its_lines_replaces_them_all_and_keeps_the_ids_that_it_names(caller):
    checkout = given_checkout(caller)
    kept = checkout["items"][0]["id"]

    changed = caller.post(
        f"/checkouts/{checkout['id']}",
        {
            "items": [
                {"skuId": "hat", "quantity": 1, "price": 3},
                {"id": kept, "skuId": "shirt", "quantity": 2, "price": 4},
            ]
        },
    ).json()

    assert [(item["skuId"], item["amount"]) for item in changed["items"]] == [("hat", 3), ("shirt", 8)]
    assert changed["items"][1]["id"] == kept
    assert changed["items"][0]["id"] != kept


@rolls_back
def test_a_checkout_cannot_come_to_cost_less_than_its_credit_pays(caller):
    line = given_line()
    checkout = given_checkout(caller)
    given_attached(caller, checkout, credit_of(line, 20))

    refused = caller.post(f"/checkouts/{checkout['id']}", {"items": [ITEM | {"price": 19.99}]})

    assert errors_of(refused) == (409, "conflict", [("session_source_amount_too_large", "")])
    assert caller.get(f"/checkouts/{checkout['id']}").json()["totalAmount"] == 27.01


def test_a_checkout_cannot_come_to_be_another_customers_than_its_lines(caller):
    line = given_credit("50 USD", customer=given_customer())
    checkout = given_checkout(caller)
    given_attached(caller, checkout, credit_of(line))

    refused = caller.post(f"/checkouts/{checkout['id']}", {"customerId": given_customer().document_id})

    assert errors_of(refused) == (409, "conflict", [("source_status_invalid_for_session", "")])


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"items": []}, [("invalid_parameter", "items")]),
        ({"items": None}, [("invalid_parameter", "items")]),
        ({"totalTax": 0.001}, [("invalid_parameter", "totalTax")]),
        ({"currency": "EUR"}, [("invalid_parameter", "currency")]),
        ({"currency": "usd"}, [("invalid_parameter", "currency")]),
        ({"email": 1}, [("invalid_parameter", "email")]),
        (b"", [("bad_request", "")]),
    ],
)
def test_a_change_that_is_not_what_is_documented_is_refused(caller, body, errors):
    checkout = given_checkout(caller)

    assert errors_of(caller.post(f"/checkouts/{checkout['id']}", body)) == (400, "bad_request", errors)


def test_a_deleted_checkout_is_gone_and_its_credit_free(caller):
    line = given_line()
    checkout = given_checkout(caller)
    source = given_attached(caller, checkout, credit_of(line))

    deleted = caller.send("DELETE", f"/checkouts/{checkout['id']}")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert held_in(line) == "0.00"
    assert caller.get(f"/sources/{source['id']}").json()["state"] == "cancelled"
    for answer in (
        caller.get(f"/checkouts/{checkout['id']}"),
        caller.send("DELETE", f"/checkouts/{checkout['id']}"),
        caller.post("/orders", {"checkoutId": checkout["id"]}),
    ):
        assert errors_of(answer) == (404, "not_found", [("not_found", "checkoutId")])


def test_an_ordered_checkout_can_be_read_and_no_more(caller):
    order = given_order(caller, credit_of(given_line(), 27.01))
    path = f"/checkouts/{order['checkoutId']}"

    refused = [
        caller.post(path, {"email": "other@example.com"}),
        caller.send("DELETE", path),
        caller.send("DELETE", f"{path}/sources/{order['payment']['sources'][0]['id']}"),
        caller.post(f"{path}/sources/{order['payment']['sources'][0]['id']}", ""),
    ]

    assert [errors_of(each) for each in refused] == [(409, "conflict", [("session_update_not_allowed", "")])] * 4
    shown = caller.get(path).json()
    assert (shown["orderId"], shown["payment"]["session"]["state"]) == (order["id"], "complete")
    assert shown["payment"] == {name: order["payment"][name] for name in ("sources", "session")}
