"""A client with a person behind it: its keys are made and read by that person alone, signed in, once."""

from typing import ClassVar

import pytest
from django.urls import reverse

from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.operations import Maker, revoke_all_api_keys
from tests.backoffice.clients import ADD, KEY, edit_url, given_client, works
from tests.backoffice.staff import (
    Staff,
    list_url,
    page_url,
    step_url,
    text_of,
)
from tests.scenarios import NOW

pytestmark = pytest.mark.django_db


class TestOfSomebody:
    """A client with a person behind it: its keys are made and read by that person alone, signed in, once."""

    DATA: ClassVar = {"name": "Desk", "scopes": ["credits:approve"], "rate": "60/min", "miss_limit": "9/h"}

    @pytest.fixture
    def bob(self, today) -> Staff:
        """A colleague who may decide on credit, and nothing about API clients."""
        return Staff("Approver", username="bob")

    @pytest.fixture
    def desk(self, administrator, bob) -> ApiClient:
        answer = administrator.send(ADD, **self.DATA, owner=bob.user.pk)
        client = ApiClient.objects.get()
        assert (answer.status_code, answer.url) == (302, page_url(client))
        return client

    def issue_key(self, person: Staff, client: ApiClient) -> str:
        answer = person.do(step_url(client, "issue-key"), why="For my desk")
        (plain,) = set(KEY.findall(answer.content.decode()))
        return plain

    def test_whoever_makes_the_client_sees_no_key(self, administrator, desk):
        page = administrator.open(page_url(desk))

        assert not ApiKey.objects.exists()
        assert not KEY.search(page.content.decode())
        assert "its owner, bob, signs in" in text_of(page)
        assert "Issue another key: it would speak for bob" in text_of(page)

    def test_nor_makes_one_afterwards_whatever_they_may(self, administrator, desk):
        administrator.user.is_superuser = True
        administrator.user.save()

        answer = administrator.send(step_url(desk, "issue-key"), why="Speak for bob")

        assert (answer.status_code, ApiKey.objects.count()) == (409, 0)

    def test_the_owner_finds_their_own_clients_and_makes_the_key_there_once(self, bob, desk):
        other = given_client()
        listed = text_of(bob.open(list_url(ApiClient)))

        plain = self.issue_key(bob, desk)

        assert "Desk" in listed
        assert other.client.name not in listed
        assert "API clients" in text_of(bob.open(reverse("admin:index")))
        assert works(plain)
        page = bob.open(page_url(desk))
        assert plain not in page.content.decode()
        assert "bob in the admin" in text_of(page)
        assert edit_url(desk) not in page.content.decode()
        assert bob.open(page_url(other.client)).status_code == 403
        key = ApiKey.objects.get(client=desk)
        assert (key.made_by, key.door) == (bob.user, "admin")

    def test_the_owner_ends_their_keys_too(self, bob, desk):
        plain = self.issue_key(bob, desk)

        bob.do(step_url(desk, "revoke-all"), why="Lost")

        assert not works(plain)

    def test_who_owns_none_sees_none(self, desk):
        carol = Staff("Approver", username="carol")

        assert carol.open(list_url(ApiClient)).status_code == 403
        assert "API clients" not in text_of(carol.open(reverse("admin:index")))

    def test_whoever_is_the_owner_of_what_they_make_sees_the_key_at_once(self, administrator):
        answer = administrator.send(ADD, **self.DATA, owner=administrator.user.pk)

        (plain,) = set(KEY.findall(answer.content.decode()))
        assert works(plain)
        assert ApiKey.objects.get().made_by == administrator.user

    @pytest.mark.parametrize("to", ["another", "nobody"])
    def test_another_owner_or_none_ends_the_keys(self, administrator, bob, desk, to):
        plain = self.issue_key(bob, desk)
        owner = {"owner": Staff("Approver", username="carol").user.pk} if to == "another" else {}
        data = {"scopes": ["customers:read"], "rate": "5/s", "miss_limit": "9/h", "active": "on"}

        answer = administrator.send(edit_url(desk), **data, **owner)

        assert answer.status_code == 302
        assert not works(plain)
        assert ApiKey.objects.get().revoked_at is not None
        assert "Its keys have ended with this change" in text_of(administrator.open(answer.url))

    def test_a_first_owner_ends_the_keys_that_others_have_read(self, administrator, bob):
        issued = given_client()
        data = {"scopes": ["credits:approve"], "rate": "5/s", "miss_limit": "9/h", "active": "on"}

        administrator.send(edit_url(issued.client), **data, owner=bob.user.pk)

        assert not works(issued.plain)

    def test_a_scope_to_approve_ends_the_keys(self, administrator, bob):
        issued = given_client(owner=bob.user)
        data = {"rate": "600/min", "miss_limit": "60/h", "active": "on", "owner": bob.user.pk}

        administrator.send(edit_url(issued.client), **data, scopes=["store_credit:read", "customers:read"])
        assert works(issued.plain)
        administrator.send(edit_url(issued.client), **data, scopes=["store_credit:read", "credits:approve"])

        assert not works(issued.plain)

    def test_on_the_command_line_a_key_is_printed_and_the_page_says_so(self, bob):
        issued = given_client(owner=bob.user, maker=Maker(door="command:create_api_client"))

        page = text_of(bob.open(page_url(issued.client)))

        assert works(issued.plain)
        assert "on the command line (create_api_client)" in page

    def test_staff_see_live_keys_whose_owner_is_off_or_has_not_the_right(self, administrator, bob):
        carol = Staff("Viewer", username="carol")
        well = given_client(name="Well", scopes=["customers:read"], owner=bob.user).client
        given_client(name="Lacking", scopes=["credits:approve"], owner=carol.user)
        gone = given_client(name="Gone", scopes=["customers:read"], owner=Staff(username="dora", is_active=True).user)
        gone.client.owner.is_active = False
        gone.client.owner.save()
        quiet = given_client(name="Quiet", scopes=["credits:approve"], owner=carol.user).client
        revoke_all_api_keys(name=quiet.name, now=NOW)

        found = text_of(administrator.open(list_url(ApiClient), rights="lacking"))

        assert [name in found for name in ("Lacking", "Gone", "Well", "Quiet")] == [True, True, False, False]
        assert "Owner’s login is off" in found
        assert "Owner lacks rights" in found
        assert "The login of dora, its owner, is off" in text_of(administrator.open(page_url(gone.client)))
        assert "is off" not in text_of(administrator.open(page_url(well)))
