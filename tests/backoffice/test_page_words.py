"""What every page says alike: where it is, in which form days are written, and whose time it is."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory

from giftcards.models import GiftCard
from ledger.models import Account
from storecredit.api.models import ApiClient
from storecredit.audit.models import Activity
from storecredit.credits.models import CreditRequest
from tests.backoffice.staff import list_url, page_url, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def way_to(page: Any) -> str:
    """The breadcrumbs, as a reader sees them."""
    parts = re.findall(r'<a href="[^"]*" class="bo-crumb[^"]*">\s*(.*?)\s*</a>', page.content.decode(), re.DOTALL)
    return " › ".join(parts)


@pytest.mark.parametrize(
    ("model", "way"),
    [
        (GiftCard, "Gift cards"),
        (CreditRequest, "Credit requests"),
        (ApiClient, "API clients"),
        (Account, "Accounts"),
        (User, "Staff"),
        (Activity, "Activities"),
    ],
)
def test_the_way_to_a_list_names_nothing_twice(administrator, model, way):
    page = administrator.open(list_url(model))

    assert way_to(page) == way
    assert page.context["title"] == way


def test_whoever_works_here_is_called_a_person_by_every_form(proprietor):
    asked = RequestFactory().get("/admin/")
    asked.user = proprietor.user

    labels = [
        f"{model._meta.label}: {field.label}"
        for model, its_admin in admin.site._registry.items()
        if its_admin.has_add_permission(asked)
        for field in its_admin.get_form(asked).base_fields.values()
    ]

    assert [label for label in labels if re.search(r": .*\busers?\b", label, re.IGNORECASE)] == []


def test_days_have_one_form_and_the_time_zone_is_named_once(administrator):
    shown = text_of(administrator.open(page_url(administrator.user)))

    assert re.search(r"Date joined 4 May 2026, \d\d:\d\d ", shown)
    assert shown.count("Days and times are those of UTC.") == 1
