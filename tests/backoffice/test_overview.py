"""The overview: what the shop owes, per currency; and what happened last."""

import pytest
from django.urls import reverse

from ledger.queries import Liability, sum_liabilities
from tests.backoffice.staff import Staff, table_of, text_of
from tests.scenarios import NOW, days, given_account, given_credit, given_customer, given_hold, given_spend

pytestmark = pytest.mark.django_db


def test_what_is_owed_is_summed_by_currency_without_test_money():
    pounds = given_credit("40.00 GBP", expires_at=days(30))
    given_credit("10.00 GBP", to=pounds, expires_at=days(45))
    given_credit("5.00 GBP", to=pounds, expires_at=days(90))
    given_credit("2.00 GBP", to=pounds, expires_at=days(91))
    given_credit("100.00 GBP", expires_at=None)
    given_hold("7.00 GBP", account=pounds)
    given_credit("500 JPY")
    given_credit("9.00 USD", customer=given_customer(test_mode=True), expires_at=days(1))
    given_account("EUR")

    assert sum_liabilities(now=NOW) == [
        Liability("GBP", 2, 15700, 700, 0, (4000, 5000, 5500)),
        Liability("JPY", 1, 500, 0, 0, (0, 0, 0)),
    ]


def test_credit_that_has_expired_is_owed_until_it_is_booked():
    given_credit("40.00 GBP", expires_at=days(1))

    assert sum_liabilities(now=days(1)) == [Liability("GBP", 1, 4000, 0, 4000, (0, 0, 0))]


def test_the_overview_shows_sums_and_what_happened_last(viewer):
    account = given_credit("40.00 GBP", expires_at=days(10), customer=given_customer(first_name="Ada"))
    given_spend("1,000.00".replace(",", "") + " GBP", account=given_credit("1234.50 GBP"))

    page = viewer.open(reverse("admin:index"))

    (card,) = page.context["liabilities"]
    assert (card.currency, card.owed, card.held, card.accounts) == ("GBP", "£274.50", "–", 2)
    assert card.expiring == [(30, "£40.00"), (60, "£40.00"), (90, "£40.00")]
    latest = [(row["What"], row["Amount"]) for row in table_of(page, "Latest transactions")]
    assert latest == [("Redemption", "−£1,000.00"), ("Issue", "+£1,234.50"), ("Issue", "+£40.00")]
    assert account.customer is not None
    assert account.customer.display_name in text_of(page)


def test_an_empty_shop_says_so(viewer):
    page = text_of(viewer.open(reverse("admin:index")))

    assert "Nothing is owed to anybody yet." in page
    assert "Nothing has been posted yet." in page


def test_the_search_is_the_one_over_everything():
    page = Staff("Agent").open(reverse("admin:index")).content.decode()

    assert 'action="/admin/search/"' in page
    assert 'name="q"' in page
