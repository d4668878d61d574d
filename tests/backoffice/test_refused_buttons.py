"""What the buttons of money leave undone, and why: the page says it before anybody fills in a form."""

import pytest

from ledger.models import Customer, Transaction
from ledger.operations import AccountKind, AccountStatus
from storecredit.finance.models import Correction
from tests.backoffice.staff import (
    page_url,
    step_url,
)
from tests.scenarios import (
    balance_of,
    days,
    entries_of,
    given_account,
    given_credit,
    given_hold,
    given_spend,
    nothing_moves,
    set_status,
)

pytestmark = pytest.mark.django_db


def refused_steps(staff, target):
    return {refusal.labels: refusal.why for refusal in staff.open(page_url(target)).context["refusals"]}


def test_a_banned_customer_is_given_nothing_and_the_page_says_why(proprietor):
    account = given_credit("40.00 GBP")
    Customer.objects.update(status="banned")

    with nothing_moves():
        answer = proprietor.send(step_url(account, "issue"), amount="1", reason="GW")

    why = "the customer is banned and is given no new credit."
    assert answer.status_code == 409
    assert refused_steps(proprietor, account)["Issue credit"] == why
    assert refused_steps(proprietor, account.customer) == {
        "Issue credit": why,
        "Make anonymous…": "there is still store credit.",
    }
    card = proprietor.open(page_url(account.customer)).context["cards"][0]
    assert [button.label for button in card.buttons] == ["Debit", "Adjust"]


def test_an_empty_account_offers_no_debit(proprietor):
    assert refused_steps(proprietor, given_account("GBP"))["Debit"] == "there is nothing to take."


def test_an_account_of_which_all_has_expired_or_is_held_offers_no_debit(proprietor):
    account = given_credit("40.00 GBP", expires_at=days(-1), now=days(-9))
    given_hold("2.00 GBP", account=given_credit("2.00 GBP", to=account))

    assert refused_steps(proprietor, account)["Debit"] == "there is nothing to take."


def test_staff_correct_a_frozen_account(agent):
    account = given_credit("40.00 GBP")
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)

    agent.do(step_url(account, "debit"), amount="10", reason="EC")

    assert balance_of(account) == "30.00"


def test_a_gift_cards_value_is_not_changed_here(proprietor):
    card = given_credit("40.00 GBP", to=given_account("GBP", kind=AccountKind.GIFT_CARD))

    refusals = refused_steps(proprietor, card)

    assert (
        refusals["Issue credit, Debit, Adjust, Ask for a correction"]
        == "a gift card's value is changed on the card itself."
    )


def test_spent_credit_cannot_be_reversed_and_the_page_says_how_much_is_left(proprietor):
    account = given_credit("40.00 GBP")
    given_spend("15.00 GBP", account=account)
    issue = entries_of(account)[0]

    with nothing_moves():
        answer = proprietor.send(step_url(issue, "reverse"), reason="EC")

    assert answer.status_code == 409
    assert refused_steps(proprietor, issue) == {"Reverse": "of the credit that it brought in, only £25.00 is left."}


def test_a_reversal_that_gives_back_more_than_one_person_gives_is_asked_for_as_a_correction(finance):
    account = given_credit("1000.01 GBP")
    given_spend("1000.01 GBP", account=account)
    spend = entries_of(account)[1]
    data = {"reason": "EC", "note": "Booked twice"}

    with nothing_moves():
        refused = finance.send(step_url(spend, "reverse"), **data)
        asked = finance.do(step_url(spend, "ask-correction"), **data)

    words = "it gives back more than the £1,000.00 that you give by yourself: ask for a correction."
    assert (refused.status_code, refused_steps(finance, spend)) == (409, {"Reverse": words})
    assert (asked.status_code, Correction.objects.get().amount_minor) == (302, 100_001)


def test_a_reversal_cannot_be_reversed(finance):
    account = given_credit("40.00 GBP")
    finance.do(step_url(entries_of(account)[0], "reverse"), reason="EC")

    reversal = Transaction.objects.get(type="REVERSE")

    assert refused_steps(finance, reversal) == {"Reverse, Ask for a correction": "a reversal cannot be reversed."}
