"""What of a request changes after it was asked for: note, attributes and, while it waits, whom it pays."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from giftcards.errors import CodeMalformed
from giftcards.queries import get_card, get_card_by_id
from ledger.models import Transaction
from storecredit.credits.errors import (
    AttributesMalformed,
    IssueRefused,
    NotYours,
    PayeeUnknown,
    RequestChanged,
    RequestNotFound,
    SelfApproval,
)
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import (
    RequestStatus,
    reject_request,
    request_credits,
    set_status,
)
from tests.callers import given_client
from tests.credits.requests import (
    ORDER,
    change_request,
    given_approver,
    given_person,
    given_request,
    history_of,
    party_of,
    party_of_client,
    row_of,
    wanted,
)
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, days, given_customer, money, nothing_moves, refused, wallet_of

pytestmark = pytest.mark.django_db

NUMBER = "giftCardNumber"


@pytest.fixture
def bob() -> User:
    return given_approver("bob")


def change(request: CreditRequest, person: User, **fields: Any) -> CreditRequest:
    change_request(request_id=request.pk, party=party_of(person), now=days(1), **fields)
    return row_of(request)


def bring(request: CreditRequest, person: User, status: str, **fields: Any) -> CreditRequest:
    """As the API does it."""
    set_status(
        request_id=request.pk,
        status=RequestStatus(status),
        party=party_of(person),
        now=days(1),
        may_decide=True,
        **fields,
    )
    return row_of(request)


# Attributes and note


def test_attributes_are_merged_member_by_member_and_null_removes_one(bob: User):
    request = given_request(attributes={"color": "red", "size": {"width": 1}, "tags": ["a"], "gone": None})
    assert request.attributes == {"color": "red", "size": {"width": 1}, "tags": ["a"]}

    stored = change(request, bob, attributes={"color": None, "size": {"height": 2}, "shape": "round", "none": None})

    assert stored.attributes == {"size": {"height": 2}, "tags": ["a"], "shape": "round"}
    assert (stored.version, stored.updated_at, stored.note) == (1, days(1), "")
    assert history_of(request) == [("CREATED", "", "PENDING"), ("CHANGED", "PENDING", "PENDING")]


def test_a_note_is_replaced_when_it_is_given_and_else_left(bob: User):
    request = given_request(note="first", attributes={"color": "red"})

    assert change(request, bob, attributes={"color": "blue"}).note == "first"
    assert change(request, bob, note="second").note == "second"
    assert change(request, bob, note="").note == ""
    assert row_of(request).attributes == {"color": "blue"}


def test_saying_nothing_changes_nothing(bob: User):
    request = given_request(note="first")

    with nothing_moves():
        change(request, bob)
        change(request, bob, attributes={})


@pytest.mark.parametrize("state", ["CONFIRMED", "FAILED", "CANCELED"])
def test_the_present_state_again_changes_note_and_attributes_and_moves_no_money(bob: User, state: str):
    request = given_request(attributes={"color": "red"})
    bring(request, bob, state)
    before = Transaction.objects.count()

    stored = bring(request, bob, state, note="again", attributes={"color": None, "shape": "round"})

    assert (stored.status, stored.note, stored.attributes.get("shape")) == (state, "again", "round")
    assert "color" not in stored.attributes
    assert Transaction.objects.count() == before
    assert history_of(request)[-1] == ("CHANGED", state, state)


def test_a_change_that_comes_with_a_refused_decision_is_not_made():
    alice = given_approver("alice")
    request = given_request(by=alice, note="first")

    with refused(SelfApproval):
        bring(request, alice, "CONFIRMED", note="second", attributes={"color": "red"})


def test_another_version_than_was_seen_is_refused(bob: User):
    request = given_request()

    with refused(RequestChanged):
        change(request, bob, note="x", version=2)
    with refused(RequestChanged):
        bring(request, bob, "FAILED", version=2)
    assert change(request, bob, note="x", version=1).note == "x"


def test_sixteen_kibibytes_of_attributes_and_no_more(bob: User):
    request = given_request(attributes={"a": "x" * (16 * 1024 - len('{"a":""}'))})

    for more in ({"b": 1}, {"a": "x" * (16 * 1024 - len('{"a":""}') + 1)}, {"a": "€" * 5460}):
        with refused(AttributesMalformed):
            change(request, bob, attributes=more)
    assert change(request, bob, attributes={"a": "x"}).attributes == {"a": "x"}
    with refused(AttributesMalformed):
        request_credits(order=ORDER, wanted=[wanted(attributes={"a": "x" * 17000})], party=party_of(bob), now=NOW)


def test_a_request_that_is_not_there_is_not_found(bob: User):
    request = given_request()
    request.pk = "01890000-0000-7000-8000-000000000000"

    with refused(RequestNotFound):
        change_request(request_id=request.pk, party=party_of(bob), now=NOW, note="x")


# Whom it pays


def test_a_number_is_kept_by_its_last_four_alone(bob: User):
    request = given_request(attributes={NUMBER: "SUMMER-2026-1"})

    assert request.attributes == {NUMBER: "****0261"}
    assert (request.open_number(), request.number_last_four) == ("SUMMER-2026-1", "0261")
    assert "SUMMER" not in str(CreditRequest.objects.filter(pk=request.pk).values())


def test_another_number_is_another_version(bob: User):
    request = given_request(attributes={NUMBER: "SUMMER-2026-1"})

    stored = change(request, bob, attributes={NUMBER: "WINTER-2026-1"})

    assert (stored.version, stored.attributes, stored.open_number()) == (2, {NUMBER: "****0261"}, "WINTER-2026-1")
    assert history_of(request)[-1] == ("PAYEE_CHANGED", "PENDING", "PENDING")


@pytest.mark.parametrize("same", ["SUMMER-2026-1", "summer20261", "****0261"])
def test_the_same_number_however_it_is_spelled_is_the_same_version(bob: User, same: str):
    request = given_request(attributes={NUMBER: "SUMMER-2026-1"})

    stored = change(request, bob, attributes={NUMBER: same})

    assert (stored.version, stored.attributes, stored.open_number()) == (1, {NUMBER: "****0261"}, "SUMMER-2026-1")


def test_without_its_number_a_card_to_be_made_gets_one_of_its_own(bob: User):
    request = given_request(attributes={NUMBER: "SUMMER-2026-1"})

    stored = change(request, bob, attributes={NUMBER: None})

    assert (stored.version, stored.attributes, stored.open_number(), stored.payee_kind) == (2, {}, None, "NEW_CARD")


def test_a_card_to_be_made_becomes_a_card_that_is_there(bob: User):
    card = given_card("10.00 USD", code="SUMMER-2026-1")
    request = given_request("5.00 USD")

    stored = change(request, bob, attributes={NUMBER: "SUMMER-2026-1"})

    assert (stored.version, stored.payee_kind, stored.payee_card_id) == (2, "CARD", card.id)
    bring(request, given_approver("carol"), "CONFIRMED")
    assert get_card_by_id(card_id=card.id, now=NOW).spendable == money("15.00 USD")


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("abc", CodeMalformed),
        ("has blank 1", CodeMalformed),
        ("a/slash", CodeMalformed),
        ("****9999", CodeMalformed),
        ("x" * 65, CodeMalformed),
        ("", CodeMalformed),
        (12345678, AttributesMalformed),
        (["ABCD-1234"], AttributesMalformed),
        ("POUNDS-2026-1", PayeeUnknown),
    ],
)
def test_what_names_no_card_that_can_be_paid_is_refused(bob: User, number: Any, error: Any):
    given_card("10.00 GBP", code="POUNDS-2026-1")
    request = given_request(attributes={NUMBER: "SUMMER-2026-1"})

    with refused(error):
        change(request, bob, attributes={NUMBER: number})


def test_store_credit_goes_to_another_customer_as_another_version(bob: User):
    first, second = given_customer(), given_customer()
    request = given_request("5.00 USD", kind="STORE_CREDIT", attributes={"customerId": first.number})
    assert change(request, bob, attributes={"customerId": first.document_id}).version == 1

    stored = change(request, bob, attributes={"customerId": second.document_id})

    assert (stored.version, stored.payee_customer) == (2, second)
    bring(request, given_approver("carol"), "CONFIRMED")
    assert wallet_of(first, "USD").account_id is None
    assert wallet_of(second, "USD").spendable_minor == 500


@pytest.mark.parametrize("customer", [None, "NOBODY", "", 7])
def test_store_credit_goes_to_a_customer_that_is_there(bob: User, customer: Any):
    request = given_request(kind="STORE_CREDIT", attributes={"customerId": given_customer().number})

    with refused(AttributesMalformed if customer == 7 else PayeeUnknown):
        change(request, bob, attributes={"customerId": customer})


def test_a_live_request_pays_no_test_customer(bob: User):
    request = given_request(kind="STORE_CREDIT", attributes={"customerId": given_customer().number})
    other = given_customer(test_mode=True)

    with refused(PayeeUnknown):
        change(request, bob, attributes={"customerId": other.number})


@pytest.mark.parametrize("state", ["CONFIRMED", "FAILED", "CANCELED"])
def test_whom_a_decided_request_pays_does_not_change(bob: User, state: str):
    request = given_request("5.00 USD", attributes={NUMBER: "SUMMER-2026-1"})
    bring(request, bob, state)
    given_card("10.00 USD", code="WINTER-2026-2")

    for number in ("WINTER-2026-2", "SPRING-2026-3", None):
        with refused(RequestChanged):
            bring(request, bob, state, attributes={NUMBER: number})
    assert bring(request, bob, state, attributes={NUMBER: "SUMMER-2026-1"}).attributes == {NUMBER: "****0261"}


# The number that a confirmation brings


def test_a_confirmation_gives_a_free_number_to_the_card_to_be_made(bob: User):
    request = given_request("5.00 USD")

    stored = bring(request, bob, "CONFIRMED", attributes={NUMBER: "SUMMER-2026-1", "till": 4})

    assert get_card(code="SUMMER-2026-1", test_mode=False, now=NOW).spendable == money("5.00 USD")
    assert (stored.attributes, stored.version) == ({NUMBER: "****0261", "till": 4}, 1)
    assert stored.open_number() is None


@pytest.mark.parametrize("asked", ["SUMMER-2026-1", "WINTER-2026-2"])
def test_it_gives_no_other_number_than_was_asked_for(bob: User, asked: str):
    request = given_request("5.00 USD", attributes={NUMBER: asked})

    with nothing_moves(), refused(RequestChanged):
        bring(request, bob, "CONFIRMED", attributes={NUMBER: "AUTUMN-2026-3"})

    assert bring(request, bob, "CONFIRMED", attributes={NUMBER: asked.lower()}).status == "CONFIRMED"
    assert get_card(code=asked, test_mode=False, now=NOW).spendable == money("5.00 USD")


@pytest.mark.parametrize("payee", [{}, {NUMBER: "SPRING-2026-3"}])
def test_it_names_no_other_card(bob: User, payee: dict[str, str]):
    given_card("10.00 USD", code="SUMMER-2026-1")
    given_card("10.00 USD", code="SPRING-2026-3")
    request = given_request("5.00 USD", attributes=payee)

    with refused(RequestChanged):
        bring(request, bob, "CONFIRMED", attributes={NUMBER: "SUMMER-2026-1"})


def test_it_takes_no_number_away(bob: User):
    request = given_request("5.00 USD", attributes={NUMBER: "SUMMER-2026-1"})

    with refused(RequestChanged):
        bring(request, bob, "CONFIRMED", attributes={NUMBER: None})


@pytest.mark.parametrize("own", ["SUMMER-2026-1", "summer20261", "****0261"])
def test_it_may_name_the_card_that_is_paid_anyway(bob: User, own: str):
    card = given_card("10.00 USD", code="SUMMER-2026-1")
    request = given_request("5.00 USD", attributes={NUMBER: "SUMMER-2026-1"})

    bring(request, bob, "CONFIRMED", attributes={NUMBER: own})

    assert get_card_by_id(card_id=card.id, now=NOW).spendable == money("15.00 USD")


def test_a_number_of_the_other_mode_is_taken_too(bob: User):
    given_card("10.00 USD", code="SUMMER-2026-1", test_mode=True)
    request = given_request("5.00 USD")

    with refused(IssueRefused):
        bring(request, bob, "CONFIRMED", attributes={NUMBER: "SUMMER-2026-1"})


def test_it_names_no_other_customer(bob: User):
    first, second = given_customer(), given_customer()
    request = given_request("5.00 USD", kind="STORE_CREDIT", attributes={"customerId": first.number})

    with refused(RequestChanged):
        bring(request, bob, "CONFIRMED", attributes={"customerId": second.number})


# Who may


def test_who_asked_takes_their_own_back_and_nothing_else():
    alice, carol = given_person("alice"), given_person("carol")
    client = given_client(["credits:request"], owner=alice).client
    own, through_key = given_request(by=alice), given_request(by=party_of_client(client.pk))
    said: dict[str, Any] = {"now": NOW, "may_decide": False}

    for status in ("CONFIRMED", "FAILED", "PENDING"):
        with refused(NotYours):
            set_status(request_id=own.pk, status=RequestStatus(status), party=party_of(alice), **said)
    with refused(NotYours):
        set_status(request_id=own.pk, status=RequestStatus.CANCELED, party=party_of(carol), **said)
    set_status(request_id=own.pk, status=RequestStatus.CANCELED, party=party_of(alice), **said)
    set_status(request_id=through_key.pk, status=RequestStatus.CANCELED, party=party_of_client(client.pk), **said)

    assert history_of(own)[-1] == history_of(through_key)[-1] == ("CANCELED", "PENDING", "CANCELED")


def test_rejecting_and_taking_back_read_differently_in_the_history(bob: User):
    theirs, other = given_request(), given_request()

    bring(theirs, bob, "CANCELED")
    reject_request(request_id=other.pk, party=party_of(bob), now=NOW, note="twice the same")

    assert history_of(theirs)[-1] == history_of(other)[-1] == ("REJECTED", "PENDING", "CANCELED")
    line = other.events.order_by("-pk")[0]
    assert (line.note, line.person, line.actor_label, line.door) == ("twice the same", bob, "bob", "admin")
