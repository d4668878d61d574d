"""The flow of the vendor's document, request by request: its bodies, field for field."""

import json
import re
from typing import Any

import pytest

from tests.dialects.digital_river.shop import (
    BILL_TO,
    CHECKOUT,
    attach,
    card_of,
    credit_of,
    given_attached,
    given_checkout,
    given_line,
    given_source,
)
from tests.scenarios import balance_of, entries_of, held_in, history_of, nothing_moves, spendable_in

pytestmark = pytest.mark.django_db

SOURCE = """{
"id": "f2f6bced-37a0-4b10-965a-7c4f27e59288",
"createdTime": "2022-10-13T19:52:57Z",
"type": "customerCredit",
"currency": "USD",
"amount": 12.5,
"reusable": false,
"state": "chargeable",
"upstreamId": "76-87-1298",
"owner": {
"firstName": "Chase",
"lastName": "Marshall",
"address": {
"line1": "4321 Any Road W",
"city": "Minneapolis",
"postalCode": "55401",
"state": "MN",
"country": "US"
}
},
"paymentSessionId": "96e199dc-e9a4-4bb1-86ca-2adc502e62bf",
"clientSecret": "f2f6bced-37a0-4b10-965a-7c4f27e59288_fba8241d-b0f4-4305-bad4-1ecff4e03d3b",
"customerCredit": {},
"liveMode": false
}"""
TOO_LARGE = """{
"type": "conflict",
"errors": [
{
"code": "session_source_amount_too_large",
"message": "Source amount(s) exceed session amount"
}
]
}"""
#: The vendor's three dots stand for what is left out here.
ORDER = """{
"id": "242764070336",
"payment": {
"charges": [
{
"id": "db5f33b5-3b1a-40c7-9e63-0e5b8a7dcad5",
"createdTime": "2022-10-13T19:55:58Z",
"currency": "USD",
"amount": 12.5,
"state": "capturable",
"captured": false,
"refunded": false,
"sourceId": "f2f6bced-37a0-4b10-965a-7c4f27e59288",
"type": "customer_initiated"
},
{
"id": "f30999a2-23c3-46b0-ae35-335f7ddd967b",
"createdTime": "2022-10-13T19:55:57Z",
"currency": "USD",
"amount": 14.51,
"state": "capturable",
"captured": false,
"refunded": false,
"sourceId": "a83ad586-c4ad-4b27-8676-1e0a897cf029",
"type": "customer_initiated"
}
],
"sources": [
{
"id": "a83ad586-c4ad-4b27-8676-1e0a897cf029",
"type": "creditCard",
"amount": 14.51,
"owner": {
"firstName": "Chase",
"lastName": "Marshall",
"email": "chase@example.com",
"address": {
"line1": "Any other road W",
"city": "Eagan",
"postalCode": "55122",
"state": "MN",
"country": "US"
}
},
"creditCard": {
"brand": "Visa",
"expirationMonth": 7,
"expirationYear": 2027,
"lastFourDigits": "1111"
}
},
{
"id": "f2f6bced-37a0-4b10-965a-7c4f27e59288",
"type": "customerCredit",
"amount": 12.5,
"upstreamId": "76-87-1298",
"owner": {
"firstName": "Chase",
"lastName": "Marshall",
"address": {
"line1": "4321 Any Road W",
"city": "Minneapolis",
"postalCode": "55401",
"state": "MN",
"country": "US"
}
},
"customerCredit": {}
}
],
"session": {
"id": "96e199dc-e9a4-4bb1-86ca-2adc502e62bf",
"amountContributed": 27.01,
"amountRemainingToBeContributed": 0.0,
"state": "complete",
"clientSecret": "96e199dc-e9a4-4bb1-86ca-2adc502e62bf_57cb6a31-9594-4879-8cbd-740121cd35f7"
}
},
"state": "accepted",
"stateTransitions": {
"accepted": "2022-10-13T19:55:59Z"
},
"checkoutId": "e869b46e-dd24-4896-a79e-6ad80bbbd460"
}"""
SOURCE_IN_SEED = "f2f6bced-37a0-4b10-965a-7c4f27e59288"
CARD_IN_SEED = "a83ad586-c4ad-4b27-8676-1e0a897cf029"
SESSION_IN_SEED = "96e199dc-e9a4-4bb1-86ca-2adc502e62bf"
CHECKOUT_IN_SEED = "e869b46e-dd24-4896-a79e-6ad80bbbd460"


