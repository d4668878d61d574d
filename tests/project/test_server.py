"""What the HTTP server refuses before the program sees it, and what it hands on, asked of the real one."""

from collections.abc import Iterator

import pytest

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


def test_only_a_named_proxy_is_believed_when_it_says_https():
    claim = ("GET /nowhere HTTP/1.1", "X-Forwarded-Proto: https")

    with running_server() as port:
        assert status_of(port, *claim) == 301
    with running_server(TRUSTED_PROXIES="127.0.0.0/8") as port:
        assert (status_of(port, *claim), status_of(port, claim[0])) == (404, 301)
