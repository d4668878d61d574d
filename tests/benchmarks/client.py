"""
A load generator that leaves the processors to the servers: one thread, keep-alive sockets, requests built beforehand.

Each connection sends its next request as soon as the answer to its last one is complete.
"""

import select
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

HOST = "127.0.0.1"
CONNECTIONS = 8
_READ_AT_ONCE = 65536
_ANSWER_SECONDS = 10


class WrongAnswer(Exception):
    """The server answered something else than what is measured."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of one window: answers a second, and the share of one processor that the generator took for it."""

    per_second: float
    client_share: float


def build_request(method: str, path: str, *, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One HTTP/1.1 request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def measure(port: int, requests: Iterator[bytes], *, status: int, seconds: float) -> Load:
    """
    Send requests for so long and count the answers that came in that time.

    :raises WrongAnswer: if an answer has another status.
    """
    expected = f"HTTP/1.1 {status} ".encode()
    poll = select.epoll()
    buffers: dict[int, bytes] = {}
    connections = {sock.fileno(): sock for sock in (_connect(port) for _ in range(CONNECTIONS))}
    try:
        processor, started = time.process_time(), time.perf_counter()
        for number, connection in connections.items():
            poll.register(number, select.EPOLLIN)
            buffers[number] = b""
            connection.sendall(next(requests))
        answers, ends = 0, started + seconds
        while (moment := time.perf_counter()) < ends:
            for number, _ in poll.poll(min(ends - moment, _ANSWER_SECONDS)):
                connection = connections[number]
                answer = buffers[number] + connection.recv(_READ_AT_ONCE)
                if not _is_complete(answer):
                    buffers[number] = answer
                    continue
                if not answer.startswith(expected):
                    raise WrongAnswer(answer.decode(errors="replace"))
                buffers[number] = b""
                answers += 1
                connection.sendall(next(requests))
        elapsed = time.perf_counter() - started
        _drain(poll, connections)
        return Load(per_second=answers / elapsed, client_share=(time.process_time() - processor) / elapsed)
    finally:
        poll.close()
        for connection in connections.values():
            connection.close()


def send_once(port: int, requests: Iterable[bytes], *, status: int) -> None:
    """
    Send each request once, one after the other.

    :raises WrongAnswer: if an answer has another status.
    """
    with _connect(port) as connection:
        for request in requests:
            connection.sendall(request)
            answer = connection.recv(_READ_AT_ONCE)
            while not _is_complete(answer):
                answer += connection.recv(_READ_AT_ONCE)
            if not answer.startswith(f"HTTP/1.1 {status} ".encode()):
                raise WrongAnswer(answer.decode(errors="replace"))


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection((HOST, port), timeout=_ANSWER_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _is_complete(answer: bytes) -> bool:
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        if not answer:
            raise WrongAnswer("The server closed the connection.")
        return False
    _, _, rest = head.lower().partition(b"content-length:")
    return len(body) >= int(rest.split(b"\r\n", 1)[0])


def _drain(poll: select.epoll, connections: dict[int, socket.socket]) -> None:
    """Let the servers finish what is under way, so that the next window starts on idle ones."""
    waiting = set(connections)
    while waiting:
        ready = poll.poll(_ANSWER_SECONDS)
        if not ready:
            raise WrongAnswer(f"No answer within {_ANSWER_SECONDS} seconds.")
        for number, _ in ready:
            connections[number].recv(_READ_AT_ONCE)
            poll.unregister(number)
            waiting.discard(number)
