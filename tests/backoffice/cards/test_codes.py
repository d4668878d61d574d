"""A code is shown once, on the answer to a POST, to whoever may see it and says why; nothing else keeps it."""

import re
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from giftcards.models import CardEvent, GiftCard
from giftcards.operations import reveal_code
from giftcards.queries import find_card_id
from ledger.operations import Why
from tests.backoffice.cards.rows import no_card_changes, places_that_keep_text
from tests.backoffice.staff import Staff, changes_of, errors_of, facts_of, page_url, step_url, text_of
from tests.giftcards.cards import given_card, row_of, seen, timeline
from tests.scenarios import NOW, STAFF, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

MAKE = "admin:giftcards_giftcard_add"
CODE = re.compile(r'id="card-code">([^<]+)<')


@pytest.fixture
def manager(db):
    return Staff("Card manager")


def code_on(answer) -> str:
    """The code that a page shows, without its hyphens."""
    (code,) = CODE.findall(answer.content.decode())
    return code.replace("-", "")


def assert_kept_nowhere(code: str) -> None:
    in_fours = "-".join(code[start : start + 4] for start in range(0, 16, 4))
    kept = places_that_keep_text()
    assert code not in kept
    assert in_fours not in kept


def test_revealing_shows_the_code_once_and_leaves_who_and_why_in_the_history(manager):
    card = given_card("25.00 GBP")
    url = step_url(row_of(card), "reveal")

    review = manager.review(url, why="Lost the e-mail")
    answer = manager.confirm(review)

    assert changes_of(review) == [("The code", "hidden", "shown to you, once")]
    assert card.code not in review.content.decode()
    assert code_on(answer) == card.code
    assert "no-store" in answer.headers["Cache-Control"]
    assert '<svg viewBox="0 0 ' in answer.content.decode()
    event = CardEvent.objects.filter(card_id=card.id).order_by("-id")[0]
    assert (event.kind, event.note, event.actor_label) == ("REVEALED", "Lost the e-mail", "card-manager")
    (entry,) = LogEntry.objects.all()
    assert entry.change_message.startswith("Reveal code: Lost the e-mail (confirmation ")
    assert_kept_nowhere(card.code)
    assert list(answer.context["messages"]) == []


def test_a_code_that_was_shown_is_not_shown_again_by_loading_the_page_again(manager):
    card = given_card("25.00 GBP")
    review = manager.review(step_url(row_of(card), "reveal"), why="Lost the e-mail")
    manager.confirm(review)

    with no_card_changes():
        again = manager.confirm(review)

    assert (again.status_code, again.url) == (302, page_url(row_of(card)))
    assert card.code not in again.content.decode()


def test_a_code_is_revealed_to_nobody_who_does_not_say_why(manager):
    card = given_card("25.00 GBP")

    with no_card_changes():
        answer = manager.send(step_url(row_of(card), "reveal"), why="  ")

    assert errors_of(answer) == {"why": ["This field is required."]}
    assert card.code not in answer.content.decode()


