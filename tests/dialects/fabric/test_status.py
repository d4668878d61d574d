"""A credit's status is changed by those who may, once, and confirming issues it in the same transaction."""

import pytest

from giftcards.models import GiftCard
from giftcards.queries import get_card
from ledger.models import Transaction
from storecredit.api.models import IdempotencyRecord
from storecredit.credits.models import CreditRequest, RequestStatus
from tests.callers import ApiCaller
from tests.credits.requests import given_approver, history_of
from tests.dialects.fabric.calls import (
    BOTH,
    ORDER_ID,
    act,
    given_caller,
    given_credit,
    set_status_by_api,
    update,
)
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, given_customer, nothing_moves, wallet_of

pytestmark = pytest.mark.django_db
#: Inside a test's own transaction a refusal could not be seen to take back what came before it.
rolled_back = pytest.mark.django_db(transaction=True)

NOBODY = "a05b72dc-78d8-4ea4-90fc-2fe6a1fe1111"


def second_desk() -> ApiCaller:
    """The key of another person who may approve."""
    return given_caller(BOTH, given_approver("carol"))


def stored(credit) -> CreditRequest:
    return CreditRequest.objects.get(pk=credit["creditId"])


def code_of(response):
    return response.status_code, response.json()["errorCode"]


def test_confirming_makes_the_card_and_tells_its_number(shop, desk):
    credit = given_credit(shop)

    response = update(desk, credit["creditId"], "CONFIRMED", note="checked")

    shown = response.json()
    assert (response.status_code, shown["statusCode"], shown["note"]) == (200, "CONFIRMED", "checked")
    number = shown["attributes"]["giftCardNumber"]
    assert get_card(code=number, test_mode=False, now=NOW).balance_minor == 2150
    listed = act(shop, "list-credits").json()["credits"][0]
    assert listed["attributes"]["giftCardNumber"] == f"****{number[-4:]}"
    entry = Transaction.objects.get()
    assert (entry.type, entry.reference, entry.reason_id) == ("ISSUE", ORDER_ID, "EC")
    assert history_of(stored(credit)) == [("CREATED", "", "PENDING"), ("APPROVED", "PENDING", "CONFIRMED")]


def test_the_confirming_call_may_give_the_number_of_a_card_to_be_made(shop, desk):
    credit = given_credit(shop)

    response = update(desk, credit["creditId"], "CONFIRMED", attributes={"giftCardNumber": "Summer-2026-1", "a": 1})

    assert response.json()["attributes"] == {"a": 1, "giftCardNumber": "Summer-2026-1"}
    assert get_card(code="SUMMER20261", test_mode=False, now=NOW).balance_minor == 2150


@rolled_back
def test_the_confirming_call_may_not_turn_the_credit_to_another_card(shop, desk):
    given_card("10.00 USD", code="SOMEBODYS-1")
    credit = given_credit(shop)

    with nothing_moves():
        response = update(desk, credit["creditId"], "CONFIRMED", attributes={"giftCardNumber": "somebodys1"})

    assert code_of(response) == (409, "SERVICE-4006")
    assert stored(credit).status == "PENDING"


def test_store_credit_goes_to_the_customer(shop, desk):
    customer = given_customer()
    credit = given_credit(shop, type="STORE_CREDIT", attributes={"customerId": customer.number})

    shown = update(desk, credit["creditId"], "CONFIRMED").json()

    assert shown["attributes"] == {"customerId": customer.number}
    assert wallet_of(customer, "USD").spendable_minor == 2150


@pytest.mark.parametrize("status", ["FAILED", "CANCELED"])
def test_a_pending_credit_can_end_without_moving_money(shop, desk, status):
    credit = given_credit(shop)

    response = update(desk, credit["creditId"], status, note="no")

    assert (response.status_code, response.json()["statusCode"]) == (200, status)
    assert not Transaction.objects.exists()


def test_a_failed_credit_can_be_put_forward_again_as_a_new_version(shop, desk):
    credit = given_credit(shop)
    update(desk, credit["creditId"], "FAILED")

    again = update(desk, credit["creditId"], "PENDING", attributes={"giftCardNumber": "Summer-2026-1"})

    assert (again.json()["statusCode"], again.json()["attributes"]) == ("PENDING", {"giftCardNumber": "Summer-2026-1"})
    assert again.json()["version"] > 1
    confirmed = update(second_desk(), credit["creditId"], "CONFIRMED").json()
    assert get_card(code="Summer-2026-1", test_mode=False, now=NOW).balance_minor == 2150
    assert confirmed["attributes"]["giftCardNumber"] == "Summer-2026-1"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("CONFIRMED", "PENDING"),
        ("CONFIRMED", "FAILED"),
        ("CONFIRMED", "CANCELED"),
        ("CANCELED", "PENDING"),
        ("CANCELED", "CONFIRMED"),
        ("CANCELED", "FAILED"),
        ("FAILED", "CONFIRMED"),
        ("FAILED", "CANCELED"),
    ],
)
@rolled_back
def test_any_other_change_is_a_conflict(shop, desk, first, then):
    credit = given_credit(shop)
    update(desk, credit["creditId"], first)

    with nothing_moves():
        response = update(desk, credit["creditId"], then, note="changed my mind")

    assert code_of(response) == (409, "SERVICE-4006")
    assert (stored(credit).status, stored(credit).note) == (first, "")


