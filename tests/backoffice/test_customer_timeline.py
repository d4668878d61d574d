"""All that happened with a customer stands in one line of time: money, cards, requests, and what staff changed."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from storecredit.backoffice.kit.parts import PAGE_SIZE
from storecredit.credits.operations import RequestKind, reject_request
from tests.backoffice.staff import Staff
from tests.credits.requests import given_person, given_request, party_of
from tests.giftcards.cards import given_card, given_redemption
from tests.scenarios import days, given_credit, given_customer, given_spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def told_of(staff, customer, **query):
    timeline = staff.open(reverse("admin:ledger_customer_history", args=[customer.pk]), **query).context["timeline"]
    return timeline, [(entry.title, entry.value) for entry in timeline.entries]


@pytest.fixture
def ada(administrator):
    """Credit and a purchase, a card and a redemption, a request that was rejected, and a changed phone number."""
    ada = given_customer(number="SHOP-7", first_name="Ada")
    account = given_credit("10.00 GBP", customer=ada, now=days(-6))
    given_spend("4.00 GBP", account=account, now=days(-5))
    card = given_card("25.00 GBP", customer_id=ada.pk, now=days(-4))
    given_redemption("9.50 GBP", card=card, now=days(-3))
    request = given_request(
        "7.00 USD", kind=RequestKind.STORE_CREDIT, attributes={"customerId": "SHOP-7"}, now=days(-2)
    )
    reject_request(request_id=request.pk, party=party_of(given_person("bob")), now=days(-1))
    LogEntry.objects.log_actions(administrator.user.pk, [ada], CHANGE, "Changed phone.")
    given_credit("99.00 GBP", customer=given_customer())
    return ada


def test_the_customers_money_cards_and_requests_stand_among_what_staff_changed(administrator, ada):
    _, told = told_of(administrator, ada)

    assert told == [
        ("Changed phone.", ""),
        ("Rejected", "Rejected"),
        ("Asked for", "Pending"),
        ("Redeemed", "−£9.50"),
        ("Activated", "+£25.00"),
        ("Redemption", "−£4.00"),
        ("Issue", "+£10.00"),
    ]


def test_nobody_reads_of_what_they_may_not_see(ada):
    outsider = Staff(username="outsider")
    outsider.user.user_permissions.add(Permission.objects.get(codename="view_customer"))

    timeline, told = told_of(outsider, ada)

    assert told == [("Changed phone.", "")]
    assert timeline.older_url == ""


def test_a_page_goes_on_where_the_one_before_ended_whatever_happened_meanwhile(viewer):
    customer = given_customer()
    account = given_credit("100.00 GBP", customer=customer, now=days(-9))
    for count in range(PAGE_SIZE):
        given_spend(f"{count + 1}.00 GBP" if count < 9 else "0.10 GBP", account=account, now=days(-8))

    first, told = told_of(viewer, customer)
    given_spend("0.05 GBP", account=account)
    url = reverse("admin:ledger_customer_history", args=[customer.pk])
    second = viewer.client.get(url + first.older_url).context["timeline"]

    assert len(told) == PAGE_SIZE
    assert [(entry.title, entry.value) for entry in second.entries] == [("Issue", "+£100.00")]
    assert (second.newer_url, second.older_url) == ("?", "")


@pytest.mark.parametrize("before", ["nonsense", "[1]", '{"changes": "x", "other": 1}', "[" * 5000])
def test_a_place_that_no_page_named_is_the_beginning(viewer, before):
    customer = given_customer()
    given_credit("1.00 GBP", customer=customer)

    _, told = told_of(viewer, customer, before=before)

    assert told == [("Issue", "+£1.00")]
