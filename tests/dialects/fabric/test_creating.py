"""Credits are asked for, all of a request or none; what a policy covers is issued at once."""

import json

import pytest
from django.contrib.auth.models import User

from giftcards.models import GiftCard
from giftcards.queries import get_card
from ledger.models import Transaction
from storecredit.credits.models import CreditRequest, CreditRequestEvent
from tests.callers import given_client
from tests.credits.requests import given_issue_limit, given_policy
from tests.dialects.fabric.calls import BY_ID, CREDIT, act, ask, given_caller, given_credit, update
from tests.factories.people import GroupFactory
from tests.giftcards.cards import given_card, seen
from tests.scenarios import NOW, given_customer, money, nothing_moves, wallet_of

pytestmark = pytest.mark.django_db
#: Inside a test's own transaction a refusal could not be seen to take back what came before it.
rolled_back = pytest.mark.django_db(transaction=True)

TO_CUSTOMER = CREDIT | {"type": "STORE_CREDIT", "attributes": {"customerId": "CUST-000001"}}
LONG = "x" * 65


def test_what_is_asked_for_waits_and_moves_nothing(shop):
    given_customer(number="CUST-000001")

    response = ask(shop, CREDIT, TO_CUSTOMER)

    assert response.status_code == 200
    assert not Transaction.objects.exists()
    assert [credit["statusCode"] for credit in response.json()["credits"]] == ["PENDING", "PENDING"]
    assert [credit["type"] for credit in response.json()["credits"]] == ["GIFT_CARD", "STORE_CREDIT"]
    [line, _] = CreditRequestEvent.objects.order_by("pk")
    assert (line.kind, line.from_status, line.to_status) == ("CREATED", "", "PENDING")
    assert (line.actor_label, line.door, line.person) == ("order system", "api:fabric", User.objects.get())


@rolled_back
def test_all_are_asked_for_or_none(shop):
    response = ask(shop, CREDIT, CREDIT | {"reasonCode": "NOPE"}, CREDIT)

    assert response.status_code == 400
    assert response.json()["message"] == "credits[1].reasonCode is not the code of an active reason."
    assert not CreditRequest.objects.exists()


def test_fifty_are_taken_and_fifty_one_are_not(shop):
    assert len(ask(shop, *[CREDIT] * 50).json()["credits"]) == 50
    assert ask(shop, *[CREDIT] * 51).json()["message"] == "credits must have from 1 to 50 items."
    assert act(shop, "create-credits", {"credits": []}).status_code == 400


