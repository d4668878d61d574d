"""What every page gets from the project: a policy, the address of its caller, and where its reads go."""

import pytest
from django.http import HttpResponse

from storecredit.client_address import client_address
from storecredit.content_policy import ContentPolicyMiddleware
from storecredit.replica import ReplicaRouter
from tests.factories.people import UserFactory


def policy_of(rf, path):
    """The page's policy as {directive: [source, …]}."""
    response = ContentPolicyMiddleware(lambda request: HttpResponse()).process_response(rf.get(path), HttpResponse())
    directives = [directive.split() for directive in response.headers["Content-Security-Policy"].split("; ")]
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("path", ["/", "/api/v1/customers/CUST-000001/store-credit", "/administration", "/x/admin/"])
def test_nothing_but_the_style_of_errors_may_be_loaded_outside_of_the_pages_that_staff_see(rf, path):
    assert policy_of(rf, path) == {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


def test_the_admin_alone_may_evaluate_what_its_theme_needs(rf):
    assert policy_of(rf, "/admin/")["script-src"] == ["'self'", "'unsafe-inline'", "'unsafe-eval'"]
    assert policy_of(rf, "/api/v1/docs/")["script-src"] == ["'self'"]


@pytest.mark.parametrize("path", ["/admin/", "/api/v1/docs/"])
def test_no_page_may_load_from_another_host_or_be_framed(rf, path):
    policy = policy_of(rf, path)

    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert not [source for sources in policy.values() for source in sources if "//" in source or source == "https:"]


SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=3600; includeSubDomains",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/healthz",
        "/readyz",
        "/admin/login/",
        "/admin/password_change/",
        "/admin/password_change/done/",
        "/admin/password_reset/",
        "/admin/auth/user/1/password/",
        "/admin/logout/",
        "/admin/nowhere",
    ],
)
@pytest.mark.parametrize("is_known", [True, False], ids=["staff", "stranger"])
def test_every_page_carries_the_headers_that_guard_it_and_is_kept_by_no_cache(client, settings, path, is_known):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 3600, True
    if is_known:
        client.force_login(UserFactory.create(pk=1, is_superuser=True))

    headers = client.get(path, secure=True).headers

    assert {name: headers.get(name) for name in SECURITY} == SECURITY
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.django_db
def test_the_page_that_tells_of_a_locked_login_carries_them_too(client):
    for _ in range(5):
        answer = client.post("/admin/login/", {"username": "ann", "password": "wrong"})

    assert (answer.status_code, answer.headers["X-Frame-Options"]) == (429, "DENY")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("trusted", "calls_from", "forwarded_for", "address"),
    [
        ([], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.7", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.7", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.7", "198.51.100.1, 10.0.0.8", "198.51.100.1"),
        (["10.0.0.0/8"], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.7", "nonsense", "10.0.0.7"),
        (["10.0.0.0/8"], "10.0.0.7", "", "10.0.0.7"),
        (["2001:db8::/32"], "2001:db8::1", "2001:db8:1::5, 2001:db8::2", "2001:db8:1::5"),
    ],
)
def test_a_caller_cannot_choose_the_address_it_is_known_by(rf, settings, trusted, calls_from, forwarded_for, address):
    settings.TRUSTED_PROXIES = trusted

    request = rf.get("/", REMOTE_ADDR=calls_from, HTTP_X_FORWARDED_FOR=forwarded_for)

    assert client_address(request) == address


def test_nothing_is_ever_migrated_on_the_replica():
    router = ReplicaRouter()

    assert (router.allow_migrate("replica", "ledger"), router.allow_migrate("default", "ledger")) == (False, None)