@pytest.mark.parametrize("status", ["PENDING", "CONFIRMED", "FAILED", "CANCELED"])
def test_the_present_status_again_changes_note_and_attributes_alone(shop, desk, status):
    credit = given_credit(shop, attributes={"keep": 1, "drop": 2}, note="old")
    update(desk, credit["creditId"], status)

    response = update(desk, credit["creditId"], status, note="new", attributes={"drop": None, "add": 3})

    shown = response.json()
    assert Transaction.objects.count() == (status == "CONFIRMED")
    assert (response.status_code, shown["statusCode"], shown["note"]) == (200, status, "new")
    assert {name: value for name, value in shown["attributes"].items() if name != "giftCardNumber"} == {
        "keep": 1,
        "add": 3,
    }


def test_a_confirmed_credit_names_its_card_again_and_no_other(shop, desk):
    credit = given_credit(shop, attributes={"giftCardNumber": "Summer-2026-1"})
    update(desk, credit["creditId"], "CONFIRMED")
    given_card("10.00 USD", code="Winter-2026-1")

    same = update(desk, credit["creditId"], "CONFIRMED", attributes={"giftCardNumber": "summer20261"})
    other = update(desk, credit["creditId"], "CONFIRMED", attributes={"giftCardNumber": "Winter-2026-1"})

    assert (same.status_code, same.json()["attributes"]["giftCardNumber"]) == (200, "summer20261")
    assert code_of(other) == (409, "SERVICE-4006")


@rolled_back
def test_another_payee_is_a_new_version_that_an_approval_has_to_name(shop, desk):
    credit = given_credit(shop, attributes={"giftCardNumber": "Summer-2026-1"})
    changed = update(desk, credit["creditId"], "PENDING", attributes={"giftCardNumber": "Winter-2026-1"})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)

    with nothing_moves():
        stale = update(desk, credit["creditId"], "CONFIRMED", version=1)

    assert code_of(stale) == (409, "SERVICE-4006")
    assert update(second_desk(), credit["creditId"], "CONFIRMED", version=2).status_code == 200
    assert get_card(code="Winter-2026-1", test_mode=False, now=NOW).balance_minor == 2150


@rolled_back
def test_what_the_books_refuse_leaves_the_credit_pending(shop, desk):
    given_card("10.00 USD", code="SUMMER-2026-1", reloadable=False)
    credit = given_credit(shop, attributes={"giftCardNumber": "SUMMER-2026-1"})

    with nothing_moves():
        response = update(desk, credit["creditId"], "CONFIRMED", note="now")

    assert code_of(response) == (422, "SERVICE-4002")
    assert (stored(credit).status, stored(credit).note) == ("PENDING", "")


class TestNotFound:
    @pytest.mark.parametrize(
        "order",
        [
            "/orders/62cc39d8a9b63c001b21d1ac",
            f"/orders/order-number/{ORDER_ID}",
            f"/orders/order-external-id/{ORDER_ID}",
        ],
    )
    def test_a_credit_is_found_under_its_own_order_alone(self, shop, desk, order):
        credit = given_credit(shop)

        assert code_of(update(desk, credit["creditId"], "CONFIRMED", order=order)) == (404, "SERVICE-4004")
        assert update(desk, credit["creditId"], "CONFIRMED", order=f"/orders/order-id/{ORDER_ID.upper()}").json()[
            "statusCode"
        ] == ("CONFIRMED")

    def test_nor_at_another_tenant_nor_in_the_other_mode(self, shop, desk, bob):
        credit = given_credit(shop)
        tester = given_caller(BOTH, bob, test_mode=True)

        elsewhere = update(desk, credit["creditId"], "CONFIRMED", headers={"x-fabric-tenant-id": "f" * 24})
        in_test = update(tester, credit["creditId"], "CONFIRMED")
        nobody = update(desk, NOBODY, "CONFIRMED")

        assert [code_of(response) for response in (elsewhere, in_test, nobody)] == [(404, "SERVICE-4004")] * 3
        assert elsewhere.json() == in_test.json() == nobody.json()
        assert not GiftCard.objects.exists()

    def test_another_channel_of_the_tenant_finds_it(self, shop, desk):
        credit = given_credit(shop)

        assert update(desk, credit["creditId"], "CONFIRMED", headers={"x-fabric-channel-id": "13"}).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ({"creditId": "4711"}, "4002", "creditId must be the UUID of a credit."),
        ({"creditId": 4711}, "4002", "creditId must be a string, not a number."),
        ({"statusCode": "DONE"}, "4002", "statusCode must be one of: PENDING, CONFIRMED, FAILED, CANCELED."),
        ({"statusCode": None}, "4002", "statusCode must be a string, not null."),
        ({"note": "x" * 501}, "4002", "note must have at most 500 characters."),
        ({"attributes": "x"}, "4002", "attributes must be an object, not a string."),
        ({"attributes": {"giftCardNumber": "a b c"}}, "4002", "attributes.giftCardNumber must be 4 to 64"),
        ({"attributes": {"giftCardNumber": "REDEEM"}}, "4002", "attributes.giftCardNumber is not one"),
        ({"attributes": {"giftCardNumber": "****QX22"}}, "4002", "attributes.giftCardNumber is not one"),
        ({"version": 0}, "4002", "version must be a whole number from 1"),
        ({"version": "1"}, "4002", "version must be a number, not a string."),
    ],
)
def test_what_is_wrong_with_the_body_is_named(shop, desk, wrong, code, words):
    credit = given_credit(shop)

    response = act(desk, "update-credit-status", {"creditId": credit["creditId"], "statusCode": "CONFIRMED"} | wrong)

    assert code_of(response) == (400, f"SERVICE-{code}")
    assert response.json()["message"].startswith(words)
    assert stored(credit).status == "PENDING"


