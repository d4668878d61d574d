"""Lists on a laptop: no column has to be pushed into sight, and no amount is cut."""

import pytest

from ledger.models import Hold, Transaction
from storecredit.credits.models import CreditRequest
from tests.backoffice.staff import Staff, list_url
from tests.browser.signing_in import sign_in
from tests.credits.requests import given_request
from tests.factories.people import PreferencesFactory
from tests.scenarios import given_credit, given_customer, given_hold, given_spend

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: How far the list can be pushed sideways, and the amounts that are cut.
MEASURE = """() => {
  const list = document.querySelector('#result_list');
  let pushed = 0;
  for (let box = list; box; box = box.parentElement) {
    if (['auto', 'scroll'].includes(getComputedStyle(box).overflowX)) {
      pushed = Math.max(pushed, box.scrollWidth - box.clientWidth);
    }
  }
  const amounts = list.querySelectorAll(':is(.field-amount, .field-balance_after, .field-left, .field-what p)');
  return [pushed, amounts.length > 0, [...amounts].filter(each => each.scrollWidth > each.clientWidth).length];
}"""


@pytest.fixture(params=["en", "de"])
def wide_rows(live_server, request):
    """Long names, long amounts, and what was asked for twice, for somebody who reads this language."""
    PreferencesFactory.create(person=Staff(username="root", is_superuser=True).user, language=request.param)
    customer = given_customer(number="SHOP-1234567", first_name="Maximiliane", last_name="von Hohenstein-Waldburg")
    account = given_credit("12345.00 KWD", customer=customer)
    given_spend("2345.00 KWD", account=account)
    given_hold("1234.00 KWD", account=account)
    for _ in range(2):
        given_request("1234.00 USD", attributes={"customerId": customer.number}, note="It came a week late, and broken")


def test_lists_fit_a_laptop_whatever_is_in_them(browser, wide_rows):
    measured = {}

    with browser(viewport={"width": 1280, "height": 800}) as (page, _):
        sign_in(page, "root")
        for model in (Transaction, Hold, CreditRequest):
            page.goto(list_url(model))
            measured[model.__name__] = page.evaluate(MEASURE)

    assert measured == {name: [0, True, 0] for name in ("Transaction", "Hold", "CreditRequest")}
