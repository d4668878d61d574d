"""A purchase that was paid with a card comes back in part or whole: from its line in the history, after a review."""

import pytest

from giftcards.operations import refund_redemption, replace_card, void_card
from ledger.operations import Why, reverse_transaction
from ledger.queries import list_accounts
from storecredit.backoffice.cards.steps.refunds import REDEMPTIONS_OFFERED
from tests.backoffice.cards.rows import no_card_changes
from tests.backoffice.staff import Staff, changes_of, errors_of, facts_of, page_url, said, step_url, text_of, value_in
from tests.giftcards.cards import account_of, given_card, given_redemption, row_of, timeline
from tests.scenarios import NOW, STAFF, days, given_customer, money

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def finance(db):
    return Staff("Finance")


def refund_url(card):
    return step_url(row_of(card), "refund")


def refund(amount, spend):
    refund_redemption(transaction_id=spend.pk, amount=money(amount), actor=STAFF, now=NOW, why=Why(note="came back"))


def refund_links(staff, card):
    """Which lines of the history offer a refund."""
    entries = staff.open(page_url(row_of(card))).context["timeline"].entries
    return [(entry.title, entry.way.url) for entry in entries if entry.way]


def test_a_part_comes_back_and_then_the_rest_and_then_no_more(finance):
    card = given_card("25.00 GBP")
    spend = given_redemption("9.50 GBP", card=card, why=Why(reference="ORDER-7"))
    url = refund_url(card)

    review = finance.review(url, redemption=spend.pk, amount="4", note="One of two sent back")

    assert changes_of(review) == [("On the card", "£15.50", "£19.50")]
    assert facts_of(review) == {
        "Card": f"{row_of(card).masked_code} · {account_of(card).number}",
        "Purchase": f"Redemption {spend.number}, −£9.50",
        "Gives back": "+£4.00",
        "Then left to refund": "£5.50",
        "Why": "One of two sent back",
    }
    assert [line[0] for line in timeline(card)] == ["ISSUE", "REDEEM"]

    answer = finance.confirm(review)
    told = said(answer)
    finance.do(url, redemption=spend.pk, amount="5.50", note="The other one, too")
    with no_card_changes():
        more = finance.send(url, redemption=spend.pk, amount="0.01", note="And a cent")

    assert (answer.status_code, answer.url) == (302, page_url(row_of(card)))
    assert told == [f"Refunded £4.00. On card {row_of(card).masked_code} there is now £19.50."]
    assert timeline(card)[2:] == [("REFUND", "4.00", "19.50", "ACTIVE"), ("REFUND", "5.50", "25.00", "ACTIVE")]
    refunds = account_of(card).transactions.filter(type="REFUND").order_by("sequence")
    assert list(refunds.values_list("reverses_id", "reference", "note", "actor_label")) == [
        (spend.pk, "ORDER-7", "One of two sent back", "finance"),
        (spend.pk, "ORDER-7", "The other one, too", "finance"),
    ]
    assert more.status_code == 409
    assert "no purchase is left that was paid with it and has not come back." in text_of(more)


@pytest.mark.parametrize("amount", ["5.51", "0", "-1", "1.005", "much"])
def test_no_more_comes_back_than_is_left_of_the_purchase(finance, amount):
    card = given_card("25.00 GBP")
    spend = given_redemption("9.50 GBP", card=card)
    refund("4.00 GBP", spend)

    with no_card_changes():
        answer = finance.send(refund_url(card), redemption=spend.pk, amount=amount, note="x")

    assert list(errors_of(answer)) == ["amount"]


def test_more_than_is_left_is_told_in_money(finance):
    card = given_card("25.00 GBP")
    spend = given_redemption("9.50 GBP", card=card)

    answer = finance.send(refund_url(card), redemption=spend.pk, amount="9.51", note="x")

    assert errors_of(answer)["amount"] == [f"Transaction {spend.number} has £9.50 left to refund; £9.51 was asked for."]


