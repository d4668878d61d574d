"""Credit issued from a list: the customer is found first, and then their own form is filled in."""

import pytest
from django.urls import reverse

from ledger.models import Account, Customer
from ledger.operations import CustomerStatus
from tests.backoffice.staff import Staff, errors_of, list_url, step_url, table_of, text_of
from tests.scenarios import balance_of, given_credit, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

FIND = reverse("admin:ledger_customer_issue_first")


@pytest.mark.parametrize("model", [Customer, Account])
def test_a_list_leads_to_the_form_of_the_one_customer_that_is_found(agent, model):
    account = given_credit("40.00 GBP", customer=given_customer(number="SHOP-7", first_name="Ada", last_name="Byron"))
    given_customer(number="SHOP-8", first_name="Bea")

    [way] = agent.open(list_url(model)).context["list_ways"]
    found = agent.send(way.url, who="shop-7")
    agent.do(found.url, amount_currency="GBP", amount="25.50", reason="GW", note="A late parcel", reference="")

    assert (way.label, way.url) == ("Issue credit", FIND)
    assert (found.status_code, found.url) == (302, step_url(account.customer, "issue"))
    assert balance_of(account) == "65.50"


def test_of_several_one_is_chosen_and_whoever_takes_no_credit_is_told_of(agent):
    ada = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron")
    given_customer(number="SHOP-8", first_name="Bea", last_name="Byron", status=CustomerStatus.BANNED)

    page = agent.send(FIND, who="byron")

    assert [(row["Customer"], row[""]) for row in table_of(page, "Customers")] == [
        ("Bea Byron · SHOP-8", "the customer is banned and is given no new credit."),
        ("Ada Byron · SHOP-7", "Issue credit"),
    ]
    assert f'href="{step_url(ada, "issue")}"' in page.content.decode()


def test_nobody_found_is_said_and_what_may_be_a_code_is_not_printed_back(agent):
    given_customer(number="SHOP-7")

    nobody, nothing = agent.send(FIND, who="zebedee"), agent.send(FIND, who="-")
    code = agent.send(FIND, who="7XK2-M9QD-4FHT-WJ1R")

    assert errors_of(nobody) == errors_of(nothing) == {"who": ["No customer is found by that."]}
    assert errors_of(code) == {"who": ["That may be the code of a gift card. Find the customer by something else."]}
    assert "7XK2" not in text_of(code) + code.content.decode()


def test_those_whose_job_it_is_not_are_not_offered_it_and_refused(viewer):
    offered = [viewer.open(list_url(model)).context["list_ways"] for model in (Customer, Account)]

    assert offered == [[], []]
    assert [answer.status_code for answer in (viewer.open(FIND), viewer.send(FIND, who="x"))] == [403, 403]
    assert Staff("Agent").open(FIND).status_code == 200
