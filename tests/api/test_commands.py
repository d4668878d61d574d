"""Clients and keys from the command line."""

import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.scopes import Scope
from tests.callers import ApiCaller
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

ONCE = "Keep the key now: it cannot be shown again."


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def run_json(*words: str) -> dict[str, Any]:
    return json.loads(run(*words, "--json"))


def test_a_client_is_made_with_one_key_that_works():
    printed = run(
        "create_api_client", "web shop", "--scope", "customers:read", "reports:read", "--scope", "credits:request"
    )

    [key] = re.findall(r"sc_[A-Za-z0-9]{8}_[A-Za-z0-9]{43}", printed)
    assert ONCE in printed
    assert ApiCaller(key).get("/customers").status_code == 200
    assert ApiCaller(key).post("/customers", {}).status_code == 403


def test_a_client_is_made_as_it_is_asked_for():
    UserFactory.create(username="alice")

    made = run_json(
        "create_api_client", "till", "--scope", "credits:approve", "--owner", "alice", "--rate", "10/s", "--miss-limit",
        "5/h", "--expires-at", "2099-01-31T00:00:00+01:00", "--tenant", "5f328bf0b5f328bf0b5f328b", "--test-mode",
        "--issue-limit", "USD 100.00", "--issue-limit", "JPY 5000",
        "--issue-limit-per-day", "USD 1000", "--network", "192.0.2.0/24", "--network", "2001:DB8::1",
    )  # fmt: skip

    key = made.pop("key")
    assert key.startswith(f"sc_{made.pop('prefix')}_")
    assert made == {
        "name": "till",
        "scopes": ["credits:approve"],
        "owner": "alice",
        "rate": "10/s",
        "miss_limit": "5/h",
        "issue_limits": ["JPY 5000", "USD 100.00"],
        "issue_limits_per_day": ["USD 1000.00"],
        "networks": ["192.0.2.0/24", "2001:db8::1/128"],
        "tenant": "5f328bf0b5f328bf0b5f328b",
        "test_mode": True,
        "expires_at": "2099-01-30T23:00:00+00:00",
    }


def test_all_scopes_leave_out_what_needs_an_owner_and_say_so(capsys):
    made = run_json("create_api_client", "till", "--all-scopes")

    assert set(made["scopes"]) == set(Scope.values) - {"credits:approve"}
    assert "Left out credits:approve" in capsys.readouterr().err


def test_a_client_without_scopes_can_do_nothing_and_it_is_said(capsys):
    made = run_json("create_api_client", "till")

    assert made["scopes"] == []
    assert "The client has no scope" in capsys.readouterr().err
    assert ApiCaller(made["key"]).get("/customers").status_code == 403


def test_all_scopes_with_an_owner_are_all_of_them():
    UserFactory.create(username="alice")

    assert set(run_json("create_api_client", "till", "--all-scopes", "--owner", "alice")["scopes"]) == set(Scope.values)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["till", "--scope", "credits:approve"], "may approve credits only with an owner"),
        (["taken", "--scope", "customers:read"], "There is an API client named 'taken' already."),
        (["till", "--scope", "customers:read", "--owner", "nobody"], "Nobody has the sign-in name 'nobody'."),
        (["till", "--scope", "customers:read", "--rate", "fast"], "'fast' is not a rate"),
        (["till", "--scope", "customers:read", "--miss-limit", "0/h"], "'0/h' is not a rate"),
        (["till", "--scope", "customers:read", "--expires-at", "soon"], "'soon' is not an ISO 8601 moment"),
        (["till", "--scope", "customers:read", "--expires-at", "2020-01-01"], "The expiry is not in the future."),
        (["till", "--scope", "customers:read", "--issue-limit", "100 USD"], "'100 USD' is not a limit"),
        (["till", "--scope", "customers:read", "--issue-limit", "USD much"], "'USD much' is not a limit"),
        (["till", "--scope", "customers:read", "--issue-limit", "USD NaN"], "--issue-limit: 'USD NaN': "),
        (["till", "--scope", "customers:read", "--issue-limit", "USD 0"], "is not an amount that can be posted"),
        (["till", "--scope", "customers:read", "--issue-limit", "JPY 0.5"], "--issue-limit: 'JPY 0.5': "),
        (["till", "--scope", "customers:read", "--issue-limit", "USD 1", "--issue-limit", "USD 2"], "USD has two"),
        (
            ["till", "--scope", "customers:read", "--network", "192.0.2.7/24"],
            "'192.0.2.7/24' is not a network",
        ),
        (["till", "--scope", "customers:read", "--tenant", "x" * 25], "tenant: "),
        (["till", "--scope", "everything"], "invalid choice: 'everything'"),
        (["till", "--scope", "customers:read", "--all-scopes"], "not allowed with argument"),
        (["", "--scope", "customers:read"], "name: "),
        (["x" * 101, "--scope", "customers:read"], "name: "),
    ],
)
def test_a_client_that_cannot_be_is_refused_with_the_reason(words, complaint):
    run("create_api_client", "taken", "--scope", "customers:read")

    with pytest.raises(CommandError) as caught:
        run("create_api_client", *words)

    assert complaint in str(caught.value)
    assert ApiClient.objects.count() == ApiKey.objects.count() == 1


