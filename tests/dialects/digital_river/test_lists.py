"""Checkouts, sources and fulfilments in pages, newest first, and what narrows them."""

from datetime import timedelta

import pytest

from storecredit.api.scopes import Scope
from tests.callers import ApiCaller, given_client
from tests.dialects.digital_river.shop import (
    ITEM,
    THREE_SHIRTS,
    UNKNOWN,
    card_of,
    credit_of,
    errors_of,
    fulfilling,
    given_attached,
    given_checkout,
    given_order,
    given_source,
)
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, days, given_customer

pytestmark = pytest.mark.django_db
LISTS = ("/checkouts", "/sources", "/fulfillments")


@pytest.fixture
def clock(time_machine):
    """Moves the time to so many seconds after noon."""
    return lambda seconds: time_machine.move_to(NOW + timedelta(seconds=seconds), tick=False)


def ids_in(caller, path):
    answer = caller.get(path)
    assert answer.status_code == 200, answer.content
    return [thing["id"] for thing in answer.json()["data"]]


def page(caller, path):
    answer = caller.get(path).json()
    return [thing["id"] for thing in answer["data"]], answer["hasMore"]


def make_checkout(caller, line):
    return given_checkout(caller)["id"]


def make_source(caller, line):
    return given_source(caller, credit_of(line, 1, currency="USD"))["id"]


def make_fulfilment(caller, line):
    order = given_order(caller, credit_of(line, 1), items=[ITEM | {"price": 1}])
    return caller.post("/fulfillments", fulfilling(order, quantity=1)).json()["id"]


@pytest.mark.parametrize(
    ("path", "make"),
    [("/checkouts", make_checkout), ("/sources", make_source), ("/fulfillments", make_fulfilment)],
)
def test_a_list_comes_newest_first_in_pages_both_ways(caller, line, clock, path, make):
    made = []
    for second in range(5):
        clock(second)
        made.append(make(caller, line))
    newest = made[::-1]

    assert page(caller, path) == (newest, False)
    assert page(caller, f"{path}?limit=2") == (newest[:2], True)
    assert page(caller, f"{path}?limit=2&startingAfter={newest[1]}") == (newest[2:4], True)
    assert page(caller, f"{path}?limit=2&startingAfter={newest[3]}") == (newest[4:], False)
    assert page(caller, f"{path}?limit=2&endingBefore={newest[3]}") == (newest[1:3], True)
    assert page(caller, f"{path}?limit=2&endingBefore={newest[1].upper()}") == (newest[:1], False)
    assert caller.get(f"{path}?limit=1").json()["data"][0] == caller.get(f"{path}/{newest[0]}").json()


def test_things_of_one_moment_are_told_apart_by_their_ids(caller):
    made = sorted((given_checkout(caller)["id"] for _ in range(5)), reverse=True)

    assert page(caller, f"/checkouts?limit=2&startingAfter={made[1]}") == (made[2:4], True)
    assert page(caller, f"/checkouts?limit=2&endingBefore={made[3]}") == (made[1:3], True)


def test_a_checkout_is_listed_as_it_stands_with_its_lines_and_what_pays(caller, line):
    ordered = given_order(caller, credit_of(line, 12.5), card_of(14.51))["checkoutId"]
    paid = given_checkout(caller, upstreamId="cart-1")
    given_attached(caller, paid, credit_of(line, 12.5))

    listed = {checkout["id"]: checkout for checkout in caller.get("/checkouts").json()["data"]}

    assert listed == {id: caller.get(f"/checkouts/{id}").json() for id in (ordered, paid["id"])}
    assert listed[ordered]["payment"]["session"]["state"] == "complete"
    assert [source["amount"] for source in listed[paid["id"]]["payment"]["sources"]] == [12.5]


def test_checkouts_that_were_deleted_or_given_up_are_not_listed_and_still_tell_a_place(caller, time_machine):
    gone, old = given_checkout(caller), given_checkout(caller)
    caller.send("DELETE", f"/checkouts/{gone['id']}")
    time_machine.move_to(days(31), tick=False)
    new = given_checkout(caller)

    assert ids_in(caller, "/checkouts") == [new["id"]]
    assert ids_in(caller, f"/checkouts?endingBefore={old['id']}") == [new["id"]]
    assert ids_in(caller, f"/checkouts?startingAfter={gone['id']}") == []


