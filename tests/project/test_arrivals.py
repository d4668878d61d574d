"""Where a request ends, whatever pieces it comes in."""

import pytest

from storecredit.intake.arrival import MAX_BODY_BYTES, MAX_CHUNKED_BYTES, MAX_HEAD_BYTES, Arrival, Progress

HEAD = b"POST /x HTTP/1.1\r\nHost: localhost\r\n"


def take_in_pieces(request: bytes, size: int) -> list[Progress]:
    arrival = Arrival()
    return [arrival.take(request[at : at + size]) for at in range(0, len(request), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        HEAD + b"Content-Length: 5\r\n\r\nabcde",
        HEAD + b"content-length:0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab\r\nc\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nA;name=value\r\n0123456789\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n",
    ],
)
def test_a_request_is_whole_with_its_last_byte_and_not_before(request_bytes, size):
    progress = take_in_pieces(request_bytes, size)

    assert progress[-1] is Progress.WHOLE
    assert set(progress[:-1]) <= {Progress.HEAD, Progress.BODY}


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\nHost: localhost\n\n",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        HEAD + b"Content-Length: -5\r\n\r\n",
        HEAD + b"Content-Length: five\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: gzip\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nfive\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 9000,
    ],
)
def test_what_is_malformed_goes_to_the_parser_at_once(request_bytes):
    assert Arrival().take(request_bytes) is Progress.WHOLE


@pytest.mark.parametrize(
    ("request_bytes", "progress"),
    [
        (b"GET /" + b"a" * MAX_HEAD_BYTES, Progress.HEAD_BEYOND_LIMIT),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n", Progress.HEAD_BEYOND_LIMIT),
        (HEAD + b"Content-Length: %d\r\n\r\n" % MAX_BODY_BYTES, Progress.BODY),
        (HEAD + b"Content-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1), Progress.BODY_BEYOND_LIMIT),
        (HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", Progress.BODY_BEYOND_LIMIT),
        (
            HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFF\r\n" + b"a" * MAX_CHUNKED_BYTES,
            Progress.BODY_BEYOND_LIMIT,
        ),
    ],
)
def test_nothing_is_gathered_beyond_the_limits(request_bytes, progress):
    assert Arrival().take(request_bytes) is progress


def test_the_next_request_may_be_behind_a_whole_one():
    arrival = Arrival()

    assert arrival.take(HEAD + b"Content-Length: 2\r\n\r\n{}GET /he") is Progress.WHOLE
    assert arrival.received.endswith(b"{}GET /he")


@pytest.mark.parametrize(
    ("request_line", "asks"),
    [(b"GET /healthz HTTP/1.1", True), (b"HEAD /healthz?a HTTP/1.1", True), (b"GET /healthzz HTTP/1.1", False)],
)
def test_a_question_for_health_is_known_by_its_first_line(request_line, asks):
    arrival = Arrival()
    arrival.take(request_line + b"\r\n\r\n")

    assert arrival.asks_for_health is asks
