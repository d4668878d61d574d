"""A list without rows says why, and what to do next."""

import pytest
from django.contrib import admin
from django.urls import reverse

from ledger.models import Customer, Transaction
from storecredit.backoffice.kit.empty import say_why_empty
from storecredit.credits.models import IssueCeiling, IssueLimit
from tests.backoffice.staff import Staff, list_url, text_of
from tests.scenarios import given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def test_a_list_with_no_rows_says_where_they_come_from_and_leads_there(proprietor):
    page = proprietor.open(list_url(Customer))

    assert "Add the first customer, or bring in all of them from a file." in text_of(page)
    ways = [(way.label, way.url) for way in page.context["cl"].why_empty.ways]
    assert ways == [
        ("Add customer", reverse("admin:ledger_customer_add")),
        ("Imports", reverse("admin:backoffice_importrun_changelist")),
    ]


@pytest.mark.parametrize("query", [{"q": "nobody"}, {"status__exact": "BANNED"}])
def test_a_list_with_no_rows_like_that_leads_to_all_of_them(administrator, query):
    given_customer()

    page = administrator.open(list_url(Customer), **query)

    assert "Nothing is like that" in text_of(page)
    ways = [(way.label, way.url) for way in page.context["cl"].why_empty.ways]
    assert ways == [("Show everything", list_url(Customer))]


def test_nobody_is_led_to_what_they_may_not_do(viewer):
    ways = {model: viewer.open(list_url(model)).context["cl"].why_empty.ways for model in (Customer, Transaction)}

    assert [way.label for way in ways[Customer] if "Add" in way.label] == []
    assert [way.label for way in ways[Transaction]] == ["Customers"]


def test_every_list_that_may_be_empty_says_where_its_rows_come_from(rf):
    request = rf.get("/")
    request.user = Staff("Administrator").user

    silent = {
        model._meta.label_lower
        for model, model_admin in admin.site._registry.items()
        if not say_why_empty(request, model_admin).words
    }

    # There is always a person and a role.
    assert silent == {"auth.group", "auth.user"}


def test_a_shop_without_ceilings_says_what_holds_without_one(administrator, settings):
    settings.DEFAULT_CURRENCY = "KWD"

    page = text_of(administrator.open(list_url(IssueCeiling)))

    assert (
        "Without one nobody issues more than KWD 100.000 at once or KWD 1,000.000 in a day by themselves, "
        "or as much in the smallest unit of another currency." in page
    )


def test_a_shop_without_issue_limits_says_what_a_role_issues_without_one(administrator):
    page = text_of(administrator.open(list_url(IssueLimit)))

    assert "Without a limit a role issues up to the shop’s ceiling." in page
