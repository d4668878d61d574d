"""Behind the proxy that is shipped: many who send slowly, who is believed, and what never reaches the program."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection

import pytest
from django.db import connection

from tests.callers import given_client
from tests.nginx import HOW_TO_GET_NGINX, find_nginx, nginx, render
from tests.project.processes import address_of_the_test_database, free_port, running_server, status_of
from tests.project.test_slow_clients import JSON, WEBHOOK, ask, slow_clients
from tests.scenarios import given_credit, given_customer

pytestmark = [
    pytest.mark.skipif(find_nginx() is None, reason=HOW_TO_GET_NGINX),
    pytest.mark.django_db(transaction=True),
]

SLOW = 300
BALANCE = "/api/v1/customers/CUST-1/store-credit"


@pytest.fixture
def key() -> str:
    given_credit("12.50 USD", customer=given_customer(number="CUST-1"))
    key = given_client().plain
    connection.close()
    return key


@contextmanager
def proxied_server(**differences: str) -> Iterator[int]:
    """The port of the proxy in front of a server that takes nothing but HTTPS and believes the proxy alone."""
    with running_server(
        TRUSTED_PROXIES="127.0.0.1",
        DATABASE_URL=address_of_the_test_database(),
        LOG_LEVEL="CRITICAL",
        HTTPS_ONLY="false",
    ) as app:
        port = free_port()
        with nginx(render(app=f"127.0.0.1:{app}", listen=f"127.0.0.1:{port}", **differences), port=port):
            yield port


@pytest.mark.alone
@pytest.mark.parametrize(
    ("headers", "body"),
    [([JSON, "Content-Length: 500"], "{"), ([JSON, "Transfer-Encoding: chunked"], "1\r\n{\r\n"), (["X-Slow: "], "")],
    ids=["bodies", "chunks", "heads"],
)
def test_three_hundred_who_send_slowly_hold_up_neither_the_health_check_nor_a_till(key, headers, body):
    with proxied_server() as port, slow_clients(port, SLOW, WEBHOOK, *headers, body=body):
        health, _, health_seconds = ask(port, "/healthz")
        balance, answer, balance_seconds = ask(port, BALANCE, Authorization=f"Bearer {key}")

    assert (health, balance, answer["data"]["balances"]) == (200, 200, [{"currency": "USD", "balance": 12.5}])
    assert max(health_seconds, balance_seconds) < 1


def test_one_address_sends_fifty_bodies_at_once_and_no_more():
    with proxied_server() as port, slow_clients(port, 50, WEBHOOK, JSON, "Content-Length: 500"):
        assert status_of(port, WEBHOOK, JSON, "Content-Length: 500") == 429


def test_a_body_that_no_path_takes_does_not_reach_the_program():
    with proxied_server() as port:
        assert status_of(port, WEBHOOK, JSON, f"Content-Length: {1024 * 1024 + 1}") == 413


@pytest.mark.parametrize(("outer", "status"), [("0.0.0.0/32", 301), ("127.0.0.1/32", 302)])
def test_only_an_outer_proxy_that_is_named_is_believed_when_it_says_https(outer, status):
    port = free_port()
    with (
        running_server(
            TRUSTED_PROXIES="127.0.0.1", DATABASE_URL=address_of_the_test_database(), LOG_LEVEL="CRITICAL"
        ) as app,
        nginx(render(app=f"127.0.0.1:{app}", listen=f"127.0.0.1:{port}", outer=outer), port=port),
    ):
        claim = HTTPConnection("127.0.0.1", port, timeout=20)
        claim.request("GET", "/admin/", headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
        assert claim.getresponse().status == status


def test_with_a_certificate_it_ends_https_and_says_so_to_the_program(tmp_path):
    make_certificate(tmp_path)
    port = free_port()
    tls = f"ssl_certificate {tmp_path}/fullchain.pem; ssl_certificate_key {tmp_path}/privkey.pem;"
    with (
        running_server(
            TRUSTED_PROXIES="127.0.0.1", DATABASE_URL=address_of_the_test_database(), LOG_LEVEL="CRITICAL"
        ) as app,
        nginx(render(app=f"127.0.0.1:{app}", listen=f"127.0.0.1:{port} ssl", tls=tls), port=port),
    ):
        trusting = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
        client = HTTPSConnection("localhost", port, timeout=20, context=trusting)
        client.request("GET", "/admin/")
        answer = client.getresponse()

        # Over plain HTTP the program sends everybody to HTTPS with 301.
        assert (answer.status, answer.headers["Location"]) == (302, "/admin/login/?next=/admin/")
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def make_certificate(folder):
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout privkey.pem"
        " -out fullchain.pem -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
