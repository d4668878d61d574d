"""The examples of the description are real: sent in their order, they get exactly these answers."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger.models import Account, Transaction
from ledger.operations import Why
from storecredit.api.scopes import Scope
from storecredit.dialects.glu import examples
from tests.callers import ROOT, ApiCaller, given_client
from tests.giftcards.cards import account_of, given_card, given_redemption
from tests.scenarios import given_credit, given_customer

OPERATIONS = {name: value for name, value in vars(examples).items() if name.isupper() and isinstance(value, tuple)}
SCOPES = [
    Scope.GIFT_CARDS_READ,
    Scope.GIFT_CARDS_REDEEM,
    Scope.STORE_CREDIT_READ,
    Scope.STORE_CREDIT_SPEND,
    Scope.CUSTOMERS_READ,
]
REQUEST_ID = "5f1d2c3b-7a6e-4d58-9c0b-1e2f3a4b5c6d"


@pytest.fixture
def names(db: None, time_machine: Any) -> dict[str, str]:
    """The shop that the examples speak of: what stands in them for what the service has drawn."""
    day_before = datetime(2026, 6, 18, 9, 0, tzinfo=UTC)
    ada = given_customer(
        document_id=examples.CONTACT_ID,
        first_name="Ada",
        last_name="Lovelace",
        email="ada@example.com",
        created_at=day_before,
        updated_at=day_before,
    )
    card = given_card("100.00 GBP", now=day_before, code=examples.CODE, expires_on=date(2027, 6, 30), time_zone="UTC")
    redemption = given_redemption("25 GBP", card=card, now=day_before, why=Why(details={"location": 3}))
    credit = given_credit("40 GBP", customer=ada, now=day_before)
    Account.objects.filter(pk=credit.pk).update(created_at=day_before)
    time_machine.move_to(examples.NOW_TEXT, tick=False)
    return {
        str(card.id): examples.CARD_ID,
        credit.number: examples.ACCOUNT_NUMBER,
        account_of(card).number: examples.CARD_ACCOUNT_NUMBER,
        **_addressed(card.account_id, examples.ACCOUNT_ID, "account"),
        **_addressed(credit.pk, examples.CREDIT_ID, "account"),
        **_addressed(Transaction.objects.get(account=card.account_id, sequence=1).number, examples.ACTIVATION),
        **_addressed(redemption.number, examples.REDEMPTION),
        **_addressed(Transaction.objects.get(account=credit.pk).number, examples.CREDITED),
    }


def _addressed(real: int, said: int, kind: str = "balance") -> dict[str, str]:
    return {f"<{kind} {real}>": f"<{kind} {said}>"}


def in_the_words_of_the_examples(answer: Any, names: dict[str, str]) -> Any:
    """An answer with every id marked by what it is the id of, and those that are known replaced."""
    text = json.dumps(mark(answer)).replace("http://testserver", examples.HOST)
    # In one go: what one id is replaced by may look like another one.
    text = re.sub("|".join(map(re.escape, names)), lambda found: names[found[0]], text)
    known = "|".join(re.escape(said) for said in names.values())
    # A new balance has an id of its own.
    return json.loads(re.sub(rf"(?!{known})<balance [0-9]+>", "<balance new>", text))


def mark(value: Any) -> Any:
    if isinstance(value, dict):
        marked = {name: mark(part) for name, part in value.items()}
        if isinstance(value.get("id"), int) and "code" in value:
            marked["id"] = f"<account {value['id']}>"
        if isinstance(value.get("id"), int) and "happenedAt" in value:
            marked["id"] = f"<balance {value['id']}>"
        return marked
    if isinstance(value, list):
        return [mark(part) for part in value]
    if isinstance(value, str):
        value = re.sub(r"(?<=/balances/)[0-9]+$", lambda found: f"<balance {found[0]}>", value)
        return re.sub(r"(?<=storedCreditAccount=)[0-9]+$", lambda found: f"<account {found[0]}>", value)
    return value


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_examples_of_an_operation_are_what_it_answers(names, name):
    till = ApiCaller(given_client(SCOPES, name="till").plain)
    assert OPERATIONS[name]

    for example in OPERATIONS[name]:
        headers = {"idempotency-key": example.key} if example.key else {}
        body = json.dumps(example.body) if example.body else ""
        method = "POST" if name.startswith("REDEEM") else "GET"
        path = real_path(example.path.removeprefix(ROOT), names)
        response = till.send(method, path, body, headers=headers | {"x-request-id": REQUEST_ID})

        assert response.status_code == example.status, (example.name, response.content)
        wanted = in_the_words_of_the_examples(example.answer, {said: said for said in names.values()})
        assert in_the_words_of_the_examples(response.json(), names) == wanted, example.name


def real_path(path: str, names: dict[str, str]) -> str:
    """An example's path with the real account number and ids in it."""
    for real, said in names.items():
        if not said.startswith("<"):
            path = path.replace(said, real)
        elif said.startswith("<balance "):
            found = re.sub(rf"/balances/{said[9:-1]}$", f"/balances/{real[9:-1]}", path)
            if found != path:
                return found
    return path