def as_ours(text: str) -> str:
    """A body without what chance and clock give."""
    text = re.sub(r'"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"', '"<time>"', text)
    text = re.sub(r'(?<=_)[0-9a-f-]{36}"', '<secret>"', text)
    return text.replace("0.0,", "0,")


def in_order(body: str) -> Any:
    """A body's members in the order in which they stand, with charges' own ids struck out."""
    pairs = json.loads(body, object_pairs_hook=list)
    return strike_charge_ids(pairs)


def strike_charge_ids(value: Any) -> Any:
    if isinstance(value, list):
        is_charge = any(isinstance(pair, tuple) and pair[0] == "sourceId" for pair in value)
        return [
            ("id", "<charge>") if is_charge and isinstance(part, tuple) and part[0] == "id" else strike_charge_ids(part)
            for part in value
        ]
    return (value[0], strike_charge_ids(value[1])) if isinstance(value, tuple) else value


def test_the_vendors_source_is_made_field_for_field(caller):
    line = given_line()
    checkout = given_checkout(caller)
    session = checkout["payment"]["session"]["id"]
    body = f"""{{
        "type": "customerCredit",
        "paymentSessionId": "{session}",
        "amount": 12.50,
        "upstreamId": "{line.number}",
        "customerCredit": {{
        }}
    }}"""

    response = caller.post("/sources", body)

    assert response.status_code == 201
    wanted = as_ours(
        SOURCE.replace(SOURCE_IN_SEED, response.json()["id"])
        .replace(SESSION_IN_SEED, session)
        .replace("76-87-1298", line.number)
        # The document's key was a test key.
        .replace('"liveMode": false', '"liveMode": true')
    )
    assert in_order(as_ours(response.content.decode())) == in_order(wanted)
    assert (held_in(line), history_of(line)) == ("0.00", [("ISSUE", "100.00")])


def test_attaching_takes_no_body_and_a_bare_key_and_sets_the_credit_aside(caller):
    line = given_line()
    checkout = given_checkout(caller)
    source = given_source(caller, credit_of(line), of=checkout)

    response = caller.send(
        "POST",
        f"/checkouts/{checkout['id']}/sources/{source['id']}",
        b"",
        headers={"authorization": caller.key},
    )

    session = response.json()["payment"]["session"]
    assert response.status_code == 200
    assert (session["amountContributed"], session["amountRemainingToBeContributed"]) == (12.5, 14.51)
    assert session["state"] == "requires_source"
    assert (held_in(line), spendable_in(line), balance_of(line)) == ("12.50", "87.50", "100.00")


def test_a_source_of_more_than_is_left_is_the_vendors_409_byte_for_byte(caller):
    line = given_line()
    checkout = given_checkout(caller)
    source = given_source(caller, credit_of(line, 27.02), of=checkout)

    with nothing_moves():
        response = attach(caller, checkout, source)

    assert response.status_code == 409
    assert in_order(response.content.decode()) == in_order(TOO_LARGE)


def test_the_vendors_order_of_credit_and_a_card_is_accepted_field_for_field(caller):
    line = given_line()
    checkout = given_checkout(caller)
    credit = given_attached(caller, checkout, credit_of(line))
    card = given_attached(caller, checkout, card_of())
    before = history_of(line)

    response = caller.post("/orders", {"checkoutId": checkout["id"]})

    assert response.status_code == 201
    order = response.json()
    wanted = ORDER
    for theirs, ours in [
        ("242764070336", order["id"]),
        (SOURCE_IN_SEED, credit["id"]),
        (CARD_IN_SEED, card["id"]),
        (SESSION_IN_SEED, checkout["payment"]["session"]["id"]),
        (CHECKOUT_IN_SEED, checkout["id"]),
        ("76-87-1298", line.number),
    ]:
        wanted = wanted.replace(theirs, ours)
    shown = [pair for pair in in_order(as_ours(response.content.decode())) if pair[0] in json.loads(ORDER)]
    assert shown == in_order(as_ours(wanted))
    assert re.fullmatch("[0-9]{12}", order["id"])
    assert (before, history_of(line)) == ([("ISSUE", "100.00")], [("ISSUE", "100.00"), ("REDEEM", "-12.50")])
    assert entries_of(line)[-1].reference == order["id"]
    assert held_in(line) == "0.00"


