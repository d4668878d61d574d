"""Lists on a laptop: no column has to be pushed into sight, and no amount is cut."""

from decimal import Decimal

import pytest

from giftcards.models import GiftCard
from ledger.models import Account, Customer, Hold, Transaction
from ledger.operations import Actor, ActorKind, Why
from storecredit.credits.models import CreditRequest
from tests.backoffice.staff import Staff, list_url
from tests.browser.signing_in import sign_in
from tests.credits.requests import given_request
from tests.factories.people import PreferencesFactory
from tests.giftcards.cards import given_card
from tests.scenarios import given_credit, given_customer, given_hold, given_spend

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Of a list: how far it and its page can be pushed sideways, how many rows it has, and the amounts that are cut.
MEASURE = """() => {
  const list = document.querySelector('#result_list');
  const boxes = [document.documentElement];
  for (let box = list; box; box = box.parentElement) {
    if (['auto', 'scroll'].includes(getComputedStyle(box).overflowX)) boxes.push(box);
  }
  const amounts = [...list.querySelectorAll('tbody :is(td, th)')].filter(cell => /[£$€¥]|KWD/.test(cell.textContent));
  const parts = amounts.flatMap(cell => [cell, ...cell.querySelectorAll('*')]);
  return {
    pushed: Math.max(...boxes.map(box => box.scrollWidth - box.clientWidth)),
    rows: list.querySelectorAll('tbody tr.data-row').length,
    amounts: amounts.length > 0,
    cut: parts.filter(each => each.clientWidth && each.scrollWidth > each.clientWidth).length,
  };
}"""
MEASURED = (Customer, Account, GiftCard, Transaction, Hold, CreditRequest)

NAMES = (
    ("Ada", "Byron"), ("Maximiliane", "von Hohenstein-Waldburg"), ("Priya", "Nair"), ("Mohammed", "Rahman"),
    ("Sofía", "Hernández Castellanos"), ("Jo", "Wu"), ("Bartholomäus", "Öttinger"), ("Aiko", "Tanaka"),
)  # fmt: skip
NOTES = ("", "Parcel was late", "It came a week late, and broken", "Error correction of ORDER-10342, agreed by phone")
AMOUNTS = ("5.00 GBP", "12345.00 KWD", "1499.95 USD", "100000 JPY", "820.50 EUR")
CALLERS = tuple(
    Actor(kind=ActorKind.API, id="1", label=name, door=f"api:{door}", request_id="req-1")
    for name, door in (("Demo shop", "digital_river"), ("Till of the Rosenheim branch", "lightspeed"))
)


@pytest.fixture(params=["en", "de"])
def ordinary_rows(live_server, request):
    """A day of the shop: names short and long, of every currency, reasons and doors, for somebody of this language."""
    PreferencesFactory.create(person=Staff(username="root", is_superuser=True).user, language=request.param)
    for place, (first, last) in enumerate(NAMES):
        customer = given_customer(number=f"CUST-{place:06}", first_name=first, last_name=last)
        amount, caller = AMOUNTS[place % len(AMOUNTS)], CALLERS[place % len(CALLERS)]
        half = f"{Decimal(amount[:-4]) / 5:.0f} {amount[-3:]}"
        why = Why(reason="GW", note=NOTES[place % len(NOTES)], reference=f"ORDER-1034{place}")
        account = given_credit(amount, customer=customer, why=why)
        given_spend(half, account=account, actor=caller, why=Why(reference=f"ORDER-1100{place}"))
        given_hold(half, account=account, actor=caller)
        given_card(amount, customer_id=customer.pk)
        for _ in range(2):
            given_request(half, attributes={"customerId": customer.number}, note=NOTES[place % len(NOTES)])


def test_lists_fit_a_laptop_whatever_is_in_them(browser, ordinary_rows):
    measured = {}

    with browser(viewport={"width": 1280, "height": 800}) as (page, _):
        sign_in(page, "root")
        for model in MEASURED:
            page.goto(list_url(model))
            page.evaluate("document.fonts.ready")
            measured[model.__name__] = page.evaluate(MEASURE)

    rows = {"Customer": 8, "Account": 16, "GiftCard": 8, "Transaction": 24, "Hold": 8, "CreditRequest": 16}
    assert measured == {name: {"pushed": 0, "rows": count, "amounts": True, "cut": 0} for name, count in rows.items()}
