"""One card, many tills, two dialects: whatever comes at once, the books end as if one had come after the other."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from giftcards.queries import list_findings as list_card_findings
from ledger.models import Transaction
from ledger.queries import list_findings
from storecredit.api.models import IdempotencyRecord
from tests.callers import ApiCaller, given_client
from tests.giftcards.cards import given_card, timeline, totals
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "TILL-0001"


@pytest.fixture(autouse=True)
def _the_books_are_clean() -> Iterator[None]:
    yield
    assert [*list_findings(), *list_card_findings()] == []


@pytest.fixture
def key(transactional_db: None) -> str:
    return given_client().plain


def redeem_by_lightspeed(key: str, client_id: str, amount: str = "-10.00") -> Any:
    body = {"type": "REDEEMING", "amount": amount, "client_id": client_id}
    return ApiCaller(key).post(f"/gift_cards/{CODE}/transactions", body)


def redeem_by_glu(key: str, idempotency_key: str | None, amount_minor: int = 1000) -> Any:
    return ApiCaller(key).post(f"/gift_cards/{CODE}/redeem", {"amount": amount_minor}, key=idempotency_key)


def statuses(*jobs: Callable[[], Any]) -> Counter[int]:
    return Counter(response.status_code for response in together(*jobs).done)


def test_fifty_redeem_ten_of_a_hundred_through_both_dialects_and_ten_succeed(key):
    card = given_card("100.00 GBP", code=CODE)
    jobs = [
        partial(redeem_by_lightspeed, key, str(number)) if number % 2 else partial(redeem_by_glu, key, f"k{number}")
        for number in range(50)
    ]

    assert statuses(*jobs) == {201: 10, 422: 40}

    assert totals(card)[1:] == ("100.00", "0.00", "0.00")
    assert [kind for kind, *_ in timeline(card)] == ["ISSUE", *["REDEEM"] * 10]
    assert IdempotencyRecord.objects.count() == 10


def test_one_client_id_from_twenty_threads_redeems_once(key):
    card = given_card("100.00 GBP", code=CODE)

    assert statuses(*[partial(redeem_by_lightspeed, key, "same")] * 20) == {201: 1, 200: 19}

    assert timeline(card)[1:] == [("REDEEM", "-10.00", "90.00", "ACTIVE")]


def test_one_key_from_twenty_threads_gets_one_answer_twenty_times(key):
    given_card("10.00 GBP", code=CODE)

    outcomes = together(*[partial(redeem_by_glu, key, "same")] * 20)

    assert {response.status_code for response in outcomes.done} == {201}
    assert len({response.content for response in outcomes.done}) == 1
    assert Transaction.objects.filter(type="REDEEM").count() == 1


def test_one_key_makes_one_card_and_tells_its_number_to_all(key):
    def make() -> Any:
        return ApiCaller(key).post("/gift_cards", {"amount": "5", "client_id": "sale-1"})

    outcomes = together(*[make] * 10)

    assert Counter(response.status_code for response in outcomes.done) == {201: 1, 200: 9}
    assert len({response.json()["data"]["number"] for response in outcomes.done}) == 1
    assert Transaction.objects.count() == 1


def test_a_card_that_is_voided_meanwhile_is_redeemed_before_or_not_at_all(key):
    card = given_card("100.00 GBP", code=CODE)

    def void() -> Any:
        return ApiCaller(key).send("DELETE", f"/gift_cards/{CODE}")

    found = statuses(void, *[partial(redeem_by_glu, key, None)] * 9)

    redeemed = found[201]
    assert (found[200], found[201] + found[422]) == (1, 9)
    assert timeline(card)[-1] == ("VOID", f"-{100 - 10 * redeemed}.00", "0.00", "VOIDED")


def test_ten_reversals_of_one_redemption_give_it_back_once(key):
    card = given_card("100.00 GBP", code=CODE)
    spent = redeem_by_lightspeed(key, "1").json()["data"]["id"]

    def reverse() -> Any:
        return ApiCaller(key).send("DELETE", f"/gift_cards/transactions/{spent}")

    assert statuses(*[reverse] * 10) == {200: 1, 400: 9}

    assert totals(card) == ("100.00", "0.00", "100.00", "100.00")
