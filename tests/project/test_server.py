"""What the HTTP server refuses before the program sees it, and what it hands on, asked of the real one."""

import re
import socket
from collections.abc import Iterator

import pytest

from storecredit.api.body import MAX_LARGE_BODY_BYTES
from storecredit.intake.arrival import MAX_BODY_BYTES
from tests.project.processes import running_server, status_of


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running_server(HTTPS_ONLY="false") as port:
        yield port


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        (f"GET /{'a' * 8000} HTTP/1.1", [], 404),
        (f"GET /{'a' * 9000} HTTP/1.1", [], 414),
        ("GET /healthz HTTP/1.1", [f"X-Long: {'a' * 16_000}"], 200),
        ("GET /healthz HTTP/1.1", [f"X-Long: {'a' * 17_000}"], 431),
        ("GET /healthz HTTP/1.1", [f"X-Number-{n}: 1" for n in range(101)], 431),
        ("GET /healthz HTTP/9.9", [], 400),
        ("GET /healthz HTTP/1.1", ["X-Broken"], 400),
        ("GET /nowhere HTTP/1.1", ["X-Forwarded-Proto: https"], 404),
    ],
    ids=[
        "long path",
        "too long path",
        "long header",
        "too long header",
        "many headers",
        "version",
        "no colon",
        "proto",
    ],
)
def test_the_server_answers_an_outsized_or_broken_request_itself(port, request_line, headers, status):
    assert status_of(port, request_line, *headers) == status


def test_requests_behind_each_other_are_each_answered(port):
    one = b"POST /api/v1/nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
    other = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    answer = send(port, one + other)

    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"404", b"200"]
    assert b'{"status": "ok"}' in answer


def test_a_client_that_waits_for_a_word_before_its_body_is_given_it_once(port):
    head = b"POST /api/v1/nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"

    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(head + b"Connection: close\r\n\r\n")
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert client.recv(65536).startswith(b"HTTP/1.1 404 ")


def test_half_a_body_is_answered_when_the_client_sends_no_more(port):
    head = b"POST /api/v1/webhooks/digitalriver HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"

    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(head + b"{")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("path", ["/admin/login/", "/api/v1/webhooks/digitalriver"])
def test_a_body_beyond_every_limit_is_refused_before_it_is_sent(port, path):
    assert status_of(port, f"POST {path} HTTP/1.1", f"Content-Length: {MAX_BODY_BYTES + 1}") == 413


def test_the_server_gathers_bodies_as_long_as_the_api_takes_them():
    assert MAX_LARGE_BODY_BYTES == MAX_BODY_BYTES


def send(port: int, data: bytes) -> bytes:
    """Everything that the server says to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(data)
        with client.makefile("rb") as answer:
            return answer.read()


def test_only_a_named_proxy_is_believed_when_it_says_https():
    claim = ("GET /nowhere HTTP/1.1", "X-Forwarded-Proto: https")

    with running_server() as port:
        assert status_of(port, *claim) == 301
    with running_server(TRUSTED_PROXIES="127.0.0.0/8") as port:
        assert (status_of(port, *claim), status_of(port, claim[0])) == (404, 301)
