"""Amounts as the buttons of an account show them."""

import pytest

from tests.backoffice.staff import (
    changes_of,
    facts_of,
    step_url,
)
from tests.scenarios import (
    given_account,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("currency", "amount", "shown"), [("JPY", "5", "¥5"), ("KWD", "5.125", "KWD\xa05.125"), ("GBP", "5.5", "£5.50")]
)
def test_amounts_have_their_currencys_decimals(administrator, currency, amount, shown):
    account = given_account(currency)

    administrator.do(step_url(account, "issue"), amount=amount, reason="GW")
    review = administrator.review(step_url(account, "debit"), amount=amount, reason="EC")

    assert changes_of(review)[0][1] == shown


def test_an_empty_account_is_not_called_a_new_one(agent):
    account = given_account("GBP")

    reviews = [
        agent.review(step_url(account, "issue"), amount="1", reason="GW"),
        agent.review(step_url(account.customer, "issue"), currency="GBP", amount="1", reason="GW"),
    ]

    assert [facts_of(review)["Account"] for review in reviews] == [account.number] * 2
