"""A database that is restarted between requests is noticed by nobody, and `/readyz` recovers with the next question."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.postgresql import find_binaries, postgresql, restart
from tests.project.processes import run_python, running_server, status_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.once_on_postgresql,
    pytest.mark.skipif(find_binaries() is None, reason="no initdb and pg_ctl were found to restart a server with"),
]

#: Each asks the database: for a session, for a key, for everything that serving needs. None needs a row to be there.
REQUESTS = [
    ("GET /admin/ HTTP/1.1", ["Cookie: sessionid=3fz1x0c9v8b7n6m5l4k3j2h1g0f9d8s7"], 302),
    (
        "GET /api/v1/customers/CUST-1/store-credit HTTP/1.1",
        ["Authorization: Bearer sc_PJ6lKQwC_KJW70O0Zsf8IPR3JoHXZJKlKIckKCxzdvAwWvK9ch84"],
        401,
    ),
    ("GET /readyz HTTP/1.1", [], 200),
]
RESTARTS = 4


@pytest.mark.parametrize("first", range(len(REQUESTS)), ids=["page", "key", "readiness"])
def test_no_request_after_a_restart_is_answered_with_an_error(monkeypatch, first):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    with postgresql() as url:
        assert run_python("manage.py", "migrate", "--no-input", DATABASE_URL=url).returncode == 0
        with running_server(HTTPS_ONLY="false", DATABASE_URL=url, LOG_LEVEL="CRITICAL") as port:
            for _ in range(RESTARTS):
                open_every_connection(port)
                restart(url)
                started = time.monotonic()

                for request_line, headers, status in [*REQUESTS[first:], *REQUESTS[:first]] * 4:
                    assert status_of(port, request_line, *headers) == status
                assert time.monotonic() - started < 5


def open_every_connection(port: int) -> None:
    with ThreadPoolExecutor(12) as clients:
        answers = clients.map(lambda request: (status_of(port, request[0], *request[1]), request[2]), REQUESTS * 8)
        assert all(status == wanted for status, wanted in answers)
