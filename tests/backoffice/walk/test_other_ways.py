"""
What browsers and libraries ask besides the pages themselves: windows that choose for a field, HEAD, what fields offer,
scripts and descriptions. None of them opens more than the page does, and none changes anything.
"""

from itertools import product
from typing import Any

import pytest
from allauth.urls import urlpatterns as library_patterns
from django.contrib import admin
from django.http import HttpRequest
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, reverse

from ledger.models import Customer, StaffIntent
from storecredit.backoffice.kit.site import BackOfficeSite
from tests.backoffice.walk.guards import DOORS, SETTING_UP
from tests.backoffice.walk.pages import list_pages, make_rows
from tests.backoffice.walk.people import let_in, person_of
from tests.backoffice.walk.test_walk import Walker, guard_at, judge, nothing_shown
from tests.factories.ledger import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

_SECRETS = {"password", "code_digest", "code_cipher", "number_digest", "session_secret", "cipher", "hash"}


@pytest.fixture(autouse=True)
def _production(settings):
    settings.SECOND_FACTOR = settings.SECURE_SSL_REDIRECT = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


@pytest.fixture
def unshown(monkeypatch):
    with nothing_shown():
        monkeypatch.setattr(BackOfficeSite, "get_sidebar_list", lambda self, request: [])
        yield


@pytest.fixture
def pages(db, today):
    return list_pages(make_rows())


def test_head_opens_no_more_than_a_look_does_and_changes_nothing(pages, unshown):
    nobody, root = person_of(username="nobody"), person_of(username="root", is_superuser=True)
    walkers = [(Walker(let_in(nobody)), ""), (Walker(let_in(root, method="password")), "/admin/security/")]
    found = {}
    for walker, door in walkers:
        for page in pages:
            if page.name in DOORS:
                continue
            answer, written = walker.ask("HEAD", page.address)
            if not door:
                wrong = judge(guard_at(page), frozenset(), "HEAD", answer.status_code, written)
            else:
                way = answer.headers.get("Location", "").partition("?")[0]
                wrong = str(written or ("" if page.name in SETTING_UP or way == door else answer.status_code))
            if wrong or answer.content:
                found[page.name or page.route, door] = wrong or "has a body"

    assert found == {}


def test_a_window_that_chooses_for_a_field_opens_to_whoever_sees_the_page_and_names_rows_by_their_keys_alone(unshown):
    root = Walker(let_in(person_of(username="root", is_superuser=True)))
    walkers, rows = {"root": root, "nobody": Walker(let_in(person_of(username="nobody")))}, make_rows()
    found: dict[Any, Any] = {}
    for model, model_admin in admin.site._registry.items():
        start = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
        ways = {"changelist": [], "add": [], "change": [rows[start].pk]}
        addresses = [reverse(f"{start}{page}", args=args) for page, args in ways.items()]
        for who, address in product(walkers, addresses):
            plain = walkers[who].ask("GET", address)[0].status_code
            window, written = walkers[who].ask("GET", f"{address}?_popup=1")
            if written or window.status_code != plain:
                found[who, address] = (plain, window.status_code, written)
        names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
        found |= {(model, name): "told" for name in names if model_admin.to_field_allowed(HttpRequest(), name)}
        for name in _SECRETS & set(names):
            chosen, _written = root.ask("GET", f"{addresses[0]}?_popup=1&_to_field={name}")
            row, _written = root.ask("GET", f"{reverse(f'{start}change', args=['x'])}?_to_field={name}")
            if chosen.status_code != 400 or row.status_code not in {302, 400, 404}:
                found[model, name] = (chosen.status_code, row.status_code)

    assert found == {}


def test_a_window_that_adds_tells_no_column_of_what_it_would_add(unshown):
    browser = let_in(person_of(username="root", is_superuser=True))
    person = {"entity_type": "customer", "status": "active", "first_name": "Ada", "_popup": "1", "_to_field": "email"}

    answer: Any = browser.post(reverse("admin:ledger_customer_add"), person, secure=True)

    assert answer.status_code == 400
    assert (Customer.objects.count(), StaffIntent.objects.count()) == (0, 0)


def list_names(patterns: Any) -> list[str]:
    found: list[str] = []
    for each in patterns:
        found += list_names(each.url_patterns) if isinstance(each, URLResolver) else [each.name]
    return [name for name in found if name]


def test_of_the_librarys_own_pages_those_alone_are_there_that_let_somebody_in():
    there = set()
    for name in list_names(library_patterns):
        try:
            there.add(reverse(name))
        except NoReverseMatch:
            continue

    assert there == {"/admin/sign-in/", "/admin/sign-in/second-factor/", "/admin/sign-in/passkey/"}
    spaces = ("/accounts/", "/admin/accounts/", "/admin/sign-in/", "/_allauth/browser/v1/")
    ways = ("signup/", "email/", "password/reset/", "social/connections/", "reauthenticate/", "sessions/", "config")
    asked = {Client().get(f"{space}{way}", secure=True).status_code for space in spaces for way in ways}
    assert asked <= {302, 404}


def test_a_stranger_reads_the_description_of_the_api_and_nothing_beside_it(settings):
    customer, client = CustomerFactory.create(), Client()

    addresses = {
        "/admin/jsi18n/": 302,
        "/admin/r/1/1/": 302,
        "/api/v1/docs/": 200,
        "/api/v1/schema/": 200,
        "/media/x": 404,
        "/static/../manage.py": 404,
    }
    assert {address: client.get(address, secure=True).status_code for address in addresses} == addresses
    said = b"".join(client.get(f"/api/v1/{page}/", secure=True).content for page in ("docs", "schema"))
    assert customer.number.encode() not in said
    assert settings.SECRET_KEY.encode() not in said
    for page in ("docs", "schema"):
        assert client.post(f"/api/v1/{page}/", {"x": "y"}, secure=True).status_code == 405
        assert client.options(f"/api/v1/{page}/", secure=True).status_code == 405
