"""
The server's worker: a thread is given only what has wholly arrived.

A thread that reads from a socket is as slow as whoever sends, so that a few slow senders have them all. Here the one
loop that watches the sockets gathers each request's head and body in memory, within limits of size and time, and the
thread reads it from there. Who is late gets 408. Sending an answer has a limit of time too, and closing waits in the
loop for nobody.
"""

import selectors
import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from errno import EAGAIN, ECONNABORTED
from functools import partial
from typing import Any, Final

from gunicorn import http
from gunicorn.http.errors import NoMoreData
from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn, ThreadWorker

from storecredit.intake.arrival import Arrival, Progress

#: For a head, from its first byte or the connection on; and again for the body, from its head's end on.
ARRIVAL_SECONDS: Final = 10
SEND_SECONDS: Final = 30
#: For a client to read the last answer and close, before the rest of what it sent makes the kernel cut it off.
LINGER_SECONDS: Final = 2
#: From so many connections below the limit on, an old one makes room for each that is new.
SPARE_CONNECTIONS: Final = 100
_READ_BYTES: Final = 64 * 1024

_REFUSALS = {
    408: b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    431: b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
}


class ArrivedBytes(Unreader):
    """Where the parser reads from: what has arrived, and nothing else, ever."""

    has_ended = False

    def chunk(self, size_hint: int | None = None) -> bytes:
        if self.has_ended:
            return b""
        raise TimeoutError("No more of the request has arrived.")


