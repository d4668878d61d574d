"""
A connection that the database has closed is noticed before a request's first statement, and few are enough for many.

The server's processes and connections are real ones; what closes them here does the same as a restart, of which there
is a test of its own among the faults.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest
from django.db import connection, transaction

from tests.callers import given_client
from tests.factories.people import UserFactory
from tests.project.processes import address_of_the_test_database, running_server
from tests.scenarios import given_credit, given_customer

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

BALANCE = "/api/v1/customers/CUST-1/store-credit"
CONNECTIONS = 3
#: So that each has to wait for its turn, and on a machine that is busy with other tests for no more than one.
AT_ONCE = 2 * CONNECTIONS


@pytest.fixture
def requests(client) -> dict[str, tuple[str, dict[str, str]]]:
    """What a till, a person in the admin and a load balancer ask: path and headers."""
    given_credit("12.50 USD", customer=given_customer(number="CUST-1"))
    client.force_login(UserFactory.create(is_superuser=True))
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    return {
        "till": (BALANCE, {"Authorization": f"Bearer {given_client().plain}"}),
        "admin": ("/admin/ledger/customer/", {"Cookie": cookie}),
        "overview": ("/admin/", {"Cookie": cookie}),
        "balancer": ("/readyz", {}),
    }


@pytest.fixture
def port(settings) -> Iterator[int]:
    with running_server(
        HTTPS_ONLY="false",
        SECRET_KEY=settings.SECRET_KEY,
        WEB_CONNECTIONS=str(CONNECTIONS),
        DATABASE_URL=address_of_the_test_database() + "&application_name=web",
        LOG_LEVEL="CRITICAL",
    ) as port:
        yield port


def ask(port: int, path: str, headers: dict[str, str]) -> int:
    client = HTTPConnection("127.0.0.1", port, timeout=30)
    client.request("GET", path, headers={"Host": "localhost", **headers})
    status = client.getresponse().status
    client.close()
    return status


def ask_all(port: int, requests: dict[str, tuple[str, dict[str, str]]], *, times: int, at_once: int = 1) -> list[int]:
    """The statuses of each request, so many times."""
    with ThreadPoolExecutor(at_once) as clients:
        return list(clients.map(lambda request: ask(port, *request), [*requests.values()] * times))


def warm_up(port: int, requests: dict[str, tuple[str, dict[str, str]]]) -> None:
    """What a process reads and compiles with its first request is over."""
    assert set(ask_all(port, requests, times=2)) == {200}


def test_no_answer_tells_that_the_database_had_closed_every_connection(requests, port):
    warm_up(port, requests)
    assert set(ask_all(port, requests, times=5, at_once=AT_ONCE)) == {200}

    for _ in range(3):
        assert close_connections() > 0
        assert ask_all(port, requests, times=2) == [200] * 8


def test_many_requests_at_once_share_the_few_connections_that_there_are(requests, port):
    warm_up(port, requests)
    assert ask_all(port, requests, times=10, at_once=AT_ONCE) == [200] * 40

    assert 1 <= len(list_connections()) <= CONNECTIONS


def test_a_connection_is_given_back_with_the_answer_and_kept_for_the_next(requests, port):
    ask_all(port, requests, times=1)
    before = list_connections()

    ask_all(port, requests, times=5)

    assert list_connections() == before
    assert {state for _, state in before} == {"idle"}


def test_who_waits_too_long_for_a_connection_is_told_when_to_come_again(requests, port):
    path, headers = requests["till"]
    ask_all(port, requests, times=1)

    with ThreadPoolExecutor(CONNECTIONS + 1) as clients, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE api_apikey IN ACCESS EXCLUSIVE MODE")
        waiting = [clients.submit(ask_for_answer, port, path, headers) for _ in range(CONNECTIONS * 6)]
        answers = [one.result() for one in waiting]

    assert {status for status, _, _ in answers} == {503}
    assert {retry_after for _, retry_after, _ in answers} == {"1"}
    assert {body["code"] for _, _, body in answers} == {"database_busy"}


def ask_for_answer(port: int, path: str, headers: dict[str, str]) -> tuple[int, str | None, Any]:
    """Status, Retry-After and body."""
    client = HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", path, headers={"Host": "localhost", **headers})
    answer = client.getresponse()
    body = json.loads(answer.read())
    client.close()
    return answer.status, answer.headers["Retry-After"], body


def list_connections() -> set[tuple[int, str]]:
    """The server's own connections: process and state."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, state FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'web' AND state IS NOT NULL"
        )
        return set(cursor.fetchall())


def close_connections() -> int:
    """Close them from the database's side, and wait until that is done. Gives how many there were."""
    found = list_connections()
    with connection.cursor() as cursor:
        for process, _ in found:
            cursor.execute("SELECT pg_terminate_backend(%s)", [process])
    while list_connections() & found:
        time.sleep(0.01)
    return len(found)
