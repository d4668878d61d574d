"""Whole numbers of cards for a key that may see them: in every later answer, and in what is answered again."""

import pytest

from storecredit.api.models import IdempotencyRecord
from storecredit.api.scopes import Scope
from tests.callers import ApiCaller, given_rights
from tests.credits.requests import given_person
from tests.dialects.fabric.calls import BOTH, CREDIT, act, given_caller, given_credit, update
from tests.giftcards.cards import given_card

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> ApiCaller:
    """A program that may see whole numbers."""
    carol = given_person("carol")
    given_rights(carol, "giftcards.reveal_code")
    return given_caller([*BOTH, Scope.GIFT_CARDS_REVEAL], carol, name="reports")


def numbers_in(response):
    return [credit["attributes"].get("giftCardNumber") for credit in response.json()["credits"]]


def test_a_list_shows_each_number_whole_as_the_card_was_made(shop, desk, reader):
    given_card("10.00 USD", code="Winter-2026-1")
    given_credit(shop, attributes={"giftCardNumber": "winter20261"})
    given_credit(shop, attributes={"giftCardNumber": "Summer-2026-1"})
    paid = given_credit(shop)
    made = update(desk, paid["creditId"], "CONFIRMED").json()["attributes"]["giftCardNumber"]
    given_credit(shop, attributes={"till": 7})

    whole, masked = numbers_in(act(reader, "list-credits")), numbers_in(act(shop, "list-credits"))

    assert whole == ["Winter-2026-1", "Summer-2026-1", made, None]
    assert masked == ["****0261", "****0261", f"****{made[-4:]}", None]


def test_a_later_answer_shows_it_whole_and_the_record_of_it_does_not(shop, desk, reader):
    credit = given_credit(shop, amount=21.5, attributes={"giftCardNumber": "Summer-2026-1", "rate": 1.25})

    first, again = (
        update(reader, credit["creditId"], "PENDING", key="k", attributes={"printed": True}) for _ in range(2)
    )

    assert first.json()["attributes"] == {"giftCardNumber": "Summer-2026-1", "printed": True, "rate": 1.25}
    assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
    assert "ummer" not in IdempotencyRecord.objects.get().answer
    assert update(desk, credit["creditId"], "PENDING").json()["attributes"]["giftCardNumber"] == "****0261"


def test_what_the_owner_may_not_reveal_stays_masked(shop):
    credit = given_credit(shop, attributes={"giftCardNumber": "Summer-2026-1"})
    clerk = given_caller([*BOTH, Scope.GIFT_CARDS_REVEAL], given_person("dave"), name="till")

    assert update(clerk, credit["creditId"], "PENDING").json()["attributes"]["giftCardNumber"] == "****0261"


def test_an_empty_note_is_none_where_credit_is_asked_for_and_takes_the_note_out_later(shop):
    credit = given_credit(shop, note="old")

    kept, emptied = (update(shop, credit["creditId"], "CANCELED", key="k", **said) for said in ({}, {"note": ""}))

    assert (kept.json()["note"], emptied.status_code) == ("old", 409)
    assert act(shop, "create-credits", {"credits": [CREDIT | {"note": ""}]}, key="c").status_code == 200
    assert act(shop, "create-credits", {"credits": [CREDIT]}, key="c").headers["Idempotent-Replayed"]