@pytest.mark.parametrize("member", ["creditId", "statusCode"])
def test_a_member_that_is_required_is_named(desk, member):
    body = {"creditId": NOBODY, "statusCode": "CONFIRMED"}
    del body[member]

    response = act(desk, "update-credit-status", body)

    assert code_of(response) == (400, "SERVICE-4003")
    assert response.json()["message"] == f"{member} is required."


def test_attributes_that_grow_too_large_together_are_refused(shop, desk):
    credit = given_credit(shop, attributes={"one": "x" * 9000})

    response = update(desk, credit["creditId"], "PENDING", attributes={"two": "y" * 9000})

    assert code_of(response) == (400, "SERVICE-4002")
    assert response.json()["message"] == "All attributes together are more than 16 KiB."


class TestSentAgain:
    @pytest.mark.parametrize("attributes", [{}, {"attributes": {"giftCardNumber": "Summer-2026-1"}}])
    def test_a_confirmation_has_one_effect_and_one_answer(self, shop, desk, attributes):
        credit = given_credit(shop)

        first = update(desk, credit["creditId"], "CONFIRMED", key="k1", **attributes)
        again = update(desk, credit["creditId"], "CONFIRMED", key="k1", **attributes)

        assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (200, 200, "true")
        assert again.json() == first.json()
        number = first.json()["attributes"]["giftCardNumber"]
        assert "****" not in number
        assert Transaction.objects.count() == 1
        assert number not in IdempotencyRecord.objects.get().answer

    def test_the_replay_comes_before_any_question_of_state(self, shop, desk):
        credit = given_credit(shop)
        failed = update(desk, credit["creditId"], "FAILED", key="k1")
        update(desk, credit["creditId"], "PENDING")

        assert update(desk, credit["creditId"], "FAILED", key="k1").json() == failed.json()
        assert stored(credit).status == "PENDING"

    @pytest.mark.parametrize("other", [{"note": "x"}, {"version": 1}, {"attributes": {"a": 1}}])
    def test_other_details_are_refused(self, shop, desk, other):
        credit = given_credit(shop)
        update(desk, credit["creditId"], "CONFIRMED", key="k1")

        assert code_of(update(desk, credit["creditId"], "CONFIRMED", key="k1", **other)) == (409, "SERVICE-4005")

    @rolled_back
    def test_a_refusal_does_not_use_the_key_up(self, shop, desk):
        credit = given_credit(shop)

        assert update(desk, credit["creditId"], "CONFIRMED", key="k1", version=2).status_code == 409
        assert update(desk, credit["creditId"], "CONFIRMED", key="k1").status_code == 200


def test_the_books_say_which_key_and_which_request_it_was(shop, desk, bob):
    credit = given_credit(shop)

    update(desk, credit["creditId"], "CONFIRMED", headers={"x-fabric-request-id": "fabric-4711"})

    entry = Transaction.objects.get()
    assert (entry.actor_label, entry.door, entry.request_id) == ("approval desk", "api:fabric", "fabric-4711")
    line = stored(credit).events.order_by("pk").last()
    assert line is not None
    assert (line.person, line.actor_label, line.request_header_id) == (bob, "approval desk", "fabric-4711")


def test_the_door_for_the_table_of_transitions_gives_the_answer_s_status(shop, desk):
    request = stored(given_credit(shop))

    assert set_status_by_api(request, RequestStatus.CONFIRMED, desk, note="checked") == 200
    assert set_status_by_api(request, RequestStatus.FAILED, desk) == 409
    assert stored({"creditId": request.pk}).status == "CONFIRMED"
