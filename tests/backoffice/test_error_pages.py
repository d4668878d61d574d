"""What a page says that is refused, not there or broken: what to do, in the house's look. The API keeps its shapes."""

import pytest
from django.test import Client

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


def test_the_api_keeps_its_own_shapes():
    answer = Client().get("/api/v1/nowhere")

    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (404, "application/problem+json")
