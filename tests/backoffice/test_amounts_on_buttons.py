"""Amounts as the buttons of an account show them."""

import pytest

from tests.backoffice.staff import (
    changes_of,
    errors_of,
    facts_of,
    step_url,
)
from tests.scenarios import (
    given_account,
    history_of,
    nothing_moves,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("currency", "amount", "shown"), [("JPY", "5", "¥5"), ("KWD", "5.125", "KWD\xa05.125"), ("GBP", "5.5", "£5.50")]
)
def test_amounts_have_their_currencys_decimals(proprietor, currency, amount, shown):
    account = given_account(currency)

    proprietor.do(step_url(account, "issue"), amount=amount, reason="GW")
    review = proprietor.review(step_url(account, "debit"), amount=amount, reason="EC")

    assert changes_of(review)[0][1] == shown


def test_no_form_lets_another_currency_in_than_its_accounts(proprietor):
    account = given_account("GBP")

    proprietor.do(step_url(account, "issue"), amount="5.50 ", amount_currency="JPY", reason="GW")

    assert history_of(account) == [("ISSUE", "5.50")]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"amount": "5"}, "This field is required."),
        ({"amount": "5", "amount_currency": ""}, "This field is required."),
        ({"amount": "", "amount_currency": "EUR"}, "This field is required."),
        ({"amount": "5", "amount_currency": "XXX"}, "Select a valid choice. XXX is not one of the available choices."),
        ({"amount": "5.5", "amount_currency": "JPY"}, "5.5 has more decimals than JPY has."),
        ({"amount": "NaN", "amount_currency": "EUR"}, "Enter a number such as 1000.00, in plain figures."),
        ({"amount": "1" * 21, "amount_currency": "EUR"}, "Ensure that there are no more than 20 digits in total."),
    ],
)
def test_what_is_no_amount_in_a_currency_is_refused_where_it_is_typed(proprietor, sent, words):
    account = given_account("GBP")

    with nothing_moves():
        answer = proprietor.send(step_url(account.customer, "issue"), reason="GW", **sent)

    assert errors_of(answer) == {"amount": [words]}


def test_an_empty_account_is_not_called_a_new_one(agent):
    account = given_account("GBP")

    reviews = [
        agent.review(step_url(account, "issue"), amount="1", reason="GW"),
        agent.review(step_url(account.customer, "issue"), amount_currency="GBP", amount="1", reason="GW"),
    ]

    assert [facts_of(review)["Account"] for review in reviews] == [account.number] * 2
