"""Whoever stands or ever stood behind an API client does not approve what it asked for, and no approver comes to."""

import pytest
from django.contrib.auth.models import User

from storecredit.api.errors import OwnerHasApproved
from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.operations import Maker, change_api_client, rotate_api_key
from storecredit.credits.errors import SelfApproval
from storecredit.credits.models import ClientPerson, CreditRequest, CreditRequestVote
from storecredit.credits.operations import approve_request
from storecredit.credits.queries import Part, get_chances, list_decidable, list_parts
from storecredit.finance.operations import approve_correction, ask_correction
from tests.callers import given_client
from tests.credits.by_hand import vote
from tests.credits.requests import given_approver, given_person, given_policy, given_request, party_of, party_of_client
from tests.ledger.attacks import insert, moment, refused_by, run
from tests.scenarios import NOW, given_credit, money, nothing_moves

pytestmark = pytest.mark.django_db

FOUR_EYES = "credits_creditrequestvote_four_eyes"


@pytest.fixture
def bob() -> User:
    return given_approver("bob")


@pytest.fixture
def client() -> ApiClient:
    """A client that nobody stands behind."""
    return given_client(["credits:request"]).client


@pytest.fixture
def request_(client: ApiClient) -> CreditRequest:
    return given_request("21.50 USD", by=party_of_client(client.pk))


def own(client: ApiClient, person: User | None) -> ApiClient:
    return change_api_client(client_id=client.pk, changes={"owner": person}, now=NOW)


def assert_cannot_approve(request: CreditRequest, person: User) -> None:
    with nothing_moves(), pytest.raises(SelfApproval) as caught:
        approve_request(request_id=request.pk, party=party_of(person), now=NOW)
    assert str(caught.value).endswith(
        "cannot be approved by the person who stands or stood behind the API client that asked for it "
        "(self_approval_forbidden)."
    )
    with refused_by(FOUR_EYES):
        vote(request, person)
    assert list_parts(requests=[request], person_id=person.pk) == {request.pk: Part.BEHIND}
    assert list(list_decidable(person_id=person.pk, now=NOW)) == []
    assert person.username not in get_chances(requests=[request])[request.pk].names


def test_who_becomes_the_owner_later_does_not_approve_what_was_asked_before(client, request_, bob):
    own(client, bob)

    assert_cannot_approve(request_, bob)


def test_who_was_the_owner_once_does_not_approve_what_is_asked_later(client, bob):
    own(client, bob)
    own(client, None)
    request = given_request("21.50 USD", by=party_of_client(client.pk))

    assert_cannot_approve(request, bob)


def test_who_made_a_key_in_the_admin_has_read_it_and_does_not_approve(client, request_, bob):
    rotate_api_key(name=client.name, now=NOW, maker=Maker(door="admin", person=bob))

    assert_cannot_approve(request_, bob)


def test_a_key_through_which_they_would_approve_makes_no_difference(client, request_, bob):
    own(client, bob)
    approver = given_client(["credits:approve"], owner=bob).client

    with pytest.raises(SelfApproval):
        approve_request(request_id=request_.pk, party=party_of_client(approver.pk, bob), now=NOW)


def test_somebody_else_approves(client, request_, bob):
    own(client, given_approver("carol"))

    assert approve_request(request_id=request_.pk, party=party_of(bob), now=NOW).transaction is not None


def test_what_other_clients_ask_for_they_approve(bob):
    given_client(["credits:request"], owner=bob)
    other = given_client(["credits:request"]).client
    request = given_request("21.50 USD", by=party_of_client(other.pk))

    assert approve_request(request_id=request.pk, party=party_of(bob), now=NOW).transaction is not None


def test_who_approved_what_a_client_asked_for_never_comes_to_stand_behind_it(client, request_, bob):
    approve_request(request_id=request_.pk, party=party_of(bob), now=NOW)

    with pytest.raises(OwnerHasApproved):
        own(client, bob)
    run("UPDATE api_apikey SET revoked_at = created_at")
    with refused_by("credits_clientperson_no_approver"):
        run("UPDATE api_apiclient SET owner_id = %s WHERE id = %s", bob.pk, client.pk)

    client.refresh_from_db()
    assert client.owner is None


