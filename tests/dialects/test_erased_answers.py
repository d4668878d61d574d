"""What was answered is forgotten one day: whoever asks once more is told so in each dialect; nothing is done again."""

import pytest

from storecredit.api.models import IdempotencyRecord
from tests.callers import ApiCaller, given_client
from tests.dialects.digital_river.shop import CHECKOUT
from tests.dialects.fabric.calls import BOTH, CREDIT, ask, given_caller
from tests.factories.people import UserFactory
from tests.giftcards.cards import given_card
from tests.ledger.unguarded import triggers_off
from tests.scenarios import given_credit, given_customer, nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_request_of_long_ago_has_no_second_effect_and_its_answer_is_gone():
    # given what was asked for in each language
    account = given_credit("50.00 USD", customer=given_customer(number="C-1"))
    given_card("25.00 USD", code="A-CARD-1")
    api, asker = ApiCaller(given_client().plain), given_caller(BOTH, owner=UserFactory.create())
    spend = {"type": "REDEEMING", "amount": "-5.00", "client_id": "sale 1"}
    calls = {
        "tiquo": lambda: api.post("/customers/C-1/store-credit", {"amount": 5, "currency": "USD"}, key="a"),
        "glu": lambda: api.post(f"/credit_accounts/{account.number}/redeem", {"amount": 5}, key="b"),
        "glu card": lambda: api.post("/gift_cards/A-CARD-1/redeem", {"amount": 5}, key="c"),
        "lightspeed": lambda: api.post("/gift_cards/A-CARD-1/transactions", spend),
        "lightspeed card": lambda: api.post("/gift_cards", {"amount": "5", "currency": "USD"}, key="d"),
        "digital river": lambda: api.post("/checkouts", CHECKOUT, key="e"),
        "fabric": lambda: ask(asker, CREDIT, key="f"),
    }
    first = {name: call().status_code for name, call in calls.items()}
    assert set(first.values()) <= {200, 201}
    with triggers_off("api"):
        IdempotencyRecord.objects.update(answer='{"erased": true}')

    # when it is asked for once more
    with nothing_moves():
        again = {name: call() for name, call in calls.items()}

    # then each is told that it was done, and no more
    assert {name: answer.json() for name, answer in again.items()} == {name: {"erased": True} for name in calls}
    assert {name: answer.status_code for name, answer in again.items()} == first | {
        "tiquo": 200, "lightspeed": 200, "lightspeed card": 200,
    }  # fmt: skip
    assert {answer.headers["Idempotent-Replayed"] for answer in again.values()} == {"true"}
