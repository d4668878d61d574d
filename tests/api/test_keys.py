"""Who may come in: with which key, with which scope, and how often."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.operations import revoke_api_key, rotate_api_key
from tests.callers import LONG_AGO, ApiCaller, given_client
from tests.scenarios import given_customer

PATH = "/customers/CUST-1/store-credit"
OTHER_KEY = "sc_AAAAAAAA_" + "B" * 43


@pytest.fixture
def client_key(db):
    given_customer(number="CUST-1")
    return given_client(["store_credit:read"])


def assert_unauthenticated(response):
    body = response.json()
    assert response.status_code == 401
    assert (body["success"], body["code"]) == (False, "unauthenticated")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize(
    "spelled",
    [
        lambda key: {"authorization": f"Bearer {key}"},
        lambda key: {"authorization": f"bearer {key}"},
        lambda key: {"x-api-key": key},
        lambda key: {"authorization": f"Bearer {key}", "x-api-key": key},
    ],
)
def test_a_key_is_taken_from_either_header(client_key, spelled):
    response = ApiCaller("").send("GET", PATH, headers=spelled(client_key.plain))

    assert response.status_code == 200


@pytest.mark.parametrize(
    "spelled",
    [
        lambda key: {},
        lambda key: {"authorization": key},
        lambda key: {"authorization": f"Basic {key}"},
        lambda key: {"authorization": "Bearer"},
        lambda key: {"authorization": "Bearer "},
        lambda key: {"authorization": f"Bearer {key} {key}"},
        lambda key: {"authorization": f"Bearer {key},{key}"},
        lambda key: {"authorization": f"Bearer {key[:-1]}"},
        lambda key: {"authorization": f"Bearer {key}A"},
        lambda key: {"authorization": f"Bearer {key.swapcase()}"},
        lambda key: {"authorization": f"Bearer {key[:-1]}{'a' if key[-1] != 'a' else 'b'}"},
        lambda key: {"authorization": "Bearer sc_" + "é" * 8 + "_" + "B" * 43},
        lambda key: {"x-api-key": f"Bearer {key}"},
        lambda key: {"x-api-key": f"{key},{key}"},
        lambda key: {"x-api-key": OTHER_KEY},
        lambda key: {"authorization": f"Bearer {key}", "x-api-key": OTHER_KEY},
        lambda key: {"authorization": f"Basic {key}", "x-api-key": key},
    ],
)
def test_without_one_valid_key_nobody_comes_in(client_key, spelled):
    assert_unauthenticated(ApiCaller("").send("GET", PATH, headers=spelled(client_key.plain)))


@pytest.mark.parametrize("name", ["key", "api_key", "apikey", "x-api-key", "access_token"])
def test_a_key_in_the_query_is_no_key(client_key, name):
    assert_unauthenticated(ApiCaller("").get(f"{PATH}?{name}={client_key.plain}"))


def test_a_revoked_key_is_refused_from_the_next_request_on(client_key):
    second = rotate_api_key(name=client_key.client.name, now=LONG_AGO)
    assert ApiCaller(client_key.plain).get(PATH).status_code == 200

    revoke_api_key(prefix=client_key.key.prefix, now=timezone.now())

    assert_unauthenticated(ApiCaller(client_key.plain).get(PATH))
    assert ApiCaller(second.plain).get(PATH).status_code == 200


def test_an_expired_key_is_refused(db):
    key = given_client(["store_credit:read"], expires_at=LONG_AGO + timedelta(days=1))

    assert_unauthenticated(ApiCaller(key.plain).get(PATH))


def test_a_client_that_was_switched_off_is_refused(client_key):
    ApiClient.objects.update(active=False)

    assert_unauthenticated(ApiCaller(client_key.plain).get(PATH))


def test_the_key_itself_is_kept_nowhere(client_key):
    row = ApiKey.objects.filter(pk=client_key.key.pk).values().get()

    assert client_key.plain not in str(row)
    assert client_key.plain.split("_")[2] not in str(row)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", PATH, "store_credit:read"),
        ("HEAD", PATH, "store_credit:read"),
        ("POST", PATH, "store_credit:issue"),
        ("POST", f"{PATH}/debits", "store_credit:spend"),
        ("GET", f"{PATH}/transactions", "store_credit:read"),
        ("GET", "/customers", "customers:read"),
        ("GET", "/customers/CUST-1", "customers:read"),
        ("POST", "/customers", "customers:write"),
        ("PATCH", "/customers/CUST-1", "customers:write"),
    ],
)
def test_without_the_scope_nothing_is_looked_up(client_key, django_assert_num_queries, method, path, scope):
    client_key.client.scopes = [s for s in ("store_credit:read", "customers:read", "reports:read") if s != scope]
    client_key.client.save()

    with django_assert_num_queries(1):
        response = ApiCaller(client_key.plain).send(method, path.replace("CUST-1", "NOBODY"), b"not json")

    assert response.status_code == 403
    if method != "HEAD":
        assert response.json()["code"] == "scope_missing"
        assert scope in response.json()["error"]


def test_beyond_its_rate_a_client_waits_for_the_window_to_end(client_key, time_machine):
    cache.clear()
    time_machine.move_to("2026-05-04T12:00:50Z", tick=False)
    client_key.client.rate = "2/min"
    client_key.client.save()
    other = given_client(["store_credit:read"])
    caller = ApiCaller(client_key.plain)

    statuses = [caller.get(PATH).status_code for _ in range(2)]
    refused = caller.get(PATH)

    assert statuses == [200, 200]
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert refused.json()["code"] == "rate_limit_exceeded"
    assert ApiCaller(other.plain).get(PATH).status_code == 200
    time_machine.move_to("2026-05-04T12:01:00Z", tick=False)
    assert caller.get(PATH).status_code == 200


def test_nobody_comes_in_uncounted_when_the_counter_is_away(client_key, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }

    response = ApiCaller(client_key.plain).get(PATH)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert "RateLimit-Remaining" not in response.headers


def test_a_second_key_does_not_double_the_rate(client_key, time_machine):
    cache.clear()
    time_machine.move_to("2026-05-04T12:00:00Z", tick=False)
    client_key.client.rate = "1/min"
    client_key.client.save()
    second = rotate_api_key(name=client_key.client.name, now=LONG_AGO)

    statuses = [ApiCaller(key.plain).get(PATH).status_code for key in (client_key, second)]

    assert statuses == [200, 429]
