"""Whoever has come in is led on to a page of this site and no other, whatever address was sent to them."""

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests.backoffice.signing_in.passkeys import PASSKEY, Device, asked
from tests.backoffice.signing_in.people import AGAIN, SECOND_STEP, Newcomer, code_of, enrol, is_in, newcomer
from tests.backoffice.signing_in.test_company import CALLBACK, company
from tests.backoffice.staff import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
__all__ = ["company"]

LOGIN = reverse("admin:login")
ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "///evil.example/", "/\\evil.example/", "\\\\evil.example/",
    "http:evil.example", "https:///evil.example", "javascript:alert(1)", "\t//evil.example/", "/\t/evil.example/",
    "https://testserver@evil.example/", "https://testserver.evil.example/", "http://testserver:80@evil.example/",
    "/\r\n/evil.example/",
)  # fmt: skip


@pytest.fixture
def grace(settings) -> Newcomer:
    settings.SECOND_FACTOR = True
    return newcomer(username="grace", email="grace@example.com")


def by_password(grace: Newcomer, client: Client, way: str, settings: Any) -> Any:
    settings.SECOND_FACTOR = False
    return client.post(f"{LOGIN}?next={quote(way)}", {"username": "grace", "password": PASSWORD, "next": way})


def by_a_code(grace: Newcomer, client: Client, way: str, settings: Any) -> Any:
    enrol(grace)
    client.post(f"{LOGIN}?next={quote(way)}", {"username": "grace", "password": PASSWORD, "next": way})
    return client.post(f"{SECOND_STEP}?next={quote(way)}", {"code": code_of(grace, 1), "next": way})


def by_a_passkey(grace: Newcomer, client: Client, way: str, settings: Any) -> Any:
    grace.user.authenticator_set.all().delete()
    answer = Device(grace.user).answer(asked(client))
    return client.post(f"{PASSKEY}?next={quote(way)}", answer | {"next": way})


def by_the_company(grace: Newcomer, client: Client, way: str, settings: Any) -> Any:
    sent: Any = client.get(f"/admin/sign-in/company/?next={quote(way)}")
    state = parse_qs(urlsplit(sent.url).query)["state"][0]
    return client.get(CALLBACK, {"code": "x", "state": state, "next": way})


def who_is_in(grace: Newcomer, client: Client, way: str, settings: Any) -> Any:
    by_password(grace, client, "/admin/", settings)
    return client.get(f"{LOGIN}?next={quote(way)}")


def who_proves_it_again(grace: Newcomer, client: Client, way: str, settings: Any) -> Any:
    by_password(grace, client, "/admin/", settings)
    return client.post(f"{AGAIN}?next={quote(way)}", {"password": PASSWORD, "next": way})


def who_goes(grace: Newcomer, client: Client, way: str, settings: Any) -> Any:
    by_password(grace, client, "/admin/", settings)
    return client.post(f"{reverse('admin:logout')}?next={quote(way)}", {"next": way})


DOORS = (by_password, by_a_code, by_a_passkey, by_the_company, who_is_in, who_proves_it_again, who_goes)


@pytest.mark.parametrize("door", DOORS)
def test_no_door_leads_to_another_host(grace, company, settings, door):
    company.who = {"sub": "7", "email": "grace@example.com", "email_verified": True}
    for way in ELSEWHERE:
        client = Client()

        answer = door(grace, client, way, settings)

        led_to = answer.headers.get("Location", "/")
        assert (urlsplit(led_to).netloc, led_to[:1], led_to[1:2] in ("/", "\\", "\t", "\r")) == ("", "/", False), way
        assert door is who_goes or is_in(client) or "security" in client.get("/admin/").headers["Location"]
        if door is by_a_code:
            return  # its codes are used up
