"""Whatever a client sends, it gets the dialect's JSON: never a page, never a 5xx, and nothing is written."""

import json
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from storecredit.api.models import IdempotencyRecord
from tests.callers import ROOT, ApiCaller, given_client
from tests.scenarios import given_customer, nothing_moves

STORE_CREDIT = "/customers/CUST-1/store-credit"
ORDER = {"amount": 25, "currency": "GBP"}


@pytest.fixture
def shop(caller):
    given_customer(number="CUST-1")
    return caller


def assert_refused(response, status, words=""):
    body = response.json()
    assert (response.status_code, sorted(body)) == (status, ["code", "error", "success", "timestamp"])
    assert body["success"] is False
    assert words in body["error"]
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b"amount=25&currency=GBP", "not valid JSON"),
        (b'{"amount": 25, "currency": "GBP", "amount": 26}', '"amount" stands twice'),
        (b'{"amount": NaN, "currency": "GBP"}', "NaN"),
        (b'{"amount": Infinity, "currency": "GBP"}', "Infinity"),
        (b'{"amount": 1e999, "currency": "GBP"}', "amount must be more than 0 and at most 1000000."),
        (b'{"amount": 1e999999999, "currency": "GBP"}', "amount must be more than 0"),
        (b'{"amount": 0.1e-999999999, "currency": "GBP"}', "amount must have at most 2 decimals."),
        (b'{"amount": "25", "currency": "GBP"}', "amount must be a number, not a string."),
        (b'{"amount": true, "currency": "GBP"}', "amount must be a number, not a boolean."),
        (b'{"amount": null, "currency": "GBP"}', "amount must be a number, not null."),
        (b'{"amount": [25], "currency": "GBP"}', "amount must be a number, not an array."),
        (b'{"amount": 0, "currency": "GBP"}', "amount must be more than 0"),
        (b'{"amount": -25, "currency": "GBP"}', "amount must be more than 0"),
        (b'{"amount": 1000000.01, "currency": "GBP"}', "at most 1000000"),
        (b'{"amount": 25.001, "currency": "GBP"}', "at most 2 decimals"),
        (b'{"amount": 25.001, "currency": "KWD"}', "at most 2 decimals"),
        (b'{"amount": 25.5, "currency": "JPY"}', "amount must have at most 0 decimals in JPY."),
        (b'{"currency": "GBP"}', "amount is required."),
        (b'{"amount": 25}', "currency is required."),
        (b'{"Amount": 25, "currency": "GBP"}', "amount is required."),
        (b'{"amount": 25, "currency": "gbp"}', "currency must be the ISO 4217 code"),
        (b'{"amount": 25, "currency": "XXX"}', "currency must be the ISO 4217 code"),
        (b'{"amount": 25, "currency": 826}', "currency must be a string, not a number."),
        (b'{"amount": 25, "currency": "GBP", "note": 1}', "note must be a string, not a number."),
        (b'{"amount": 25, "currency": "GBP", "note": "%s"}' % (b"x" * 501), "note must have at most 500 characters."),
        (rb'{"amount": 25, "currency": "GBP", "note": "\u0000"}', '"note" holds a NUL'),
        (rb'{"amount": 25, "currency": "GBP", "note": "\ud83d"}', '"note" holds a NUL or half a surrogate'),
        (rb'{"amount": 25, "currency": "GBP", "other": {"x": "\udc00"}}', '"x" holds a NUL'),
        (b'{"amount": 25, "currency": "GBP", "expiresAt": "tomorrow"}', "expiresAt must be epoch milliseconds"),
        (b'{"amount": 25, "currency": "GBP", "reasonCode": ""}', "reasonCode must not be empty."),
        (b'{"amount": 25, "currency": "GBP", "deep": ' + b"[" * 60_000 + b"]" * 5, "deeper than 20"),
    ],
)
def test_a_body_that_is_not_what_is_documented_is_refused_by_name(shop, body, words):
    with nothing_moves():
        response = shop.post(STORE_CREDIT, body, key="k")

    assert_refused(response, 400, words)
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"amount": 25, "currency": "GBP", "expiresAt": "2020-01-01"}', "expiresAt must be in the future."),
        (b'{"amount": 25, "currency": "GBP", "expiresAt": 0}', "expiresAt must be in the future."),
        (b'{"amount": 25, "currency": "GBP", "reasonCode": "NO"}', "reasonCode is not the code of an active reason."),
    ],
)
def test_what_the_books_refuse_leaves_nothing_behind_and_the_key_unused(shop, body, words):
    with nothing_moves():
        response = shop.post(STORE_CREDIT, body, key="k")

    assert_refused(response, 400, words)
    assert not IdempotencyRecord.objects.exists()
    assert shop.post(STORE_CREDIT, ORDER, key="k").status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        b'{"amount": 25.00, "currency": "GBP", "unknown": {"deep": [1, null, true]}, "id": "k1", "status": "x"}',
        b'{"amount": 2.5E+1, "currency": "GBP", "note": null}',
        b'  {"currency": "GBP", "amount": 25}\r\n',
        b'{"amount": 25, "currency": "GBP", "note": "' + ("😀" * 500).encode() + b'"}',
        rb'{"amount": 25, "currency": "GBP", "note": "\ud83d\ude00 \u2028"}',
        b'{"amount": 25, "currency": "GBP", "note": ""}',
        b'{"amount": 25, "currency": "GBP", "ignored": 1e99999999999999999999}',
    ],
)
def test_a_body_that_says_more_or_says_it_otherwise_is_taken(shop, body):
    response = shop.post(STORE_CREDIT, body, key="k")

    assert (response.status_code, response.json()["data"]["amount"]) == (201, 25)


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 201), (64 * 1024 + 1, 413), (3 * 1024 * 1024, 413)])
def test_a_body_has_64_kib_at_most(shop, size, status):
    body = json.dumps(ORDER).encode().ljust(size)

    response = shop.post(STORE_CREDIT, body, key="k")

    assert response.status_code == status
    if status == 413:
        assert_refused(response, 413, "longer than 65536 bytes")


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("APPLICATION/JSON;CHARSET=UTF-8", 201),
        ('application/json; charset="utf-8"', 201),
        ("application/vnd.shop+json", 201),
        ("application/json; version=1", 201),
        ("application/json; charset=latin-1", 415),
        ("application/json; charset=base64", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/json", 415),
        ("text/plain", 415),
        ("application/jsonp", 415),
        ("+json", 415),
        ("nonsense", 415),
        (";;;", 415),
        ("", 415),
    ],
)
def test_only_json_is_taken(shop, content_type, status):
    response = shop.send(
        "POST", STORE_CREDIT, json.dumps(ORDER), content_type=content_type, headers={"idempotency-key": "k"}
    )

    assert response.status_code == status
    if status == 415:
        assert_refused(response, 415)