def test_a_card_is_made_as_reviewed_and_shows_its_code_once(agent):
    customer = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron")
    review = agent.review(
        reverse(MAKE),
        amount_currency="GBP",
        amount="50",
        funding="PAID",
        reference="POS-1",
        note="Sold at the fair",
        good_through="2027-12-31",
        valid_from="2026-12-24",
        customer="SHOP-7",
        customer_only="on",
        recipient_name="Max",
        recipient_email="max@example.com",
        must_redeem_whole="on",
    )

    assert changes_of(review) == [("On the new card", "–", "£50.00")]
    assert facts_of(review) == {
        "Code": "is drawn when you confirm, and shown once",
        "Who pays": "Paid by the customer",
        "Good through": "31 Dec 2027",
        "Belongs to": str(customer),
        "For": "Max, max@example.com",
        "Valid from": "24 Dec 2026",
        "But": "Only its customer may spend it\nSpent in one piece or not at all\nCannot be reloaded",
        "Order or receipt": "POS-1",
        "Why": "Sold at the fair",
    }
    assert not GiftCard.objects.exists()

    answer = agent.confirm(review)
    code = code_on(answer)

    card = GiftCard.objects.get()
    assert find_card_id(code=code) == card.pk
    assert (card.expires_on, card.sale_id, card.recipient_name) == (date(2027, 12, 31), "POS-1", "Max")
    assert (card.customer, card.customer_only, card.must_redeem_whole, card.reloadable) == (customer, True, True, False)
    assert "no-store" in answer.headers["Cache-Control"]
    assert_kept_nowhere(code)

    with no_card_changes():
        again = agent.confirm(review)

    assert (again.status_code, again.url) == (302, page_url(card))
    assert code not in again.content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "0.001"}, "amount"),
        ({"amount": "5", "amount_currency": "XXX"}, "amount"),
        ({"good_through": "2026-01-01"}, "good_through"),
        ({"good_through": "2026-12-01", "valid_from": "2026-12-24"}, "good_through"),
        ({"good_through": "9999-12-31"}, "good_through"),
        ({"valid_from": "9999-12-31"}, "valid_from"),
        ({"amount": "1" + "0" * 15}, "amount"),
        ({"customer_only": "on"}, "customer"),
        ({"customer": "SHOP-99"}, "customer"),
        ({"funding": "GOODWILL"}, "note"),
        ({"funding": "STOLEN"}, "funding"),
        ({"recipient_email": "max"}, "recipient_email"),
    ],
)
def test_a_card_that_cannot_be_is_not_made(agent, changed, field):
    data = {"amount_currency": "GBP", "amount": "50", "funding": "PAID"} | changed

    with no_card_changes():
        answer = agent.send(reverse(MAKE), **data)

    assert list(errors_of(answer)) == [field]


def test_a_test_card_is_made_for_test_customers_alone(agent):
    real, test = given_customer(number="SHOP-7"), given_customer(number="TEST-7", test_mode=True)
    data = {"amount_currency": "GBP", "amount": "50", "funding": "PAID", "test_mode": "on"}

    with no_card_changes():
        mixed = agent.send(reverse(MAKE), **data, customer=real.number)
    review = agent.review(reverse(MAKE), **data, customer=test.number)
    agent.confirm(review)

    assert errors_of(mixed) == {"customer": ["No test customer has this number or e-mail address."]}
    assert facts_of(review)["Test"] == "this is a test card"
    card = GiftCard.objects.get()
    assert (card.test_mode, card.account.test_mode, card.customer) == (True, True, test)


def test_a_replacement_shows_the_new_code_and_leaves_the_old_card_without_value(manager):
    card = given_card("25.00 GBP", expires_on=date(2027, 12, 31))
    review = manager.review(step_url(row_of(card), "replace"), why="Lost on holiday")

    assert changes_of(review) == [
        ("This card", "Active", "Voided"),
        ("On this card", "£25.00", "£0.00"),
        ("On the new card", "–", "£25.00"),
    ]
    assert GiftCard.objects.count() == 1

    answer = manager.confirm(review)
    code = code_on(answer)

    old = row_of(card)
    assert old.replaced_by is not None
    assert find_card_id(code=code) == old.replaced_by.pk
    assert code != card.code
    assert [line[0] for line in timeline(card)] == ["ISSUE", "TRANSFER", "REPLACED", "VOIDED"]
    assert seen(card).balance_minor == 0
    assert_kept_nowhere(code)
    assert f"What was on it is now on card {old.replaced_by.masked_code}" in text_of(manager.open(page_url(old)))
    assert f"Replaces {old.masked_code}" in text_of(manager.open(page_url(old.replaced_by)))


def test_no_page_of_a_card_shows_its_code(manager):
    card = given_card("25.00 GBP")
    reveal_code(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="Sent again"))

    pages = [page_url(row_of(card)), reverse("admin:giftcards_giftcard_changelist"), reverse("admin:index")]
    pages += [step_url(row_of(card), slug) for slug in ("redeem", "reveal", "void")]
    shown = [manager.open(url).content.decode() for url in pages]

    assert not any(card.code in text for text in shown)
