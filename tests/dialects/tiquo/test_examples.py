"""The examples of the description are real: sent in their order, they get exactly these answers."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ledger.models import Transaction
from storecredit.api.schema import Exchange
from storecredit.dialects.tiquo import examples
from tests.callers import ROOT
from tests.scenarios import given_credit, given_customer

OPERATIONS = {name: value for name, value in vars(examples).items() if name.isupper() and isinstance(value, tuple)}
METHODS = {"READ": "GET", "LIST": "GET", "ISSUE": "POST", "SPEND": "POST", "CREATE": "POST", "CHANGE": "PATCH"}


@pytest.fixture
def ada(db, time_machine):
    """The customer that the examples speak of."""
    day_before = datetime(2026, 6, 18, 9, 0, tzinfo=UTC)
    customer = given_customer(
        number="CUST-000001",
        document_id=examples.CUSTOMER_ID,
        first_name="Ada",
        last_name="Lovelace",
        email="ada@example.com",
        created_at=day_before,
        updated_at=day_before,
    )
    given_credit("100 GBP", customer=customer, now=day_before)
    time_machine.move_to(examples.NOW_TEXT, tick=False)
    return customer


def without_chance(answer: object) -> object:
    """The answer with what is drawn at random replaced: ids that are not the customer's, account numbers."""
    text = re.sub(rf'"(?!{examples.CUSTOMER_ID})k[0-9a-z]{{16}}"', '"<id>"', json.dumps(answer))
    return json.loads(re.sub(r'"SC[0-9]+"', '"<number>"', text))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_examples_of_an_operation_are_what_it_answers(caller, ada, name):
    method = METHODS[name.split("_")[0]]
    assert OPERATIONS[name]

    [first] = Transaction.objects.values_list("document_id", flat=True)
    for example in OPERATIONS[name]:
        response = send(caller, method, replace(example, path=example.path.replace(examples.TRANSACTION_ID, first)))

        assert response.status_code == example.status, example.name
        if name == "CREATE_CUSTOMER" and example.status < 300:
            # The examples in which the customer's own id is new.
            wanted = json.dumps(example.answer).replace(examples.CUSTOMER_ID, examples.TRANSACTION_ID)
            assert without_chance(response.json()) == without_chance(json.loads(wanted))
        else:
            assert without_chance(response.json()) == without_chance(example.answer)


def send(caller, method: str, example: Exchange):
    headers = {"idempotency-key": example.key} if example.key else {}
    body = json.dumps(example.body) if example.body is not None else ""
    return caller.send(method, example.path.removeprefix(ROOT), body, headers=headers)