def test_an_order_may_be_paid_with_credit_alone(caller):
    line = given_line()
    checkout = given_checkout(caller)
    given_attached(caller, checkout, credit_of(line, 27.01))
    waiting = caller.get(f"/checkouts/{checkout['id']}").json()["payment"]["session"]

    order = caller.post("/orders", {"checkoutId": checkout["id"]}).json()

    assert (waiting["state"], waiting["amountRemainingToBeContributed"]) == ("requires_confirmation", 0)
    assert [(charge["amount"], charge["state"]) for charge in order["payment"]["charges"]] == [(27.01, "capturable")]
    assert order["payment"]["session"]["state"] == "complete"
    assert history_of(line) == [("ISSUE", "100.00"), ("REDEEM", "-27.01")]


def test_credit_that_comes_after_reusable_tender_lowers_what_it_pays(caller):
    line = given_line()
    checkout = given_checkout(caller)
    card = given_attached(caller, checkout, card_of(27.01, reusable=True))
    full = caller.get(f"/checkouts/{checkout['id']}").json()["payment"]

    given_attached(caller, checkout, credit_of(line))

    lowered = caller.get(f"/checkouts/{checkout['id']}").json()["payment"]
    order = caller.post("/orders", {"checkoutId": checkout["id"]}).json()
    assert [source["amount"] for source in full["sources"]] == [27.01]
    assert [(source["type"], source["amount"]) for source in lowered["sources"]] == [
        ("creditCard", 14.51),
        ("customerCredit", 12.5),
    ]
    assert caller.get(f"/sources/{card['id']}").json()["amount"] == 14.51
    assert {charge["sourceId"]: charge["amount"] for charge in order["payment"]["charges"]}[card["id"]] == 14.51
    assert history_of(line) == [("ISSUE", "100.00"), ("REDEEM", "-12.50")]


def test_tax_is_in_what_it_costs_before_credit_is_applied(caller):
    checkout = given_checkout(caller, totalTax=2, totalShipping=5.49)
    included = given_checkout(caller, totalTax=2, totalShipping=5.49, taxInclusive=True)

    assert (checkout["totalAmount"], checkout["subtotal"]) == (34.5, 27.01)
    assert included["totalAmount"] == 32.5
    assert checkout["payment"]["session"]["amountRemainingToBeContributed"] == 34.5


def test_a_source_without_a_session_belongs_to_its_sender_until_it_is_attached(caller):
    line = given_line()
    checkout = given_checkout(caller)

    source = given_source(caller, credit_of(line, currency="USD"))
    attached = attach(caller, checkout, source).json()

    assert "paymentSessionId" not in source
    assert "owner" not in source
    assert attached["payment"]["sources"][0]["id"] == source["id"]
    shown = caller.get(f"/sources/{source['id']}").json()
    assert shown["paymentSessionId"] == checkout["payment"]["session"]["id"]


def test_a_checkout_may_name_its_source_at_once(caller):
    line = given_line()
    source = given_source(caller, credit_of(line, currency="USD"))

    checkout = given_checkout(caller, sourceId=source["id"])

    assert checkout["payment"]["session"]["amountContributed"] == 12.5
    assert held_in(line) == "12.50"


def test_a_checkout_is_shown_with_all_that_was_said(caller):
    body = CHECKOUT | {
        "items": [
            {"skuId": "shirt", "quantity": 3, "price": 9.99},
            {"skuId": "socks", "quantity": 2, "aggregatePrice": 5},
        ],
        "upstreamId": "cart-17",
        "totalTax": 1.03,
        "totalShipping": 4,
    }

    response = caller.post("/checkouts", body)

    shown = response.json()
    session = shown["payment"]["session"]
    assert response.status_code == 201
    assert shown == {
        "id": shown["id"],
        "createdTime": "2026-05-04T12:00:00Z",
        "updatedTime": "2026-05-04T12:00:00Z",
        "currency": "USD",
        "email": "chase@example.com",
        "billTo": BILL_TO,
        "upstreamId": "cart-17",
        "taxInclusive": False,
        "totalAmount": 40,
        "subtotal": 34.97,
        "totalTax": 1.03,
        "totalShipping": 4,
        "items": [
            {"id": shown["items"][0]["id"], "skuId": "shirt", "quantity": 3, "price": 9.99, "amount": 29.97},
            {"id": shown["items"][1]["id"], "skuId": "socks", "quantity": 2, "aggregatePrice": 5, "amount": 5},
        ],
        "payment": {
            "sources": [],
            "session": {
                "id": session["id"],
                "amountContributed": 0,
                "amountRemainingToBeContributed": 40,
                "state": "requires_source",
                "clientSecret": session["clientSecret"],
            },
        },
        "liveMode": True,
    }
    assert caller.get(f"/checkouts/{shown['id']}").json() == shown
