"""API clients and keys in the admin: a key is shown by the page that answers its making, and never again."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from storecredit.api.callers import find_caller
from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.operations import create_api_client
from storecredit.api.scopes import Scope
from tests.backoffice.staff import changes_of, errors_of, page_url, said, step_url, text_of
from tests.scenarios import NOW

pytestmark = pytest.mark.django_db

ADD = "/admin/api/apiclient/add/"
KEY = re.compile(r"sc_[A-Za-z0-9]{8}_[A-Za-z0-9]{43}")


def given_client(**fields):
    details: dict[str, Any] = {"name": "Web shop", "scopes": [Scope.STORE_CREDIT_READ], "now": NOW} | fields
    return create_api_client(**details)


def edit_url(client):
    return reverse("admin:api_apiclient_edit", args=[client.pk])


def works(key):
    return find_caller(key=key, idempotency_key=None, now=NOW) is not None


def test_a_new_client_gets_a_key_that_is_shown_once(administrator):
    answer = administrator.send(
        ADD, name="Till", scopes=["store_credit:read", "store_credit:spend"], rate="60/min", miss_limit="9/h"
    )

    client = ApiClient.objects.get()
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    (plain,) = set(KEY.findall(answer.content.decode()))
    assert works(plain)
    assert (client.name, client.scopes, client.rate, client.miss_limit) == (
        "Till",
        ["store_credit:read", "store_credit:spend"],
        "60/min",
        "9/h",
    )
    secret = plain[12:]
    for url in (page_url(client), reverse("admin:api_apiclient_history", args=[client.pk]), reverse("admin:index")):
        assert secret not in administrator.open(url).content.decode()
    assert not [entry for entry in LogEntry.objects.all() if secret in entry.change_message]


def test_sending_the_form_twice_makes_one_client(administrator):
    data = {"name": "Till", "scopes": [], "rate": "60/min", "miss_limit": "9/h"}
    administrator.send(ADD, **data)

    answer = administrator.send(ADD, **data)

    assert errors_of(answer) == {"name": ["API client with this Name already exists."]}
    assert (ApiClient.objects.count(), ApiKey.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rate": "often"}, "'often' is not a rate"),
        ({"scopes": ["everything"]}, "everything is not one of the available choices"),
        ({"name": ""}, "This field is required."),
        ({"scopes": ["credits:approve"]}, "may approve credits only with an owner"),
    ],
)
def test_a_client_that_would_not_do_is_refused_on_the_form(administrator, change, words):
    data = {"name": "Till", "scopes": [], "rate": "60/min", "miss_limit": "9/h"} | change

    answer = administrator.send(ADD, **data)

    assert words in str(errors_of(answer))
    assert not ApiClient.objects.exists()


def test_another_key_works_beside_the_first_and_a_reload_makes_none(administrator):
    issued = given_client()

    review = administrator.review(step_url(issued.client, "issue-key"), why="Yearly rotation")
    assert changes_of(review) == [("Keys that work", "1", "2")]
    assert ApiKey.objects.count() == 1
    answer = administrator.confirm(review)
    reload = administrator.confirm(review)

    (plain,) = set(KEY.findall(answer.content.decode()))
    assert "no-store" in answer.headers["Cache-Control"]
    assert works(plain)
    assert works(issued.plain)
    assert (reload.status_code, reload.url) == (302, page_url(issued.client))
    assert ApiKey.objects.count() == 2


def test_a_revoked_key_works_no_more(administrator):
    issued = given_client()

    answer = administrator.do(step_url(issued.client, "revoke-key"), key=issued.key.prefix, why="Lost laptop")

    assert said(answer) == [f"sc_{issued.key.prefix}_… is revoked."]
    assert not works(issued.plain)
    entry = LogEntry.objects.get()
    assert entry.change_message.startswith(f"Revoked sc_{issued.key.prefix}_…: Lost laptop")


def test_the_key_of_another_client_is_not_revoked(administrator):
    client, other = given_client().client, given_client(name="Other")

    answer = administrator.send(step_url(client, "revoke-key"), key=other.key.prefix, why="Mistaken")

    assert list(errors_of(answer)) == ["key"]
    assert works(other.plain)


def test_all_keys_are_revoked_at_once(administrator):
    issued = given_client()

    administrator.do(step_url(issued.client, "revoke-all"), why="Leaked")

    assert not works(issued.plain)
    assert "Revoke a key, Revoke all keys: no key works any more." in text_of(
        administrator.open(page_url(issued.client))
    )


def test_a_client_is_changed_but_keeps_its_name_and_mode(administrator):
    client = given_client().client

    answer = administrator.send(
        edit_url(client), name="Renamed", test_mode="on", scopes=["customers:read"], rate="5/s", miss_limit="9/h"
    )

    assert (answer.status_code, answer.url) == (302, page_url(client))
    client.refresh_from_db()
    assert (client.name, client.test_mode, client.scopes, client.rate, client.active) == (
        "Web shop",
        False,
        ["customers:read"],
        "5/s",
        False,
    )


def test_a_client_may_not_approve_without_a_person_behind_it(administrator):
    client = given_client().client
    data = {"scopes": ["credits:approve"], "rate": "5/s", "miss_limit": "9/h", "active": "on"}

    refused = administrator.send(edit_url(client), **data)
    with_owner = administrator.send(edit_url(client), **data, owner=administrator.user.pk)

    assert "may approve credits only with an owner" in str(errors_of(refused))
    assert with_owner.status_code == 302


def test_a_client_that_is_switched_off_gets_no_key(administrator):
    client = given_client().client
    ApiClient.objects.update(active=False)

    assert administrator.send(step_url(client, "issue-key"), why="Rotation").status_code == 409


def test_the_largest_single_issue_is_written_as_lines(administrator):
    client = given_client(issue_limits={"USD": 10000}).client
    data = {"scopes": ["customers:read"], "rate": "5/s", "miss_limit": "9/h", "active": "on"}
    form = administrator.open(edit_url(client)).context["adminform"].form

    administrator.send(
        edit_url(client), **data, issue_limits="JPY 5000\r\n\r\nKWD 1.250\r\n", issue_limits_per_day="JPY 50000"
    )

    assert form["issue_limits"].value() == "USD 100.00"
    client.refresh_from_db()
    assert (client.issue_limits, client.issue_limits_per_day) == ({"JPY": 5000, "KWD": 1250}, {"JPY": 50000})
    page = text_of(administrator.open(page_url(client)))
    assert "JPY 5000, KWD 1.250" in page
    assert "Most issued in a day JPY 50000 Other currencies nothing" in page
    assert "Largest single issue" in LogEntry.objects.get().get_change_message()


def test_limits_that_were_not_touched_are_not_changed(administrator):
    client = given_client(issue_limits={"USD": 10000}).client
    data = {"scopes": ["customers:read"], "rate": "5/s", "miss_limit": "9/h", "active": "on"}

    administrator.send(edit_url(client), **data, issue_limits="USD 100.00")

    assert "Largest single issue" not in LogEntry.objects.get().get_change_message()
    administrator.send(edit_url(client), **data, issue_limits="")
    client.refresh_from_db()
    assert client.issue_limits == {}


@pytest.mark.parametrize("line", ["100 USD", "USD", "USD -1", "DEM 5", "USD 1.005", "USD 1\nUSD 2"])
def test_a_limit_that_is_none_is_told_on_the_form(administrator, line):
    client = given_client(issue_limits={"USD": 10000}).client
    data = {"scopes": [], "rate": "5/s", "miss_limit": "9/h", "active": "on"}

    answer = administrator.send(edit_url(client), **data, issue_limits=line)

    assert list(errors_of(answer)) == ["issue_limits"]
    client.refresh_from_db()
    assert client.issue_limits == {"USD": 10000}
