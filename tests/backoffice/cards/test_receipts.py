"""A card's receipt to print: what it was worth, what was spent and what is left; its code for few."""

import pytest

from giftcards.models import CardEvent
from giftcards.operations import block_card
from ledger.operations import Why, adjust_credit
from tests.backoffice.cards.rows import no_card_changes
from tests.backoffice.staff import Staff, page_url, step_url, text_of, told_by
from tests.giftcards.cards import account_of, given_card, given_redemption, row_of
from tests.scenarios import STAFF, days, given_hold, money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


_TOLD = {
    "For": "Oma Ingrid",
    "State": "Active",
    "Value": "£50.00",
    "Spent": "£12.50",
    "Expired, moved or corrected": "−£2.50",
    "Held for purchases": "£5.00",
    "Balance": "£35.00",
}


def url_of(card):
    return page_url(row_of(card)).replace("/change/", "/receipt/")


def test_it_tells_what_the_card_was_worth_what_was_spent_and_what_is_left(settings):
    settings.SHOP_NAME = "Bücher & Wein"
    card = given_card("50.00 GBP", now=days(-3), expires_on=days(300).date(), recipient_name="Oma Ingrid")
    given_redemption("12.50 GBP", card=card, why=Why(reference="ORDER-7"))
    adjust_credit(
        account_id=card.account_id, amount=money("-2.50 GBP"), actor=STAFF, now=days(0), why=Why(note="Counted wrong")
    )
    given_hold("5.00 GBP", account=account_of(card))
    viewer = Staff("Viewer")

    with no_card_changes():
        page = viewer.open(url_of(card))

    told = told_by(page)
    assert told["Gift card"] == row_of(card).masked_code
    assert {label: told[label] for label in _TOLD} == _TOLD
    text = text_of(page)
    assert "Bücher & Wein" in text
    for words in ("ORDER-7 −£12.50 £37.50", "−£2.50 £35.00"):
        assert words in text
    assert "Counted wrong" not in text
    assert card.code not in page.content.decode()
    assert "receipt-with-code" not in page.content.decode()
    assert url_of(card) in viewer.open(page_url(row_of(card))).content.decode()


def test_whoever_may_reveal_codes_gets_it_with_the_code_once_and_the_history_says_so():
    card, manager = given_card("25.00 GBP"), Staff("Card manager")
    url = step_url(row_of(card), "receipt-with-code")
    assert url in manager.open(url_of(card)).content.decode()

    answer = manager.do(url, why="Printed at the till")

    assert "-".join(card.code[start : start + 4] for start in range(0, 16, 4)) in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    event = CardEvent.objects.filter(card_id=card.id).order_by("-id")[0]
    assert (event.kind, event.note, event.actor_label) == ("REVEALED", "Printed at the till", "card-manager")


def test_nobody_else_is_given_the_code():
    card, agent = given_card("25.00 GBP"), Staff("Agent")

    with no_card_changes():
        answer = agent.open(step_url(row_of(card), "receipt-with-code"))

    assert answer.status_code == 403


def test_a_blocked_card_says_so_on_its_receipt():
    card = given_card("25.00 GBP")
    block_card(card_id=card.id, actor=STAFF, now=days(0), why=Why(note="Lost"))

    assert told_by(Staff("Viewer").open(url_of(card)))["State"] == "Blocked"
