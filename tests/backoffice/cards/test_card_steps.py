"""Redeem, reload, block, void and the rest: a form, a review that shows before and after, and one line of history."""

from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from giftcards.models import CardEvent, CardState, GiftCard
from giftcards.operations import block_card
from ledger.operations import AccountKind, Why
from ledger.queries import list_accounts
from tests.backoffice.cards.rows import no_card_changes
from tests.backoffice.staff import (
    Staff,
    changes_of,
    errors_of,
    facts_of,
    page_url,
    said,
    step_url,
    table_of,
    text_of,
    value_in,
)
from tests.giftcards.cards import account_of, given_card, given_card_in, given_redemption, row_of, seen, timeline
from tests.scenarios import NOW, STAFF, days, given_customer, given_hold

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def manager(db):
    return Staff("Card manager")


def newest(card) -> CardEvent:
    return CardEvent.objects.filter(card_id=card.id).order_by("-id")[0]


def test_redeeming_shows_before_and_after_and_then_takes_the_value(agent):
    card = given_card("25.00 GBP")
    url = step_url(row_of(card), "redeem")

    review = agent.review(url, amount="9.50", reference="ORDER-7", note="Paid at the till")

    assert changes_of(review) == [("On the card", "£25.00", "£15.50")]
    assert facts_of(review) == {
        "Card": f"{row_of(card).masked_code} · {account_of(card).number}",
        "Takes": "−£9.50",
        "Order or receipt": "ORDER-7",
        "Why": "Paid at the till",
    }
    assert timeline(card) == [("ISSUE", "25.00", "25.00", "ACTIVE")]

    answer = agent.confirm(review)

    assert (answer.status_code, answer.url) == (302, page_url(row_of(card)))
    assert said(answer) == [f"Redeemed £9.50. On card {row_of(card).masked_code} there is now £15.50."]
    assert timeline(card)[1:] == [("REDEEM", "-9.50", "15.50", "ACTIVE")]
    event = newest(card)
    assert (event.actor_label, event.door, event.reference, event.note) == (
        "agent",
        "admin",
        "ORDER-7",
        "Paid at the till",
    )


@pytest.mark.parametrize(
    ("slug", "data", "line"),
    [
        ("redeem", {"amount": "9.50"}, ("REDEEM", "-9.50", "15.50", "ACTIVE")),
        ("reload", {"amount": "10", "funding": "PAID"}, ("LOAD", "10.00", "35.00", "ACTIVE")),
        ("block", {"why": "Lost"}, ("BLOCKED", "0.00", "25.00", "BLOCKED")),
        ("void", {"why": "Printed wrong"}, ("VOID", "-25.00", "0.00", "VOIDED")),
        ("extend", {"good_through": "2027-01-31", "why": "Ill"}, ("EXTENDED", "0.00", "25.00", "ACTIVE")),
        ("assign", {"customer": "SHOP-7", "why": "Registered"}, ("ASSIGNED", "0.00", "25.00", "ACTIVE")),
        ("move", {"customer": "SHOP-7", "why": "Online"}, ("TRANSFER", "-25.00", "0.00", "ACTIVE")),
        ("reveal", {"why": "Sent again"}, ("REVEALED", "0.00", "25.00", "ACTIVE")),
    ],
)
def test_a_review_confirmed_twice_is_done_once(manager, slug, data, line):
    given_customer(number="SHOP-7")
    card = given_card("25.00 GBP", expires_on=date(2026, 12, 31))
    review = manager.review(step_url(row_of(card), slug), **data)

    manager.confirm(review)
    with no_card_changes():
        again = manager.confirm(review)

    assert again.status_code == 302
    assert said(again)[-1] == "This was done already, and was not done twice."
    assert timeline(card)[1:] == [line]