class Connection(TConn):
    """A client's connection. `deadline` ends what it waits for in the loop, be it bytes or the client's closing."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.arrival = Arrival()
        self.deadline = 0.0
        self.is_late = False
        self.is_beyond_limit = False
        self.waits_for_body = False
        self.was_told_to_continue = False
        self.parser = http.get_parser(cfg, sock, client)
        self.parser.unreader = ArrivedBytes()

    def expect_request(self) -> None:
        """Begin with nothing, on a connection that is new or was kept."""
        self.arrival = Arrival()
        self.waits_for_body = self.was_told_to_continue = False
        self.deadline = time.monotonic() + ARRIVAL_SECONDS


class WholeRequestWorker(ThreadWorker):
    """gunicorn's threaded worker, whose threads never wait for a client's bytes."""

    def init_process(self) -> None:
        # In the order of their deadlines: all of them wait equally long.
        self.arriving: dict[Connection, None] = {}
        self.leaving: dict[Connection, None] = {}
        # Whether the process lives must be answered however busy the other threads are.
        self.health_thread = ThreadPoolExecutor(max_workers=1)
        super().init_process()

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise RuntimeError("HTTPS ends at the proxy in front: this server is given no certificate.")

    # What happens in the loop

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in (EAGAIN, ECONNABORTED):
                return
            raise
        self.nr_conns += 1
        if self.nr_conns > self.worker_connections - SPARE_CONNECTIONS:
            self.make_room()
        connection = Connection(self.cfg, client, address, listener.getsockname())
        self.poller.register(client, selectors.EVENT_READ, partial(self.on_bytes, connection))
        self.start_waiting_for(connection)

    def make_room(self) -> None:
        """Drop who has been sending the longest, or else who was kept the longest."""
        if self.arriving:
            self.drop(self.stop_waiting_for(next(iter(self.arriving))))
        elif self.keepalived_conns:
            idle = self.keepalived_conns.popleft()
            self.poller.unregister(idle.sock)
            self.drop(idle)

    def on_client_socket_readable(self, connection: Connection, client: socket.socket) -> None:
        """The next request on a connection that was kept begins."""
        self.keepalived_conns.remove(connection)
        self.poller.modify(client, selectors.EVENT_READ, partial(self.on_bytes, connection))
        self.start_waiting_for(connection)
        self.on_bytes(connection, client)

    def on_bytes(self, connection: Connection, client: socket.socket) -> None:
        try:
            data = client.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self.drop(self.stop_waiting_for(connection))
            return
        if data:
            self.go_on(connection, connection.arrival.take(data))
        elif connection.arrival.has_head:
            # Who closes only this direction still reads what is wrong with half a body.
            connection.parser.unreader.has_ended = True
            self.hand_over(self.stop_waiting_for(connection))
        else:
            self.drop(self.stop_waiting_for(connection))

    def go_on(self, connection: Connection, progress: Progress) -> None:
        match progress:
            case Progress.HEAD:
                pass
            case Progress.BODY:
                self.wait_for_body(connection)
            case Progress.HEAD_BEYOND_LIMIT:
                self.refuse(self.stop_waiting_for(connection), 431)
            case Progress.BODY_BEYOND_LIMIT:
                connection.is_beyond_limit = True
                self.hand_over(self.stop_waiting_for(connection))
            case Progress.WHOLE:
                self.hand_over(self.stop_waiting_for(connection))

    def start_waiting_for(self, connection: Connection) -> None:
        connection.expect_request()
        self.arriving[connection] = None

    def wait_for_body(self, connection: Connection) -> None:
        if connection.waits_for_body:
            return
        connection.waits_for_body = True
        connection.deadline = time.monotonic() + ARRIVAL_SECONDS
        del self.arriving[connection]
        self.arriving[connection] = None
        if connection.arrival.expects_continue:
            connection.was_told_to_continue = True
            self.send_now(connection, b"HTTP/1.1 100 Continue\r\n\r\n")

    def stop_waiting_for(self, connection: Connection) -> Connection:
        self.poller.unregister(connection.sock)
        del self.arriving[connection]
        return connection

    def murder_pending(self) -> None:
        """End every wait that has lasted too long. The server calls this once a second, also while it shuts down."""
        now = time.monotonic()
        while (connection := next(iter(self.arriving), None)) and connection.deadline <= now:
            self.stop_waiting_for(connection)
            if connection.arrival.has_head:
                connection.is_late = True
                self.hand_over(connection)
            elif connection.arrival.received:
                self.refuse(connection, 408)
            else:
                self.drop(connection)
        while (connection := next(iter(self.leaving), None)) and connection.deadline <= now:
            self.finish_leaving(connection)

    def refuse(self, connection: Connection, status: int) -> None:
        """Answer what never became a request."""
        self.send_now(connection, _REFUSALS[status])
        self.let_leave(connection)

    def send_now(self, connection: Connection, data: bytes) -> None:
        """Send a few bytes, or nothing to a client that takes none: it is closed soon enough."""
        with suppress(OSError):
            connection.sock.send(data)

    def let_leave(self, connection: Connection) -> None:
        """Close this direction, and the other when the client has, so that it can read its last answer."""
        try:
            connection.sock.setblocking(False)
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.drop(connection)
            return
        connection.deadline = time.monotonic() + LINGER_SECONDS
        self.leaving[connection] = None
        self.poller.register(connection.sock, selectors.EVENT_READ, partial(self.on_leftovers, connection))

    def on_leftovers(self, connection: Connection, client: socket.socket) -> None:
        try:
            if client.recv(_READ_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            pass  # cut off, which is as good as closed
        self.finish_leaving(connection)

    def finish_leaving(self, connection: Connection) -> None:
        self.poller.unregister(connection.sock)
        del self.leaving[connection]
        self.drop(connection)

    def drop(self, connection: Connection) -> None:
        self.nr_conns -= 1
        connection.close()

    def hand_over(self, connection: Connection) -> None:
        """Let a thread answer what has arrived."""
        connection.parser.unreader.unread(bytes(connection.arrival.received))
        threads = self.health_thread if connection.arrival.asks_for_health else self.tpool
        answer = threads.submit(self.handle, connection)
        answer.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, connection, done))

    def finish_request(self, connection: Connection, answer: "Future[bool]") -> None:
        """Keep the connection for the next request, which may be behind the last one already, or close it."""
        if answer.cancelled() or answer.exception() or not answer.result():
            self.let_leave(connection)
            return
        connection.sock.setblocking(False)
        if behind := connection.parser.unreader.take_buffered():
            self.poller.register(connection.sock, selectors.EVENT_READ, partial(self.on_bytes, connection))
            self.start_waiting_for(connection)
            self.go_on(connection, connection.arrival.take(behind))
            return
        connection.set_timeout()
        if not self.alive:
            connection.timeout = min(connection.timeout, time.monotonic() + LINGER_SECONDS)
        self.keepalived_conns.append(connection)
        keep = partial(self.on_client_socket_readable, connection)
        self.poller.register(connection.sock, selectors.EVENT_READ, keep)

    # What happens in a thread

    def handle(self, connection: Connection) -> bool:
        """Answer one request; True if the connection may carry another one."""
        request = None
        try:
            connection.sock.settimeout(SEND_SECONDS)
            request = next(connection.parser)
            request.body.is_late = connection.is_late
            request.body.is_beyond_limit = connection.is_beyond_limit
            if connection.is_late or connection.is_beyond_limit:
                request.force_close()
            if connection.was_told_to_continue:
                request._expected_100_continue = False
            return bool(self._keepalive_after(connection, self.handle_request(request, connection)))
        except (StopIteration, NoMoreData, OSError) as error:
            self.log.debug("Closing a connection: %s", error)
        except Exception as error:
            self.handle_error(request, connection.sock, connection.client, error)
        return False
