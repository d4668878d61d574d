"""The example of the vendor's document: its request, and its answer field for field and type for type."""

import json

import pytest

from storecredit.credits.models import CreditRequest
from tests.dialects.fabric.calls import CREDIT, act, ask
from tests.dialects.tiquo.test_seed import typed
from tests.scenarios import NOW

pytestmark = pytest.mark.django_db

NUMBER = "XlQZTmFDFtPFGMxJP6oiAqN3vo+qKZ"
UPDATE = """{
"creditId": "%s",
"statusCode": "PENDING",
"attributes": {
"giftCardNumber": "XlQZTmFDFtPFGMxJP6oiAqN3vo+qKZ"
},
"note": "Credit request initiated"
}"""
ANSWER = """{
"amount": 21.5,
"currency": "USD",
"reasonCode": "EC",
"source": "CSR",
"type": "GIFT_CARD",
"amountInCurrencies": [],
"attributes": {
"giftCardNumber": "XlQZTmFDFtPFGMxJP6oiAqN3vo+qKZ"
},
"createdAt": "2022-07-11T15:03:14.642Z",
"creditId": "%s",
"employeeId": "12312232",
"note": "Credit request initiated",
"paymentCounter": 1,
"policyCode": "RC1",
"statusCode": "PENDING",
"subReasonCode": "ACC",
"updatedAt": "2022-07-11T15:03:14.642Z"
}"""
ASKED = CREDIT | {
    "attributes": {"giftCardNumber": NUMBER},
    "employeeId": "12312232",
    "paymentCounter": 1,
    "policyCode": "RC1",
    "subReasonCode": "ACC",
}


@pytest.mark.parametrize(
    "order",
    [
        "/orders/62cc39d8a9b63c001b21d1ab",
        "/orders/order-number/1138-4711",
        "/orders/order-id/62cc39d8a9b63c001b21d1ab",
        "/orders/order-external-id/shop#4711",
    ],
)
def test_update_credit_status(shop, desk, time_machine, order):
    order = order.replace("#", "%23")
    time_machine.move_to("2022-07-11T15:03:14.642Z", tick=False)
    asked = ask(shop, ASKED, order=order).json()["credits"][0]

    response = act(desk, "update-credit-status", UPDATE % asked["creditId"], order=order)

    assert response.status_code == 200
    wanted = json.loads(ANSWER % asked["creditId"]) | {"version": 1}
    assert typed(response.json()) == typed(wanted)
    assert typed(asked) == typed(wanted | {"note": None})
    stored = CreditRequest.objects.get()
    assert (stored.tenant, stored.channel, stored.status) == ("5f328bf0b5f328bf0b5f328b", "12", "PENDING")
    assert stored.attributes == {"giftCardNumber": "****+qKZ"}


def test_the_document_s_amounts_in_other_currencies_come_back_as_they_were_sent(shop, time_machine):
    time_machine.move_to(NOW, tick=False)
    others = [{"currency": "CAD", "group": "ITEM", "amount": 29.45}, {"currency": "JPY", "amount": 3300}]

    response = ask(shop, CREDIT | {"amountInCurrencies": others})

    assert typed(response.json()["credits"][0]["amountInCurrencies"]) == typed(others)
