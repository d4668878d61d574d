"""Which policy a request falls under, what it approves alone, and where it asks for a second person."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from ledger.models import Transaction
from storecredit.credits.errors import AlreadyVoted, ApproverLimitExceeded, IssueRefused, RequestChanged, SelfApproval
from storecredit.credits.models import CreditRequest, CreditRequestVote
from storecredit.credits.operations import (
    approve_request,
    fail_request,
    request_credits,
    retry_request,
)
from storecredit.credits.queries import count_approvals_needed, find_policy, list_decidable, list_findings
from tests.callers import given_client
from tests.credits.requests import (
    ORDER,
    change_request,
    given_approver,
    given_policy,
    given_request,
    history_of,
    party_of,
    party_of_client,
    row_of,
    wanted,
)
from tests.factories.credits import ApprovalPolicyFactory
from tests.giftcards.cards import given_card
from tests.ledger.attacks import broken_rule
from tests.scenarios import NOW, given_customer, nothing_moves, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Any:
    return given_client(["credits:request"]).client


def test_the_policy_that_fits_most_closely_decides(client):
    other = given_client(["credits:request"]).client
    policies = {
        name: given_policy(auto=f"{place}.00", **fields)
        for place, (name, fields) in enumerate(
            {
                "any": {},
                "type": {"kind": "GIFT_CARD"},
                "code": {"code": "VIP"},
                "code and type": {"code": "VIP", "kind": "GIFT_CARD"},
                "client": {"client": client},
                "client and type": {"client": client, "kind": "GIFT_CARD"},
                "client and code": {"client": client, "code": "VIP"},
                "all three": {"client": client, "code": "VIP", "kind": "GIFT_CARD"},
                "another currency": {"currency": "EUR", "client": client, "code": "VIP", "kind": "GIFT_CARD"},
                "another client": {"client": other, "code": "VIP", "kind": "GIFT_CARD"},
            }.items(),
            start=1,
        )
    }
    request = given_request("900.00 USD", by=party_of_client(client.pk), policy_code="VIP")

    order = ["all three", "client and code", "client and type", "client", "code and type", "code", "type", "any"]
    for name in order:
        assert find_policy(request=request) == policies[name]
        policies[name].delete()
    assert find_policy(request=request) is None


def test_an_unknown_code_means_the_policy_without_one(client):
    default = given_policy(auto="50.00")
    given_policy(auto="1.00", code="VIP")

    request = given_request("50.00 USD", by=party_of_client(client.pk), policy_code="never heard of")

    assert (row_of(request).status, row_of(request).decided_policy) == ("CONFIRMED", default)


@pytest.mark.parametrize(("amount", "state"), [("50.00 USD", "CONFIRMED"), ("50.01 USD", "PENDING")])
def test_a_policy_approves_up_to_its_amount(client, amount: str, state: str):
    given_policy(auto="50.00")

    request = given_request(amount, by=party_of_client(client.pk))

    assert row_of(request).status == state
    assert Transaction.objects.count() == (1 if state == "CONFIRMED" else 0)
    assert list(list_findings()) == []


def test_what_a_policy_approved_says_so(client):
    policy = given_policy(auto="50.00", code="VIP")

    request = row_of(given_request("50.00 USD", by=party_of_client(client.pk), policy_code="VIP"))

    assert (request.decided_by, request.decided_policy, request.decided_label) == (None, policy, "Policy VIP USD")
    assert history_of(request) == [("CREATED", "", "PENDING"), ("APPROVED", "PENDING", "CONFIRMED")]
    line = request.events.order_by("-pk")[0]
    assert (line.actor_kind, line.actor_label, line.person, line.door) == (
        "SYSTEM",
        "Policy VIP USD",
        None,
        "api:fabric",
    )
    assert request.votes.count() == 0


def test_a_policy_approves_nothing_that_staff_ask_for():
    given_policy(auto="50.00")

    assert row_of(given_request("1.00 USD")).status == "PENDING"


def test_a_policy_for_one_type_approves_nothing_of_the_other(client):
    given_policy(auto="50.00", kind="STORE_CREDIT")
    customer = given_customer()

    card = given_request("1.00 USD", by=party_of_client(client.pk))
    credit = given_request(
        "1.00 USD", by=party_of_client(client.pk), kind="STORE_CREDIT", attributes={"customerId": customer.number}
    )

    assert (row_of(card).status, row_of(credit).status) == ("PENDING", "CONFIRMED")


def test_without_a_policy_every_request_waits(client):
    assert row_of(given_request("0.01 USD", by=party_of_client(client.pk))).status == "PENDING"


def test_where_a_policy_approves_and_the_books_refuse_none_of_the_requests_is_made(client):
    given_policy(auto="50.00")
    card = given_card("10.00 USD", reloadable=False)

    with refused(IssueRefused):
        request_credits(
            order=ORDER,
            wanted=[wanted("5.00 USD"), wanted("5.00 USD", card_id=card.id)],
            party=party_of_client(client.pk),
            now=NOW,
        )

    assert CreditRequest.objects.count() == 0


@pytest.mark.parametrize(("amount", "needed"), [("20.00 USD", 1), ("20.01 USD", 2)])
def test_a_second_approval_is_needed_above_its_amount(amount: str, needed: int):
    given_policy(second="20.00")

    assert count_approvals_needed(request=given_request(amount)) == needed


@pytest.mark.parametrize(
    "fields",
    [{"auto": "50.00", "second": "49.99"}, {"auto": "-1.00"}],
    ids=["alone what needs two", "less than nothing"],
)
def test_a_policy_makes_sense_in_itself(fields: dict[str, str]):
    minor = {name: round(float(text) * 100) for name, text in fields.items()}

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        ApprovalPolicyFactory.create(
            auto_approve_up_to_minor=minor.get("auto"),
            second_approval_above_minor=minor.get("second"),
        )

    assert broken_rule(caught.value) == "credits_approvalpolicy_amounts_in_order"


def test_there_is_one_policy_for_each_case(client):
    given_policy(code="VIP")
    given_policy(code="VIP", client=client)

    for fields in ({"code": "VIP"}, {"code": "VIP", "client": client}):
        with pytest.raises(IntegrityError), transaction.atomic():
            given_policy(**fields)


# The second approval


@pytest.fixture
def large() -> CreditRequest:
    given_policy(second="20.00")
    return given_request("21.50 USD", by=given_approver("alice"))


def test_one_person_does_not_approve_twice(large: CreditRequest):
    bob = given_approver("bob")
    client = given_client(["credits:approve"], owner=bob).client
    approve_request(request_id=large.pk, party=party_of(bob), now=NOW)

    for party in (party_of(bob), party_of_client(client.pk, bob)):
        with refused(AlreadyVoted):
            approve_request(request_id=large.pk, party=party, now=NOW)
    assert large not in list_decidable(person_id=bob.pk, now=NOW)


def test_who_asked_is_not_the_second_person_either(large: CreditRequest):
    approve_request(request_id=large.pk, party=party_of(given_approver("bob")), now=NOW)

    with refused(SelfApproval):
        approve_request(request_id=large.pk, party=party_of(User.objects.get(username="alice")), now=NOW)


def test_a_third_person_completes_it_and_is_who_decided(large: CreditRequest):
    bob, carol = given_approver("bob"), given_approver("carol")
    first = approve_request(request_id=large.pk, party=party_of(bob), now=NOW, note="looks right")
    assert (first.approvals_missing, first.transaction, row_of(large).status) == (1, None, "PENDING")

    second = approve_request(request_id=large.pk, party=party_of(carol), now=NOW)

    stored = row_of(large)
    assert second.transaction is not None
    assert (stored.status, stored.decided_by, second.approvals_missing) == ("CONFIRMED", carol, 0)
    assert [(vote.person, vote.note) for vote in CreditRequestVote.objects.order_by("pk")] == [
        (bob, "looks right"),
        (carol, ""),
    ]


def test_the_second_person_needs_a_limit_of_their_own(large: CreditRequest):
    approve_request(request_id=large.pk, party=party_of(given_approver("bob")), now=NOW)

    with refused(ApproverLimitExceeded):
        approve_request(request_id=large.pk, party=party_of(given_approver("carol", "21.49 USD")), now=NOW)


def test_another_payee_makes_earlier_approvals_void(large: CreditRequest):
    bob, carol = given_approver("bob"), given_approver("carol")
    approve_request(request_id=large.pk, party=party_of(bob), now=NOW)
    dave = given_approver("dave")
    change_request(request_id=large.pk, party=party_of(dave), now=NOW, attributes={"giftCardNumber": "WINTER-2026-1"})

    after = approve_request(request_id=large.pk, party=party_of(carol), now=NOW)

    assert (after.approvals_missing, row_of(large).version, row_of(large).status) == (1, 2, "PENDING")
    assert approve_request(request_id=large.pk, party=party_of(bob), now=NOW).transaction is not None
    assert history_of(large) == [
        ("CREATED", "", "PENDING"),
        ("VOTED", "PENDING", "PENDING"),
        ("PAYEE_CHANGED", "PENDING", "PENDING"),
        ("VOTED", "PENDING", "PENDING"),
        ("APPROVED", "PENDING", "CONFIRMED"),
    ]
    assert list(list_findings()) == []


def test_an_approval_of_the_version_before_is_refused(large: CreditRequest):
    change_request(
        request_id=large.pk,
        party=party_of(User.objects.get(username="alice")),
        now=NOW,
        attributes={"giftCardNumber": "WINTER-2026-1"},
    )

    with refused(RequestChanged):
        approve_request(request_id=large.pk, party=party_of(given_approver("bob")), now=NOW, version=1)
    assert (
        approve_request(
            request_id=large.pk, party=party_of(given_approver("carol")), now=NOW, version=2
        ).approvals_missing
        == 1
    )


def test_asking_again_makes_earlier_approvals_void(large: CreditRequest):
    bob, carol = given_approver("bob"), given_approver("carol")
    approve_request(request_id=large.pk, party=party_of(bob), now=NOW)
    fail_request(request_id=large.pk, party=party_of(carol), now=NOW)
    retry_request(request_id=large.pk, party=party_of(carol), now=NOW)

    after = approve_request(request_id=large.pk, party=party_of(carol), now=NOW)

    assert (after.approvals_missing, row_of(large).version) == (1, 2)


def test_a_change_of_the_note_leaves_approvals_as_they_are(large: CreditRequest):
    bob, carol = given_approver("bob"), given_approver("carol")
    approve_request(request_id=large.pk, party=party_of(bob), now=NOW)

    change_request(request_id=large.pk, party=party_of(carol), now=NOW, note="see ticket 4", attributes={"ticket": 4})

    assert approve_request(request_id=large.pk, party=party_of(carol), now=NOW).transaction is not None


def test_a_policy_that_comes_later_asks_for_the_second_approval_too():
    request, bob = given_request("21.50 USD"), given_approver("bob")
    given_policy(second="20.00")

    assert approve_request(request_id=request.pk, party=party_of(bob), now=NOW).approvals_missing == 1


def test_a_first_approval_moves_nothing_in_the_books(large: CreditRequest):
    bob = given_approver("bob")
    before = Transaction.objects.count()

    approve_request(request_id=large.pk, party=party_of(bob), now=NOW)

    assert Transaction.objects.count() == before
    with nothing_moves(), refused(AlreadyVoted):
        approve_request(request_id=large.pk, party=party_of(bob), now=NOW)
