"""The rules of requests in the database itself: raw SQL that goes round the Python is refused under the rule's name."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from ledger import triggers
from ledger.models.identifiers import new_uuid7
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import approve_request, fail_request, reject_request
from tests.callers import given_client
from tests.credits.by_hand import bare_vote, confirm, copy_of, entry_for, tell, tell_version, vote
from tests.credits.requests import (
    given_approver,
    given_person,
    given_policy,
    given_request,
    party_of,
    party_of_client,
    row_of,
)
from tests.ledger.attacks import insert, post_by_hand, refused_by, rules_of, run
from tests.scenarios import NOW, given_account

pytestmark = pytest.mark.django_db

FROZEN, DECIDED = "credits_creditrequest_frozen", "credits_creditrequest_decided"
FOUR_EYES = "credits_creditrequestvote_four_eyes"


@pytest.fixture
def alice() -> User:
    return given_person("alice", is_superuser=True)


@pytest.fixture
def bob() -> User:
    return given_approver("bob")


@pytest.fixture
def request_(alice: User) -> CreditRequest:
    return given_request("21.50 USD", by=alice, attributes={"giftCardNumber": "SUMMER-2026-1"})


def confirmed(bob: User) -> CreditRequest:
    request = given_request("21.50 USD")
    approve_request(request_id=request.pk, party=party_of(bob), now=NOW)
    return row_of(request)


# Four eyes


def test_a_confirmation_by_hand_passes_when_nothing_is_spoilt(request_: CreditRequest, bob: User):
    vote(request_, bob)
    confirm(request_, entry_for(request_), decided_by_id=bob.pk)

    assert row_of(request_).status == "CONFIRMED"


def test_who_asked_is_not_written_down_as_who_approved(request_: CreditRequest, alice: User, bob: User):
    vote(request_, bob)
    entry = entry_for(request_)

    with refused_by(DECIDED):  # there is no vote of alice's
        confirm(request_, entry, decided_by_id=alice.pk)


def test_who_asked_does_not_vote_superusers_included(request_: CreditRequest, alice: User):
    with refused_by(FOUR_EYES):
        vote(request_, alice)


def test_who_asked_through_a_key_does_not_vote(alice: User):
    client = given_client(["credits:request"], owner=alice).client
    request = given_request(by=party_of_client(client.pk, alice))

    with refused_by(FOUR_EYES):
        vote(request, alice)


def test_the_row_itself_refuses_who_asked_where_the_triggers_are_off(request_: CreditRequest, alice: User):
    entry = entry_for(request_)
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run(f"ALTER TABLE credits_creditrequest DISABLE TRIGGER {DECIDED}")
    else:
        run(f"DROP TRIGGER {DECIDED}")

    with refused_by("credits_creditrequest_four_eyes"):
        confirm(request_, entry, decided_by_id=alice.pk)
    triggers.put_up(connection, "credits")


@pytest.mark.parametrize("change", ["requested_by_id = NULL", "requested_by_id = (SELECT MAX(id) FROM auth_user)"])
def test_who_asked_stays_who_asked(request_: CreditRequest, bob: User, change: str):
    with refused_by(FROZEN):
        run(f"UPDATE credits_creditrequest SET {change}")


def test_somebody_who_has_not_voted_is_not_who_approved(request_: CreditRequest, bob: User):
    entry = entry_for(request_)

    with refused_by(DECIDED):
        confirm(request_, entry, decided_by_id=bob.pk)


def test_nobody_is_not_who_approved(request_: CreditRequest, bob: User):
    vote(request_, bob)
    entry = entry_for(request_)

    with refused_by("credits_creditrequest_confirmed_is_issued"):
        confirm(request_, entry)


@pytest.mark.parametrize(
    "policy",
    [
        {"auto": None},
        {"auto": "21.49"},
        {"auto": "50.00", "currency": "EUR"},
        {"auto": "50.00", "kind": "STORE_CREDIT"},
        {"auto": "50.00", "code": "VIP"},
    ],
    ids=["approves nothing", "less", "another currency", "another type", "another code"],
)
def test_a_policy_that_does_not_cover_a_request_is_not_what_approved(policy: dict[str, Any]):
    client = given_client(["credits:request"]).client
    request = given_request(by=party_of_client(client.pk))
    its = given_policy(**policy)
    entry = entry_for(request)

    with refused_by(DECIDED):
        confirm(request, entry, decided_policy_id=its.pk)


def test_a_policy_approves_what_its_client_asks_for_and_nothing_else(request_: CreditRequest):
    client, other = (given_client(["credits:request"]).client for _ in range(2))
    request = given_request(by=party_of_client(client.pk))
    own = given_policy(auto="50.00", client=other)
    everybody = given_policy(auto="50.00")
    entry, for_staff = entry_for(request), entry_for(request_)

    with refused_by(DECIDED):
        confirm(request, entry, decided_policy_id=own.pk)
    with refused_by(DECIDED):
        confirm(request_, for_staff, decided_policy_id=everybody.pk)
    confirm(request, entry, decided_policy_id=everybody.pk)

    assert row_of(request).status == "CONFIRMED"


@pytest.mark.parametrize("spoilt", [{"version": 2}, {"version": 0}, {"request_id": new_uuid7()}])
def test_a_vote_is_for_a_version_that_is_there(request_: CreditRequest, bob: User, spoilt: dict[str, Any]):
    with refused_by(FOUR_EYES):
        vote(request_, bob, **spoilt)


def test_nobody_votes_on_what_is_decided(bob: User):
    request = confirmed(bob)
    carol = given_person("carol")

    with refused_by(FOUR_EYES):
        vote(request, carol)


def test_a_person_votes_once_on_a_version(request_: CreditRequest, bob: User):
    vote(request_, bob)

    with refused_by("credits_creditrequestvote_one_per_person"):
        vote(request_, bob)


def test_no_vote_is_cast_in_the_name_of_somebody_of_whom_the_history_does_not_tell(request_: CreditRequest, bob: User):
    carol = given_approver("carol")
    tell(request_, "VOTED", person=carol)
    tell(request_, "CHANGED", person=bob)
    tell(request_, "VOTED", person=bob, version=2)

    with refused_by("credits_creditrequestvote_is_told"):
        bare_vote(request_, bob)
    bare_vote(request_, carol)


@pytest.mark.parametrize("state", ["FAILED", "CANCELED"])
def test_no_state_is_left_without_the_line_that_tells_who_did_it(request_: CreditRequest, bob: User, state: str):
    decided = "status = %s, decided_at = created_at, decided_by_id = %s, decided_label = 'bob'"
    carol = given_approver("carol")
    tell(request_, "FAILED", to_status=state, person=carol)

    with refused_by("credits_creditrequest_status_is_told"):
        run(f"UPDATE credits_creditrequest SET {decided}", state, bob.pk)
    tell(request_, "FAILED", to_status=state, person=bob)
    run(f"UPDATE credits_creditrequest SET {decided}", state, bob.pk)


# The entry


@pytest.mark.parametrize(
    "spoilt",
    [{"key": None}, {"key": "credit-request:of another"}, {"amount": 2149}],
    ids=["no key", "another's key", "another amount"],
)
def test_the_entry_is_the_one_of_this_request(request_: CreditRequest, bob: User, spoilt: dict[str, Any]):
    vote(request_, bob)
    entry = entry_for(request_, **spoilt)

    with refused_by(DECIDED):
        confirm(request_, entry, decided_by_id=bob.pk)


def test_the_entry_is_in_the_currency_of_the_request(request_: CreditRequest, bob: User):
    vote(request_, bob)
    entry = post_by_hand(given_account("EUR"), 2150, key=f"credit-request:{request_.pk.hex}")

    with refused_by(DECIDED):
        confirm(request_, entry, decided_by_id=bob.pk)


def test_there_is_an_entry(request_: CreditRequest, bob: User):
    vote(request_, bob)

    with refused_by(DECIDED):
        confirm(request_, None, decided_by_id=bob.pk)


def test_an_entry_belongs_to_a_confirmed_request(request_: CreditRequest):
    entry = entry_for(request_)

    with refused_by("credits_creditrequest_confirmed_is_issued"):
        run("UPDATE credits_creditrequest SET transaction_id = %s", entry.hex)


# The states


@pytest.mark.parametrize(
    "spoilt", [{"status": "FAILED"}, {"status": "CANCELED"}, {"status": "CONFIRMED"}, {"version": 2}]
)
def test_a_request_begins_pending_in_its_first_version(request_: CreditRequest, spoilt: dict[str, Any]):
    with refused_by("credits_creditrequest_begins"):
        insert("credits_creditrequest", **copy_of(request_, **spoilt))


def test_the_copy_by_hand_passes_when_nothing_is_spoilt(request_: CreditRequest):
    insert("credits_creditrequest", **copy_of(request_))

    assert CreditRequest.objects.count() == 2


@pytest.mark.parametrize("state", ["PENDING", "FAILED", "CANCELED"])
def test_confirmed_is_final(bob: User, state: str):
    request = confirmed(bob)
    tell(request, "FAILED", from_status="CONFIRMED", to_status=state, person=bob)

    with refused_by(DECIDED):
        run("UPDATE credits_creditrequest SET status = %s WHERE id = %s", state, request.pk.hex)


@pytest.mark.parametrize("state", ["PENDING", "FAILED", "CONFIRMED"])
def test_canceled_is_final(request_: CreditRequest, bob: User, state: str):
    reject_request(request_id=request_.pk, party=party_of(bob), now=NOW)
    tell(request_, "FAILED", from_status="CANCELED", to_status=state, person=bob)

    with refused_by(DECIDED):
        run("UPDATE credits_creditrequest SET status = %s", state)


@pytest.mark.parametrize(
    "change",
    [
        "transaction_id = NULL",
        "decided_by_id = NULL",
        "decided_by_id = requested_by_id",
        "decided_label = 'carol'",
        "decided_at = created_at, version = 2",
        "issued_card_id = NULL",
    ],
)
def test_what_was_decided_stays(bob: User, change: str):
    confirmed(bob)

    with refused_by(FROZEN):
        run(f"UPDATE credits_creditrequest SET {change}")


def test_failed_leads_to_pending_alone(request_: CreditRequest, bob: User):
    fail_request(request_id=request_.pk, party=party_of(bob), now=NOW)
    tell(request_, "CANCELED", from_status="FAILED", to_status="CANCELED", person=bob)

    with refused_by(DECIDED):
        run("UPDATE credits_creditrequest SET status = 'CANCELED'")


def test_asking_again_is_a_new_version_so_that_no_old_vote_counts(request_: CreditRequest, bob: User):
    fail_request(request_id=request_.pk, party=party_of(bob), now=NOW)
    again = "status = 'PENDING', decided_at = NULL, decided_by_id = NULL, decided_label = ''"

    tell(request_, "RETRIED", from_status="FAILED")
    with refused_by(DECIDED):
        run(f"UPDATE credits_creditrequest SET {again}")
    tell_version(request_, "RETRIED", "FAILED")
    run(f"UPDATE credits_creditrequest SET {again}, version = 2")


@pytest.mark.parametrize("version", [0, 3])
def test_versions_are_counted_on(request_: CreditRequest, version: int):
    with refused_by(FROZEN):
        run("UPDATE credits_creditrequest SET version = %s", version)


@pytest.mark.parametrize("app_label", ["credits", "giftcards"])
def test_both_databases_refuse_by_the_same_rules(app_label: str):
    on_postgresql, on_sqlite = rules_of(app_label, "postgresql"), rules_of(app_label, "sqlite")

    # Only PostgreSQL truncates.
    assert {rule for rule in on_postgresql - on_sqlite if not rule.endswith("_no_truncate")} == set()
    assert on_sqlite - on_postgresql == set()
