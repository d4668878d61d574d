"""Who calls, for which tenant and in which channel; what an error looks like, and in which order things are told."""

import pytest

from storecredit.credits.models import CreditRequest
from tests.dialects.fabric.calls import (
    BY_ID,
    CREDIT,
    HEADERS,
    ORDER_ID,
    REQUESTER,
    TENANT,
    act,
    ask,
    given_caller,
    given_credit,
    update,
)

pytestmark = pytest.mark.django_db

ACTIONS = ["create-credits", "update-credit-status", "check-credits-eligibility", "list-credits"]


def body_of(action):
    return {
        "create-credits": {"credits": [CREDIT]},
        "update-credit-status": {"creditId": "a05b72dc-78d8-4ea4-90fc-2fe6a1fe1111", "statusCode": "CANCELED"},
    }.get(action, {})


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("headers", "code", "message"),
    [
        ({"x-fabric-tenant-id": ""}, "4003", "x-fabric-tenant-id is required."),
        (
            {"x-fabric-tenant-id": "f" * 23},
            "4002",
            "x-fabric-tenant-id must be the tenant of this API key, 24 characters.",
        ),
        (
            {"x-fabric-tenant-id": "f" * 25},
            "4002",
            "x-fabric-tenant-id must be the tenant of this API key, 24 characters.",
        ),
        ({"x-fabric-channel-id": ""}, "4003", "x-fabric-channel-id is required."),
        ({"x-fabric-channel-id": "14"}, "4002", "x-fabric-channel-id must be 12 or 13."),
        ({"x-fabric-channel-id": "012"}, "4002", "x-fabric-channel-id must be 12 or 13."),
    ],
)
def test_a_header_that_is_wrong_is_named(shop, action, headers, code, message):
    response = act(shop, action, body_of(action), headers=headers)

    said = {"type": "CLIENT_ERROR", "errorCode": f"SERVICE-{code}", "message": message}
    assert response.status_code == 400
    assert response.json() == {
        **said,
        "errors": [{**said, "errors": []}],
        "context": {"service": "orders", "endpoint": f"POST {BY_ID}/actions/{action}"},
    }


def test_two_headers_that_are_wrong_are_told_together(shop):
    response = ask(shop, headers={"x-fabric-tenant-id": "", "x-fabric-channel-id": "US"})

    assert response.json()["errorCode"] == "SERVICE-4007"
    assert [error["errorCode"] for error in response.json()["errors"]] == ["SERVICE-4003", "SERVICE-4002"]


def test_a_key_with_a_tenant_of_its_own_names_no_other(db):
    own = given_caller(tenant=TENANT)
    credit = given_credit(own)

    other = {"x-fabric-tenant-id": "f" * 24}
    responses = [ask(own, headers=other), update(own, credit["creditId"], "CANCELED", headers=other)]

    assert [response.status_code for response in responses] == [400, 400]
    assert CreditRequest.objects.count() == 1


@pytest.mark.parametrize("channel", ["12", "13"])
def test_tenant_and_channel_are_kept(shop, channel):
    given = ask(shop, headers={"x-fabric-channel-id": channel})

    assert given.status_code == 200
    assert list(CreditRequest.objects.values_list("tenant", "channel")) == [(TENANT, channel)]


@pytest.mark.parametrize("action", ACTIONS)
def test_the_client_s_request_id_is_given_back(shop, action):
    good = act(shop, action, body_of(action), headers={"x-fabric-request-id": "fabric-4711"})
    bad = act(shop, action, headers={"x-fabric-request-id": "fabric-4712", "x-fabric-channel-id": "1"})
    unknown = act(shop, "no-such-action", headers={"x-fabric-request-id": "fabric-4713"})

    assert good.headers["x-fabric-request-id"] == "fabric-4711"
    assert (bad.status_code, bad.headers["x-fabric-request-id"]) == (400, "fabric-4712")
    assert (unknown.status_code, unknown.headers["x-fabric-request-id"]) == (404, "fabric-4713")
    assert "x-fabric-request-id" not in act(shop, action, headers={"x-fabric-request-id": "two words"}).headers


