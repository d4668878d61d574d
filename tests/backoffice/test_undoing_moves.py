"""A move to the wrong account and a refund of the wrong thing are undone from either entry's page."""

import pytest

from giftcards.operations import block_card, move_card_to_store_credit, refund_redemption, replace_card
from ledger.models import Account
from ledger.operations import AccountStatus, Why, refund_spend
from ledger.queries import list_findings
from tests.backoffice.staff import changes_of, facts_of, page_url, said, step_url, text_of
from tests.giftcards.cards import account_of, given_card, given_redemption, row_of, timeline
from tests.scenarios import (
    NOW,
    STAFF,
    balance_of,
    days,
    entries_of,
    given_account,
    given_credit,
    given_customer,
    given_spend,
    given_transfer,
    history_of,
    lots_of,
    money,
    nothing_moves,
    set_status,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_books_are_clean():
    yield
    assert list(list_findings()) == []


def moved(amount: str, source: Account, target: Account):
    """Both sides of a move, the one that it left first."""
    return given_transfer(amount, source=source, target=target)


def refusal_of(staff, entry) -> str:
    """Why the page of an entry offers no reversal; blank if it does."""
    [why] = [refusal.why for refusal in staff.open(page_url(entry)).context["refusals"]] or [""]
    return why


def assert_refused(staff, entry, why: str) -> None:
    with nothing_moves():
        answer = staff.send(step_url(entry, "reverse"), reason="EC")
    assert answer.status_code == 409
    assert f"This cannot be done: {why}" in text_of(answer)
    assert refusal_of(staff, entry) == why


@pytest.mark.parametrize("side", [0, 1])
def test_a_move_is_reversed_on_both_accounts_from_either_side(finance, side):
    source = given_credit("10.00 GBP", expires_at=days(5), funding="PAID")
    target = given_credit("3.00 GBP")
    legs = moved("4.00 GBP", source, target)
    mine, theirs = (source, target) if side == 0 else (target, source)
    balances = {source.pk: ("£6.00", "£10.00"), target.pk: ("£7.00", "£3.00")}

    review = finance.review(step_url(legs[side], "reverse"), reason="EC", note="The wrong customer")
    with nothing_moves():
        finance.open(page_url(legs[side]))
    answer = finance.confirm(review)

    assert changes_of(review) == [
        ("Balance", *balances[mine.pk]),
        ("Can be spent", *balances[mine.pk]),
        (f"Balance of {theirs.number}", *balances[theirs.pk]),
    ]
    amount = ("+£4.00", "−£4.00")[side]
    assert facts_of(review)["And its other side"] == (
        f"{legs[1 - side]}, {amount} on {theirs.number} of {theirs.customer}"
    )
    assert (answer.status_code, answer.url) == (302, page_url(legs[side]))
    assert said(answer) == [f"Reversed £4.00. The balance is now {balances[mine.pk][1]}."]
    assert history_of(source)[-2:] == [("TRANSFER", "-4.00"), ("REVERSE", "4.00")]
    assert history_of(target)[-2:] == [("TRANSFER", "4.00"), ("REVERSE", "-4.00")]
    assert (lots_of(source), lots_of(target)) == ([("10.00", days(5))], [("3.00", None)])
    for leg in legs:
        assert_refused(finance, leg, "it was reversed or refunded already.")


@pytest.mark.parametrize("side", [0, 1])
def test_a_move_whose_credit_is_partly_spent_is_refused_in_words(finance, side):
    source, target = given_credit("10.00 GBP"), given_account()
    legs = moved("4.00 GBP", source, target)
    given_spend("1.00 GBP", account=target)

    assert_refused(finance, legs[side], "of the credit that it brought in, only £3.00 is left.")


@pytest.mark.parametrize("side", [0, 1])
def test_a_move_from_an_account_that_was_closed_since_is_refused_in_words(finance, side):
    source, target = given_credit("4.00 GBP"), given_account()
    legs = moved("4.00 GBP", source, target)
    set_status(account_id=source.pk, status=AccountStatus.CLOSED)

    assert_refused(finance, legs[side], f"the account {source.number} is closed.")


def test_a_move_spent_since_the_review_is_refused_and_neither_side_moves(finance):
    source, target = given_credit("10.00 GBP"), given_account()
    legs = moved("4.00 GBP", source, target)
    review = finance.review(step_url(legs[0], "reverse"), reason="EC")
    given_spend("0.01 GBP", account=target)

    with nothing_moves():
        answer = finance.confirm(review)

    assert answer.status_code == 409
    assert "of the credit that it brought in, only £3.99 is left." in text_of(answer)


@pytest.mark.parametrize("kind", ["store credit", "gift card"])
def test_a_refund_of_the_wrong_purchase_is_reversed_while_it_is_unspent(finance, kind):
    card = given_card("10.00 GBP") if kind == "gift card" else None
    account = account_of(card) if card else given_credit("10.00 GBP")
    spend = given_redemption("8.00 GBP", card=card) if card else given_spend("8.00 GBP", account=account)
    refund = (refund_redemption if card else refund_spend)(
        transaction_id=spend.pk, amount=money("5.00 GBP"), actor=STAFF, now=NOW, why=Why(note="sent back")
    )

    review = finance.review(step_url(refund, "reverse"), reason="EC", note="Another order")
    finance.confirm(review)

    assert changes_of(review) == [("Balance", "£7.00", "£2.00"), ("Can be spent", "£7.00", "£2.00")]
    assert history_of(account)[-2:] == [("REFUND", "5.00"), ("REVERSE", "-5.00")]
    assert_refused(finance, refund, "it was reversed or refunded already.")
    finance.do(step_url(spend, "reverse"), reason="EC")
    assert balance_of(account) == "10.00"


@pytest.mark.parametrize("kind", ["store credit", "gift card"])
def test_a_refund_that_was_spent_is_refused_in_words(finance, kind):
    card = given_card("10.00 GBP") if kind == "gift card" else None
    account = account_of(card) if card else given_credit("10.00 GBP")
    spend = given_redemption("10.00 GBP", card=card) if card else given_spend("10.00 GBP", account=account)
    refund = (refund_redemption if card else refund_spend)(
        transaction_id=spend.pk, amount=money("5.00 GBP"), actor=STAFF, now=NOW, why=Why(note="sent back")
    )
    if card:
        given_redemption("1.00 GBP", card=card)
    else:
        given_spend("1.00 GBP", account=account)

    assert_refused(finance, refund, "of the credit that it brought in, only £4.00 is left.")


@pytest.mark.parametrize("side", [0, 1])
def test_a_card_that_was_moved_to_the_wrong_customer_gets_its_value_back(finance, side):
    card = given_card("25.00 GBP", expires_on=days(30).date(), time_zone="UTC")
    customer = given_customer()
    before = lots_of(account_of(card))
    legs = move_card_to_store_credit(card_id=card.id, customer_id=customer.pk, actor=STAFF, now=NOW)

    finance.do(step_url(legs[side], "reverse"), reason="EC", note="Another customer's card")

    assert timeline(card)[-2:] == [("TRANSFER", "-25.00", "0.00", "ACTIVE"), ("REVERSE", "25.00", "25.00", "ACTIVE")]
    assert lots_of(account_of(card)) == before
    assert balance_of(customer.accounts.get()) == "0.00"


@pytest.mark.parametrize("side", [0, 1])
def test_a_card_that_is_over_lives_again_for_what_comes_back_to_it(finance, side):
    card = given_card("25.00 GBP", now=days(-20), expires_on=days(-2).date(), time_zone="UTC")
    legs = move_card_to_store_credit(card_id=card.id, customer_id=given_customer().pk, actor=STAFF, now=days(-10))

    finance.do(step_url(legs[side], "reverse"), reason="EC")

    row = row_of(card)
    assert (row.state, row.lives_again, row.expires_on) == ("ACTIVE", True, days(30).date())
    assert lots_of(account_of(card)) == [("25.00", row.expires_at)]


@pytest.mark.parametrize("side", [0, 1])
def test_a_card_that_was_replaced_gets_nothing_back(finance, side):
    card = given_card("25.00 GBP")
    replace_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))
    out = account_of(card).transactions.get(type="TRANSFER")
    legs = [out, out.__class__.objects.exclude(pk=out.pk).get(type="TRANSFER")]

    assert_refused(finance, legs[side], f"card {row_of(card).masked_code} is voided.")


