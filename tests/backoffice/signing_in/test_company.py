"""The company's own sign-in says who somebody is: not who is on the staff, nor that they hold their factor."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from storecredit.backoffice.access.signing_in.company import CompanyAdapter
from storecredit.settings.signing_in import openid_providers
from tests.backoffice.signing_in.people import SECURITY, newcomer, set_up_app, told_of
from tests.backoffice.staff import text_of

pytestmark = pytest.mark.django_db

HOST = "https://company.example"
CALLBACK = "/admin/sign-in/company/callback/"
DESCRIBED = {
    "issuer": HOST,
    "authorization_endpoint": f"{HOST}/authorize",
    "token_endpoint": f"{HOST}/token",
    "userinfo_endpoint": f"{HOST}/userinfo",
    "jwks_uri": f"{HOST}/keys",
}


class Answer:
    status_code, headers = 200, {"content-type": "application/json"}

    def __init__(self, told: dict[str, Any]) -> None:
        self._told, self.text = told, ""

    def json(self) -> dict[str, Any]:
        return self._told

    def raise_for_status(self) -> None:
        """It is well."""


class Company:
    """What the company's server answers about whoever signs in there."""

    def __init__(self) -> None:
        self.who: dict[str, Any] = {}

    def __enter__(self) -> "Company":
        return self

    def __exit__(self, *args: Any) -> None:
        """Nothing is held."""

    def get(self, url: str, **kwargs: Any) -> Answer:
        return Answer(self.who if url.endswith("/userinfo") else DESCRIBED)

    def request(self, method: str, url: str, **kwargs: Any) -> Answer:
        return Answer({"access_token": "x", "token_type": "bearer"})

    post = request


@pytest.fixture
def company(settings, monkeypatch):
    for name, value in {"URL": HOST, "CLIENT_ID": "us", "CLIENT_SECRET": "x", "NAME": "Example Ltd"}.items():
        monkeypatch.setenv(f"OIDC_{name}", value)
    settings.SECOND_FACTOR = True
    settings.SOCIALACCOUNT_PROVIDERS = openid_providers()
    server = Company()
    monkeypatch.setattr(CompanyAdapter, "get_requests_session", lambda self: server)
    return server


def sign_in(client: Client) -> Any:
    sent: Any = client.get("/admin/sign-in/company/?next=/admin/owed/")
    asked = parse_qs(urlsplit(sent.url).query)
    assert sent.url.startswith(f"{HOST}/authorize?")
    assert asked["redirect_uri"] == [f"http://testserver{CALLBACK}"]
    return client.get(CALLBACK, {"code": "x", "state": asked["state"][0]})


def test_a_colleague_is_known_by_a_verified_address_and_still_gives_the_second_factor(company):
    grace = newcomer("Agent", username="grace", email="grace@example.com")
    company.who = {"sub": "7", "email": "Grace@Example.com", "email_verified": True}
    page = grace.client.get("/admin/login/")

    answer = sign_in(grace.client)

    assert "Sign in with Example Ltd" in text_of(page)
    assert (answer.url, grace.client.get("/admin/").headers["Location"]) == ("/admin/owed/", SECURITY)
    set_up_app(grace)
    assert told_of(grace)[0] == ("SIGNED_IN", "grace")
    assert sign_in(again := Client()).url == "/admin/sign-in/second-factor/"
    assert again.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "who",
    [
        {"email": "grace@example.com", "email_verified": False},
        {"email": "grace@example.com"},
        {"email": "stranger@example.com", "email_verified": True},
        {},
    ],
)
def test_a_stranger_or_an_address_that_nobody_verified_lets_nobody_in(company, who):
    newcomer("Agent", username="grace", email="grace@example.com")
    company.who = {"sub": "8"} | who

    answer = sign_in(client := Client())

    assert answer.url == "/admin/login/"
    assert "Nobody on the staff has the address that you signed in with." in text_of(client.get(answer.url))


def test_whoever_was_known_and_is_switched_off_since_does_not_come_in(company):
    grace = newcomer("Agent", username="grace", email="grace@example.com")
    company.who = {"sub": "7", "email": "grace@example.com", "email_verified": True}
    sign_in(grace.client)
    grace.user.is_active = False
    grace.user.save()

    assert sign_in(Client()).url == "/admin/login/"


def test_what_the_company_refuses_or_nobody_asked_for_is_told_and_never_an_error(company):
    answers = [Client().get(CALLBACK, query) for query in ({}, {"error": "access_denied"}, {"code": "x", "state": "y"})]

    assert [answer.headers.get("Location") for answer in answers] == ["/admin/login/"] * 3


def test_where_none_is_configured_there_is_none(db, monkeypatch):
    assert Client().get("/admin/sign-in/company/").status_code == 404
    monkeypatch.setenv("OIDC_URL", HOST)
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID, OIDC_CLIENT_SECRET is not set"):
        openid_providers()