@pytest.mark.parametrize(
    ("encoding", "status"), [("identity", 201), ("gzip", 415), ("br", 415), ("identity, gzip", 415), ("x", 415)]
)
def test_nothing_compressed_is_taken(shop, encoding, status):
    response = shop.post(STORE_CREDIT, ORDER, key="k", content_encoding=encoding)

    assert response.status_code == status


@pytest.mark.parametrize("key", [None, "", " ", "\t", "a,b", "k" * 256, "schlüssel", "k\x7f", "k\x00"])
def test_an_idempotency_key_is_printable_ascii_and_sent_once(shop, key):
    response = shop.post(STORE_CREDIT, ORDER, key=key)

    assert_refused(response, 400, "Idempotency-Key must be sent once")


@pytest.mark.parametrize("key", ["k", "k" * 255, "!~ {}\"'", "credit-CUST-000001-2026-06-19-001"])
def test_any_other_idempotency_key_is_taken(shop, key):
    assert shop.post(STORE_CREDIT, ORDER, key=key).json()["data"]["idempotencyKey"] == key


@pytest.mark.parametrize(
    "customer",
    [
        "NOBODY",
        "CUST-1%00",
        "%00",
        "%ff%fe",
        "cust1",
        "CUST-1%20",
        "%20CUST-1",
        "CUST-1%0A",
        "k" + "a" * 16,
        "x" * 5000,
        "%F0%9F%98%80",
        "..%2F..%2Fetc",
        "'%20OR%201=1--",
        "%ED%A0%80",
        "1",
        "null",
    ],
)
@pytest.mark.parametrize("suffix", ["", "/store-credit", "/store-credit/transactions"])
def test_a_customer_who_is_not_there_is_404_whatever_the_bytes(shop, customer, suffix):
    assert_refused(shop.get(f"/customers/{customer}{suffix}"), 404)


@pytest.mark.parametrize("body", [b"", b"not json", b'{"amount": -1}', b'{"amount": 25, "currency": "GBP"}'])
def test_a_customer_who_is_not_there_comes_before_what_is_wrong_with_header_and_body(shop, body):
    for suffix in ("/store-credit", "/store-credit/debits"):
        response = shop.send("POST", f"/customers/NOBODY{suffix}", body, content_type="text/plain")

        assert_refused(response, 404, "Customer not found.")


@pytest.mark.parametrize(
    "query",
    [
        "currency=gbp",
        "currency=",
        "currency=GBP&currency=USD",
        "currency=%00",
        "currency=%ff",
        "currency=" + "x" * 4000,
        "&".join(f"a{n}=1" for n in range(1500)),
    ],
)
def test_a_query_that_is_not_what_is_documented_is_refused(shop, query):
    assert_refused(shop.get(f"{STORE_CREDIT}?{query}"), 400)


@pytest.mark.parametrize("query", ["", "?", "?unknown=1", "?&&&", "?=", "?%00=%00", "?limit=x"])
def test_parameters_that_nobody_knows_are_ignored(shop, query):
    assert shop.get(f"{STORE_CREDIT}{query}").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "post"])