@pytest.mark.parametrize("side", [0, 1])
def test_a_blocked_card_gets_nothing_back(finance, side):
    card = given_card("25.00 GBP")
    legs = move_card_to_store_credit(card_id=card.id, customer_id=given_customer().pk, actor=STAFF, now=NOW)
    block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported stolen"))

    assert_refused(finance, legs[side], f"card {row_of(card).masked_code} is blocked.")


def test_a_line_of_a_cards_history_leads_to_its_reversal(finance):
    card = given_card("25.00 GBP")
    legs = move_card_to_store_credit(card_id=card.id, customer_id=given_customer().pk, actor=STAFF, now=NOW)

    entries = finance.open(page_url(row_of(card))).context["timeline"].entries
    [line] = [entry for entry in entries if entry.title == "Value moved away"]

    assert line.url == page_url(legs[0])
    assert step_url(legs[0], "reverse") in finance.open(line.url).content.decode()


def test_staff_without_the_right_do_not_reverse_a_move(agent):
    source, target = given_credit("10.00 GBP"), given_account()
    legs = moved("4.00 GBP", source, target)

    with nothing_moves():
        answer = agent.send(step_url(legs[0], "reverse"), reason="EC")

    assert answer.status_code == 403
    assert [entry.type for entry in entries_of(target)] == ["TRANSFER"]
