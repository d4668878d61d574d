"""What the HTTP server refuses before the program sees it, and what it hands on, asked of the real one."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

import pytest

from tests.project.processes import ROOT, environment, free_port


@contextmanager
def running_server(**differences: str) -> Iterator[int]:
    """The port of a server that runs in production's environment, with differences."""
    port = free_port()
    with TemporaryFile("w+") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"],
            cwd=ROOT,
            env=environment(ALLOWED_HOSTS="localhost", WEB_CONCURRENCY="1", **differences),
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + 60
            while status_of(port, "GET /healthz HTTP/1.1") != 200:
                if server.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    pytest.fail(f"The server does not run.\n{log.read()}")
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running_server(HTTPS_ONLY="false") as port:
        yield port


def status_of(port: int, request_line: str, *headers: str) -> int | None:
    """The status of the answer to a raw request; None while nobody listens."""
    head = "\r\n".join([request_line, "Host: localhost", "Connection: close", *headers, "", ""])
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(head.encode("latin-1"))
            with connection.makefile("rb") as answer:
                return int(answer.readline().split()[1])
    except (ConnectionError, IndexError):
        return None


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


def test_only_a_named_proxy_is_believed_when_it_says_https():
    claim = ("GET /nowhere HTTP/1.1", "X-Forwarded-Proto: https")

    with running_server() as port:
        assert status_of(port, *claim) == 301
    with running_server(TRUSTED_PROXIES="127.0.0.0/8") as port:
        assert (status_of(port, *claim), status_of(port, claim[0])) == (404, 301)
