"""An API client issues no more at once than its limit in that currency, whichever language it speaks."""

import pytest

from storecredit.api.callers import find_caller
from storecredit.credits.errors import IssueLimitExceeded
from tests.callers import ApiCaller, given_client
from tests.giftcards.cards import given_card
from tests.scenarios import NOW, given_customer, money, nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)

LIMITS = {"GBP": 2500, "JPY": 500}
CREDIT = "/customers/CUST-000001/store-credit"
CARDS = "/gift_cards"
TILL = "/gift_cards/TILL-0001/transactions"


@pytest.fixture
def limited(db) -> ApiCaller:
    """A program that issues at most 25 GBP and 500 JPY at once."""
    given_customer(number="CUST-000001")
    given_card("10.00 GBP", code="TILL-0001")
    return ApiCaller(given_client(issue_limits=LIMITS).plain)


def issuing(amount, currency="GBP"):
    return CREDIT, {"amount": amount, "currency": currency}


def creating(amount, currency="GBP"):
    return CARDS, {"amount": amount, "currency": currency}


def reloading(amount):
    return TILL, {"type": "RELOADING", "amount": amount, "client_id": "sale 1"}


@pytest.mark.parametrize(
    "sent", [issuing(25.01), issuing(501, "JPY"), creating("25.01"), creating("501", "JPY"), reloading("25.01")]
)
def test_above_the_limit_nothing_is_issued(limited, sent):
    path, body = sent

    with nothing_moves():
        response = limited.post(path, body, key=None if path == TILL else "k1")

    assert (response.status_code, response.json()["code"]) == (403, "issue_limit_exceeded")


@pytest.mark.parametrize(
    "sent", [issuing(25), issuing(500, "JPY"), creating("25.00"), creating("500", "JPY"), reloading("25.00")]
)
def test_up_to_the_limit_it_is(limited, sent):
    path, body = sent

    assert limited.post(path, body, key=None if path == TILL else "k1").status_code == 201


@pytest.mark.parametrize("sent", [issuing(999999, "USD"), creating("999999", "USD")])
def test_a_currency_without_a_limit_has_none(limited, sent):
    path, body = sent

    assert limited.post(path, body, key="k1").status_code == 201


def test_spending_has_no_limit_of_this_kind(limited):
    given_card("100.00 GBP", code="TILL-0002")

    response = limited.post(
        "/gift_cards/TILL-0002/transactions", {"type": "REDEEMING", "amount": "-90.00", "client_id": "sale 2"}
    )

    assert response.status_code == 201


def test_what_was_issued_before_the_limit_is_told_again(limited):
    program = given_client()
    caller = ApiCaller(program.plain)
    first = caller.post(*issuing(100), key="k1")
    program.client.issue_limits = LIMITS
    program.client.save()

    again = caller.post(*issuing(100), key="k1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert caller.post(*issuing(100), key="k2").status_code == 403


def test_the_limit_comes_with_the_caller(db):
    program = given_client(issue_limits={"KWD": 1250})

    caller = find_caller(key=program.plain, idempotency_key=None, now=NOW)

    assert caller is not None
    caller.require_issue(money("1.250 KWD"))
    with pytest.raises(IssueLimitExceeded):
        caller.require_issue(money("1.251 KWD"))
