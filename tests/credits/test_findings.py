"""What was done to requests with the triggers off is found, and named."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from ledger import triggers
from ledger.models import Transaction
from storecredit.api.operations import Maker, rotate_api_key
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import (
    approve_batch,
    approve_request,
    fail_request,
    reject_request,
    retry_request,
)
from storecredit.credits.queries import list_checks, list_findings
from tests.callers import given_client
from tests.credits.batches import given_batch, requests_of
from tests.credits.by_hand import entry_for, vote
from tests.credits.requests import (
    change_request,
    given_approver,
    given_person,
    given_policy,
    given_request,
    party_of,
    party_of_client,
    row_of,
)
from tests.giftcards.cards import given_card
from tests.ledger.attacks import run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW, money

pytestmark = pytest.mark.django_db

CONSTRAINTS = ("credits_creditrequest_four_eyes", "credits_creditrequest_confirmed_is_issued")
#: No trigger of requests or books, and no CHECK of a request's decision, refuses anything in there.
guards_off = partial(
    triggers_off, "credits", "ledger", checks=[("credits_creditrequest", name) for name in CONSTRAINTS]
)


@pytest.fixture
def bob() -> User:
    return given_approver("bob")


@pytest.fixture
def confirmed(bob: User) -> CreditRequest:
    request = given_request("21.50 USD", by=given_person("alice"))
    approve_request(request_id=request.pk, party=party_of(bob), now=NOW)
    return row_of(request)


def found() -> list[tuple[str, str, str]]:
    """Check, row and message of all that is wrong but the guards, of which some stay away until the test ends."""
    return [(each.check, each.row, each.message) for each in list_findings() if each.check != "guards"]


def name_of(request: CreditRequest) -> str:
    """How a finding names a request."""
    key = str(request.pk) if connection.vendor == "postgresql" else request.pk.hex
    return f"credit request {key}"


def test_requests_that_were_left_to_the_operations_have_nothing_wrong(bob: User, confirmed: CreditRequest):
    given_policy(auto="5.00", second="20.00")
    client = given_client(["credits:request"]).client
    given_request("5.00 USD", by=party_of_client(client.pk))
    failed, rejected, half = given_request(), given_request(), given_request("21.50 USD")
    fail_request(request_id=failed.pk, party=party_of(bob), now=NOW)
    retry_request(request_id=failed.pk, party=party_of(bob), now=NOW)
    reject_request(request_id=rejected.pk, party=party_of(bob), now=NOW)
    approve_request(request_id=half.pk, party=party_of(bob), now=NOW)
    approve_batch(batch_id=given_batch(by=given_person("carol")).pk, party=party_of(bob), now=NOW)

    assert found() == []


@pytest.mark.parametrize(
    "breakage",
    [
        "UPDATE credits_creditrequest SET transaction_id = NULL",
        "UPDATE credits_creditrequest SET amount_minor = 2149",
        "UPDATE credits_creditrequest SET currency = 'EUR'",
        "UPDATE ledger_transaction SET key = NULL",
        "UPDATE ledger_transaction SET key = 'credit-request:of another'",
    ],
)
def test_a_confirmed_request_without_its_own_entry_is_found(confirmed: CreditRequest, breakage: str):
    with guards_off():
        run(breakage)

    assert ("request_paid_out", name_of(confirmed)) in [each[:2] for each in found()]


def test_the_message_says_how_much(confirmed: CreditRequest):
    with guards_off():
        run("UPDATE ledger_transaction SET key = NULL")

    assert found() == [
        (
            "request_paid_out",
            name_of(confirmed),
            f"is confirmed; its entry of {money('21.50 USD')} is missing or another",
        )
    ]


def test_an_entry_of_a_request_that_is_not_confirmed_is_found():
    entry_for(given_request("21.50 USD"))
    number = Transaction.objects.get().number

    message = f"pays {money('21.50 USD')} out for a request that is not confirmed"
    assert found() == [("request_paid_without_decision", f"transaction {number}", message)]


def test_a_request_that_is_set_back_after_it_was_paid_out_is_found(confirmed: CreditRequest):
    with guards_off():
        run("UPDATE credits_creditrequest SET status = 'FAILED'")

    assert {check for check, *_ in found()} == {"request_paid_without_decision", "request_history"}


def test_an_approval_by_who_asked_is_found(confirmed: CreditRequest):
    alice = User.objects.get(username="alice")
    with guards_off():
        run("UPDATE credits_creditrequest SET decided_by_id = requested_by_id")
        run("UPDATE credits_creditrequestvote SET person_id = %s", alice.pk)

    assert found() == [
        ("request_four_eyes", name_of(confirmed), "was approved by the person who asked for it"),
        ("vote_told", name_of(confirmed), "has an approval by bob that its history does not tell of"),
    ]


def test_a_version_that_nobody_made_is_found(bob: User):
    request = given_request()
    with guards_off():
        run("UPDATE credits_creditrequest SET version = 2")

    assert ("version_told", name_of(request), "is in version 2, and no line says who made it") in found()


def test_a_vote_of_who_asked_is_found(bob: User):
    alice = given_person("alice")
    request = given_request(by=alice)
    with guards_off():
        vote(request, alice)

    assert [each[:2] for each in found()] == [("request_four_eyes", name_of(request))]


@pytest.mark.parametrize(
    "breakage",
    ["DELETE FROM credits_creditrequestvote", "UPDATE credits_creditrequestvote SET version = 7"],
)
def test_a_confirmation_without_the_approval_is_found(confirmed: CreditRequest, breakage: str):
    with guards_off():
        run(breakage)

    message = "was confirmed by somebody whose approval is not there"
    others = {"vote_told"} if "version" in breakage else set()
    assert ("request_votes", name_of(confirmed), message) in found()
    assert {check for check, *_ in found()} == {"request_votes"} | others


@pytest.mark.parametrize(
    "breakage",
    [
        "DELETE FROM credits_creditrequestevent WHERE kind = 'APPROVED'",
        "DELETE FROM credits_creditrequestevent",
        "UPDATE credits_creditrequestevent SET to_status = 'FAILED' WHERE kind = 'APPROVED'",
    ],
)
def test_a_history_that_ends_otherwise_is_found(confirmed: CreditRequest, breakage: str):
    with guards_off():
        run(breakage)

    others = {"vote_told"} if "DELETE" in breakage else set()
    assert ("request_history", name_of(confirmed), "is CONFIRMED; its history ends otherwise") in found()
    assert {check for check, *_ in found()} == {"request_history"} | others


def test_a_batch_that_lost_a_request_is_found():
    batch = given_batch()
    with guards_off():
        run("UPDATE credits_creditrequest SET batch_id = NULL WHERE id = %s", requests_of(batch)[0].pk.hex)

    assert found() == [("request_batches", "batch goodwill.csv", "says 2; there are 1")]


def test_an_approved_batch_with_a_request_that_is_not_confirmed_is_found(bob: User):
    given_batch()
    run("UPDATE credits_creditrequestbatch SET status = 'APPROVED', decided_by_id = %s", bob.pk)

    assert found() == [
        ("request_batch_decision", "batch goodwill.csv", "is approved; 2 of its requests are not confirmed")
    ]


def test_an_owner_who_has_approved_what_the_client_asked_for_is_found(bob: User):
    client = given_client(["credits:request"], name="shop").client
    request = given_request("21.50 USD", by=party_of_client(client.pk))
    approve_request(request_id=request.pk, party=party_of(bob), now=NOW)

    with guards_off():
        run("UPDATE api_apikey SET revoked_at = created_at")
        run("UPDATE api_apiclient SET owner_id = %s", bob.pk)

        assert found() == [
            (
                "request_client_person",
                name_of(request),
                "was approved by the owner of shop, which asked for it",
            ),
            (
                "client_person_missing",
                "API client shop",
                "has an owner or a maker of a key who is not written down as standing behind it",
            ),
        ]


def test_an_approval_by_who_had_read_a_key_of_the_client_is_found(bob: User):
    client = given_client(["credits:request"], name="shop").client
    rotate_api_key(name="shop", now=NOW, maker=Maker(door="admin", person=bob))
    request = given_request("21.50 USD", by=party_of_client(client.pk))
    with guards_off():
        vote(request, bob)

    assert found() == [
        (
            "request_key_reader",
            name_of(request),
            "was approved by somebody who had read a key of shop, which asked for it",
        )
    ]


def test_who_makes_a_key_only_after_their_approval_has_done_nothing_wrong(bob: User):
    client = given_client(["credits:request"], name="shop").client
    request = given_request("21.50 USD", by=party_of_client(client.pk))
    approve_request(request_id=request.pk, party=party_of(bob), now=NOW)

    rotate_api_key(name="shop", now=NOW + timedelta(seconds=1), maker=Maker(door="admin", person=bob))

    assert found() == []


def test_an_approval_by_who_had_changed_whom_it_pays_is_found(bob: User):
    request = given_request("21.50 USD", by=given_person("alice"))
    given_card("10.00 USD", code="OTHER-0001")
    change_request(request_id=request.pk, party=party_of(bob), now=NOW, attributes={"giftCardNumber": "OTHER-0001"})
    with guards_off():
        vote(row_of(request), bob)

    assert found() == [
        ("request_redirected", name_of(request), "was approved by the person who had changed whom it pays")
    ]


def test_who_changes_whom_it_pays_after_their_approval_has_done_nothing_wrong(bob: User):
    given_policy(second="10.00")
    request = given_request("21.50 USD", by=given_person("alice"))
    given_card("10.00 USD", code="OTHER-0001")
    approve_request(request_id=request.pk, party=party_of(bob), now=NOW)

    change_request(request_id=request.pk, party=party_of(bob), now=NOW, attributes={"giftCardNumber": "OTHER-0001"})

    assert found() == []


def test_a_guard_that_is_missing_is_found():
    with guards_off():
        guards = {finding.row for finding in list_findings() if finding.check == "guards"}

    shipped = {f"trigger {each.name}" for each in triggers.list_triggers("credits", connection.vendor)}
    dropped = {f"constraint {name}" for name in CONSTRAINTS} if connection.vendor == "postgresql" else set()
    assert guards == shipped | dropped


def test_each_check_has_a_test_here():
    tested: set[Any] = {"request_paid_out", "request_paid_without_decision", "request_four_eyes", "request_votes"}

    assert {name for name, *_ in list_checks()} == tested | {
        "request_history",
        "request_words",  # in test_finding_requests.py
        "request_metadata",  # in tests/ledger/test_metadata.py
        "request_client_person",
        "request_key_reader",
        "request_redirected",
        "version_told",
        "vote_told",
        "client_person_missing",
        "request_batches",
        "request_batch_decision",
        "credits guards",
    }