def test_checkouts_are_found_by_whose_they_are_and_what_they_are_called(caller):
    ada = given_customer(number="CUST-7")
    hers = given_checkout(caller, customerId="CUST-7", upstreamId="cart-1", email="ada@example.com")["id"]
    euros = given_checkout(caller, currency="EUR")["id"]

    assert ids_in(caller, "/checkouts?customerId=CUST-7") == [hers]
    assert ids_in(caller, f"/checkouts?customerId={ada.document_id}") == [hers]
    assert ids_in(caller, "/checkouts?customerId=CUST-8") == []
    assert ids_in(caller, "/checkouts?upstreamIds=cart-1") == [hers]
    assert ids_in(caller, "/checkouts?upstreamIds=cart-2") == []
    assert ids_in(caller, "/checkouts?email=ada%40example.com") == [hers]
    assert ids_in(caller, "/checkouts?currency=EUR") == [euros]
    assert ids_in(caller, "/checkouts?currency=USD&customerId=CUST-7&upstreamIds=cart-1") == [hers]
    assert ids_in(caller, "/checkouts?currency=EUR&customerId=CUST-7") == []


def test_sources_are_found_by_line_session_type_state_and_currency(caller, line):
    checkout = given_checkout(caller)
    attached = given_attached(caller, checkout, credit_of(line))["id"]
    card = given_source(caller, card_of())["id"]
    given_card("30 USD", code="TILL-0001")
    by_card = given_source(caller, {**credit_of(line, currency="USD"), "upstreamId": "TILL-0001"})

    def found(query):
        return sorted(ids_in(caller, f"/sources?{query}"))

    assert found(f"upstreamId={line.number}") == [attached]
    assert found(f"upstreamId={line.number.lower()}") == [attached]
    assert found("upstreamId=till-0001") == found(f"upstreamId={by_card['upstreamId']}") == [by_card["id"]]
    assert found("upstreamId=SC000000000000") == []
    assert found(f"paymentSessionId={checkout['payment']['session']['id']}") == [attached]
    assert found(f"paymentSessionId={UNKNOWN}") == []
    assert found("type=creditCard") == [card]
    assert found("type=customerCredit") == sorted([attached, by_card["id"]])
    assert found("state=chargeable") == sorted([attached, card, by_card["id"]])
    assert found("currency=USD&state=cancelled") == []


def test_sources_are_found_by_the_state_that_a_reader_meets(caller, line, clock):
    order = given_order(caller, credit_of(line, 27.01))
    consumed = order["payment"]["sources"][0]["id"]
    clock(1)
    detached = given_attached(caller, (checkout := given_checkout(caller)), credit_of(line, 1))["id"]
    caller.send("DELETE", f"/checkouts/{checkout['id']}/sources/{detached}")
    clock(2)
    lapsed = given_attached(caller, checkout, credit_of(line, 1))["id"]
    clock(3)
    waiting = given_source(caller, credit_of(line, 1, currency="USD"))["id"]
    clock(1801)
    held = given_attached(caller, given_checkout(caller), credit_of(line, 1))["id"]
    clock(1802)

    shown = {source["id"]: source["state"] for source in caller.get("/sources").json()["data"]}

    assert shown == {
        held: "chargeable",
        waiting: "chargeable",
        lapsed: "cancelled",
        detached: "cancelled",
        consumed: "consumed",
    }
    assert ids_in(caller, "/sources?state=chargeable") == [held, waiting]
    assert ids_in(caller, "/sources?state=consumed") == [consumed]
    assert ids_in(caller, "/sources?state=cancelled") == [lapsed, detached]
    assert page(caller, "/sources?state=cancelled&limit=1") == ([lapsed], True)
    assert page(caller, f"/sources?state=cancelled&limit=1&startingAfter={lapsed}") == ([detached], False)
    assert page(caller, f"/sources?state=cancelled&limit=1&endingBefore={detached}") == ([lapsed], False)


def test_a_guessed_line_of_credit_is_a_miss(line):
    guesser = ApiCaller(given_client([Scope.PAYMENTS_READ], miss_limit="2/h").plain)

    statuses = [guesser.get(f"/sources?upstreamId=SC{number:012}").status_code for number in range(4)]

    assert statuses == [200, 200, 429, 429]
    assert guesser.get(f"/sources?upstreamId={line.number}").status_code == 429
    assert guesser.get("/sources").status_code == 200


def test_fulfilments_are_found_by_their_order(caller, line):
    orders = [given_order(caller, credit_of(line, 30), items=THREE_SHIRTS) for _ in range(2)]
    sent = [caller.post("/fulfillments", fulfilling(order, quantity=1, cancelQuantity=1)).json() for order in orders]

    found = caller.get(f"/fulfillments?orderId={orders[0]['id']}").json()

    assert found == {"hasMore": False, "data": [sent[0]]}
    assert caller.get(f"/fulfillments/{sent[1]['id'].upper()}").json() == sent[1]
    assert sent[0]["items"] == [{"itemId": orders[0]["items"][0]["id"], "quantity": 1, "cancelQuantity": 1}]


def test_a_fulfilment_that_is_none_is_404(caller):
    refused = caller.get(f"/fulfillments/{UNKNOWN}")

    assert errors_of(refused) == (404, "not_found", [("not_found", "fulfillmentId")])