@pytest.mark.parametrize(
    "order",
    [
        "/orders/62cc39d8a9b63c001b21d1a",
        "/orders/62cc39d8a9b63c001b21d1abc",
        "/orders/62cc39d8a9b63c001b21d1ag",
        "/orders/order-id/4711",
        f"/orders/order-number/{'9' * 65}",
        "/orders/order-external-id/%20",
        "/orders/order-number/4711%0A",
    ],
)
@pytest.mark.parametrize("action", ACTIONS)
def test_what_no_order_can_be_called_is_not_found(shop, order, action):
    response = act(shop, action, body_of(action), order=order)

    assert (response.status_code, response.json()["errorCode"]) == (404, "SERVICE-4004")


def test_an_order_s_id_reads_alike_in_capitals(shop):
    given_credit(shop)

    listed = act(shop, "list-credits", order=f"/orders/order-id/{ORDER_ID.upper()}").json()

    assert listed["query"]["count"] == 1


class TestTheOrderOfChecks:
    """401, 403, 404 for the path, 400 for header and body, 404 for what the body names, replay or 409, state."""

    def test_the_key_comes_first(self, shop):
        shop.key = ""

        response = ask(shop, {}, order="/orders/short", headers={"x-fabric-tenant-id": ""})

        assert (response.status_code, response.json()["errorCode"]) == (401, "SERVICE-4001")
        assert response.headers["WWW-Authenticate"]

    def test_then_the_scope(self, desk):
        response = ask(desk, {}, order="/orders/short", headers={"x-fabric-tenant-id": ""})

        assert (response.status_code, response.json()["errorCode"]) == (403, "SERVICE-4030")
        assert response.json()["message"] == "This API key lacks the scope credits:request."

    def test_then_the_address(self, shop):
        assert ask(shop, {}, order="/orders/short", headers={"x-fabric-tenant-id": ""}).status_code == 404

    def test_then_headers_before_the_body(self, shop):
        response = ask(shop, {}, headers={"x-fabric-tenant-id": ""}, key="a,b")

        assert response.json()["message"] == "x-fabric-tenant-id is required."

    def test_then_the_body_before_the_credit_that_it_names(self, shop):
        assert update(shop, "a05b72dc-78d8-4ea4-90fc-2fe6a1fe1111", "DONE").status_code == 400
        assert update(shop, "a05b72dc-78d8-4ea4-90fc-2fe6a1fe1111", "CANCELED", key="k1").status_code == 404

    def test_then_the_key_s_replay_before_the_state(self, shop):
        credit = given_credit(shop)
        first = update(shop, credit["creditId"], "CANCELED", key="k1")

        assert update(shop, credit["creditId"], "CANCELED", key="k1").content == first.content
        assert update(shop, credit["creditId"], "CANCELED", key="k1", note="x").status_code == 409


def test_other_methods_and_types_are_refused_in_the_same_shape(shop):
    address = f"{BY_ID}/actions/create-credits"
    headers = HEADERS | {"authorization": f"Bearer {shop.key}"}

    got = shop.send("GET", address, headers=headers)
    form = shop.send("POST", address, b"a=b", content_type="application/x-www-form-urlencoded", headers=headers)

    assert (got.status_code, got.headers["Allow"]) == (405, "POST")
    assert got.json()["context"] == {"service": "orders", "endpoint": f"GET {address}"}
    assert (form.status_code, form.json()["errorCode"]) == (415, "SERVICE-4002")


@pytest.mark.parametrize(
    "path",
    [
        f"{BY_ID}/actions/delete-credits",
        f"{BY_ID}/actions",
        "/orders/order-number/4711",
        "/orders/order-id/4711/actions",
        "/orders/order-external-id/4711/lines",
    ],
)
def test_an_unknown_path_below_an_order_s_actions_is_told_in_these_words(shop, path):
    response = shop.post(path, {}, **{name.replace("-", "_"): value for name, value in HEADERS.items()})

    assert (response.status_code, response.json()["errorCode"]) == (404, "SERVICE-4004")
    assert response.json()["context"] == {"service": "orders", "endpoint": f"POST {path}"}


@pytest.mark.parametrize("path", ["/orders", "/orders/4711", "/orders/4711/fulfillments"])
def test_other_paths_of_orders_belong_to_others(shop, path):
    assert "errorCode" not in shop.get(path).json()


def test_the_rate_is_told_in_the_same_shape(db):
    hasty = given_caller(REQUESTER, rate="1/d")
    ask(hasty)

    response = ask(hasty)

    assert (response.status_code, response.json()["type"]) == (429, "CLIENT_ERROR")
    assert int(response.headers["Retry-After"]) > 0
