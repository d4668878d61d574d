"""A form that is sent after the session's end: nothing is done, and whoever typed it finds it again."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.backoffice.staff import PASSWORD, Staff, address_of, step_url, text_of
from tests.scenarios import given_credit, history_of, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

TYPED = {"amount": "12.34", "reason": "GW", "note": "Late <parcel>"}
TOLD = "Sign in, and the form is there again as you filled it in."


@pytest.fixture
def account(db):
    return given_credit("40.00 GBP")


def end_session(staff: Staff) -> None:
    staff.client.session.flush()
    del staff.client.cookies["sessionid"]


def kept_in(page: Any) -> str:
    found = re.search(r'name="kept"\s+value="([^"]*)"', page.content.decode())
    return html.unescape(found[1]) if found else ""


def typed_in(page: Any) -> Any:
    found = re.search(r'<script id="kept-form" type="application/json">(.*?)</script>', page.content.decode())
    return json.loads(found[1]) if found else None


def sign_in(client: Client, page: Any, username: str, password: str = PASSWORD) -> Any:
    found = re.search(r'<form action="([^"]*)" method="post" id="login-form"', page.content.decode())
    assert found
    return client.post(html.unescape(found[1]), {"username": username, "password": password, "kept": kept_in(page)})


def send_after_the_end(staff: Staff, form: Any, **typed: str) -> Any:
    end_session(staff)
    with nothing_moves():
        return staff.send(address_of(form), **typed)


def test_whoever_signs_in_again_finds_what_was_typed_and_sends_it(agent, account):
    form = agent.open(step_url(account, "issue"))

    login = send_after_the_end(agent, form, **TYPED)
    assert login.status_code == 200
    assert TOLD in text_of(login)
    with nothing_moves():
        signed_in = sign_in(agent.client, login, "agent")
        again = agent.client.get(signed_in.url)

    assert signed_in.url == address_of(form)
    assert typed_in(again) == {name: [value] for name, value in TYPED.items()}
    assert "What you had typed is back in the form. Nothing of it was sent" in text_of(again)
    assert typed_in(agent.client.get(signed_in.url)) is None
    agent.confirm(agent.review_from(again, **TYPED))
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "12.34")]


def test_a_wrong_password_does_not_lose_it(agent, account):
    form = agent.open(step_url(account, "issue"))
    login = send_after_the_end(agent, form, **TYPED)

    wrong = sign_in(agent.client, login, "agent", "not this one")
    signed_in = sign_in(agent.client, wrong, "agent")

    assert wrong.status_code == 200
    assert typed_in(agent.client.get(signed_in.url)) == {name: [value] for name, value in TYPED.items()}


def test_somebody_else_who_signs_in_does_not_find_it(agent, account):
    Staff("Agent", username="grace")
    form = agent.open(step_url(account, "issue"))
    login = send_after_the_end(agent, form, **TYPED)

    signed_in = sign_in(agent.client, login, "grace")

    assert typed_in(agent.client.get(signed_in.url)) is None


def test_forms_of_the_admin_are_kept_too_and_passwords_and_codes_never(administrator):
    form = administrator.open(reverse("admin:ledger_reason_add"))

    login = send_after_the_end(administrator, form, label="Lost parcel", code="LP", old_password="x", _save="Save")
    signed_in = sign_in(administrator.client, login, "administrator")

    assert typed_in(administrator.client.get(signed_in.url)) == {"label": ["Lost parcel"]}


def test_what_a_stranger_sends_or_makes_up_is_not_kept(agent, account):
    url = step_url(account, "issue")

    stranger: Any = Client().post(url, TYPED)
    agent.client.logout()
    agent.client.post(f"{reverse('admin:login')}?next={url}", {"username": "agent", "password": PASSWORD, "kept": "x"})

    assert (stranger.status_code, stranger.url.partition("?")[0]) == (302, reverse("admin:login"))
    assert "kept_form" not in agent.client.session