def test_a_body_of_a_mebibyte_is_taken_and_a_longer_one_is_not(shop):
    body = json.dumps({"credits": [CREDIT | {"attributes": {"text": "y" * 16_000}}] * 40})
    padded = body + " " * (1024 * 1024 - len(body))

    assert act(shop, "create-credits", padded).status_code == 200
    assert act(shop, "create-credits", padded + " ").status_code == 413
    assert act(shop, "list-credits", "{}" + " " * 64 * 1024).status_code == 413


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [("25", "USD", 25), ("25.00", "USD", 25), ("2.5e1", "USD", 25), ("1.250", "KWD", 1.25), ("100", "JPY", 100)],
)
def test_amounts_are_exact(shop, amount, currency, shown):
    body = json.dumps({"credits": [CREDIT | {"amount": 0, "currency": currency}]}).replace(
        '"amount": 0', f'"amount": {amount}'
    )

    assert act(shop, "create-credits", body).json()["credits"][0]["amount"] == shown


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ({"amount": 0}, "4002", "credits[0].amount must be more than 0"),
        ({"amount": -1}, "4002", "credits[0].amount must be more than 0"),
        ({"amount": "5"}, "4002", "credits[0].amount must be a number, not a string."),
        ({"amount": True}, "4002", "credits[0].amount must be a number, not a boolean."),
        ({"amount": 1.005}, "4002", "credits[0].amount must have at most 2 decimals in USD."),
        ({"amount": 1.5, "currency": "JPY"}, "4002", "credits[0].amount must have at most 0 decimals in JPY."),
        ({"amount": 1e30}, "4002", "credits[0].amount must be more than 0 and at most"),
        ({"currency": "usd"}, "4002", "credits[0].currency must be the ISO 4217 code"),
        ({"currency": "DEM"}, "4002", "credits[0].currency must be the ISO 4217 code"),
        ({"reasonCode": ""}, "4002", "credits[0].reasonCode must not be empty."),
        ({"reasonCode": None}, "4002", "credits[0].reasonCode must be a string, not null."),
        ({"reasonCode": "ec"}, "4002", "credits[0].reasonCode is not the code of an active reason."),
        ({"source": "  "}, "4002", "credits[0].source must not be empty."),
        ({"type": "CASH"}, "4002", "credits[0].type must be one of: GIFT_CARD, STORE_CREDIT."),
        ({"type": "STORE_CREDIT"}, "4003", "credits[0].attributes.customerId is required for STORE_CREDIT."),
        (
            {"type": "STORE_CREDIT", "attributes": {"customerId": "NOBODY"}},
            "4002",
            "credits[0].attributes.customerId: ",
        ),
        ({"attributes": []}, "4002", "credits[0].attributes must be an object, not an array."),
        ({"attributes": {"x": "y" * 16 * 1024}}, "4002", "credits[0].attributes must have at most 16384 bytes"),
        ({"attributes": {"giftCardNumber": 4711}}, "4002", "credits[0].attributes.giftCardNumber must be a string."),
        ({"attributes": {"giftCardNumber": "abc"}}, "4002", "credits[0].attributes.giftCardNumber must be 4 to 64"),
        ({"attributes": {"giftCardNumber": "a b c d"}}, "4002", "credits[0].attributes.giftCardNumber must be 4 to"),
        ({"attributes": {"giftCardNumber": "ab/cd"}}, "4002", "credits[0].attributes.giftCardNumber must be 4 to"),
        ({"attributes": {"giftCardNumber": LONG}}, "4002", "credits[0].attributes.giftCardNumber must be 4 to 64"),
        ({"attributes": {"giftCardNumber": "balances"}}, "4002", "credits[0].attributes.giftCardNumber is not one"),
        ({"attributes": {"giftCardNumber": "****7QX2"}}, "4002", "credits[0].attributes.giftCardNumber is not one"),
        ({"note": "x" * 501}, "4002", "credits[0].note must have at most 500 characters."),
        ({"paymentCounter": 0}, "4002", "credits[0].paymentCounter must be a whole number from 1"),
        ({"paymentCounter": 1.5}, "4002", "credits[0].paymentCounter must be a whole number from 1"),
        ({"employeeId": 12312232}, "4002", "credits[0].employeeId must be a string, not a number."),
        ({"policyCode": LONG}, "4002", "credits[0].policyCode must have at most 64 characters."),
        ({"subReasonCode": LONG}, "4002", "credits[0].subReasonCode must have at most 64 characters."),
        ({"amountInCurrencies": {}}, "4002", "credits[0].amountInCurrencies must be an array, not an object."),
        ({"amountInCurrencies": [5]}, "4002", "credits[0].amountInCurrencies[0] must be an object, not a number."),
        (
            {"amountInCurrencies": [{"currency": "CAD", "amount": 1.001}]},
            "4002",
            "credits[0].amountInCurrencies[0].amount must have at most 2 decimals in CAD.",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_place(shop, wrong, code, words):
    response = ask(shop, CREDIT | wrong)

    said = response.json()
    assert (response.status_code, said["type"]) == (400, "CLIENT_ERROR")
    assert said["message"].startswith(words)
    assert said["errorCode"] == f"SERVICE-{code}"
    assert not CreditRequest.objects.exists()


@pytest.mark.parametrize("member", ["amount", "currency", "reasonCode", "source", "type"])
def test_a_member_that_is_required_is_named(shop, member):
    response = ask(shop, CREDIT, {name: value for name, value in CREDIT.items() if name != member})

    assert (response.status_code, response.json()["errorCode"]) == (400, "SERVICE-4003")
    assert response.json()["message"] == f"credits[1].{member} is required."


def test_several_faults_are_told_one_by_one(shop):
    response = act(shop, "create-credits", {"credits": [{**CREDIT, "amount": 0}, 5, {**CREDIT, "source": ""}]})

    assert response.json() == {
        "type": "CLIENT_ERROR",
        "errorCode": "SERVICE-4007",
        "message": "credits[0].amount must be more than 0 and at most 9007199254740. credits[1] must be an object, "
        "not a number. credits[2].source must not be empty.",
        "errors": [
            {"type": "CLIENT_ERROR", "errorCode": "SERVICE-4002", "message": message, "errors": []}
            for message in (
                "credits[0].amount must be more than 0 and at most 9007199254740.",
                "credits[1] must be an object, not a number.",
                "credits[2].source must not be empty.",
            )
        ],
        "context": {"service": "orders", "endpoint": f"POST {BY_ID}/actions/create-credits"},
    }


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"credits": [{}], "credits": []}', b'{"credits": [NaN]}'])
def test_a_body_that_is_no_object_is_refused(shop, body):
    response = act(shop, "create-credits", body)

    assert (response.status_code, response.json()["errorCode"][:11]) == (400, "SERVICE-400")


def test_attributes_come_back_as_they_were_sent(shop):
    attributes = {"lines": [1, 2.5, True, None, {"sku": "A-1"}], "total": 0.1, "big": 123456789012345678}

    assert given_credit(shop, attributes=attributes)["attributes"] == attributes