def test_a_replacement_confirmed_twice_makes_one_card(manager):
    card = given_card("25.00 GBP")
    review = manager.review(step_url(row_of(card), "replace"), why="Lost")

    manager.confirm(review)
    with no_card_changes():
        again = manager.confirm(review)

    assert (again.status_code, again.url) == (302, page_url(row_of(card)))
    assert [line[0] for line in timeline(card)] == ["ISSUE", "TRANSFER", "REPLACED", "VOIDED"]


def test_a_card_that_was_spent_meanwhile_is_reviewed_again_and_not_touched(agent):
    card = given_card("25.00 GBP")
    review = agent.review(step_url(row_of(card), "redeem"), amount="10")
    given_redemption("5.00 GBP", card=card)

    with no_card_changes():
        answer = agent.follow(agent.confirm(review))

    assert "Things have changed since your review, so nothing was done." in text_of(answer)
    assert changes_of(answer) == [("On the card", "£20.00", "£10.00")]


def test_a_card_that_was_blocked_meanwhile_is_not_redeemed(agent):
    card = given_card("25.00 GBP")
    review = agent.review(step_url(row_of(card), "redeem"), amount="10")
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="Reported lost"))

    with no_card_changes():
        answer = agent.confirm(review)

    assert answer.status_code == 409
    assert "This cannot be done: the card is blocked." in text_of(answer)


@pytest.mark.parametrize("amount", ["25.01", "0", "-3", "1.005", "much"])
def test_an_amount_that_the_books_refuse_is_refused_under_its_field(agent, amount):
    card = given_card("25.00 GBP")

    with no_card_changes():
        answer = agent.send(step_url(row_of(card), "redeem"), amount=amount)

    assert list(errors_of(answer)) == ["amount"]
    assert "review" not in answer.context


def test_a_card_spent_in_one_piece_offers_its_whole_value(agent):
    card = given_card("25.00 GBP", must_redeem_whole=True)
    url = step_url(row_of(card), "redeem")

    form = agent.open(url).context["form"]
    with no_card_changes():
        partly = agent.send(url, amount="10")
    agent.do(url, amount="25")

    assert value_in(form["amount"]) == "25.00"
    assert list(errors_of(partly)) == ["amount"]
    assert timeline(card)[1:] == [("REDEEM", "-25.00", "0.00", "ACTIVE")]


def test_a_restricted_card_is_redeemed_when_staff_say_that_it_is_the_customer(agent):
    customer = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron")
    card = given_card("25.00 GBP", customer_id=customer.pk, customer_only=True)
    url = step_url(row_of(card), "redeem")

    with no_card_changes():
        unsaid = agent.send(url, amount="10")
    agent.do(url, amount="10", is_customer="on")

    assert errors_of(unsaid) == {"is_customer": ["Only its customer may spend this card."]}
    assert timeline(card)[1:] == [("REDEEM", "-10.00", "15.00", "ACTIVE")]


def test_a_reload_that_nobody_pays_for_says_why(agent):
    card = given_card("25.00 GBP")
    url = step_url(row_of(card), "reload")

    with no_card_changes():
        unsaid = agent.send(url, amount="5", funding="GOODWILL")
    agent.do(url, amount="5", funding="GOODWILL", note="Sorry for the wait")

    assert errors_of(unsaid) == {"note": ["Say why the shop gives this away."]}
    entry = newest(card).transaction
    assert entry is not None
    assert (entry.amount_minor, entry.counter_account) == (500, "GOODWILL")


def test_a_reload_may_move_the_last_day(agent):
    card = given_card("25.00 GBP", expires_on=date(2026, 12, 31), time_zone="UTC")
    url = step_url(row_of(card), "reload")

    with no_card_changes():
        earlier = agent.send(url, amount="5", funding="PAID", good_through="2026-11-30")
    review = agent.review(url, amount="5", funding="PAID", good_through="2027-06-30")
    agent.confirm(review)

    assert list(errors_of(earlier)) == ["good_through"]
    assert changes_of(review) == [
        ("On the card", "£25.00", "£30.00"),
        ("Good through", "31 Dec 2026", "30 Jun 2027"),
    ]
    assert row_of(card).expires_on == date(2027, 6, 30)