def test_it_is_said_why(finance):
    card = given_card("25.00 GBP")
    spend = given_redemption("9.50 GBP", card=card)

    with no_card_changes():
        answer = finance.send(refund_url(card), redemption=spend.pk, amount="1", note=" ")

    assert list(errors_of(answer)) == ["note"]


@pytest.mark.parametrize("asked", ["", "x", "00000000-0000-0000-0000-000000000000", "another card's"])
def test_only_a_purchase_of_this_card_comes_back_to_it(finance, asked):
    card, other = given_card("25.00 GBP"), given_card("25.00 GBP")
    given_redemption("9.50 GBP", card=card)
    theirs = given_redemption("9.50 GBP", card=other)
    redemption = str(theirs.pk) if asked == "another card's" else asked

    with no_card_changes():
        answer = finance.send(refund_url(card), redemption=redemption, amount="1", note="x")
        opened = finance.open(refund_url(card), redemption=redemption)

    assert list(errors_of(answer)) == ["redemption"]
    assert opened.status_code == 200


def test_of_one_purchase_no_more_comes_back_by_one_person_than_they_give_in_however_many_parts(finance):
    card = given_card("1500.00 GBP")
    spend = given_redemption("1500.00 GBP", card=card)
    url = refund_url(card)
    assert "More than £1,000.00 of a purchase comes back by a correction" in text_of(finance.open(url))
    finance.do(url, redemption=spend.pk, amount="600", note="Half of it sent back")

    with no_card_changes():
        refused = finance.send(url, redemption=spend.pk, amount="400.01", note="And more of it")

    assert errors_of(refused) == {"amount": ["£1,000.01 is more than may be issued at once; the limit is £1,000.00."]}
    finance.do(url, redemption=spend.pk, amount="400", note="And more of it")
    assert row_of(card).account.balance_minor == 100_000


def test_a_line_of_the_history_leads_to_its_refund_while_something_is_left(finance):
    card = given_card("25.00 GBP")
    first, second = (
        given_redemption("5.00 GBP", card=card),
        given_redemption("6.00 GBP", card=card, why=Why(reference="ORDER-8")),
    )
    refund("5.00 GBP", first)
    refund("1.00 GBP", second)

    [(title, url)] = refund_links(finance, card)
    form = finance.open(url).context["form"]

    assert title == "Redeemed"
    assert [value for value, _ in form.fields["redemption"].choices] == [str(second.pk)]
    assert [words for _, words in form.fields["redemption"].choices] == [
        f"4 May 2026, {second.number}, ORDER-8: £5.00 left of £6.00"
    ]
    assert (form["redemption"].value(), value_in(form["amount"])) == (second.pk, "5.00")


def test_an_old_purchase_comes_back_from_its_line_alone(finance):
    card = given_card("100.00 GBP")
    spends = [given_redemption("1.00 GBP", card=card) for _ in range(REDEMPTIONS_OFFERED + 1)]
    url = refund_url(card)

    offered = finance.open(url).context["form"].fields["redemption"].choices
    finance.do(url, redemption=spends[0].pk, amount="1", note="Kept for long")

    assert [value for value, _ in offered] == [str(spend.pk) for spend in reversed(spends[1:])]
    assert timeline(card)[-1] == ("REFUND", "1.00", "50.00", "ACTIVE")


@pytest.mark.parametrize("role", ["Viewer", "Agent", "Card manager"])
def test_a_line_leads_nowhere_for_those_who_may_not_refund(role):
    card = given_card("25.00 GBP")
    given_redemption("5.00 GBP", card=card)

    assert refund_links(Staff(role), card) == []


def test_a_card_without_purchases_says_that_there_is_nothing_to_refund(finance):
    card = given_card("25.00 GBP")

    page = text_of(finance.open(page_url(row_of(card))))
    with no_card_changes():
        answers = [finance.open(refund_url(card)), finance.send(refund_url(card), amount="1", note="x")]

    assert "Refund: no purchase is left that was paid with it and has not come back." in page
    assert [answer.status_code for answer in answers] == [200, 409]


