"""Whoever asked does not approve, nobody approves beyond their limit, and a requester does no more than cancel."""

import pytest

from tests.credits.requests import given_approver, given_person, given_policy, history_of
from tests.dialects.fabric.calls import BOTH, CREDIT, REQUESTER, ask, given_caller, given_credit, update
from tests.dialects.fabric.test_status import code_of, rolled_back, stored
from tests.giftcards.cards import given_card
from tests.scenarios import nothing_moves

pytestmark = pytest.mark.django_db


@rolled_back
def test_whoever_asked_cannot_confirm_not_even_with_another_key(db):
    alice = given_approver("alice")
    asking, other = given_caller(BOTH, alice), given_caller(BOTH, alice)
    credit = given_credit(asking)

    for key in (asking, other):
        with nothing_moves():
            response = update(key, credit["creditId"], "CONFIRMED")
        assert code_of(response) == (403, "SERVICE-4030")
        assert "self_approval_forbidden" in response.json()["message"]


@rolled_back
def test_beyond_their_limit_nobody_confirms(shop):
    small = given_caller(BOTH, given_approver("carol", "21.49 USD"))
    none = given_caller(BOTH, given_person("dave"))
    credit = given_credit(shop)

    for key in (small, none):
        with nothing_moves():
            response = update(key, credit["creditId"], "CONFIRMED", note="now")
        assert code_of(response) == (403, "SERVICE-4030")
        assert "approver_limit_exceeded" in response.json()["message"]
    assert stored(credit).note == ""


@rolled_back
def test_a_person_whose_login_is_off_confirms_nothing(shop, desk, bob):
    credit = given_credit(shop)
    bob.is_active = False
    bob.save()

    assert code_of(update(desk, credit["creditId"], "CONFIRMED")) == (401, "SERVICE-4001")


def test_where_two_have_to_approve_the_first_is_told_so(shop, desk):
    given_policy(second="20.00")
    credit = given_credit(shop, attributes={"giftCardNumber": "Summer-2026-1"})

    first = update(desk, credit["creditId"], "CONFIRMED").json()
    second = update(given_caller(BOTH, given_approver("carol")), credit["creditId"], "CONFIRMED").json()

    assert (first["statusCode"], first["approvalsMissing"]) == ("PENDING", 1)
    assert first["attributes"] == {"giftCardNumber": "****0261"}
    assert (second["statusCode"], "approvalsMissing" in second) == ("CONFIRMED", False)


@rolled_back
def test_nobody_approves_twice(shop, desk):
    given_policy(second="20.00")
    credit = given_credit(shop)
    update(desk, credit["creditId"], "CONFIRMED")

    assert code_of(update(desk, credit["creditId"], "CONFIRMED")) == (409, "SERVICE-4005")


def test_a_requester_may_cancel_their_own_and_do_no_more(shop):
    own, other = given_credit(shop), given_credit(given_caller(REQUESTER, given_person("carol")))

    refused = [update(shop, own["creditId"], status) for status in ("CONFIRMED", "FAILED", "PENDING")]
    refused.append(update(shop, other["creditId"], "CANCELED"))
    canceled = update(shop, own["creditId"], "CANCELED", note="mistaken")

    assert {response.status_code for response in refused} == {403}
    assert all("credits:approve" in response.json()["message"] for response in refused)
    assert (canceled.status_code, canceled.json()["statusCode"]) == (200, "CANCELED")
    assert history_of(stored(own))[-1] == ("CANCELED", "PENDING", "CANCELED")
    assert stored(other).status == "PENDING"


def test_an_approver_rejects_what_others_asked_for(shop, desk):
    credit = given_credit(shop)

    assert update(desk, credit["creditId"], "CANCELED").status_code == 200
    assert history_of(stored(credit))[-1] == ("REJECTED", "PENDING", "CANCELED")


def test_another_scope_does_not_do(shop):
    credit = given_credit(shop)

    response = update(given_caller(["gift_cards:issue"]), credit["creditId"], "CANCELED")

    assert code_of(response) == (403, "SERVICE-4030")


@pytest.mark.parametrize("number", ["SPRING-2026-4", None])
@rolled_back
def test_an_approver_does_not_turn_a_card_into_one_of_their_own_and_pay_it(shop, desk, number):
    given_card("10.00 USD", code="SUMMER-2026-1")
    credit = given_credit(shop, attributes={"giftCardNumber": "SUMMER-2026-1"})

    turned = update(desk, credit["creditId"], "PENDING", attributes={"giftCardNumber": number})
    with nothing_moves():
        confirmed = update(desk, credit["creditId"], "CONFIRMED")
        numbered = update(desk, credit["creditId"], "CONFIRMED", attributes={"giftCardNumber": "AUTUMN-2026-5"})

    assert (turned.status_code, turned.json()["version"]) == (200, 2)
    assert code_of(confirmed) == (403, "SERVICE-4030")
    assert "self_approval_forbidden" in confirmed.json()["message"]
    assert numbered.status_code in {403, 409}
    assert stored(credit).status == "PENDING"


@rolled_back
def test_a_confirmation_gives_no_other_number_than_was_asked_for(shop, desk):
    credit = given_credit(shop, attributes={"giftCardNumber": "SUMMER-2026-1"})

    with nothing_moves():
        response = update(desk, credit["creditId"], "CONFIRMED", attributes={"giftCardNumber": "AUTUMN-2026-5"})

    assert code_of(response) == (409, "SERVICE-4006")


def test_asking_tells_at_once_that_fewer_people_can_approve_it_than_have_to(shop, desk):
    given_policy(second="20.00")

    small, large = (given_credit(shop, amount=amount) for amount in (20, 20.01))
    again = ask(shop, CREDIT, CREDIT | {"amount": 1}, key="k").json()
    replayed = ask(shop, CREDIT, CREDIT | {"amount": 1}, key="k").json()

    assert "approvalNotice" not in small
    told = "It cannot be approved as things stand: 2 more approvals are needed and one person can give one."
    assert large["approvalNotice"] == told
    assert [credit.get("approvalNotice") for credit in again["credits"]] == [told, None]
    assert replayed == again
    given_approver("carol")
    assert "approvalNotice" not in given_credit(shop)
