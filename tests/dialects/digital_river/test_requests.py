"""Whatever a client sends, it is answered in the vendor's shape, in the documented order of checks, and once."""

import base64

import pytest

from storecredit.api.models import ApiKey, IdempotencyRecord
from storecredit.api.scopes import Scope
from storecredit.checkouts.models import Checkout, Order, Refund, Source
from tests.callers import ROOT, ApiCaller, given_client
from tests.dialects.digital_river.shop import (
    CHECKOUT,
    attach,
    card_of,
    credit_of,
    errors_of,
    given_attached,
    given_checkout,
    given_line,
    given_order,
    given_source,
)
from tests.scenarios import entries_of, held_in, history_of, nothing_moves

pytestmark = pytest.mark.django_db
#: A refusal rolls back what came before it, which a test within one transaction could not show.
rolls_back = pytest.mark.django_db(transaction=True)
UNKNOWN = "11111111-2222-4333-8444-555555555555"
NOBODYS = "100000000000"
CALLS = [
    ("POST", "/sources"),
    ("GET", f"/sources/{UNKNOWN}"),
    ("POST", "/checkouts"),
    ("GET", f"/checkouts/{UNKNOWN}"),
    ("POST", f"/checkouts/{UNKNOWN}"),
    ("DELETE", f"/checkouts/{UNKNOWN}"),
    ("POST", f"/checkouts/{UNKNOWN}/sources/{UNKNOWN}"),
    ("DELETE", f"/checkouts/{UNKNOWN}/sources/{UNKNOWN}"),
    ("POST", "/orders"),
    ("GET", "/orders"),
    ("GET", f"/orders/{NOBODYS}"),
    ("POST", f"/orders/{NOBODYS}/cancel"),
    ("POST", "/fulfillments"),
    ("POST", "/refunds"),
    ("GET", "/refunds"),
    ("GET", f"/refunds/{UNKNOWN}"),
    ("POST", "/checkouts/store-credits"),
    ("DELETE", "/checkouts/store-credits/SC1"),
]
IN_A_PATH = [(method, path) for method, path in CALLS if UNKNOWN in path or NOBODYS in path or "SC1" in path]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_no_key_comes_first_then_a_scope_that_is_missing_then_the_rate(method, path):
    needed = Scope.PAYMENTS_READ if method == "GET" else Scope.PAYMENTS_WRITE
    others = [scope for scope in Scope.values if scope not in (needed, Scope.CREDITS_APPROVE)]
    hurried = ApiCaller(given_client([needed], rate="1/d").plain)

    nobody = ApiCaller("").send(method, path, b"nonsense", content_type="text/plain")
    lacking = ApiCaller(given_client(others).plain).send(method, path, b"nonsense", content_type="text/plain")
    hurried.send(method, path, b"nonsense")
    hurried_again = hurried.send(method, path, b"nonsense")

    assert errors_of(nobody) == (401, "unauthorized", [("unauthorized", "")])
    assert nobody.headers["WWW-Authenticate"]
    assert errors_of(lacking) == (403, "forbidden", [("forbidden", "")])
    assert errors_of(hurried_again) == (429, "too_many_requests", [("rate_limit_exceeded", "")])
    assert hurried_again.headers["Retry-After"]


