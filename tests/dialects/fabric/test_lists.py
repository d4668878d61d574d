"""What can be asked for, and what has been."""

import pytest

from ledger.models import Reason
from storecredit.api.scopes import Scope
from tests.credits.requests import given_policy
from tests.dialects.fabric.calls import (
    BY_ID,
    CREDIT,
    HEADERS,
    ORDER_ID,
    REQUESTER,
    act,
    ask,
    given_caller,
    given_credit,
    update,
)
from tests.giftcards.cards import given_card
from tests.scenarios import given_customer

pytestmark = pytest.mark.django_db


class TestEligibility:
    def test_the_reasons_are_the_active_ones_error_correction_first(self, shop):
        Reason.objects.filter(code="PD").update(active=False)

        shown = act(shop, "check-credits-eligibility").json()

        codes = [reason["code"] for reason in shown["eligibleReasonCodes"]]
        assert codes == ["EC", "DL", "DM", "GW", "PR", "RT"]
        assert shown["eligibleReasonCodes"][0] == {"code": "EC", "description": "Error correction"}
        assert (shown["orderId"], shown["policyType"], shown["policyName"]) == (ORDER_ID, "credits", "default")

    def test_the_policy_is_the_one_that_the_key_s_credits_fall_under(self, shop):
        given_policy(auto="50.00")

        assert act(shop, "check-credits-eligibility").json()["policyName"] == "Policy default USD"

    @pytest.mark.parametrize("body", ["", "{}"])
    def test_nothing_needs_to_be_said(self, shop, body):
        assert act(shop, "check-credits-eligibility", body).status_code == 200

    def test_nothing_but_an_object_can_be_said(self, shop):
        assert act(shop, "check-credits-eligibility", "[]").status_code == 400


class TestList:
    def test_an_order_s_credits_come_oldest_first(self, shop):
        amounts = [5, 6, 7]
        ask(shop, *[CREDIT | {"amount": amount} for amount in amounts])
        ask(shop, order="/orders/order-number/1138")
        ask(shop, headers={"x-fabric-tenant-id": "f" * 24})

        shown = act(shop, "list-credits").json()

        assert [credit["amount"] for credit in shown["credits"]] == amounts
        assert shown["query"] == {"offset": 0, "limit": 50, "count": 3}

    def test_parts_of_it_can_be_asked_for(self, shop):
        ask(shop, *[CREDIT | {"amount": amount} for amount in (5, 6, 7, 8)])

        shown = act(shop, "list-credits", {"offset": 1, "limit": 2}).json()

        assert [credit["amount"] for credit in shown["credits"]] == [6, 7]
        assert shown["query"] == {"offset": 1, "limit": 2, "count": 4}
        assert act(shop, "list-credits", {"offset": 9}).json()["credits"] == []

    def test_by_status_and_time(self, shop, time_machine):
        time_machine.move_to("2026-06-18T10:00:00Z", tick=False)
        old = given_credit(shop, amount=5)
        update(shop, old["creditId"], "CANCELED")
        time_machine.move_to("2026-06-19T10:00:00Z", tick=False)
        given_credit(shop, amount=6)

        def amounts(**wanted):
            return [credit["amount"] for credit in act(shop, "list-credits", wanted).json()["credits"]]

        assert amounts(statusCode="CANCELED") == [5]
        assert amounts(statusCode="PENDING") == [6]
        assert amounts(createdFrom="2026-06-19") == [6]
        assert amounts(createdTo="2026-06-19T10:00:00Z") == [5]
        assert amounts(createdFrom="2026-06-18T10:00:00.000Z", createdTo="2026-06-20") == [5, 6]

    def test_a_test_key_sees_test_credits_alone(self, shop):
        tester = given_caller(test_mode=True)
        given_credit(shop, amount=5)
        given_credit(tester, amount=6)

        assert [credit["amount"] for credit in act(tester, "list-credits").json()["credits"]] == [6]
        assert [credit["amount"] for credit in act(shop, "list-credits").json()["credits"]] == [5]

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"statusCode": "DONE"}, "statusCode must be one of: PENDING, CONFIRMED, FAILED, CANCELED."),
            ({"createdFrom": "yesterday"}, "createdFrom must be a date such as 2026-12-31, or a date and time"),
            ({"createdTo": 1767225600000}, "createdTo must be a string, not a number."),
            ({"offset": -1}, "offset must be a whole number from 0 to 1000000."),
            ({"limit": 0}, "limit must be a whole number from 1 to 100."),
            ({"limit": "10"}, "limit must be a number, not a string."),
        ],
    )
    def test_what_is_wrong_is_named(self, shop, wrong, message):
        response = act(shop, "list-credits", wrong)

        assert (response.status_code, response.json()["errorCode"]) == (400, "SERVICE-4002")
        assert response.json()["message"].startswith(message)


def list_all(caller, body=None, **more):
    """The credits of all orders."""
    return act(caller, "list-credits", body, order="/orders", **more)


