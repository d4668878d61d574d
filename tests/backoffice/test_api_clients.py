"""API clients and keys in the admin: a key is shown by the page that answers its making, and never again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from storecredit.api.models import ApiClient, ApiKey
from storecredit.backoffice.models import AccessChange
from tests.backoffice.clients import ADD, KEY, edit_url, given_client, works
from tests.backoffice.staff import (
    approve_waiting,
    changes_of,
    errors_of,
    page_url,
    said,
    step_url,
    text_of,
)
from tests.factories.api import ClientUseFactory
from tests.scenarios import NOW

pytestmark = pytest.mark.django_db


def test_a_new_client_gets_a_key_that_is_shown_once_after_another_administrator_agreed(administrator, colleague):
    made = administrator.send(
        ADD, name="Till", scopes=["store_credit:read", "store_credit:spend"], rate="60/min", miss_limit="9/h"
    )

    client = ApiClient.objects.get()
    assert made.url == page_url(client)
    assert (client.scopes, client.keys.count()) == ([], 0)
    early = administrator.send(step_url(client, "issue-key"), why="Till")
    assert (early.status_code, client.keys.count()) == (409, 0)
    approve_waiting(colleague)
    answer = administrator.do(step_url(client, "issue-key"), why="Till")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    (plain,) = set(KEY.findall(answer.content.decode()))
    assert works(plain)
    client.refresh_from_db()
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


class TestKeysThatMoveMoney:
    """Whoever reads the key of a program that nobody owns does all that it may, so two administrators agree."""

    @pytest.fixture
    def shop(self):
        return given_client(scopes=["store_credit:read", "store_credit:issue"])

    def test_one_administrator_asks_another_agrees_and_the_first_makes_one_key(
        self, administrator, colleague, shop, time_machine
    ):
        client = shop.client
        time_machine.move_to(NOW + timedelta(minutes=1), tick=False)
        asked = administrator.review(step_url(client, "issue-key"), why="Yearly rotation")
        assert changes_of(asked) == [("Who reads a new key", "–", "administrator")]
        answer = administrator.confirm(asked)

        change = AccessChange.objects.get()
        assert (answer.url, change.kind, change.state, client.keys.count()) == (page_url(change), "KEY", "WAITING", 1)
        early = administrator.send(step_url(client, "issue-key"), why="Now")
        assert (early.status_code, client.keys.count()) == (409, 1)
        approve_waiting(colleague)

        # whoever agreed reads none on their own word
        theirs = colleague.review(step_url(client, "issue-key"), why="For me")
        assert changes_of(theirs) == [("Who reads a new key", "–", "colleague")]
        made = administrator.do(step_url(client, "issue-key"), old="0", why="Yearly rotation")
        (plain,) = set(KEY.findall(made.content.decode()))
        assert (works(plain), works(shop.plain)) == (True, False)

        # and one key it is
        again = administrator.review(step_url(client, "issue-key"), why="Another")
        assert changes_of(again) == [("Who reads a new key", "–", "administrator")]
        assert client.keys.count() == 2

    def test_what_was_agreed_to_ends_by_itself(self, administrator, colleague, shop, time_machine):
        administrator.do(step_url(shop.client, "issue-key"), why="Yearly rotation")
        approve_waiting(colleague)
        time_machine.move_to(NOW + timedelta(days=3), tick=False)
        administrator.client.force_login(administrator.user)
        administrator.prove_again()

        late = administrator.review(step_url(shop.client, "issue-key"), why="At last")

        assert changes_of(late) == [("Who reads a new key", "–", "administrator")]

    def test_a_key_that_leaked_is_ended_at_once_by_one_alone(self, administrator, shop):
        administrator.do(step_url(shop.client, "revoke-key"), key=shop.key.prefix, why="Leaked")

        assert not works(shop.plain)
        assert not AccessChange.objects.exists()


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


def test_a_client_is_changed_but_keeps_its_name_and_mode(administrator, colleague):
    client = given_client().client

    answer = administrator.send(
        edit_url(client), name="Renamed", test_mode="on", scopes=["customers:read"], rate="5/s", miss_limit="9/h"
    )

    approve_waiting(colleague)
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


def test_the_largest_single_issue_is_written_as_lines(administrator, colleague):
    client = given_client(issue_limits={"USD": 10000}).client
    data = {"scopes": ["customers:read"], "rate": "5/s", "miss_limit": "9/h", "active": "on"}
    form = administrator.open(edit_url(client)).context["adminform"].form

    administrator.send(
        edit_url(client), **data, issue_limits="JPY 5000\r\n\r\nKWD 1.250\r\n", issue_limits_per_day="JPY 50000"
    )

    approve_waiting(colleague)
    assert form["issue_limits"].value() == "USD 100.00"
    client.refresh_from_db()
    assert (client.issue_limits, client.issue_limits_per_day) == ({"JPY": 5000, "KWD": 1250}, {"JPY": 50000})
    page = text_of(administrator.open(page_url(client)))
    assert "Largest single issue ¥5,000, KWD 1.250 Most issued" in page
    assert "Most issued in a day ¥50,000 Other currencies nothing" in page
    assert "Largest single issue" in LogEntry.objects.earliest("pk").get_change_message()


def test_limits_that_were_not_touched_are_not_changed(administrator, colleague):
    client = given_client(issue_limits={"USD": 10000}).client
    data = {"scopes": ["customers:read"], "rate": "5/s", "miss_limit": "9/h", "active": "on"}

    administrator.send(edit_url(client), **data, issue_limits="USD 100.00")

    assert "Largest single issue" not in LogEntry.objects.get().get_change_message()
    approve_waiting(colleague)
    administrator.send(edit_url(client), **data, issue_limits="")
    client.refresh_from_db()
    assert client.issue_limits == {"USD": 10000}
    approve_waiting(colleague)
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


class TestRotating:
    """Another key works beside the old one, which ends when it is said."""

    def test_the_old_key_ends_after_the_time_that_was_chosen(self, administrator, time_machine):
        time_machine.move_to(NOW, tick=False)
        issued = given_client()

        answer = administrator.do(
            step_url(issued.client, "issue-key"), valid_until="2026-12-31", old="168", why="Yearly rotation"
        )

        (plain,) = set(KEY.findall(answer.content.decode()))
        old, new = issued.client.keys.order_by("pk")
        assert (old.expires_at, old.revoked_at) == (NOW + timedelta(days=7), None)
        assert new.expires_at == datetime(2027, 1, 1, tzinfo=UTC)
        assert works(issued.plain)
        assert works(plain)
        page = text_of(administrator.open(page_url(issued.client)))
        assert f"{new} 4 May 2026" in page

    def test_the_old_key_ends_at_once(self, administrator, time_machine):
        time_machine.move_to(NOW, tick=False)
        issued = given_client()

        answer = administrator.do(step_url(issued.client, "issue-key"), old="0", why="Leaked")

        (plain,) = set(KEY.findall(answer.content.decode()))
        assert (works(issued.plain), works(plain)) == (False, True)

    def test_no_third_key_works_and_a_day_that_is_over_is_none(self, administrator):
        issued = given_client()
        administrator.do(step_url(issued.client, "issue-key"), old="", why="Second")

        third = administrator.send(step_url(issued.client, "issue-key"), old="168", why="Third")
        past = administrator.send(step_url(issued.client, "issue-key"), old="0", valid_until="2020-01-01", why="Past")

        assert "has 2 keys that work" in str(errors_of(third))
        assert "The expiry is not in the future" in str(errors_of(past))
        assert ApiKey.objects.filter(revoked_at=None).count() == 2

    def test_the_first_key_of_a_client_may_be_given_a_last_day(self, administrator):
        data = {"name": "Till", "scopes": [], "rate": "60/min", "miss_limit": "9/h"}

        over = administrator.send(ADD, **data, valid_until="2020-01-01")
        administrator.send(ADD, **data, valid_until="2099-12-31", networks="192.0.2.0/24\r\n2001:DB8::1\r\n")

        assert "The expiry is not in the future" in str(errors_of(over))
        client = ApiClient.objects.get()
        assert client.networks == ["192.0.2.0/24", "2001:db8::1/128"]
        assert client.keys.get().expires_at == datetime(2100, 1, 1, tzinfo=UTC)


def test_where_a_client_may_call_from_is_written_as_lines(administrator, colleague):
    client = given_client(networks=["192.0.2.0/24"]).client
    data = {"scopes": ["customers:read"], "rate": "5/s", "miss_limit": "9/h", "active": "on"}
    form = administrator.open(edit_url(client)).context["adminform"].form

    wrong = administrator.send(edit_url(client), **data, networks="192.0.2.0/24\r\n192.0.2.9/24")
    administrator.send(edit_url(client), **data, networks="198.51.100.0/24\r\n\r\n2001:db8::/32")
    approve_waiting(colleague)

    assert form["networks"].value() == "192.0.2.0/24"
    assert list(errors_of(wrong)) == ["networks"]
    client.refresh_from_db()
    assert client.networks == ["198.51.100.0/24", "2001:db8::/32"]
    page = text_of(administrator.open(page_url(client)))
    assert "Calls from 198.51.100.0/24, 2001:db8::/32" in page
    assert "Allowed networks" in LogEntry.objects.earliest("pk").get_change_message()


def test_the_page_says_what_a_client_does_and_last_did(administrator, time_machine):
    time_machine.move_to(NOW, tick=False)
    client = given_client(scopes=["customers:read", "reports:read"]).client
    assert "It has not called." in text_of(administrator.open(page_url(client)))
    for days, dialect, outcome, count, address in [
        (0, "tiquo", "ANSWERED", 12, "192.0.2.7"),
        (0, "tiquo", "NOT_FOUND", 3, "192.0.2.8"),
        (0, "tiquo", "FOREIGN", 1, "198.51.100.1"),
        (29, "reports", "TOO_MANY", 2, "192.0.2.9"),
        (30, "reports", "ANSWERED", 900, "192.0.2.9"),
    ]:
        at = NOW - timedelta(days=days, minutes=count)
        ClientUseFactory.create(
            client=client,
            day=at.date(),
            dialect=dialect,
            outcome=outcome,
            count=count,
            last_at=at,
            last_address=address,
        )

    page = text_of(administrator.open(page_url(client)))

    assert "Read customers Sees customers, with names and addresses." in page
    assert "Read reports Sees what the shop owes as a whole, the journal and the cuts." in page
    assert "Last used 4 May 2026, 11:59 198.51.100.1" in page
    assert "12 answered, 6 refused" in page
    assert (
        "4 May 2026 Customer store credit 12 4 1 from a network that is not allowed, 3 not found 198.51.100.1 "
        "5 Apr 2026 Reports 0 2 2 too many 192.0.2.9" in page
    )
    assert "900" not in page