@pytest.mark.parametrize(("method", "path"), IN_A_PATH)
def test_what_the_path_names_comes_before_what_is_wrong_with_header_and_body(caller, method, path):
    plain = caller.send(method, path)
    answers = [
        plain,
        caller.send(method, path, b"nonsense", content_type="text/plain"),
        caller.send(method, path, b"", headers={"idempotency-key": "a,b"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert plain.json() == answers[1].json() == answers[2].json()
    assert plain.json()["type"] == "not_found"


@pytest.mark.parametrize(
    "path",
    [
        "/checkouts/x",
        "/checkouts/STORE-CREDITS",
        f"/checkouts/{UNKNOWN}/",
        f"/checkouts/{UNKNOWN}/sources",
        "/orders/12345678901",
        "/orders/1234567890123",
        "/orders/%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1",
        "/sources/x",
        "/sources/",
        "/refunds/1",
        "/fulfillments/1",
        "/webhooks",
        "/webhooks/other",
    ],
)
def test_an_unknown_path_is_404_in_the_vendors_words(caller, path):
    assert errors_of(caller.get(path)) == (404, "not_found", [("not_found", "")])


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/sources", "GET, POST, HEAD"),
        (f"/checkouts/{UNKNOWN}", "GET, POST, DELETE, HEAD"),
        ("/orders", "GET, POST, HEAD"),
        ("/checkouts/store-credits", "POST"),
        ("/checkouts/store-credits/SC1", "DELETE"),
        ("/webhooks/digitalriver", "POST"),
    ],
)
def test_other_methods_are_405(caller, path, allowed):
    response = caller.send("PUT", path)

    assert errors_of(response) == (405, "method_not_allowed", [("method_not_allowed", "")])
    assert response.headers["Allow"] == allowed


def basic(text):
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def test_a_key_may_stand_alone_in_authorization_here_and_nowhere_else(caller):
    bare = {"authorization": caller.key}

    assert caller.send("GET", "/orders", headers=bare).status_code == 200
    assert ApiCaller("").send("GET", "/orders", headers={"x-api-key": caller.key}).status_code == 200
    assert caller.send("GET", "/customers", headers=bare).status_code == 401
    assert caller.send("GET", "/gift_cards", headers=bare).status_code == 401
    assert caller.send("GET", "/balances", headers=bare).status_code == 401


@pytest.mark.parametrize(
    "offered",
    ["{key}x", "{short}", "Bearer", "Token {key}", "{key} {key}", "{basic}", ""],
)
def test_what_is_no_key_is_401(caller, offered):
    offered = offered.format(key=caller.key, short=caller.key[:-1], basic=basic(f"shop:{caller.key}"))

    assert caller.send("GET", "/orders", headers={"authorization": offered}).status_code == 401


def test_two_different_keys_are_401(caller):
    headers = {"authorization": caller.key, "x-api-key": given_client().plain}

    assert caller.send("GET", "/orders", headers=headers).status_code == 401


def test_a_revoked_key_is_401(caller):
    assert caller.get("/orders").status_code == 200
    ApiKey.objects.update(revoked_at="2026-01-02T00:00:00Z")

    assert caller.get("/orders").status_code == 401


@pytest.mark.parametrize(("content_type", "status"), [("text/plain", 415), ("application/json; charset=latin-1", 415)])
def test_only_json_is_taken(caller, content_type, status):
    response = caller.send("POST", "/checkouts", b"{}", content_type=content_type)

    assert errors_of(response) == (status, "unsupported_media_type", [("unsupported_media_type", "")])


def test_answers_are_not_cached_and_carry_the_requests_id(caller):
    response = caller.get("/orders", x_request_id="abc-1")

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Request-Id"] == "abc-1"
    assert caller.send("HEAD", "/orders").content == b""


def test_a_test_key_sees_and_makes_test_objects_alone(caller):
    tester = ApiCaller(given_client(test_mode=True).plain)
    live, test = given_line(), given_line(test_mode=True)
    order = given_order(tester, credit_of(test, 27.01))
    source = order["payment"]["sources"][0]["id"]

    hidden = [
        caller.get(f"/sources/{source}"),
        caller.get(f"/checkouts/{order['checkoutId']}"),
        caller.get(f"/orders/{order['id']}"),
        caller.post(f"/orders/{order['id']}/cancel", ""),
        caller.post("/refunds", {"orderId": order["id"], "currency": "USD", "amount": 1}),
        caller.post("/orders", {"checkoutId": order["checkoutId"]}),
        caller.send("DELETE", f"/checkouts/store-credits/{test.number}"),
    ]

    assert order["liveMode"] is False
    assert [answer.status_code for answer in hidden] == [404] * len(hidden)
    assert errors_of(tester.post("/sources", credit_of(live, currency="USD")))[0] == 400
    assert caller.get("/orders").json()["data"] == []
    assert [shown["id"] for shown in tester.get("/orders").json()["data"]] == [order["id"]]


def _source(api, line):
    return "/sources", credit_of(line, currency="USD"), credit_of(line, 13, currency="USD"), Source, 201


def _checkout(api, line):
    return "/checkouts", CHECKOUT, CHECKOUT | {"email": "other@example.com"}, Checkout, 201


def _change(api, line):
    return f"/checkouts/{given_checkout(api)['id']}", {"totalTax": 1}, {"totalTax": 2}, Checkout, 200


def _order(api, line):
    checkout = given_checkout(api)
    given_attached(api, checkout, credit_of(line, 27.01))
    return "/orders", {"checkoutId": checkout["id"]}, {"checkoutId": UNKNOWN}, Order, 201


def _fulfillment(api, line):
    order = given_order(api, credit_of(line, 27.01), items=[{"skuId": "x", "quantity": 1, "price": 27.01}])
    body = {"orderId": order["id"], "items": [{"itemId": order["items"][0]["id"], "quantity": 1}]}
    return "/fulfillments", body, body | {"orderId": NOBODYS}, Order, 201


def _refund(api, line):
    order = given_order(api, credit_of(line, 27.01), items=[{"skuId": "x", "quantity": 1, "price": 27.01}])
    api.post("/fulfillments", {"orderId": order["id"], "items": [{"itemId": order["items"][0]["id"], "quantity": 1}]})
    body = {"orderId": order["id"], "currency": "USD", "amount": 5}
    return "/refunds", body, body | {"amount": 6}, Refund, 201


def _callout(api, line):
    body = {"amount": 5, "upstreamId": line.number, "sessionId": "s-1"}
    return "/checkouts/store-credits", body, body | {"amount": 6}, Source, 200


MAKING = [_source, _checkout, _change, _order, _fulfillment, _refund, _callout]


@pytest.mark.parametrize("given", MAKING, ids=lambda given: given.__name__[1:])
def test_the_same_key_gives_the_same_answer_once_more_and_does_nothing(caller, given):
    line = given_line()
    path, body, other, model, status = given(caller, line)
    first = caller.post(path, body, key="k")
    count, entries, held = model.objects.count(), history_of(line), held_in(line)

    again = caller.post(path, body, key="k")
    reused = caller.post(path, other, key="k")

    assert (first.status_code, again.status_code) == (status, status)
    assert again.content == first.content
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert errors_of(reused) == (409, "conflict", [("idempotency_key_reused", "")])
    assert (model.objects.count(), history_of(line), held_in(line)) == (count, entries, held)


def test_attaching_and_cancelling_are_given_again_too_and_belong_to_what_the_path_names(caller):
    line = given_line()
    checkout = given_checkout(caller)
    source, other = (given_source(caller, credit_of(line), of=checkout) for _ in range(2))

    first, again = (attach(caller, checkout, source, key="k") for _ in range(2))
    reused = attach(caller, checkout, other, key="k")

    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert errors_of(reused) == (409, "conflict", [("idempotency_key_reused", "")])
    assert held_in(line) == "12.50"
    order = given_order(caller, card_of(27.01))
    cancelled, replayed = (caller.post(f"/orders/{order['id']}/cancel", {}, key="c") for _ in range(2))
    assert (cancelled.status_code, replayed.content) == (200, cancelled.content)


def test_an_order_that_is_asked_for_twice_with_one_key_is_placed_and_deducted_once(caller):
    line = given_line()
    checkout = given_checkout(caller)
    given_attached(caller, checkout, credit_of(line, 27.01))

    orders = [caller.post("/orders", {"checkoutId": checkout["id"]}, key="o").json()["id"] for _ in range(3)]

    assert len(set(orders)) == 1
    assert history_of(line) == [("ISSUE", "100.00"), ("REDEEM", "-27.01")]
    assert entries_of(line)[-1].reference == orders[0]


def test_25_and_25_00_are_one_amount_and_the_order_of_members_does_not_matter(caller):
    one = caller.post("/sources", '{"type":"alipay","amount":25,"currency":"USD","alipay":{}}', key="k")
    two = caller.post("/sources", '{"alipay":{},"currency":"USD","amount":25.00,"type":"alipay","x":1}', key="k")

    assert two.content == one.content


@pytest.mark.parametrize("member", ["email", "billTo", "upstreamId", "customerId"])
def test_emptying_a_member_of_a_checkout_is_another_request_than_leaving_it_alone(caller, member):
    checkout = given_checkout(caller, upstreamId="my-1")
    path = f"/checkouts/{checkout['id']}"
    emptied = caller.post(path, {member: None}, key="k")

    again = caller.post(path, {member: None}, key="k")
    alone = caller.post(path, {}, key="k")

    assert (member in emptied.json(), again.content) == (False, emptied.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert errors_of(alone) == (409, "conflict", [("idempotency_key_reused", "")])


@pytest.mark.parametrize("member", ["email", "upstreamId"])
def test_an_empty_text_and_null_empty_a_member_of_a_checkout_alike(caller, member):
    path = f"/checkouts/{given_checkout(caller, upstreamId='my-1')['id']}"
    emptied = caller.post(path, {member: ""}, key="k")

    assert caller.post(path, {member: None}, key="k").content == emptied.content


def test_a_new_checkout_with_null_and_one_without_are_the_same_request(caller):
    without = caller.post("/checkouts", {name: CHECKOUT[name] for name in ("currency", "items")}, key="k")

    again = caller.post("/checkouts", {**CHECKOUT, "email": None, "billTo": None}, key="k")

    assert again.content == without.content


@pytest.mark.parametrize("key", ["", " ", "a,b", "k" * 256])
def test_a_malformed_key_is_400_also_where_it_may_be_left_out(caller, key):
    for path in ("/sources", "/checkouts", "/orders", "/fulfillments", "/refunds", "/checkouts/store-credits"):
        refused = caller.post(path, {}, key=key)

        assert errors_of(refused) == (400, "bad_request", [("invalid_parameter", "Idempotency-Key")])


@rolls_back
def test_a_refusal_does_not_use_the_key_up(caller):
    line = given_line("5 USD")
    checkout = given_checkout(caller)
    large, small = (given_source(caller, credit_of(line, amount), of=checkout) for amount in (12.5, 5))

    with nothing_moves():
        refused = attach(caller, checkout, large, key="k")

    assert refused.status_code == 409
    assert not IdempotencyRecord.objects.exists()
    assert attach(caller, checkout, small, key="k").status_code == 200


def test_numbers_are_exact_and_without_trailing_zeros(caller):
    text = caller.post("/checkouts", CHECKOUT | {"totalTax": 2.9, "totalShipping": 0.09}).content.decode()

    assert '"totalAmount":30,' in text
    assert '"totalTax":2.9,' in text


@pytest.mark.parametrize("path", ["/checkouts", "/sources", "/webhooks/digitalriver", "/orders/1"])
def test_a_bad_host_is_400_in_the_vendors_shape(caller, path):
    response = caller._client.get(f"{ROOT}{path}", headers={"host": "evil.example"})

    assert errors_of(response)[:2] == (400, "bad_request")
