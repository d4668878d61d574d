"""A program of somebody who is a customer, too, does not serve them, whichever language it speaks."""

import pytest

from tests.callers import ApiCaller, given_client
from tests.credits.requests import given_limit, given_person, given_request
from tests.dialects.digital_river.shop import attach, credit_of, given_checkout, given_source
from tests.dialects.fabric.calls import BOTH, update
from tests.factories.credits import PersonCustomerFactory
from tests.giftcards.cards import given_card
from tests.scenarios import given_credit, nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "The person behind this API key is this customer: somebody else has to do it."


def test_each_dialect_refuses_in_its_own_shape_and_nothing_moves():
    # given Bob, who is a customer with store credit and a card, and a program of his that may do everything
    bob = given_person("bob", is_superuser=True)
    given_limit(bob, "1000.00 USD")
    customer = PersonCustomerFactory.create(person=bob, customer__number="BOB-1").customer
    account = given_credit("50.00 USD", customer=customer)
    given_card("25.00 USD", code="BOBS-CARD-1", customer_id=customer.pk)
    given_client()
    everything = given_client(owner=bob).plain
    caller = ApiCaller(everything)
    asked = given_request("10.00 USD", kind="STORE_CREDIT", attributes={"customerId": "BOB-1"})
    approver = ApiCaller(given_client(BOTH, owner=bob).plain)
    customers = "/customers/BOB-1/store-credit"
    card = "/gift_cards/BOBS-CARD-1"
    checkout = given_checkout(caller)
    source = given_source(caller, credit_of(account, 5), of=checkout)
    spend = {"type": "REDEEMING", "amount": "-5.00", "client_id": "sale 1"}

    # when it moves what is his, in every language
    with nothing_moves():
        answers = {
            "tiquo issue": caller.post(customers, {"amount": 5, "currency": "USD"}, key="a"),
            "tiquo debit": caller.post(f"{customers}/debits", {"amount": 5, "currency": "USD"}, key="b"),
            "glu": caller.post(f"{card}/redeem", {"amount": 5}, key="c"),
            "glu credit": caller.post(f"/credit_accounts/{account.number}/redeem", {"amount": 5}, key="d"),
            "lightspeed": caller.post(f"{card}/transactions", spend),
            "lightspeed block": caller.post(f"{card}/block", {"reason": "lost"}),
            "digital river": attach(caller, checkout, source),
            "fabric": update(approver, str(asked.pk), "CONFIRMED", order=f"/orders/{asked.order_value}"),
        }

    # then each is refused as its dialect words it
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 403)
    assert answers["tiquo issue"].json() | {"timestamp": ""} == {
        "success": False, "error": WORDS, "code": "own_customer", "timestamp": "",
    }  # fmt: skip
    assert answers["lightspeed"].json() == {"error": "Forbidden", "message": WORDS, "code": "own_customer"}
    assert answers["glu"].json()["code"] == "own_customer"
    assert all(WORDS in answer.content.decode() for answer in answers.values())

    # and what only reads is answered
    assert caller.get(customers).status_code == 200
