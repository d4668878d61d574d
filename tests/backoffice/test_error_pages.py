"""What a page says that is refused, not there or broken: what to do, in the house's look. The API keeps its shapes."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from storecredit.intake.middleware import BodyMiddleware
from tests.backoffice.staff import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def test_a_page_that_the_role_does_not_include_says_who_can_change_that(viewer):
    page = viewer.open("/admin/auth/user/")

    assert page.status_code == 403
    assert "Your role does not include this Nothing was done. Whoever keeps the roles" in text_of(page)
    assert "backoffice/errors" in page.content.decode()


@pytest.mark.parametrize("path", ["/nowhere", "/admin/nowhere/", "/admin/ledger/account/nowhere/issue/"])
def test_an_address_without_a_page_says_where_to_look(viewer, path):
    page = viewer.client.get(path, follow=True)

    assert page.status_code == 404
    assert "There is nothing at this address It may have been mistyped" in text_of(page)
    assert 'href="/admin/"' in page.content.decode()


def test_a_page_that_breaks_says_what_to_do(viewer, monkeypatch):
    def break_down(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("storecredit.backoffice.dashboard.show_dashboard", break_down)
    browser = Client(raise_request_exception=False)
    browser.cookies = viewer.client.cookies

    page = browser.get("/admin/")

    assert page.status_code == 500
    assert "Something went wrong here" in text_of(page)
    assert "Look whether it was before you send it again" in text_of(page)


def test_an_address_that_only_takes_forms_says_so_to_a_browser(finance):
    asked = "/admin/ledger/transaction/filters/save/"

    page = finance.client.get(asked, headers={"Accept": "text/html,*/*;q=0.8"})
    program = finance.client.get(asked)

    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert "There is no page at this address Something is done here when a button" in text_of(page)
    assert (program.status_code, program.content) == (405, b"")


def test_a_form_that_cannot_be_read_says_that_nothing_was_done(viewer):
    viewer.client.raise_request_exception = False

    page = viewer.client.post("/admin/security/again/", {f"field{number}": "1" for number in range(1500)})

    assert page.status_code == 400
    assert "What was sent cannot be read Nothing was done." in text_of(page)


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [("is_beyond_limit", 413, "Das ist zu viel auf einmal"), ("is_late", 408, "Es hat zu lange gedauert")],
)
def test_a_body_that_is_not_taken_is_refused_in_the_words_of_the_browser(said, status, words):
    body = SimpleNamespace(**{said: True})
    browser = RequestFactory().post("/admin/imports/", HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="de")
    browser.META["wsgi.input"] = body

    page: Any = BodyMiddleware(lambda request: HttpResponse())(browser)

    assert page.status_code == status
    assert words in page.content.decode()
    assert "style-src 'self'" in page["Content-Security-Policy"]


def test_a_page_that_breaks_because_the_database_is_away_says_when_to_come_again(viewer, monkeypatch):
    def be_away(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("storecredit.backoffice.dashboard.show_dashboard", be_away)
    viewer.client.raise_request_exception = False

    page = viewer.client.get("/admin/")

    assert (page.status_code, page["Retry-After"]) == (503, "1")
    assert "The database cannot be reached just now Nothing was done." in text_of(page)


def test_the_api_keeps_its_own_shapes():
    answer = Client().get("/api/v1/nowhere")

    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (404, "application/problem+json")
