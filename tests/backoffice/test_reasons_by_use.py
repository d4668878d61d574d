"""Staff are offered the reasons of what they do, and read the balance that they change."""

import pytest

from ledger.models import Reason
from tests.backoffice.staff import errors_of, step_url, text_of
from tests.scenarios import (
    given_account,
    given_credit,
    given_customer,
    given_hold,
    given_spend,
    history_of,
    nothing_moves,
)

pytestmark = pytest.mark.django_db

GIVING = ["DL", "DM", "EC", "GW", "PD", "PR", "RT"]


def offered(staff, url):
    form = staff.open(url).context["form"]
    return [code for code, _ in form.fields["reason"].choices if code]


def test_each_step_offers_the_reasons_of_what_it_does(proprietor):
    account = given_credit("40.00 GBP")
    spend = given_spend("5.00 GBP", account=account)

    assert offered(proprietor, step_url(account, "issue")) == GIVING
    assert offered(proprietor, step_url(account.customer, "issue")) == GIVING
    assert offered(proprietor, "/admin/giftcards/giftcard/add/") == GIVING
    assert offered(proprietor, step_url(account, "debit")) == ["EC"]
    assert offered(proprietor, step_url(spend, "reverse")) == ["EC", "EM"]


def test_a_shop_says_for_what_its_own_reasons_are_offered(proprietor):
    account = given_credit("40.00 GBP")
    own = {"label": "Spent at the till", "funding": "PAID", "counter_account": "SALES", "active": "on"}

    proprietor.send("/admin/ledger/reason/add/", code="TL", for_taking="on", **own)

    made = Reason.objects.get(pk="TL")
    assert (made.for_giving, made.for_taking, made.for_reversing) == (False, True, False)
    assert offered(proprietor, step_url(account, "debit")) == ["EC", "TL"]
    assert offered(proprietor, step_url(account, "issue")) == GIVING


def test_a_reason_for_giving_takes_nothing(proprietor):
    account = given_credit("40.00 GBP")

    with nothing_moves():
        debit = proprietor.send(step_url(account, "debit"), amount="5", reason="DL")
        adjust = proprietor.send(step_url(account, "adjust"), amount="5", direction="take", reason="DL")

    assert errors_of(debit) == {"reason": ["Select a valid choice. DL is not one of the available choices."]}
    assert errors_of(adjust) == {"reason": ["This is no reason for taking credit."]}


def test_a_reason_for_giving_adds(proprietor):
    account = given_account("GBP")

    proprietor.do(step_url(account, "adjust"), amount="5", direction="add", reason="DL")

    assert history_of(account) == [("ADJUST", "5.00")]


def test_a_form_shows_the_balance_that_it_changes(proprietor):
    account = given_credit("40.00 GBP")
    given_hold("15.00 GBP", account=account)

    of_the_account = text_of(proprietor.open(step_url(account, "debit")))
    of_the_customer = text_of(proprietor.open(step_url(account.customer, "issue")))

    assert "Balance in GBP £40.00 Can be spent £25.00" in " ".join(of_the_account.split())
    assert "Balance in GBP £40.00 Can be spent £25.00" in " ".join(of_the_customer.split())


@pytest.mark.parametrize(("asked", "currency"), [("SHOP-7", "GBP"), ("SHOP-8", "USD")])
def test_a_card_for_a_customer_starts_in_the_customers_currency(proprietor, asked, currency):
    given_credit("40.00 GBP", customer=given_customer(number="SHOP-7"))

    form = proprietor.open("/admin/giftcards/giftcard/add/", customer=asked).context["form"]

    assert form["amount"].initial[1] == currency
