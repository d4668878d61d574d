"""A reference leads to what it names, for those who may see that."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Transaction
from ledger.operations import Why
from storecredit.credits.operations import approve_request
from tests.backoffice.staff import Staff, page_url
from tests.checkouts.stage import given_order_paid_by
from tests.credits.requests import given_approver, given_request, party_of
from tests.factories.vendor import CreditDeductionFactory
from tests.scenarios import days, given_credit, given_customer, given_spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def leads(page, reference, to) -> bool:
    """Whether the reference on a page is the way to something."""
    return f'href="{page_url(to)}">{reference}</a>' in "".join(page.content.decode().split("\n"))


@pytest.fixture
def paid():
    """An account, the order that was paid from it, and the entry of that."""
    account = given_credit("25.00 GBP")
    order = given_order_paid_by(account).order
    return account, order, Transaction.objects.get(reference=order.pk)


def test_an_entry_leads_to_the_order_that_its_reference_names(viewer, paid):
    _, order, entry = paid

    assert leads(viewer.open(page_url(entry)), order.pk, order)


def test_the_history_of_an_account_and_of_a_customer_leads_to_its_orders(viewer, paid):
    account, order, _ = paid

    pages = [viewer.open(page_url(account)), viewer.open(page_url(account.customer))]

    assert [leads(page, order.pk, order) for page in pages] == [True, True]


def test_an_order_at_the_vendor_is_led_to_as_well(viewer):
    deduction = CreditDeductionFactory.create()
    entry = Transaction.objects.get(reference=deduction.order.order_id)

    assert leads(viewer.open(page_url(entry)), deduction.order.order_id, deduction)


def test_an_entry_leads_to_the_request_that_asked_for_it_for_its_order(viewer):
    request = given_request()
    approve_request(request_id=request.pk, party=party_of(given_approver("bob")), now=days(1))

    entry = Transaction.objects.get(reference=request.order_value)

    assert leads(viewer.open(page_url(entry)), request.order_value, request)


def test_an_order_of_real_money_is_not_what_test_money_refers_to(viewer, paid):
    _, order, _ = paid
    trial = given_credit("5.00 GBP", customer=given_customer(test_mode=True), why=Why(reference=order.pk))

    assert not leads(viewer.open(page_url(trial)), order.pk, order)


def test_whoever_may_not_see_orders_reads_the_reference_alone(paid):
    _, order, entry = paid
    clerk = Staff(permissions=["ledger.view_transaction"])

    page = clerk.open(page_url(entry))

    assert order.pk in page.content.decode()
    assert not leads(page, order.pk, order)


def test_a_page_of_references_asks_no_more_than_one_does(viewer, paid):
    account, _, _ = paid

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            viewer.client.get(page_url(account))
        return len(asked)

    few = count()
    for number in range(5):
        given_spend("1.00 GBP", account=account, why=Why(reference=f"till 4/{number}"))

    assert count() == few