class TestListOfAllOrders:
    @pytest.fixture
    def three(self, shop, time_machine):
        """Credits of 5, 6 and 7 USD on three orders, a second after each other."""
        for second, order in enumerate((BY_ID, "/orders/order-number/1138", "/orders/order-external-id/web-7")):
            time_machine.move_to(f"2026-06-19T10:00:0{second}Z", tick=False)
            ask(shop, CREDIT | {"amount": 5 + second}, order=order)

    def amounts(self, caller, **wanted):
        return [credit["amount"] for credit in list_all(caller, wanted).json()["credits"]]

    def test_they_come_newest_first_each_with_the_name_of_its_order(self, shop, three):
        shown = list_all(shop).json()

        assert [(credit["amount"], credit["orderName"], credit["orderNameValue"]) for credit in shown["credits"]] == [
            (7, "order-external-id", "web-7"),
            (6, "order-number", "1138"),
            (5, "order-id", ORDER_ID),
        ]
        assert shown["query"] == {"offset": 0, "limit": 50, "count": 3}
        in_its_order = act(shop, "list-credits").json()["credits"][0]
        assert shown["credits"][2] == in_its_order | {"orderName": "order-id", "orderNameValue": ORDER_ID}

    def test_parts_of_it_tell_whether_there_is_more(self, shop, three):
        first = list_all(shop, {"limit": 2}).json()
        last = list_all(shop, {"offset": 2, "limit": 2}).json()
        beyond = list_all(shop, {"offset": 9}).json()

        assert [credit["amount"] for credit in first["credits"]] == [7, 6]
        assert first["query"] == {"offset": 0, "limit": 2, "count": 3}
        assert [credit["amount"] for credit in last["credits"]] == [5]
        assert last["query"] == {"offset": 2, "limit": 2, "count": 3}
        assert (beyond["credits"], beyond["query"]["count"]) == ([], 0)

    def test_by_status_time_type_currency_and_reason(self, shop, three):
        given_customer(number="CUST-1")
        owed = {"type": "STORE_CREDIT", "attributes": {"customerId": "CUST-1"}, "currency": "EUR", "reasonCode": "GW"}
        update(shop, given_credit(shop, amount=8, **owed)["creditId"], "CANCELED")

        assert self.amounts(shop, statusCode="CANCELED") == [8]
        assert self.amounts(shop, statusCode="PENDING") == [7, 6, 5]
        assert self.amounts(shop, type="STORE_CREDIT") == self.amounts(shop, currency="EUR") == [8]
        assert self.amounts(shop, reasonCode="EC", currency="USD") == [7, 6, 5]
        assert self.amounts(shop, reasonCode="XX") == []
        assert self.amounts(shop, createdFrom="2026-06-19T10:00:01Z", createdTo="2026-06-19T10:00:02Z") == [6]

    def test_a_tenant_sees_its_own_and_a_test_key_test_credits_alone(self, shop, three):
        other = {"x-fabric-tenant-id": "f" * 24}
        ask(shop, CREDIT | {"amount": 9}, headers=other)
        tester = given_caller(test_mode=True)
        given_credit(tester, amount=4)

        theirs = list_all(shop, headers=other).json()["credits"]
        assert [credit["amount"] for credit in theirs] == [9]
        assert self.amounts(shop) == [7, 6, 5]
        assert self.amounts(tester) == [4]

    def test_a_number_is_whole_for_a_key_that_may_see_it(self, shop):
        given_card("10.00 USD", code="SUMMER-2026-1")
        given_credit(shop, attributes={"giftCardNumber": "SUMMER-2026-1"})
        revealing = given_caller([*REQUESTER, Scope.GIFT_CARDS_REVEAL])

        def number(caller):
            return list_all(caller).json()["credits"][0]["attributes"]["giftCardNumber"]

        assert (number(shop), number(revealing)) == ("****0261", "SUMMER-2026-1")

    def test_it_needs_the_scope_that_lists_an_order_s(self):
        reader = given_caller([Scope.GIFT_CARDS_READ])

        assert list_all(reader).status_code == 403

    @pytest.mark.parametrize("header", HEADERS)
    def test_tenant_and_channel_are_required(self, shop, header):
        refused = list_all(shop, headers={header: ""}).json()

        assert (refused["errorCode"], refused["message"]) == ("SERVICE-4003", f"{header} is required.")

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"statusCode": "DONE"}, "statusCode must be one of: PENDING, CONFIRMED, FAILED, CANCELED."),
            ({"statusCode": ""}, "statusCode must be one of: PENDING, CONFIRMED, FAILED, CANCELED."),
            ({"type": "CASH"}, "type must be one of: GIFT_CARD, STORE_CREDIT."),
            ({"currency": "usd"}, "currency must be the ISO 4217 code of a currency in circulation, in capitals."),
            ({"reasonCode": ""}, "reasonCode must not be empty."),
            ({"offset": 10001}, "offset must be a whole number from 0 to 10000."),
            ({"limit": 101}, "limit must be a whole number from 1 to 100."),
            ({"createdTo": "tomorrow"}, "createdTo must be a date such as 2026-12-31, or a date and time"),
            (
                {"status": "PENDING"},
                "status is no member here; there are: statusCode, createdFrom, createdTo, offset, limit, metadata, "
                "type, currency, reasonCode.",
            ),
        ],
    )
    def test_what_is_wrong_is_named(self, shop, wrong, message):
        response = list_all(shop, wrong)

        assert (response.status_code, response.json()["errorCode"]) == (400, "SERVICE-4002")
        assert response.json()["message"].startswith(message)

    def test_a_parameter_of_the_query_is_none(self, shop):
        response = shop.post(
            "/orders/actions/list-credits?limit=5",
            {},
            **{name.replace("-", "_"): value for name, value in HEADERS.items()},
        )

        assert response.status_code == 400
        assert response.json()["message"] == "There is no parameter 'limit' here; there are none."

    def test_a_path_beside_it_is_unknown_in_the_same_words(self, shop):
        refused = act(shop, "find-credits", order="/orders")

        assert (refused.status_code, refused.json()["errorCode"]) == (404, "SERVICE-4004")
