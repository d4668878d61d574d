"""What a server may hand on that Django's own test client cannot send."""

import io
import json
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import close_old_connections

from storecredit.wsgi import application
from tests.callers import given_client
from tests.scenarios import given_customer

PATH = "/api/v1/customers/CUST-1/store-credit"
ORDER = b'{"amount": 25, "currency": "GBP"}'


@pytest.fixture
def key(db):
    given_customer(number="CUST-1")
    # As Django's test client does: the test's own transaction lives in the connection.
    request_started.disconnect(close_old_connections)
    yield given_client().plain
    request_started.connect(close_old_connections)


class Broken(io.RawIOBase):
    """A body whose reading fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, size: int = -1) -> bytes:
        raise self.error


def call(
    key: str, *, body: bytes = ORDER, path: str = PATH, wsgi: dict[str, Any] | None = None, **environ: Any
) -> tuple[int, Any, dict[str, str]]:
    """One request through the WSGI application, its environment as gunicorn makes it."""
    started: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        started.update(status=int(status[:3]), headers=dict(headers))

    sent = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "testserver",
        "HTTP_AUTHORIZATION": f"Bearer {key}",
        "HTTP_IDEMPOTENCY_KEY": "k",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(),
    }
    sent |= environ | (wsgi or {})
    response = application({name: value for name, value in sent.items() if value is not None}, start_response)
    content = b"".join(response)
    return started["status"], json.loads(content) if content else None, started["headers"]


def test_a_body_in_chunks_is_read_to_its_end(key):
    status, body, _ = call(key, CONTENT_LENGTH=None, HTTP_TRANSFER_ENCODING="chunked")

    assert (status, body["data"]["amount"]) == (201, 25)


def test_a_body_in_chunks_has_a_limit_too(key):
    status, body, _ = call(key, body=ORDER.ljust(64 * 1024 + 1), CONTENT_LENGTH=None, HTTP_TRANSFER_ENCODING="chunked")

    assert (status, body["code"]) == (413, "body_too_large")


def test_a_body_in_chunks_is_refused_behind_a_server_that_does_not_mark_its_end(key):
    status, body, _ = call(
        key, CONTENT_LENGTH=None, HTTP_TRANSFER_ENCODING="chunked", wsgi={"wsgi.input_terminated": False}
    )

    assert (status, body["error"]) == (400, "Send the body with a Content-Length.")


def test_a_body_that_breaks_off_is_refused(key):
    status, body, _ = call(key, CONTENT_LENGTH="1000")

    assert (status, body["error"]) == (400, "The body is shorter than its Content-Length.")


def test_a_body_that_cannot_be_read_is_refused(key):
    status, body, _ = call(key, wsgi={"wsgi.input": Broken(OSError("connection reset"))})

    assert (status, body["error"]) == (400, "The body could not be read to its end.")


def test_a_chunk_that_the_server_cannot_read_is_the_clients_fault(key):
    status, body, _ = call(
        key,
        CONTENT_LENGTH=None,
        HTTP_TRANSFER_ENCODING="chunked",
        wsgi={"wsgi.input": Broken(RuntimeError("the server's own error"))},
    )

    assert (status, body["error"]) == (400, "The body could not be read to its end.")


def test_head_tells_the_length_of_what_it_does_not_send(key):
    _, _, full = call(key, body=b"", REQUEST_METHOD="GET")
    status, body, headers = call(key, body=b"", REQUEST_METHOD="HEAD")

    assert (status, body) == (200, None)
    assert headers["Content-Length"] == full["Content-Length"] != "0"


@pytest.mark.parametrize("host", ["testserver", "evil.example"])
def test_every_answer_tells_its_length(key, host):
    _, body, headers = call(key, HTTP_HOST=host)

    assert int(headers["Content-Length"]) == len(json.dumps(body, separators=(",", ":")))


@pytest.mark.parametrize(
    ("length", "status"), [("", 400), ("-1", 400), ("1e3", 400), ("x", 400), ("٣", 400), ("9" * 400, 413)]
)
def test_a_length_that_is_none_is_refused(key, length, status):
    assert call(key, CONTENT_LENGTH=length)[0] == status


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset*=zz'x'YQ",
        "application/json; charset*=idna'x'%ff",
        "application/json; charset*=punycode'x'%ff%ff",
        "x; a*1*=2;a*=utf-8",
        "application/json; charset*=undefined'x'%ff",
        "a;" * 5000,
        "\xff\xfe; \xe9=\xe9",
    ],
)
def test_a_content_type_that_django_itself_chokes_on_is_415(key, content_type):
    status, body, _ = call(key, CONTENT_TYPE=content_type)

    assert (status, body["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("charset", ["base64", "idna", "undefined", "utf-16", "rot13"])
def test_the_charset_of_a_body_does_not_decode_the_query(key, charset):
    status, body, _ = call(
        key,
        body=b"",
        REQUEST_METHOD="GET",
        QUERY_STRING="currency=G%42P&x=%ff",
        CONTENT_TYPE=f"application/json; charset={charset}",
    )

    assert (status, body["data"]["balances"]) == (200, [{"currency": "GBP", "balance": 0}])


@pytest.mark.parametrize("path", ["/api/v1/customers/\xff\xfe/store-credit", "/api/v1/customers/\x00/store-credit"])
def test_bytes_that_are_no_text_find_no_customer(key, path):
    status, body, _ = call(key, path=path)

    assert (status, body["error"]) == (404, "Customer not found.")


@pytest.mark.parametrize("path", ["/api/v1/\xff", "/api/v1/\x00\n", "/api/\xc3\x28"])
def test_bytes_that_are_no_text_find_no_path(key, path):
    status, body, headers = call(key, path=path)

    assert (status, body["code"], headers["Content-Type"]) == (404, "path_unknown", "application/problem+json")


@pytest.mark.parametrize(
    "header", ["HTTP_AUTHORIZATION", "HTTP_X_API_KEY", "HTTP_IDEMPOTENCY_KEY", "HTTP_X_REQUEST_ID", "HTTP_COOKIE",
               "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_IF_NONE_MATCH", "HTTP_RANGE", "HTTP_X_FORWARDED_FOR"]
)  # fmt: skip
@pytest.mark.parametrize("value", ["\x00", "\xff\xfe", "é" * 4000, ";;==", "a\x7f", "%00"])
def test_no_header_breaks_anything(key, header, value):
    status, body, _ = call(key, **{header: value})

    assert status < 500
    assert body["success"] is (status < 400)
