"""A request is asked for by one and approved by another; the credit comes into being in that very transaction."""

import pytest

from giftcards.queries import get_card, get_card_by_id
from ledger.models import Transaction
from storecredit.credits.errors import (
    ApproverLimitExceeded,
    ApproverUnknown,
    IssueRefused,
    RequestChanged,
    SelfApproval,
)
from storecredit.credits.operations import RequestKind, approve_request
from tests.callers import given_client
from tests.credits.requests import (
    given_approver,
    given_person,
    given_policy,
    given_request,
    history_of,
    party_of,
    party_of_client,
    row_of,
)
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, given_customer, money, nothing_moves, refused, wallet_of

pytestmark = pytest.mark.django_db


def test_the_approval_makes_the_card_that_was_asked_for() -> None:
    request = given_request("21.50 USD", attributes={"giftCardNumber": "XlQZTmFDFtPFGMxJP6oiAqN3vo+qKZ"})
    bob = given_approver("bob")

    decision = approve_request(request_id=request.pk, party=party_of(bob), now=NOW, version=1, note="checked")

    card = get_card(code="XlQZTmFDFtPFGMxJP6oiAqN3vo+qKZ", test_mode=False, now=NOW)
    assert card.spendable == money("21.50 USD")
    assert decision.code == "XlQZTmFDFtPFGMxJP6oiAqN3vo+qKZ"
    stored = row_of(request)
    assert (stored.status, stored.decided_by, stored.issued_card_id) == ("CONFIRMED", bob, card.id)
    assert stored.attributes == {"giftCardNumber": "****+qKZ"}
    assert stored.transaction is not None
    assert stored.transaction.reference == request.order_value
    assert history_of(request) == [("CREATED", "", "PENDING"), ("APPROVED", "PENDING", "CONFIRMED")]


def test_a_number_that_was_taken_meanwhile_gives_way_to_a_generated_one() -> None:
    request = given_request(attributes={"giftCardNumber": "SUMMER-2026-1"})
    given_card(code="SUMMER-2026-1")

    decision = approve_request(request_id=request.pk, party=party_of(given_approver("bob")), now=NOW)

    assert decision.code is not None
    assert decision.code != "SUMMER-2026-1"
    assert get_card(code=decision.code, test_mode=False, now=NOW).spendable == money("21.50 USD")


def test_an_existing_card_is_reloaded() -> None:
    card = given_card("10.00 USD", code="SUMMER-2026-1")
    request = given_request("5.00 USD", attributes={"giftCardNumber": "summer20261"})

    approve_request(request_id=request.pk, party=party_of(given_approver("bob")), now=NOW)

    assert get_card_by_id(card_id=card.id, now=NOW).spendable == money("15.00 USD")


def test_store_credit_goes_to_the_customer() -> None:
    customer = given_customer()
    request = given_request("5.00 USD", kind=RequestKind.STORE_CREDIT, attributes={"customerId": customer.number})

    approve_request(request_id=request.pk, party=party_of(given_approver("bob")), now=NOW)

    assert wallet_of(customer, "USD").spendable_minor == 500


def test_a_refused_issue_leaves_the_request_pending() -> None:
    card = given_card("10.00 USD", code="SUMMER-2026-1", reloadable=False)
    request = given_request("5.00 USD", card_id=card.id)
    bob = given_approver("bob")

    with nothing_moves(), refused(IssueRefused):
        approve_request(request_id=request.pk, party=party_of(bob), now=NOW)

    assert row_of(request).status == "PENDING"
    assert history_of(request) == [("CREATED", "", "PENDING")]


def test_whoever_asked_does_not_approve_whichever_door_they_take() -> None:
    alice = given_approver("alice")
    client = given_client(["credits:request", "credits:approve"], owner=alice).client
    own = given_request(by=alice)
    through_key = given_request(by=party_of_client(client.pk, alice))

    for request, party in (
        (own, party_of(alice)),
        (own, party_of_client(client.pk, alice)),
        (through_key, party_of(alice)),
        (through_key, party_of_client(client.pk, alice)),
    ):
        with nothing_moves(), refused(SelfApproval):
            approve_request(request_id=request.pk, party=party, now=NOW)


def test_without_a_limit_nobody_approves_superusers_included() -> None:
    request = given_request()
    root = given_person("root", is_superuser=True)

    with nothing_moves(), refused(ApproverLimitExceeded):
        approve_request(request_id=request.pk, party=party_of(root), now=NOW)
    with nothing_moves(), refused(ApproverUnknown):
        approve_request(request_id=request.pk, party=party_of_client(1), now=NOW)


def test_above_the_policy_a_second_person_has_to_approve() -> None:
    given_policy(second="20.00")
    request = given_request("21.50 USD")
    bob, carol = given_approver("bob"), given_approver("carol")

    first = approve_request(request_id=request.pk, party=party_of(bob), now=NOW)

    assert first.approvals_missing == 1
    assert row_of(request).status == "PENDING"
    assert Transaction.objects.count() == 0
    approve_request(request_id=request.pk, party=party_of(carol), now=NOW)
    assert row_of(request).status == "CONFIRMED"
    assert history_of(request) == [
        ("CREATED", "", "PENDING"),
        ("VOTED", "PENDING", "PENDING"),
        ("APPROVED", "PENDING", "CONFIRMED"),
    ]


def test_a_policy_for_a_key_approves_at_once_and_is_written_down_as_itself() -> None:
    client = given_client(["credits:request"]).client
    policy = given_policy(auto="50.00", client=client)

    request = given_request("50.00 USD", by=party_of_client(client.pk))
    above = given_request("50.01 USD", by=party_of_client(client.pk))

    stored = row_of(request)
    assert (stored.status, stored.decided_by, stored.decided_policy) == ("CONFIRMED", None, policy)
    assert stored.decided_label == "Policy default USD"
    assert row_of(above).status == "PENDING"


def test_an_approval_of_another_version_is_refused() -> None:
    request = given_request()

    with nothing_moves(), refused(RequestChanged):
        approve_request(request_id=request.pk, party=party_of(given_approver("bob")), now=NOW, version=2)
