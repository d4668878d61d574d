"""What can be asked for, and what has been."""

import pytest

from ledger.models import Reason
from tests.credits.requests import given_policy
from tests.dialects.fabric.calls import CREDIT, ORDER_ID, act, ask, given_caller, given_credit, update

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