def test_attributes_with_a_number_that_would_come_back_rounded_are_refused(shop):
    body = json.dumps({"credits": [CREDIT | {"attributes": {"order": "?"}}]}).replace('"?"', "12345678901234567890")

    response = act(shop, "create-credits", body)

    complaint = "credits[0].attributes holds a number with more digits than are kept: send it as a string."
    assert (response.status_code, response.json()["message"]) == (400, complaint)


def test_attributes_take_sixteen_kibibytes_and_no_more(shop):
    largest = {"one": [1, 2], "two": ""}
    largest["two"] = "é" * ((16 * 1024 - len(json.dumps(largest, separators=(",", ":")))) // 2)

    assert given_credit(shop, attributes=largest)["attributes"] == largest
    assert ask(shop, CREDIT | {"attributes": largest | {"two": f"{largest['two']}é"}}).status_code == 400


def test_the_number_is_whole_for_whoever_sent_it_and_masked_afterwards(shop):
    asked = given_credit(shop, attributes={"giftCardNumber": "summer-2026-7QX2"})

    listed = act(shop, "list-credits").json()["credits"][0]

    assert asked["attributes"] == {"giftCardNumber": "summer-2026-7QX2"}
    assert listed["attributes"] == {"giftCardNumber": "****7QX2"}
    assert not GiftCard.objects.exists()


def test_a_card_of_another_currency_is_no_payee(shop):
    given_card("25.00 GBP", code="SUMMER-2026-1")

    response = ask(shop, CREDIT | {"attributes": {"giftCardNumber": "SUMMER-2026-1"}})

    assert response.status_code == 400
    assert response.json()["message"] == (
        "credits[0].attributes.giftCardNumber is not one that this credit can be paid to: give another."
    )


def test_a_policy_for_the_key_issues_at_once(shop, desk):
    given_policy(auto="50.00")
    customer = given_customer(number="CUST-000001")

    asked = ask(
        shop, CREDIT, TO_CUSTOMER, CREDIT | {"amount": 50.01}, CREDIT | {"attributes": {"giftCardNumber": "N-1"}}
    )
    assert asked.status_code == 400  # three signs are no number
    asked = ask(
        shop, CREDIT, TO_CUSTOMER, CREDIT | {"amount": 50.01}, CREDIT | {"attributes": {"giftCardNumber": "New-0001"}}
    )

    generated, to_customer, above, named = asked.json()["credits"]
    statuses = [credit["statusCode"] for credit in asked.json()["credits"]]
    assert statuses == ["CONFIRMED", "CONFIRMED", "PENDING", "CONFIRMED"]
    assert get_card(code=generated["attributes"]["giftCardNumber"], test_mode=False, now=NOW).balance_minor == 2150
    assert wallet_of(customer, "USD").balance_minor == 2150
    assert named["attributes"] == {"giftCardNumber": "New-0001"}
    assert get_card(code="new0001", test_mode=False, now=NOW).balance_minor == 2150
    assert above["attributes"] == {}
    again = update(desk, to_customer["creditId"], "CONFIRMED")
    assert (again.status_code, again.json()["statusCode"]) == (200, "CONFIRMED")
    assert Transaction.objects.count() == 3
    stored = CreditRequest.objects.get(pk=generated["creditId"])
    assert (stored.decided_label, stored.decided_by) == ("Policy default USD", None)


def test_what_the_person_behind_the_key_may_not_issue_waits_for_another_whatever_a_policy_covers(shop):
    role = GroupFactory.create()
    User.objects.get(username="alice").groups.add(role)
    given_issue_limit(role, "21.50 USD")
    given_policy(auto="50.00")

    asked = ask(shop, CREDIT, CREDIT | {"amount": 21.51})

    assert [credit["statusCode"] for credit in asked.json()["credits"]] == ["CONFIRMED", "PENDING"]
    assert Transaction.objects.count() == 1


def test_an_unknown_policy_code_means_the_default_policy(shop):
    given_policy(auto="50.00")
    given_policy(auto="10.00", code="RC1")

    assert given_credit(shop, policyCode="RC2")["statusCode"] == "CONFIRMED"
    assert given_credit(shop, policyCode="RC1")["statusCode"] == "PENDING"


@rolled_back
def test_a_policy_that_the_books_refuse_leaves_nothing_behind(shop):
    given_policy(auto="50.00")
    given_card("25.00 USD", code="SUMMER-2026-1", reloadable=False)

    with nothing_moves():
        response = ask(shop, CREDIT, CREDIT | {"attributes": {"giftCardNumber": "SUMMER-2026-1"}})

    assert (response.status_code, response.json()["errorCode"]) == (422, "SERVICE-4002")
    assert response.json()["message"].startswith("credits[1]: ")
    assert not CreditRequest.objects.exists()


@rolled_back
def test_the_client_s_largest_single_issue_holds_for_what_a_policy_issues(db):
    limited = given_caller(issue_limits={"USD": 2000})
    given_policy(auto="50.00")

    with nothing_moves():
        response = ask(limited, CREDIT | {"amount": 20}, CREDIT | {"amount": 20.01})

    assert response.status_code == 403
    assert "issue_limit_exceeded" in response.json()["message"]
    assert response.json()["message"].startswith("credits[1]: ")
    assert not CreditRequest.objects.exists()
    assert ask(limited, CREDIT | {"amount": 20}).json()["credits"][0]["statusCode"] == "CONFIRMED"
    assert ask(limited, CREDIT | {"amount": 60}).json()["credits"][0]["statusCode"] == "PENDING"


class TestSentAgain:
    """The same key with the same details has one effect; no stored answer holds a number."""

    def test_the_first_answer_comes_back(self, shop):
        body = CREDIT | {"attributes": {"giftCardNumber": "summer-2026-1"}}

        first = ask(shop, body, key="k1")
        again = ask(shop, body | {"amount": 21.50}, key="k1")

        assert (first.status_code, again.status_code) == (200, 200)
        assert again.json() == first.json()
        assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
        assert CreditRequest.objects.count() == 1

    def test_what_a_policy_issued_is_told_again_whole(self, shop):
        given_policy(auto="50.00")
        body = [CREDIT, CREDIT | {"attributes": {"giftCardNumber": "summer-2026-1"}}, CREDIT | {"amount": 60}]

        first = ask(shop, *body, key="k1")
        again = ask(shop, *body, key="k1")

        assert again.json() == first.json()
        assert len(first.json()["credits"][0]["attributes"]["giftCardNumber"]) == 16
        assert Transaction.objects.count() == 2

    def test_the_first_answer_comes_back_after_the_number_has_changed(self, shop, desk):
        body = CREDIT | {"attributes": {"giftCardNumber": "summer-2026-1"}}
        first = ask(shop, body, key="k1").json()
        update(desk, first["credits"][0]["creditId"], "PENDING", attributes={"giftCardNumber": "winter-2027-1"})

        assert ask(shop, body, key="k1").json() == first

    @pytest.mark.parametrize(
        "other",
        [
            {"amount": 22},
            {"note": "another"},
            {"attributes": {"giftCardNumber": "summer-2026-2"}},
            {"attributes": {"giftCardNumber": "winter-2026-1"}},
            {"attributes": {}},
        ],
    )
    def test_other_details_are_refused(self, shop, other):
        body = CREDIT | {"attributes": {"giftCardNumber": "summer-2026-1"}}
        ask(shop, body, key="k1")

        response = ask(shop, body | other, key="k1")

        assert (response.status_code, response.json()["errorCode"]) == (409, "SERVICE-4005")
        assert CreditRequest.objects.count() == 1

    def test_another_order_or_channel_is_another_request(self, shop):
        ask(shop, key="k1")

        assert ask(shop, key="k1", order="/orders/62cc39d8a9b63c001b21d1ac").status_code == 409
        assert ask(shop, key="k1", headers={"x-fabric-channel-id": "13"}).status_code == 409

    @rolled_back
    def test_a_refusal_does_not_use_the_key_up(self, shop):
        assert ask(shop, CREDIT | {"reasonCode": "NOPE"}, key="k1").status_code == 400
        assert ask(shop, key="k1").status_code == 200

    def test_a_malformed_key_is_refused(self, shop):
        assert ask(shop, key="a,b").status_code == 400


def test_an_existing_card_is_paid_whatever_the_spelling_of_its_number(shop, desk):
    card = given_card("10.00 USD", code="SUMMER-2026-1")
    asked = given_credit(shop, attributes={"giftCardNumber": "summer20261"})

    confirmed = update(desk, asked["creditId"], "CONFIRMED")

    assert confirmed.status_code == 200
    assert confirmed.json()["attributes"]["giftCardNumber"] == "SUMMER-2026-1"
    assert seen(card).spendable == money("31.50 USD")


def test_a_test_key_makes_test_credits(db):
    tester = given_caller(test_mode=True)

    given_credit(tester)

    assert CreditRequest.objects.get().test_mode
    assert given_client().client.test_mode is False


def test_an_empty_group_is_the_same_as_none_in_the_request_and_in_the_answer(shop):
    said = [{"currency": "CAD", "amount": 29.45} | group for group in ({"group": ""}, {}, {"group": None})]

    empty, left_out, null = (ask(shop, CREDIT | {"amountInCurrencies": [other]}, key="k") for other in said)

    assert empty.json()["credits"][0]["amountInCurrencies"] == [{"currency": "CAD", "amount": 29.45}]
    assert left_out.json() == null.json() == empty.json()
    assert left_out.headers["Idempotent-Replayed"] == null.headers["Idempotent-Replayed"] == "true"