def test_blocking_and_unblocking_change_the_state_and_leave_the_value(agent):
    card = given_card("25.00 GBP")

    blocked = agent.review(step_url(row_of(card), "block"), why="Reported lost")
    agent.confirm(blocked)
    unblocked = agent.review(step_url(row_of(card), "unblock"), why="Found in a coat")
    agent.confirm(unblocked)

    assert changes_of(blocked) == [("State", "Active", "Blocked")]
    assert changes_of(unblocked) == [("State", "Blocked", "Active")]
    assert [line[0] for line in timeline(card)] == ["ISSUE", "BLOCKED", "UNBLOCKED"]
    assert newest(card).note == "Found in a coat"


def test_voiding_shows_that_the_value_is_lost(manager):
    card = given_card("25.00 GBP")

    review = manager.review(step_url(row_of(card), "void"), why="Payment bounced")

    assert changes_of(review) == [("State", "Active", "Voided"), ("On the card", "£25.00", "£0.00")]


def test_a_card_is_assigned_by_number_or_e_mail_and_given_back_to_its_bearer(manager):
    customer = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron", email="ada@example.com")
    card = given_card("25.00 GBP")
    url = step_url(row_of(card), "assign")

    review = manager.review(url, customer="ADA@example.com", customer_only="on", why="Registered it")
    manager.confirm(review)

    assert changes_of(review) == [("Belongs to", "its bearer", f"{customer} alone")]
    assert (row_of(card).customer, row_of(card).customer_only) == (customer, True)

    manager.do(url, customer="", why="Gave it away")

    assert (row_of(card).customer, row_of(card).customer_only) == (None, False)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("SHOP-99", "No customer has this number or e-mail address."),
        ("TEST-1", "No customer has this number or e-mail address."),
        ("both@example.com", "Several customers have this e-mail address. Enter the number."),
    ],
)
def test_a_card_is_assigned_to_nobody_who_is_not_one_customer_of_its_mode(manager, text, refused):
    given_customer(number="TEST-1", test_mode=True)
    given_customer(email="both@example.com")
    given_customer(email="both@example.com")
    card = given_card("25.00 GBP")

    with no_card_changes():
        answer = manager.send(step_url(row_of(card), "assign"), customer=text, why="x")

    assert errors_of(answer) == {"customer": [refused]}


def test_moving_a_bearers_card_asks_to_whom_and_shows_both_sides(manager):
    customer = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron")
    card = given_card("25.00 GBP")
    url = step_url(row_of(card), "move")

    with no_card_changes():
        to_nobody = manager.send(url, customer="", why="Online")
    review = manager.review(url, customer="SHOP-7", why="Online")
    answer = manager.confirm(review)

    assert list(errors_of(to_nobody)) == ["customer"]
    assert changes_of(review) == [
        ("On the card", "£25.00", "£0.00"),
        ("Store credit of Ada Byron", "£0.00", "£25.00"),
    ]
    assert answer.url == page_url(customer)
    (account,) = list_accounts(customer_id=customer.pk, now=NOW)
    assert (account.kind, account.balance_minor) == (AccountKind.STORE_CREDIT, 2500)


REFUSED_IN = {
    CardState.ACTIVE: set(),
    CardState.PENDING: {"redeem", "reload", "move"},
    CardState.BLOCKED: {"redeem", "reload", "move", "send"},
    CardState.EXPIRED: {"redeem", "reload", "block", "move", "extend", "replace", "send", "recipient"},
    CardState.VOIDED: {"redeem", "reload", "block", "move", "extend", "replace", "assign", "void", "send", "recipient"},
}


