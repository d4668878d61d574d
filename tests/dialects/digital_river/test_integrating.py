"""What whoever programs against this API leans on: nothing is passed over, and everything can be found again."""

import hashlib

import jsonschema
import pytest
from django.test import Client

from storecredit.api.models import ApiClient, IdempotencyRecord
from storecredit.checkouts.models import Checkout, Order, Refund, Source
from tests.callers import ROOT
from tests.dialects.digital_river.shop import (
    CHECKOUT,
    ITEM,
    attach,
    credit_of,
    deliver,
    errors_of,
    fulfilling,
    given_checkout,
    given_line,
    given_secret,
    given_source,
    refunding,
)
from tests.factories.api import IdempotencyRecordFactory
from tests.scenarios import held_in, history_of, nothing_moves

pytestmark = pytest.mark.django_db
ORDER_ID = "242764070336"
ITEM_ID = "0d4cbd3c-5f7c-4f0e-8a53-6a1d9f0f6f2e"
MOMENTS = "createdTime, createdTime[gt], createdTime[gte], createdTime[lt], createdTime[lte]"
ADDRESS = {"line1": "x", "line2": "", "city": "y", "postalCode": "1", "country": "US"}


@pytest.mark.parametrize(
    ("path", "there_are"),
    [
        ("/orders", f"{MOMENTS}, limit, startingAfter, endingBefore"),
        ("/refunds", f"orderId, {MOMENTS}, limit, startingAfter, endingBefore"),
    ],
)
def test_a_list_refuses_a_parameter_that_it_does_not_know_and_names_those_it_does(caller, path, there_are):
    refused = caller.get(f"{path}?state=accepted&limit=5")

    assert errors_of(refused) == (400, "bad_request", [("invalid_parameter", "state")])
    assert refused.json()["errors"][0]["message"] == f"There is no parameter 'state' here; there are: {there_are}."


def test_one_thing_is_shown_whatever_parameters_come_with_it(caller, order):
    assert caller.get(f"/orders/{order['id']}?state=accepted").json() == order


def made(response):
    assert response.status_code == 201, response.content
    return response


def test_whatever_is_made_says_where_it_is_also_when_it_is_answered_again(caller, line, order):
    sources = [made(caller.post("/sources", credit_of(line, currency="USD"), key="s")) for _ in range(2)]
    checkouts = [made(caller.post("/checkouts", CHECKOUT, key="c")) for _ in range(2)]
    sent = [made(caller.post("/fulfillments", fulfilling(order, quantity=3), key="f")) for _ in range(2)]
    refunds = [made(caller.post("/refunds", refunding(order, amount=1), key="r")) for _ in range(2)]

    for first, again in (sources, checkouts, refunds, sent):
        location = first.headers["Location"]
        assert again.headers["Location"] == location
        assert caller.get(location.removeprefix(ROOT)).json() == first.json()
    assert sent[0].headers["Location"] == f"{ROOT}/fulfillments/{sent[0].json()['id']}"


def test_an_order_says_where_it_is(caller, line):
    checkout = given_checkout(caller)
    attach(caller, checkout, given_source(caller, credit_of(line, 27.01), of=checkout))

    placed = made(caller.post("/orders", {"checkoutId": checkout["id"]}))

    assert placed.headers["Location"] == f"{ROOT}/orders/{placed.json()['id']}"


