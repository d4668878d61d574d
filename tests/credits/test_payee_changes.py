"""Whoever changed whom a request pays never approves it, whatever it paid before, pays now, or came to pay since."""

from itertools import permutations
from typing import Any

import pytest
from django.contrib.auth.models import User

from giftcards.queries import get_card, get_card_by_id
from storecredit.credits.errors import SelfApproval
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import RequestStatus, approve_request, set_status
from storecredit.credits.queries import Part, list_decidable, list_parts
from tests.credits.by_hand import vote
from tests.credits.requests import change_request, given_approver, given_request, party_of, row_of
from tests.giftcards.cards import given_card
from tests.ledger.attacks import refused_by
from tests.scenarios import NOW, days, given_customer, money, nothing_moves, refused, wallet_of

pytestmark = pytest.mark.django_db

NUMBER = "giftCardNumber"
#: A card that is there, another one, a card to be made under a number, under another, and under none.
PAYEES: dict[str, str | None] = {
    "card": "SUMMER-2026-1",
    "other card": "WINTER-2026-2",
    "new card": "AUTUMN-2026-3",
    "other new card": "SPRING-2026-4",
    "no number": None,
}


@pytest.fixture
def bob() -> User:
    return given_approver("bob")


@pytest.fixture(autouse=True)
def cards(db) -> None:
    given_card("10.00 USD", code="SUMMER-2026-1")
    given_card("10.00 USD", code="WINTER-2026-2")


def turn(request: CreditRequest, person: User, number: str | None) -> None:
    change_request(request_id=request.pk, party=party_of(person), now=days(1), attributes={NUMBER: number})


def confirm(request: CreditRequest, person: User, **attributes: Any) -> CreditRequest:
    """As the API does it."""
    set_status(
        request_id=request.pk,
        status=RequestStatus.CONFIRMED,
        party=party_of(person),
        now=days(1),
        may_decide=True,
        attributes=attributes,
    )
    return row_of(request)


def assert_cannot_approve(request: CreditRequest, person: User) -> None:
    """Not by the operation, not in the inbox, not by a statement that goes around both."""
    stored = row_of(request)
    for attempt in (lambda: confirm(request, person), lambda: approve(request, person)):
        with nothing_moves(), refused(SelfApproval):
            attempt()
    assert list_parts(requests=[stored], person_id=person.pk) == {stored.pk: Part.REDIRECTED}
    assert stored not in list_decidable(person_id=person.pk, now=days(1))
    with refused_by("credits_creditrequestvote_four_eyes"):
        vote(stored, person, version=stored.version)


def approve(request: CreditRequest, person: User) -> CreditRequest:
    approve_request(request_id=request.pk, party=party_of(person), now=days(1))
    return row_of(request)


@pytest.mark.parametrize(("before", "after"), list(permutations(PAYEES, 2)))
def test_a_change_of_card_in_any_way_keeps_from_approving(bob: User, before: str, after: str):
    request = given_request("5.00 USD", attributes={NUMBER: PAYEES[before]} if PAYEES[before] else {})

    turn(request, bob, PAYEES[after])

    assert row_of(request).version == 2
    assert_cannot_approve(request, bob)
    assert approve(request, given_approver("carol")).status == "CONFIRMED"


def test_a_change_of_customer_keeps_from_approving(bob: User):
    first, second = given_customer(), given_customer()
    request = given_request("5.00 USD", kind="STORE_CREDIT", attributes={"customerId": first.number})

    change_request(
        request_id=request.pk, party=party_of(bob), now=days(1), attributes={"customerId": second.document_id}
    )

    assert_cannot_approve(request, bob)
    approve(request, given_approver("carol"))
    assert (wallet_of(first, "USD").account_id, wallet_of(second, "USD").spendable_minor) == (None, 500)


def test_it_does_so_when_the_payee_was_changed_back_by_the_same_person(bob: User):
    request = given_request("5.00 USD", attributes={NUMBER: "SUMMER-2026-1"})

    turn(request, bob, None)
    turn(request, bob, "SUMMER-2026-1")

    assert row_of(request).version == 3
    assert_cannot_approve(request, bob)


def test_it_does_so_when_somebody_else_has_changed_the_payee_since(bob: User):
    carol = given_approver("carol")
    request = given_request("5.00 USD", attributes={NUMBER: "SUMMER-2026-1"})

    turn(request, bob, "SPRING-2026-4")
    turn(request, carol, None)

    assert_cannot_approve(request, bob)
    assert_cannot_approve(request, carol)
    approve(request, given_approver("dave"))


def test_it_does_so_in_the_version_of_a_second_try(bob: User):
    request = given_request("5.00 USD", attributes={NUMBER: "SUMMER-2026-1"})
    turn(request, bob, None)
    said: dict[str, Any] = {"party": party_of(bob), "now": days(1), "may_decide": True}

    set_status(request_id=request.pk, status=RequestStatus.FAILED, **said)
    set_status(request_id=request.pk, status=RequestStatus.PENDING, **said)

    assert row_of(request).version == 3
    assert_cannot_approve(request, bob)


def test_a_change_that_comes_with_a_second_try_counts_too(bob: User):
    request = given_request("5.00 USD", attributes={NUMBER: "SUMMER-2026-1"})
    said: dict[str, Any] = {"party": party_of(bob), "now": days(1), "may_decide": True}
    set_status(request_id=request.pk, status=RequestStatus.FAILED, **said)

    set_status(request_id=request.pk, status=RequestStatus.PENDING, attributes={NUMBER: "SPRING-2026-4"}, **said)

    assert_cannot_approve(request, bob)


@pytest.mark.parametrize("taken_meanwhile", [False, True])
def test_the_number_of_a_card_to_be_made_is_not_changed_by_confirming(bob: User, taken_meanwhile: bool):
    request = given_request("5.00 USD", attributes={NUMBER: "AUTUMN-2026-3"})
    if taken_meanwhile:
        given_card("1.00 USD", code="AUTUMN-2026-3")

    with nothing_moves():
        for number in ("SPRING-2026-4", "SUMMER-2026-1"):
            with pytest.raises(Exception, match="pays another card"):
                confirm(request, bob, **{NUMBER: number})

    stored = confirm(request, bob)
    assert stored.issued_card_id is not None
    card = get_card_by_id(card_id=stored.issued_card_id, now=days(1))
    assert card.spendable == money("5.00 USD")
    assert (card.id == get_card(code="AUTUMN-2026-3", test_mode=False, now=NOW).id) is not taken_meanwhile


def test_what_says_nothing_new_about_the_payee_keeps_nobody_from_approving(bob: User):
    request = given_request("5.00 USD", attributes={NUMBER: "AUTUMN-2026-3"})

    for same in ("autumn20263", "****0263"):
        turn(request, bob, same)
    change_request(request_id=request.pk, party=party_of(bob), now=days(1), note="n", attributes={"till": 4})

    assert confirm(request, bob).status == "CONFIRMED"