def test_what_was_paid_with_a_replaced_card_comes_back_onto_the_new_one(finance):
    card = given_card("25.00 GBP")
    spend = given_redemption("9.50 GBP", card=card)
    new = replace_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))

    review = finance.review(refund_url(card), redemption=spend.pk, amount="4", note="Sent back")
    finance.confirm(review)

    assert changes_of(review) == [
        ("On the card", "£0.00", "£0.00"),
        (f"On card {row_of(new).masked_code}", "£15.50", "£19.50"),
    ]
    assert timeline(new)[-1] == ("REFUND", "4.00", "19.50", "ACTIVE")


def test_what_was_paid_with_a_voided_card_comes_back_as_its_customers_store_credit(finance):
    customer = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron")
    card = given_card("25.00 GBP", customer_id=customer.pk)
    spend = given_redemption("9.50 GBP", card=card)
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="stolen"))

    review = finance.review(refund_url(card), redemption=spend.pk, amount="9.50", note="Sent back")
    finance.confirm(review)

    assert (f"On the store credit of {customer}", "£0.00", "£9.50") in changes_of(review)
    balances = {account.kind: account.balance_minor for account in list_accounts(customer_id=customer.pk, now=NOW)}
    assert balances == {"STORE_CREDIT": 950, "GIFT_CARD": 0}


def test_what_was_paid_with_a_voided_bearers_card_has_nowhere_to_come_back_to(finance):
    card = given_card("25.00 GBP")
    spend = given_redemption("9.50 GBP", card=card)
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="stolen"))

    with no_card_changes():
        answer = finance.send(refund_url(card), redemption=spend.pk, amount="1", note="x")

    assert answer.status_code == 409
    assert "there is neither a card in its place nor a customer." in text_of(answer)


def test_a_refund_confirmed_twice_is_done_once_and_not_over_what_came_back_meanwhile(finance):
    card = given_card("25.00 GBP")
    spend = given_redemption("9.50 GBP", card=card)
    first = finance.review(refund_url(card), redemption=spend.pk, amount="6", note="Sent back")
    second = finance.review(refund_url(card), redemption=spend.pk, amount="6", note="Sent back")

    finance.confirm(first)
    with no_card_changes():
        twice = said(finance.confirm(first))
        over = finance.confirm(second)

    assert twice[-1] == "This was done already, and was not done twice."
    assert list(errors_of(over)) == ["amount"]
    assert timeline(card)[2:] == [("REFUND", "6.00", "21.50", "ACTIVE")]


def test_a_refund_lets_an_expired_card_live_again(finance):
    card = given_card("25.00 GBP", now=days(-30), expires_on=days(-2).date(), time_zone="UTC")
    spend = given_redemption("9.50 GBP", card=card, now=days(-10))

    review = finance.review(refund_url(card), redemption=spend.pk, amount="4", note="Sent back")
    finance.confirm(review)

    assert ("Can be spent", "£0.00", "£4.00") in changes_of(review)
    assert [line[0] for line in timeline(card)][-2:] == ["REFUND", "EXTENDED"]


def test_a_refund_that_was_reversed_is_offered_again(finance):
    card = given_card("25.00 GBP")
    spend = given_redemption("9.50 GBP", card=card)
    refund("9.50 GBP", spend)
    wrong = account_of(card).transactions.get(type="REFUND")
    reverse_transaction(transaction_id=wrong.pk, actor=STAFF, now=NOW, why=Why(note="of another purchase"))

    [(_, url)] = refund_links(finance, card)
    form = finance.open(url).context["form"]
    review = finance.review(url, redemption=spend.pk, amount="4", note="Sent back")
    finance.confirm(review)

    assert value_in(form["amount"]) == "9.50"
    assert facts_of(review)["Then left to refund"] == "£5.50"
    assert timeline(card)[2:] == [
        ("REFUND", "9.50", "25.00", "ACTIVE"),
        ("REVERSE", "-9.50", "15.50", "ACTIVE"),
        ("REFUND", "4.00", "19.50", "ACTIVE"),
    ]