def test_what_is_changed_or_refused_says_nothing_of_a_place(caller, line):
    checkout = given_checkout(caller)
    source = given_source(caller, credit_of(line), of=checkout)

    answers = [
        caller.post(f"/checkouts/{checkout['id']}", {"totalTax": 1}),
        attach(caller, checkout, source),
        caller.post("/orders", {"checkoutId": checkout["id"]}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert not any("Location" in answer.headers for answer in answers)


def test_ids_in_capitals_find_what_they_name(caller, line, order):
    caller.post("/fulfillments", fulfilling(order, quantity=3))
    refund = caller.post("/refunds", refunding(order, amount=1)).json()
    checkout = given_checkout(caller)
    source = given_source(caller, credit_of(line), of=checkout)

    for resource, thing in (("sources", source), ("checkouts", checkout), ("refunds", refund)):
        assert caller.get(f"/{resource}/{thing['id'].upper()}").json() == thing
    attached = caller.post(f"/checkouts/{checkout['id'].upper()}/sources/{source['id'].upper()}", "", key="k")
    again = attach(caller, checkout, source, key="k")

    assert (attached.status_code, again.content) == (200, attached.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert held_in(line) == "12.50"
    gone = caller.send("DELETE", f"/checkouts/{checkout['id'].upper()}/sources/{source['id'].upper()}")
    assert (gone.status_code, held_in(line)) == (204, "0.00")
    assert caller.send("DELETE", f"/checkouts/{checkout['id'].upper()}").status_code == 204


#: Requests, and what their bodies were reduced to when empty texts were not the same as none.
ONCE_ASKED = [
    (
        "/sources",
        {
            "type": "customerCredit",
            "amount": 12.50,
            "currency": "USD",
            "upstreamId": "SC123456789015",
            "customerCredit": {},
            "owner": {"firstName": "A", "lastName": "", "address": ADDRESS},
        },
        '{"amount":"12.5","currency":"USD","customerCredit":"","owner":{"address":{"city":"y","country":"US",'
        '"line1":"x","line2":"","postalCode":"1"},"firstName":"A","lastName":""},"type":"customerCredit",'
        '"upstreamId":"SC123456789015"}',
    ),
    (
        "/sources",
        {
            "type": "creditCard",
            "amount": 5,
            "currency": "USD",
            "creditCard": {"brand": "Visa", "lastFourDigits": "1111", "expirationMonth": 7},
            "reusable": True,
        },
        '{"amount":"5","creditCard":{"brand":"Visa","expirationMonth":7,"lastFourDigits":"1111"},"currency":"USD",'
        '"reusable":true,"type":"creditCard"}',
    ),
    (
        "/checkouts",
        {
            "currency": "USD",
            "email": "",
            "items": [
                {"skuId": "shirt", "quantity": 1, "price": 27.01},
                {"skuId": "bag", "quantity": 2, "aggregatePrice": 0},
            ],
            "totalTax": 1.5,
            "taxInclusive": False,
        },
        '{"currency":"USD","email":"","items":[{"price":"27.01","quantity":1,"skuId":"shirt"},{"aggregatePrice":"0",'
        '"quantity":2,"skuId":"bag"}],"taxInclusive":false,"totalTax":"1.5"}',
    ),
    (
        "/refunds",
        {"orderId": ORDER_ID, "currency": "USD", "percent": 50, "reason": ""},
        '{"currency":"USD","orderId":"242764070336","percent":"50","reason":""}',
    ),
    (
        "/fulfillments",
        {"orderId": ORDER_ID, "items": [{"itemId": ITEM_ID.upper(), "quantity": 1}]},
        f'{{"items":[{{"itemId":"{ITEM_ID}","quantity":1}}],"orderId":"242764070336"}}',
    ),
    ("/orders", {"checkoutId": ITEM_ID}, f'{{"checkoutId":"{ITEM_ID}"}}'),
    (
        "/checkouts/store-credits",
        {"amount": 12.5, "upstreamId": "SC123456789015", "sessionId": "ses_1"},
        '{"amount":"12.5","sessionId":"ses_1","upstreamId":"SC123456789015"}',
    ),
    (
        "/checkouts/store-credits",
        {"amount": 12.5, "upstreamId": "TILL-0001", "sessionId": "ses_1"},
        '{"amount":"12.5","sessionId":"ses_1","upstreamId":"TILL-0001"}',
    ),
]
#: What makes another request of each.
OTHERWISE = {
    "/sources": {"amount": 6},
    "/checkouts": {"totalTax": 2},
    "/refunds": {"percent": 51},
    "/fulfillments": {"orderId": "100000000000"},
    "/orders": {"checkoutId": "11111111-2222-4333-8444-555555555555"},
    "/checkouts/store-credits": {"amount": 6},
}


def given_old_record(route, reduced, *, object_id=""):
    """An answer that is kept with a fingerprint of the first version."""
    of_body = hashlib.sha256(reduced.encode()).hexdigest()
    fingerprint = hashlib.sha256(f"POST\napi/v1{route}\n{object_id}\n{of_body}".encode()).hexdigest()
    answer = f'{{"id":"{ITEM_ID}","orderId":"{ORDER_ID}"}}'
    client = ApiClient.objects.get()
    return IdempotencyRecordFactory(client=client, key="k", fingerprint=fingerprint, answer=answer, version=1)


@pytest.mark.parametrize(("path", "body", "reduced"), ONCE_ASKED, ids=range(len(ONCE_ASKED)))
def test_what_was_asked_for_long_ago_is_known_again(caller, path, body, reduced):
    given_old_record(path, reduced)

    with nothing_moves():
        again = caller.post(path, body, key="k")
        other = caller.post(path, body | OTHERWISE[path], key="k")

    assert again.json() == {"id": ITEM_ID, "orderId": ORDER_ID}
    assert again.headers["Idempotent-Replayed"] == "true"
    assert errors_of(other) == (409, "conflict", [("idempotency_key_reused", "")])
    assert not any(model.objects.exists() for model in (Source, Checkout, Order, Refund))


def test_what_was_attached_long_ago_is_known_again_by_its_path(caller, line):
    checkout = given_checkout(caller)
    source = given_source(caller, credit_of(line), of=checkout)
    route = "/checkouts/<uuid:checkout>/sources/<uuid:source>"
    kept = given_old_record(route, "{}", object_id=f"{checkout['id']} {source['id']}")

    again = attach(caller, checkout, source, key="k")

    assert (again.content.decode(), held_in(line)) == (kept.answer, "0.00")


def test_no_reason_and_an_empty_one_are_the_same_refund(caller, line, order):
    caller.post("/fulfillments", fulfilling(order, quantity=3))

    first = caller.post("/refunds", refunding(order, amount=20, reason=""), key="k")
    again = caller.post("/refunds", refunding(order, amount=20), key="k")

    assert (first.status_code, again.content) == (201, first.content)
    assert IdempotencyRecord.objects.filter(key="k").count() == 1
    assert history_of(line)[-1] == ("REFUND", "2.50")


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/orders", b"", "The body is not valid JSON: it is empty."),
        ("/orders", b"\xef\xbb\xbf{}", "byte order mark"),
        ("/checkouts", b'{"currency": "USD", "items": []}', "items must have from 1 to 1000 items."),
        ("/sources", b'{"type": "x"}', "type must be one of: customerCredit, creditCard"),
    ],
)
def test_what_is_wrong_with_a_body_is_said_plainly(caller, path, body, said):
    refused = caller.send("POST", path, body)

    assert refused.status_code == 400
    assert said in " ".join(error["message"] for error in refused.json()["errors"])


def test_a_source_that_is_none_is_named_where_a_checkout_shall_begin_with_it(caller):
    refused = caller.post("/checkouts", CHECKOUT | {"sourceId": ITEM_ID})

    assert errors_of(refused) == (400, "bad_request", [("invalid_parameter", "sourceId")])
    assert refused.json()["errors"][0]["message"] == "sourceId is not the id of a source."


def test_a_source_in_another_currency_than_its_checkout_is_told_which_member_is_wrong(caller, line):
    session = given_checkout(caller)["payment"]["session"]["id"]

    refused = caller.post("/sources", credit_of(line, currency="EUR", paymentSessionId=session))

    assert errors_of(refused) == (400, "bad_request", [("invalid_parameter", "currency")])
    assert not Source.objects.exists()


def test_several_things_that_are_wrong_are_named_each_by_its_place(caller):
    items = [ITEM, ITEM | {"price": 1.001}, {"skuId": "x", "quantity": 1}]

    places = errors_of(caller.post("/checkouts", CHECKOUT | {"items": items}))
    fine = errors_of(caller.post("/checkouts", CHECKOUT | {"items": items[:2], "totalTax": 0.001}))

    assert places == (400, "bad_request", [("invalid_parameter", "items[2].price")])
    assert fine == (
        400,
        "bad_request",
        [("invalid_parameter", "totalTax"), ("invalid_parameter", "items[1].price")],
    )


@pytest.fixture(scope="module")
def described():
    """The API's description."""
    return Client().get("/api/v1/schema/").json()


@pytest.mark.parametrize(
    ("component", "body", "members", "valid"),
    [
        ("CheckoutItemCreate", {"skuId": "x", "quantity": 1}, {}, False),
        ("CheckoutItemCreate", {"skuId": "x", "quantity": 1}, {"price": 1}, True),
        ("CheckoutItemCreate", {"skuId": "x", "quantity": 1}, {"price": 1, "aggregatePrice": None}, True),
        ("CheckoutItemCreate", {"skuId": "x", "quantity": 1}, {"price": 1, "aggregatePrice": 1}, False),
        ("RefundCreate", {"orderId": ORDER_ID, "currency": "USD"}, {}, False),
        ("RefundCreate", {"orderId": ORDER_ID, "currency": "USD"}, {"percent": 1, "amount": None}, True),
        ("RefundCreate", {"orderId": ORDER_ID, "currency": "USD"}, {"percent": 1, "amount": 1}, False),
        ("FulfillmentItemCreate", {"itemId": ITEM_ID}, {}, False),
        ("FulfillmentItemCreate", {"itemId": ITEM_ID}, {"quantity": 1, "cancelQuantity": 1}, True),
    ],
)
def test_the_description_says_which_of_several_members_are_needed(described, component, body, members, valid):
    schema = {"$ref": f"#/components/schemas/{component}", "components": described["components"]}

    assert jsonschema.Draft202012Validator(schema).is_valid(body | members) is valid


def test_the_vendor_is_told_how_many_events_it_may_still_send(db):
    given_secret()
    given_line()

    first, second = (deliver({"id": f"evt-{number}", "type": "x"}) for number in range(2))

    assert first.headers["RateLimit-Limit"] == "6000"
    assert int(first.headers["RateLimit-Remaining"]) - int(second.headers["RateLimit-Remaining"]) == 1