def test_other_methods_are_405_and_say_which_are_answered(shop, method):
    response = shop.send(method, f"{STORE_CREDIT}/transactions", b"")

    assert_refused(response, 405)
    assert response.headers["Allow"] == "GET, HEAD"


def test_head_is_get_without_a_body(shop):
    response = shop.send("HEAD", STORE_CREDIT)

    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/api/v1/customers/", "application/json"),
        ("/api/v1/customers/CUST-1/", "application/json"),
        ("/api/v1/customers/CUST-1/store-credit/", "application/json"),
        ("/api/v1/customers/a/b/c/d", "application/json"),
        ("/api/v1/customers//store-credit", "application/json"),
        ("/api/v1/customers/a%2Fb/store-credit/x", "application/json"),
        ("/api/v1/nothing", "application/problem+json"),
        ("/api/v1/", "application/problem+json"),
        ("/api/v1", "application/problem+json"),
        ("/api/v1//customers", "application/problem+json"),
        ("/api/v2/customers", "application/problem+json"),
        ("/api/%00", "application/problem+json"),
        ("/API/v1/customers", "application/problem+json"),
        ("/api//v1/customers", "application/problem+json"),
        ("/api", "application/problem+json"),
    ],
)
def test_an_unknown_path_is_404_in_the_words_of_its_dialect(shop, settings, debug, path, content_type):
    settings.DEBUG = debug

    response = shop._client.get(path)

    assert (response.status_code, response.headers["Content-Type"]) == (404, content_type)
    assert response.json()["code"] == "path_unknown"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["//api/v1/customers", "///api", "//API/v1/customers"])
def test_a_path_that_begins_with_more_than_one_slash_is_404_without_a_page(shop, path):
    response = shop._client.get("/", PATH_INFO=path)

    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["code"] == "path_unknown"


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("host", ["evil.example", "a b", "", "[::1", "shop.example:port"])
def test_a_bad_host_is_400_in_the_dialects_shape(shop, settings, debug, host):
    settings.DEBUG = debug
    settings.ALLOWED_HOSTS = ["testserver"]

    assert_refused(shop.get(STORE_CREDIT, host=host), 400, "Host header")


@pytest.mark.parametrize("debug", [False, True])
def test_what_breaks_inside_is_500_and_tells_nothing(shop, settings, monkeypatch, caplog, debug):
    def broken(**_):
        raise RuntimeError("the secret inside")

    settings.DEBUG = debug
    monkeypatch.setattr("ledger.queries.list_wallets", broken)

    with caplog.at_level("ERROR", logger="storecredit.api.exceptions"):
        response = shop.get(STORE_CREDIT)

    assert_refused(response, 500)
    assert "secret" not in response.content.decode()
    assert "the secret inside" in caplog.text


@pytest.mark.parametrize("offered", ["abc-123", "a/b+c==", "x" * 128, "~!@#$%^&*()"])
def test_a_request_id_comes_back(shop, offered):
    assert shop.get(STORE_CREDIT, x_request_id=offered).headers["X-Request-Id"] == offered


def test_a_test_key_sees_and_makes_test_objects_alone(shop):
    given_customer(number="TEST-1", test_mode=True)
    tester = ApiCaller(given_client(test_mode=True).plain)

    assert tester.get("/customers/TEST-1/store-credit").status_code == 200
    assert tester.get(STORE_CREDIT).status_code == 404
    assert shop.get("/customers/TEST-1/store-credit").status_code == 404
    made = tester.post("/customers", {}).json()["data"]["customerNumber"]
    assert [row["customerNumber"] for row in tester.get("/customers").json()["data"]] == [made, "TEST-1"]
    assert shop.get(f"/customers/{made}").status_code == 404


def test_the_description_is_served_with_and_without_a_slash(shop):
    for path in ("/schema", "/schema/"):
        response = shop._client.get(f"{ROOT}{path}")
        assert (response.status_code, response.json()["openapi"]) == (200, "3.1.0")
    for path in ("/docs", "/docs/"):
        page = shop._client.get(f"{ROOT}{path}").content.decode()
        assert "swagger-ui-bundle.js" in page
        assert "/static/api/docs.js" in page
        assert "//" not in page.replace("</", "").replace(f"API=http://testserver{ROOT}", "")
    assert "SwaggerUIBundle(" in Path(str(finders.find("api/docs.js"))).read_text()


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/orders/anything/x/actions/create-credits", "context"),
        ("/orders/anything/actions/dance", "context"),
        ("/orders/order-number/4711/lines", "context"),
        ("/orders/order-number", "type"),
        ("/orders/order-id/cancel", "type"),
        ("/gift_cards/X/redeem/twice", "instance"),
        ("/gift_cards/X/dance", "message"),
        ("/nowhere", "title"),
    ],
)
def test_an_unknown_path_is_told_in_the_words_of_the_dialect_that_it_comes_nearest(shop, path, shape):
    answer = shop.get(path)

    assert answer.status_code == 404
    assert shape in answer.json()
    assert ("context" in answer.json()) == (shape == "context")
