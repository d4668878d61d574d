"""The examples of the description are real: sent in their order, they get exactly these answers."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from giftcards.models import GiftCard
from giftcards.operations import block_card, redeem_card
from giftcards.queries import get_card_by_id
from ledger.models import Transaction
from ledger.operations import Why
from storecredit.api.scopes import Scope
from storecredit.dialects.lightspeed import examples
from tests.callers import ROOT, ApiCaller, given_client
from tests.giftcards.cards import given_card
from tests.scenarios import API, STAFF, money

OPERATIONS = {name: value for name, value in vars(examples).items() if name.isupper() and isinstance(value, tuple)}
METHODS = {
    "READ": "GET",
    "LIST": "GET",
    "CREATE": "POST",
    "BLOCK": "POST",
    "UNBLOCK": "POST",
    "VOID": "DELETE",
    "REVERSE": "DELETE",
}
SCOPES = [Scope.GIFT_CARDS_READ, Scope.GIFT_CARDS_ISSUE, Scope.GIFT_CARDS_REDEEM]
ACCOUNT = re.compile(r"GC[0-9]{12}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def shop(db: None, time_machine: Any) -> dict[str, str]:
    """The card that the examples speak of; what stands for the ids in them."""
    day_before = datetime(2026, 6, 18, 9, 0, tzinfo=UTC)
    new = given_card("100.00 GBP", now=day_before, code=examples.NUMBER, expires_on=date(2027, 6, 30), time_zone="UTC")
    card = get_card_by_id(card_id=new.id, now=day_before)
    spent = redeem_card(
        card=card, amount=money("25 GBP"), actor=API, now=day_before, why=Why(details={"client_id": "till-7-0001"})
    )
    time_machine.move_to(examples.NOW_TEXT, tick=False)
    return {examples.CARD_ID: str(GiftCard.objects.get().pk), examples.REDEMPTION_ID: str(spent.pk)}


def without_ids(answer: object) -> object:
    """The answer with its ids and account numbers, which are drawn at random, replaced."""
    return json.loads(ACCOUNT.sub("<account>", UUID.sub("<id>", json.dumps(answer))))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_examples_of_an_operation_are_what_it_answers(shop, name):
    till = ApiCaller(given_client(SCOPES, name="till").plain)
    assert OPERATIONS[name]
    if name == "UNBLOCK_CARD":
        card_id, now = GiftCard.objects.get().pk, datetime.fromisoformat(examples.NOW_TEXT)
        block_card(card_id=card_id, actor=STAFF, now=now, why=Why(note="Reported as lost."))

    for example in OPERATIONS[name]:
        path = example.path.removeprefix(ROOT)
        for said, real in shop.items():
            path = path.replace(said, real)
        response = till.send(METHODS[name.split("_")[0]], path, json.dumps(example.body) if example.body else "")

        assert response.status_code == example.status, (example.name, response.content)
        assert without_ids(response.json()) == without_ids(example.answer), example.name


def test_the_ids_in_an_answer_are_those_of_the_books(shop):
    till = ApiCaller(given_client(SCOPES, name="till").plain)

    [card] = till.get("/gift_cards").json()["data"]

    assert card["id"] == shop[examples.CARD_ID]
    movements = [movement["id"] for movement in card["gift_card_transactions"]]
    assert movements == [str(entry.pk) for entry in Transaction.objects.order_by("-number")]
