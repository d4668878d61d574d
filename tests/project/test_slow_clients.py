"""
Who sends slowly holds up nobody, and is told so after ten seconds: asked of the real server, with real sockets.

The clients here never send the last byte. Each of the paths they call is answered in the words of its own API.
"""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, parse_headers
from typing import Any

import pytest
from django.db import connection, transaction

from storecredit.api.problems import BodyTooLate
from storecredit.intake.worker import ARRIVAL_SECONDS
from tests.callers import given_client
from tests.project.processes import address_of_the_test_database, running_server
from tests.scenarios import given_credit, given_customer

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]

FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"
WEBHOOK = "POST /api/v1/webhooks/digitalriver HTTP/1.1"


@pytest.fixture
def server() -> Iterator[tuple[int, str]]:
    """The port of a server with a single thread, and the key of a client that may read the balance of CUST-1."""
    given_credit("12.50 USD", customer=given_customer(number="CUST-1"))
    key = given_client().plain
    connection.close()
    with running_server(
        HTTPS_ONLY="false", WEB_THREADS="1", DATABASE_URL=address_of_the_test_database(), LOG_LEVEL="CRITICAL"
    ) as port:
        yield port, key


@contextmanager
def slow_clients(port: int, count: int, request_line: str, *headers: str, body: str = "{") -> Iterator[list[Any]]:
    """So many connections, each of which has sent a request without its end."""
    head = "\r\n".join([request_line, "Host: localhost", *headers])
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(count)]
        for client in clients:
            client.sendall(f"{head}\r\n\r\n{body}".encode() if body else head.encode())
        yield clients


def read_answer(client: Any) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what the server says before it closes."""
    client.settimeout(ARRIVAL_SECONDS + 10)
    with client.makefile("rb") as answer:
        status = int(answer.readline().split()[1])
        headers = {name.lower(): value for name, value in parse_headers(answer).items()}
        return status, headers, answer.read()


def ask(port: int, path: str, **headers: str) -> tuple[int, Any, float]:
    """Status, body and seconds of a request that is sent at once."""
    started = time.monotonic()
    client = HTTPConnection("127.0.0.1", port, timeout=20)
    client.request("GET", path, headers={"Host": "localhost", **headers})
    answer = client.getresponse()
    body = answer.read()
    client.close()
    return answer.status, json.loads(body), time.monotonic() - started


@pytest.mark.parametrize("count", [10, 100])
def test_slow_bodies_without_a_key_hold_up_neither_the_health_check_nor_a_till(server, count):
    port, key = server

    with slow_clients(port, count, WEBHOOK, JSON, "Content-Length: 500"):
        health, _, health_seconds = ask(port, "/healthz")
        balance, body, balance_seconds = ask(
            port, "/api/v1/customers/CUST-1/store-credit", Authorization=f"Bearer {key}"
        )

    assert (health, balance, body["data"]["balances"]) == (200, 200, [{"currency": "USD", "balance": 12.5}])
    assert max(health_seconds, balance_seconds) < 1


def test_a_body_that_is_late_is_answered_408_in_the_words_of_its_path_and_the_connection_ends(server):
    port, _ = server
    late = {
        "dialect": ([WEBHOOK, JSON, "Content-Length: 500"], "{"),
        "problem": (["POST /api/v1/customers/CUST-1/store-credit HTTP/1.1", JSON, "Content-Length: 500"], "{"),
        "chunks": (["POST /api/v1/gift_cards HTTP/1.1", JSON, "Transfer-Encoding: chunked"], "1\r\n{\r\n5\r\n"),
        "page": (["POST /admin/login/ HTTP/1.1", FORM, "Content-Length: 500"], "username=ann"),
        "head": (["POST /admin/login/ HTTP/1.1", FORM, "X-Slow: "], ""),
    }
    answers = {}

    started = time.monotonic()
    with ExitStack() as stack:
        clients = {
            name: stack.enter_context(slow_clients(port, 1, *lines, body=body))[0]
            for name, (lines, body) in late.items()
        }
        trickle(clients["dialect"], seconds=ARRIVAL_SECONDS - 1)
        for name, client in clients.items():
            answers[name] = read_answer(client)
    seconds = time.monotonic() - started

    assert {status for status, _, _ in answers.values()} == {408}
    assert {headers["connection"] for _, headers, _ in answers.values()} == {"close"}
    assert ARRIVAL_SECONDS <= seconds < ARRIVAL_SECONDS + 4
    [error] = json.loads(answers["dialect"][2])["errors"]
    assert (json.loads(answers["dialect"][2])["type"], error["code"]) == ("request_timeout", "request_timeout")
    assert json.loads(answers["problem"][2])["code"] == "request_timeout"
    assert json.loads(answers["chunks"][2])["message"] == BodyTooLate().message
    assert answers["page"][2] == b"The body took too long to arrive."
    assert answers["head"][2] == b""


def test_a_busy_thread_does_not_keep_the_process_from_saying_that_it_lives(server):
    port, key = server

    with ThreadPoolExecutor(1) as till:
        with everything_locked():
            issuing = till.submit(issue, port, key)
            time.sleep(0.5)
            health, _, seconds = ask(port, "/healthz")
            was_answered = issuing.done()
        status = issuing.result()

    assert (health, was_answered, status) == (200, False, 201)
    assert seconds < 1


@contextmanager
def everything_locked() -> Iterator[None]:
    """Nobody else can write to the books."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE ledger_account IN ACCESS EXCLUSIVE MODE")
        yield
    connection.close()


def issue(port: int, key: str) -> int:
    client = HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Host": "localhost", "Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
    body = json.dumps({"amount": 1, "currency": "USD"})
    client.request(
        "POST", "/api/v1/customers/CUST-1/store-credit", body, {**headers, "Content-Type": "application/json"}
    )
    answer = client.getresponse()
    answer.read()
    client.close()
    return answer.status


def trickle(client: Any, *, seconds: float) -> None:
    """Send a byte now and then, as somebody would who means to keep the connection."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        client.sendall(b" ")
        time.sleep(1)