def test_a_second_key_works_beside_the_first_until_that_is_revoked():
    first = run_json("create_api_client", "till", "--all-scopes")
    second = run_json("rotate_api_key", "till")
    assert ApiCaller(first["key"]).get("/customers").status_code == 200

    printed = run("revoke_api_key", first["prefix"])

    assert printed == f"Key sc_{first['prefix']}_… of till is revoked.\n"
    assert ApiCaller(first["key"]).get("/customers").status_code == 401
    assert ApiCaller(second["key"]).get("/customers").status_code == 200


def test_the_old_key_ends_when_it_is_said_and_no_third_one_works():
    first = run_json("create_api_client", "till", "--all-scopes")
    run_json("rotate_api_key", "till", "--old-ends-at", "2099-01-31T00:00:00Z")

    with pytest.raises(CommandError, match="'till' has 2 keys that work, sc_"):
        run("rotate_api_key", "till")

    ends = ApiKey.objects.values_list("expires_at", flat=True).get(prefix=first["prefix"])
    assert ends == datetime(2099, 1, 31, tzinfo=UTC)
    third = run_json("rotate_api_key", "till", "--end-old")
    assert [key.prefix for key in ApiKey.objects.filter(revoked_at=None)] == [third["prefix"]]
    assert ApiCaller(first["key"]).get("/customers").status_code == 401
    assert ApiCaller(third["key"]).get("/customers").status_code == 200


@pytest.mark.parametrize("spelling", ["{prefix}", "sc_{prefix}", "{key}"])
def test_a_key_is_revoked_however_much_of_it_is_named(spelling):
    made = run_json("create_api_client", "till", "--all-scopes")

    run("revoke_api_key", spelling.format(**made))

    assert ApiCaller(made["key"]).get("/customers").status_code == 401


def test_all_keys_of_a_client_are_revoked_at_once():
    keys = [run_json("create_api_client", "till", "--all-scopes")["key"], run_json("rotate_api_key", "till")["key"]]
    other = run_json("create_api_client", "other", "--all-scopes")["key"]

    assert run("revoke_api_key", "--all", "till") == "2 key(s) of till revoked.\n"

    assert [ApiCaller(key).get("/customers").status_code for key in [*keys, other]] == [401, 401, 200]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["rotate_api_key", "nobody"], "There is no API client named 'nobody'."),
        (["revoke_api_key", "AAAAAAAA"], "There is no API key with the prefix 'AAAAAAAA'."),
        (["revoke_api_key", "--all", "nobody"], "There is no API client named 'nobody'."),
        (["revoke_api_key"], "one of the arguments"),
    ],
)
def test_what_is_not_there_is_named(words, complaint):
    with pytest.raises(CommandError) as caught:
        run(*words)

    assert complaint in str(caught.value)


def test_the_list_shows_clients_and_never_a_key():
    made = run_json("create_api_client", "till", "--scope", "customers:read", "--test-mode")
    run_json(
        "create_api_client",
        "old",
        "--scope",
        "customers:read",
        "--issue-limit",
        "USD 100",
        "--issue-limit-per-day",
        "USD 1000",
    )
    run("revoke_api_key", "--all", "old")

    printed = run("list_api_clients")

    assert printed == (
        "old\n"
        "  keys    none that work\n"
        "  scopes  customers:read\n"
        "  rate    600/min    owner  none\n"
        "  issues  at most USD 100.00 at once; at most USD 1000.00 a day; nothing in other currencies\n"
        "till (test)\n"
        f"  keys    sc_{made['prefix']}_…\n"
        "  scopes  customers:read\n"
        "  rate    600/min    owner  none\n"
    )
    assert [client["name"] for client in json.loads(run("list_api_clients", "--json"))] == ["old", "till"]
