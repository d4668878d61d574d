"""What every page says alike: where it is, in which form days are written, and whose time it is."""

import html
import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import override

from giftcards.models import GiftCard
from ledger.models import Account
from storecredit.api.models import ApiClient
from storecredit.audit.models import Activity
from storecredit.credits.models import CreditRequest
from tests.backoffice.staff import Staff, list_url, page_url, text_of
from tests.factories.people import PreferencesFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def way_to(page: Any) -> str:
    """The breadcrumbs, as a reader sees them."""
    shown = re.search(r"<h1.*?</h1>", page.content.decode(), re.DOTALL)
    assert shown
    parts = re.findall(r'<(?:a|span)[^>]*\sclass="bo-crumb[^"]*">\s*(.*?)\s*</', shown[0], re.DOTALL)
    return " › ".join(parts)


def title_of(page: Any) -> str:
    """What the page is called in the browser's tab."""
    found = re.search(r"<title>\s*(.*?)\s*\|", page.content.decode(), re.DOTALL)
    assert found
    return html.unescape(found[1])


def landed(staff: Staff, url: str) -> Any:
    """The page that an address leads to in the end."""
    page = staff.open(url)
    while page.status_code == 302:
        page = staff.open(page.url)
    return page


def address_to_add(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


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


def test_what_is_not_there_yet_stands_below_its_list_and_is_called_as_its_page(proprietor):
    asked = RequestFactory().get("/admin/")
    asked.user = proprietor.user
    adding = [model for model, its_admin in admin.site._registry.items() if its_admin.has_add_permission(asked)]

    pages = [(model, landed(proprietor, address_to_add(model))) for model in adding]

    told = {model._meta.label: (way_to(page), page.context["title"]) for model, page in pages}
    plural = {model._meta.label: capfirst(str(model._meta.verbose_name_plural)) for model in adding}
    assert {label: way for label, (way, _title) in told.items()} == {
        label: title if title == plural[label] else f"{plural[label]} › {title}"
        for label, (_way, title) in told.items()
    }
    assert told["giftcards.GiftCard"] == ("Gift cards › Make a gift card", "Make a gift card")
    assert told["ledger.BookRules"] == ("Rules of the books", "Rules of the books")


def test_ones_own_requests_are_called_so(agent):
    assert way_to(agent.open(reverse("admin:credits_creditrequest_mine"))) == "My requests"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_menu_calls_each_page_as_it_calls_itself(proprietor, language):
    PreferencesFactory.create(person=proprietor.user, language=language)
    shown = proprietor.open(reverse("admin:index")).context["sidebar_navigation"]
    entries = [entry for group in shown for entry in group["items"]]

    with override(language):
        words = [str(entry["title"]) for entry in entries]
    pages = list(zip(words, [landed(proprietor, str(entry["link"])) for entry in entries], strict=True))

    assert len(pages) > 40
    assert [(word, title_of(page)) for word, page in pages if word != title_of(page)] == []


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