def test_who_gave_the_first_approval_of_its_correction_never_comes_to_stand_behind_it(client, bob):
    asked = ask_correction(
        party=party_of_client(client.pk, given_person("carol")),
        account_id=given_credit("20.00 USD").pk,
        amount=money("1.00 USD"),
        note="Miscounted",
        now=NOW,
    )
    given_policy("USD", second="0.01")
    approve_correction(correction_id=asked.pk, party=party_of(bob), now=NOW)

    with pytest.raises(OwnerHasApproved):
        own(client, bob)
    run("UPDATE api_apikey SET revoked_at = created_at")
    with refused_by("credits_clientperson_no_approver"):
        run("UPDATE api_apiclient SET owner_id = %s WHERE id = %s", bob.pk, client.pk)

    asked.refresh_from_db()
    assert (asked.status, asked.approvals.count()) == ("PENDING", 1)


def test_an_owner_set_by_a_bare_statement_is_written_down_too(client, request_, bob):
    run("UPDATE api_apikey SET revoked_at = created_at")
    run("UPDATE api_apiclient SET owner_id = %s WHERE id = %s", bob.pk, client.pk)
    run("UPDATE api_apiclient SET owner_id = NULL WHERE id = %s", client.pk)

    assert [(row.client_id, row.person_id) for row in ClientPerson.objects.all()] == [(client.pk, bob.pk)]
    assert_cannot_approve(request_, bob)


@pytest.mark.parametrize(
    "statement", ["DELETE FROM credits_clientperson", "UPDATE credits_clientperson SET person_id = 0"]
)
def test_who_stood_behind_a_client_is_not_forgotten(client, bob, statement):
    own(client, bob)

    with refused_by("credits_clientperson_immutable"):
        run(statement)


class TestKeysEndFirst:
    """No key comes to speak for another person, or to approve."""

    RULE = "api_apiclient_keys_end_first"

    def live_keys(self) -> int:
        return ApiKey.objects.filter(revoked_at__isnull=True).count()

    def test_a_first_owner_another_and_none_end_the_keys(self, client, bob):
        for owner in (bob, given_approver("carol"), None):
            assert self.live_keys() == 1
            own(client, owner)
            assert self.live_keys() == 0
            rotate_api_key(name=client.name, now=NOW)

    def test_other_changes_leave_them(self, client, bob):
        own(client, bob)
        rotate_api_key(name=client.name, now=NOW)

        change_api_client(
            client_id=client.pk, changes={"owner": bob, "rate": "5/s", "scopes": ["customers:read"]}, now=NOW
        )

        assert self.live_keys() == 1

    def test_a_client_that_comes_to_approve_loses_them(self, client, bob):
        own(client, bob)
        rotate_api_key(name=client.name, now=NOW)

        change_api_client(client_id=client.pk, changes={"scopes": ["credits:approve"]}, now=NOW)

        assert self.live_keys() == 0

    @pytest.mark.parametrize(
        "change", ["owner_id = {bob}", """scopes = '["customers:read", "credits:approve"]'"""], ids=["owner", "scope"]
    )
    def test_a_bare_statement_is_refused_while_one_lives(self, client, bob, change):
        with refused_by(self.RULE):
            run(f"UPDATE api_apiclient SET {change.format(bob=bob.pk)}")
        run("UPDATE api_apikey SET revoked_at = created_at")
        run(f"UPDATE api_apiclient SET {change.format(bob=bob.pk)}")

    def test_in_the_admin_nobody_but_the_owner_makes_one(self, client, bob):
        carol = given_approver("carol")
        own(client, bob)
        row = {
            "client_id": client.pk,
            "prefix": "AAAAAAAA",
            "hash": "",
            "created_at": moment(NOW),
            "door": "admin",
            "made_by_id": carol.pk,
        }

        with refused_by("api_apikey_of_its_owner"):
            insert("api_apikey", **row)
        with refused_by("api_apikey_made_in_the_admin_by_somebody"):
            insert("api_apikey", **row | {"made_by_id": None, "client_id": given_client([]).client.pk})
        insert("api_apikey", **row | {"made_by_id": bob.pk})

    @pytest.mark.parametrize("change", ["made_by_id = NULL", "door = ''"])
    def test_who_made_one_and_where_stays(self, client, bob, change):
        rotate_api_key(name=client.name, now=NOW, maker=Maker(door="admin", person=bob))

        with refused_by("api_apikey_identity"):
            run(f"UPDATE api_apikey SET {change} WHERE door = 'admin'")


def test_no_vote_was_left(request_, client, bob):
    own(client, bob)
    with pytest.raises(SelfApproval):
        approve_request(request_id=request_.pk, party=party_of(bob), now=NOW)

    assert not CreditRequestVote.objects.exists()
