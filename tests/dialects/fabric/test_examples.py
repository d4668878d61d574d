"""The examples of the description are real: sent in their order, they get exactly these answers."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import NewRequest, Order, OrderKind, RequestKind, request_credits
from storecredit.dialects.fabric import examples
from tests.callers import ROOT
from tests.credits.requests import given_approver, given_person, party_of
from tests.dialects.fabric.calls import BOTH, HEADERS, TENANT, given_caller
from tests.scenarios import given_customer, money

OPERATIONS = {name: value for name, value in vars(examples).items() if name.isupper() and isinstance(value, tuple)}
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def asked(db: None, time_machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The credit that the examples speak of."""
    given_customer(number=examples.CUSTOMER_NUMBER)
    order = Order(kind=OrderKind.ID, value=examples.ORDER_ID, tenant=TENANT, channel="12")
    wanted = NewRequest(
        amount=money("21.50 USD"),
        kind=RequestKind.GIFT_CARD,
        reason="EC",
        source="CSR",
        note="Credit request initiated",
        attributes={"giftCardNumber": examples.NUMBER},
        amounts=[{"currency": "CAD", "group": "SHIPPING", "amount": "29.45"}],
        employee="12312232",
        payment_counter=1,
        policy_code="RC1",
        sub_reason="ACC",
    )
    day_before = datetime(2026, 6, 18, 9, 0, tzinfo=UTC)
    with monkeypatch.context() as patch:
        patch.setattr("storecredit.credits.operations.asking.new_uuid7", lambda: UUID(examples.CREDIT_ID))
        request_credits(order=order, wanted=[wanted], party=party_of(given_person("alice")), now=day_before)
    time_machine.move_to(examples.NOW_TEXT, tick=False)


def without_ids(answer: object) -> object:
    """The answer with the ids that are drawn at random replaced."""
    text = json.dumps(answer).replace(examples.CREDIT_ID, "<the credit>")
    return json.loads(UUID_FORM.sub("<id>", text))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_examples_of_an_operation_are_what_it_answers(asked, name):
    caller = given_caller(BOTH, given_approver("bob"))
    given_approver("carol")
    assert OPERATIONS[name]

    for example in OPERATIONS[name]:
        body = json.dumps(example.body) if example.body is not None else ""
        headers = HEADERS | ({"idempotency-key": example.key} if example.key else {})
        response = caller.send("POST", example.path.removeprefix(ROOT), body, headers=headers)

        assert response.status_code == example.status, (example.name, response.content)
        assert without_ids(response.json()) == without_ids(example.answer), example.name
    assert CreditRequest.objects.filter(pk=examples.CREDIT_ID).exists()