@pytest.mark.parametrize("path", [*LISTS, "/orders", "/refunds"])
def test_what_was_made_is_found_by_when_answers_show_it_was(caller, line, time_machine, path):
    for moment in ("2026-06-19T12:00:00.400Z", "2026-06-19T12:00:01.900Z"):
        time_machine.move_to(moment, tick=False)
        order = given_order(caller, credit_of(line, 1), items=[ITEM | {"price": 1}])
        caller.post("/fulfillments", fulfilling(order, quantity=1))
        caller.post("/refunds", {"orderId": order["id"], "currency": "USD", "amount": 1})
    new, old = (thing["createdTime"] for thing in caller.get(path).json()["data"])

    def found(query):
        return [thing["createdTime"] for thing in caller.get(f"{path}?{query}").json()["data"]]

    assert (old, new) == ("2026-06-19T12:00:00Z", "2026-06-19T12:00:01Z")
    assert found(f"createdTime={old}") == [old]
    assert found(f"createdTime[gt]={old}") == [new]
    assert found(f"createdTime[gte]={new}") == [new]
    assert found(f"createdTime[lt]={new}") == [old]
    assert found(f"createdTime[lte]={old}") == [old]
    assert found("createdTime[gte]=2026-06-19&createdTime[lt]=2026-06-20") == [new, old]
    assert found("createdTime[gt]=2199-12-31") == []


def test_a_test_key_and_a_live_key_see_each_their_own(caller, line):
    tester = ApiCaller(given_client(test_mode=True).plain)
    order = given_order(caller, credit_of(line, 30), items=THREE_SHIRTS)
    sent = caller.post("/fulfillments", fulfilling(order, quantity=1)).json()["id"]
    checkout = given_checkout(tester)["id"]
    source = given_source(tester, card_of())["id"]

    assert ids_in(tester, "/checkouts") == [checkout]
    assert ids_in(tester, "/sources") == [source]
    assert ids_in(tester, "/fulfillments") == []
    assert tester.get(f"/fulfillments/{sent}").status_code == 404
    assert ids_in(caller, "/checkouts") == [order["checkoutId"]]
    assert caller.get(f"/sources?startingAfter={source}").status_code == 400


@pytest.mark.parametrize("path", LISTS)
def test_a_list_needs_the_scope_that_reads(path):
    reader = ApiCaller(given_client([Scope.PAYMENTS_READ]).plain)
    writer = ApiCaller(given_client([Scope.PAYMENTS_WRITE]).plain)

    assert (reader.get(path).status_code, writer.get(path).status_code) == (200, 403)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1&limit=2", "limit"),
        ("limit=", "limit"),
        ("page=2", "page"),
        ("createdTime=yesterday", "createdTime"),
        ("createdTime[gt]=", "createdTime[gt]"),
        ("createdTime[after]=2026-06-19", "createdTime[after]"),
        ("startingAfter=x", "startingAfter"),
        (f"startingAfter={UNKNOWN}", "startingAfter"),
        (f"endingBefore={UNKNOWN}", "endingBefore"),
        (f"startingAfter={UNKNOWN}&endingBefore={UNKNOWN}", "endingBefore"),
        ("startingAfter=%00", "startingAfter"),
    ],
)
def test_a_page_that_cannot_be_is_400(caller, path, query, parameter):
    assert errors_of(caller.get(f"{path}?{query}")) == (400, "bad_request", [("invalid_parameter", parameter)])


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("/checkouts?customerId=", "customerId"),
        ("/checkouts?currency=usd", "currency"),
        ("/checkouts?upstreamIds=a&upstreamIds=b", "upstreamIds"),
        (f"/checkouts?email={'x' * 300}", "email"),
        ("/sources?state=CHARGEABLE", "state"),
        ("/sources?type=cash", "type"),
        ("/sources?upstreamId=%00", "upstreamId"),
        ("/sources?paymentSessionId=1", "paymentSessionId"),
        ("/fulfillments?orderId=1", "orderId"),
    ],
)
def test_a_filter_that_is_not_what_is_documented_is_400(caller, query, parameter):
    assert errors_of(caller.get(query)) == (400, "bad_request", [("invalid_parameter", parameter)])


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/checkouts", "upstreamIds, customerId, email, currency"),
        ("/sources", "type, state, currency, upstreamId, paymentSessionId"),
        ("/fulfillments", "orderId"),
    ],
)
def test_a_parameter_that_is_none_gets_to_know_those_that_are(caller, path, filters):
    refused = caller.get(f"{path}?sort=asc").json()["errors"][0]["message"]

    moments = "createdTime, createdTime[gt], createdTime[gte], createdTime[lt], createdTime[lte]"
    assert refused == (
        f"There is no parameter 'sort' here; there are: {filters}, {moments}, limit, startingAfter, endingBefore."
    )