@pytest.mark.parametrize("state", REFUSED_IN)
def test_buttons_that_would_be_refused_are_not_offered_and_say_why(manager, state):
    card = row_of(given_card_in(state))
    page = manager.open(page_url(card))
    pages: Any = admin.site.get_model_admin(GiftCard)
    listed = pages.list_buttons(page.wsgi_request, card)
    buttons = {button.slug: button for button in listed}

    refused = {slug for slug, button in buttons.items() if button.refusal and button.is_permitted}

    # A card without a last day needs no longer one.
    assert refused - {"extend"} == REFUSED_IN[state] - {"extend"}
    for slug in refused:
        assert buttons[slug].label in text_of(page)
        with no_card_changes():
            answers = [manager.open(buttons[slug].url), manager.send(buttons[slug].url, why="x", amount="1")]
        assert [answer.status_code for answer in answers] == [200, 409]


def test_a_card_held_for_a_purchase_is_neither_voided_nor_replaced(manager):
    card = given_card("25.00 GBP")
    given_hold("5.00 GBP", account=account_of(card), expires_at=days(7))

    answers = [manager.open(step_url(row_of(card), slug)) for slug in ("void", "replace")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "some of its value is held for a purchase." in text_of(answers[0])


def test_a_spent_card_is_reloaded_but_not_redeemed(agent):
    card = given_card("25.00 GBP")
    given_redemption("25.00 GBP", card=card)

    page = agent.open(page_url(row_of(card)))

    assert {button.slug for button in page.context["buttons"]} == {"reload", "block"}
    assert "Redeem: there is nothing on it that can be spent." in text_of(page)


def test_the_page_reads_as_a_timeline_newest_first(manager):
    card = given_card("25.00 GBP", sale_id="POS-1")
    given_redemption("5.00 GBP", card=card, why=Why(reference="ORDER-7"))
    manager.do(step_url(row_of(card), "block"), why="Reported lost")

    rows = manager.open(page_url(row_of(card))).context["timeline"].entries

    assert [(row.title, row.value, row.value_note, row.who, row.door, row.why, row.reference) for row in rows] == [
        ("Blocked", "", "", "card-manager", "Admin", "Reported lost", ""),
        ("Redeemed", "−£5.00", "then £20.00", "alice", "Admin", "", "ORDER-7"),
        ("Activated", "+£25.00", "then £25.00", "alice", "Admin", "", "POS-1"),
    ]


def test_a_long_history_is_read_page_by_page(agent):
    card = given_card("100.00 GBP")
    for _ in range(30):
        given_redemption("1.00 GBP", card=card)

    first = agent.open(page_url(row_of(card))).context["timeline"]
    second = agent.open(page_url(row_of(card)), page="2").context["timeline"]

    assert (len(first.entries), first.newer_url, first.older_url) == (25, "", "?page=2#history")
    assert (len(second.entries), second.newer_url, second.older_url) == (6, "?page=1#history", "")


def test_the_account_behind_a_card_is_left_to_the_card(proprietor):
    card = given_card("25.00 GBP")
    account = account_of(card)

    with no_card_changes():
        answers = [proprietor.open(step_url(account, slug)) for slug in ("debit", "adjust", "issue", "freeze", "close")]

    assert {answer.status_code for answer in answers} == {200}


def test_reversing_a_redemption_gives_it_back_to_the_card(proprietor):
    card = given_card("25.00 GBP")
    spend = given_redemption("5.00 GBP", card=card)

    proprietor.do(step_url(spend, "reverse"), reason="EC")

    assert timeline(card)[2:] == [("REVERSE", "5.00", "25.00", "ACTIVE")]


def test_a_customers_page_lists_their_cards_and_no_account_of_theirs(agent):
    customer = given_customer(number="SHOP-7")
    card = given_card("25.00 GBP", customer_id=customer.pk)

    page = agent.open(page_url(customer))

    [row] = table_of(page, "Gift cards")
    assert (row["Card"], row["On the card"], row["State"]) == (row_of(card).masked_code, "£25.00", "Active")
    assert page.context["cards"] == []
    make_url = page.context["gift_cards"].beside.url
    assert make_url == f"{reverse('admin:giftcards_giftcard_add')}?customer=SHOP-7"
    assert agent.open(make_url).context["form"]["customer"].value() == "SHOP-7"
    assert seen(card).state == CardState.ACTIVE
