"""A batch is one decision over requests exactly as they came in; changed in any way, it is void."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from giftcards.queries import get_card
from ledger.models import Customer, Transaction
from storecredit.credits.errors import (
    AlreadyVoted,
    ApproverLimitExceeded,
    ApproverUnknown,
    BatchNotFound,
    FileTaken,
    IssueRefused,
    PayeeUnknown,
    RequestChanged,
    RequesterUnknown,
    SelfApproval,
)
from storecredit.credits.models import CreditRequest, CreditRequestBatch, CreditRequestVote, Party
from storecredit.credits.operations import (
    BatchLine,
    approve_batch,
    approve_request,
    check_lines,
    fail_request,
    import_requests,
    reject_batch,
    reject_request,
    retry_request,
)
from storecredit.credits.queries import list_findings
from tests.callers import given_client
from tests.credits.batches import given_batch, lines, requests_of, states_of
from tests.credits.requests import (
    change_request,
    given_approver,
    given_limit,
    given_policy,
    history_of,
    party_of,
    party_of_client,
)
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, given_customer, money, refused, wallet_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob() -> User:
    return given_approver("bob")


def approve(batch: CreditRequestBatch, person: User, **more: Any) -> CreditRequestBatch:
    return approve_batch(batch_id=batch.pk, party=party_of(person), now=NOW, **more)


def test_all_requests_of_a_batch_are_approved_as_one(bob: User):
    customer = given_customer()
    batch = given_batch(
        "10.00 USD",
        "20.00 USD",
        "5.00 EUR",
        lines=[
            {"kind": "STORE_CREDIT", "attributes": {"customerId": customer.number}},
            {"attributes": {"giftCardNumber": "SUMMER-2026-1"}},
        ],
    )
    given_limit(bob, "5.00 EUR")

    decided = approve(batch, bob, note="as agreed")

    assert (decided.status, decided.decided_by, decided.decided_at, decided.note) == ("APPROVED", bob, NOW, "as agreed")
    assert states_of(batch) == ["CONFIRMED", "CONFIRMED", "CONFIRMED"]
    assert wallet_of(customer, "USD").spendable_minor == 1000
    assert get_card(code="SUMMER-2026-1", test_mode=False, now=NOW).spendable == money("20.00 USD")
    assert Transaction.objects.count() == 3
    for request in requests_of(batch):
        assert (request.decided_by, request.votes.count()) == (bob, 1)
        assert history_of(request) == [("CREATED", "", "PENDING"), ("APPROVED", "PENDING", "CONFIRMED")]
    assert list(list_findings()) == []


def test_a_batch_says_what_it_comes_to():
    batch = given_batch("10.00 USD", "20.50 USD", "500 JPY")

    assert (batch.size, batch.totals, batch.status) == (3, {"JPY": 500, "USD": 3050}, "PENDING")
    assert [request.batch_line for request in requests_of(batch)] == [2, 3, 4]


CHANGES: dict[str, Callable[[CreditRequest, User], Any]] = {
    "note": lambda one, by: change_request(request_id=one.pk, party=party_of(by), now=NOW, note="x"),
    "attribute": lambda one, by: change_request(
        request_id=one.pk, party=party_of(by), now=NOW, attributes={"color": "red"}
    ),
    "payee": lambda one, by: change_request(
        request_id=one.pk, party=party_of(by), now=NOW, attributes={"giftCardNumber": "SUMMER-2026-1"}
    ),
    "approved alone": lambda one, by: approve_request(request_id=one.pk, party=party_of(by), now=NOW),
    "rejected alone": lambda one, by: reject_request(request_id=one.pk, party=party_of(by), now=NOW),
    "failed": lambda one, by: fail_request(request_id=one.pk, party=party_of(by), now=NOW),
    "failed and asked again": lambda one, by: (
        fail_request(request_id=one.pk, party=party_of(by), now=NOW),
        retry_request(request_id=one.pk, party=party_of(by), now=NOW),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_one_row_makes_the_batch_void_and_approves_nothing(bob: User, change: str):
    batch = given_batch()
    carol = given_approver("carol")
    CHANGES[change](requests_of(batch)[1], carol)
    before, paid = states_of(batch), Transaction.objects.count()

    decided = approve(batch, bob)

    assert (decided.status, decided.note) == ("VOID", "A request of the batch was changed or decided alone.")
    assert (states_of(batch), Transaction.objects.count()) == (before, paid)
    with refused(RequestChanged):
        approve(batch, bob)
    assert approve_request(request_id=requests_of(batch)[0].pk, party=party_of(bob), now=NOW).transaction is not None
    assert list(list_findings()) == []


def test_a_batch_is_rejected_as_one(bob: User):
    batch = given_batch("10.00 USD", "20.00 USD", "30.00 USD")
    approve_request(request_id=requests_of(batch)[0].pk, party=party_of(bob), now=NOW)

    decided = reject_batch(batch_id=batch.pk, party=party_of(bob), now=NOW, note="not agreed")

    assert (decided.status, decided.decided_by) == ("REJECTED", bob)
    assert states_of(batch) == ["CONFIRMED", "CANCELED", "CANCELED"]
    assert history_of(requests_of(batch)[1])[-1] == ("REJECTED", "PENDING", "CANCELED")
    with refused(RequestChanged):
        reject_batch(batch_id=batch.pk, party=party_of(bob), now=NOW)


def test_who_asked_for_a_batch_does_not_approve_it(bob: User):
    alice = given_approver("alice")
    batch = given_batch(by=alice)
    client = given_client(["credits:approve"], owner=alice).client

    for party in (party_of(alice), party_of_client(client.pk, alice)):
        with refused(SelfApproval):
            approve_batch(batch_id=batch.pk, party=party, now=NOW)
    with refused(ApproverUnknown):
        approve_batch(batch_id=batch.pk, party=party_of_client(client.pk), now=NOW)


@pytest.mark.parametrize(
    ("per_request", "per_day", "code"),
    [("29.99 USD", None, "above your limit"), ("100.00 USD", "29.99 USD", "Of what you may approve today")],
)
def test_the_limits_are_for_the_sum(per_request: str, per_day: str | None, code: str):
    batch = given_batch("10.00 USD", "20.00 USD")
    carol = given_approver("carol", per_request, per_day)

    with refused(ApproverLimitExceeded) as caught:
        approve(batch, carol)

    assert code in str(caught.value)


def test_each_currency_of_a_batch_needs_a_limit(bob: User):
    batch = given_batch("10.00 USD", "5.00 EUR")

    with refused(ApproverLimitExceeded):
        approve(batch, bob)


def test_a_batch_uses_the_day_of_who_approved_it():
    carol = given_approver("carol", "30.00 USD", "40.00 USD")
    approve(given_batch("10.00 USD", "20.00 USD"), carol)
    second = given_batch("10.00 USD", "0.01 USD", by=given_approver("dave"))

    with refused(ApproverLimitExceeded):
        approve(second, carol)


def test_where_one_request_needs_a_second_approval_all_wait_for_it(bob: User):
    given_policy(second="15.00")
    batch = given_batch("10.00 USD", "20.00 USD")
    carol = given_approver("carol")

    assert approve(batch, bob).status == "PENDING"
    assert (states_of(batch), Transaction.objects.count()) == (["PENDING", "PENDING"], 0)
    with refused(AlreadyVoted):
        approve(batch, bob)
    assert approve(batch, carol).status == "APPROVED"
    assert states_of(batch) == ["CONFIRMED", "CONFIRMED"]
    assert {request.decided_by for request in requests_of(batch)} == {carol}
    assert CreditRequestVote.objects.count() == 4
    assert list(list_findings()) == []


def test_one_request_that_the_books_refuse_undoes_all(bob: User):
    card = given_card("1.00 USD", reloadable=False)
    batch = given_batch("10.00 USD", "20.00 USD", "30.00 USD", lines=[{}, {"card_id": card.id}])

    with refused(IssueRefused):
        approve(batch, bob)

    assert states_of(batch) == ["PENDING", "PENDING", "PENDING"]
    assert CreditRequestBatch.objects.get().status == "PENDING"


def test_a_batch_that_is_not_there_is_not_found(bob: User):
    for decide in (approve_batch, reject_batch):
        with refused(BatchNotFound):
            decide(batch_id=1, party=party_of(bob), now=NOW)


# Coming in


def take(
    person: User | Party, wanted_lines: list[BatchLine], digest: str = "a" * 64, **more: Any
) -> CreditRequestBatch:
    party = person if isinstance(person, Party) else party_of(person)
    return import_requests(name="x.csv", file_digest=digest, lines=wanted_lines, party=party, now=NOW, **more)


def test_a_file_is_taken_once_in_each_mode(bob: User):
    take(bob, lines({}))

    with refused(FileTaken) as caught:
        take(bob, lines({}, {}))
    assert caught.value.batch == "x.csv"
    assert take(bob, lines({}), test_mode=True).test_mode
    assert take(bob, lines({}), digest="b" * 64).size == 1


def test_one_bad_line_keeps_all_out(bob: User):
    customer: Customer = given_customer()
    nobody = {"kind": "STORE_CREDIT", "attributes": {"customerId": "NOBODY"}}
    known = {"kind": "STORE_CREDIT", "attributes": {"customerId": customer.number}}

    with refused(PayeeUnknown):
        take(bob, lines(known, nobody))
    bad = check_lines(lines=lines(known, nobody, known, nobody), party=party_of(bob), now=NOW, test_mode=False)

    assert [(each.line, type(each.error)) for each in bad] == [(3, PayeeUnknown), (5, PayeeUnknown)]
    assert CreditRequest.objects.count() == 0


def test_somebody_asks_for_a_batch():
    client = given_client(["credits:request"]).client

    with refused(RequesterUnknown):
        take(party_of_client(client.pk), lines({}))


def test_no_policy_approves_what_comes_in_a_file(bob: User):
    client = given_client(["credits:request"], owner=bob).client
    given_policy(auto="500.00")

    assert states_of(take(party_of_client(client.pk, bob), lines({}))) == ["PENDING"]
