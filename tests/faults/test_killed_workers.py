"""
A server whose workers are killed in the middle of their work loses no credit and pays none twice.

Tills send credits, each with a key of its own, and send it again until they get an answer, as every client should. All
the while a worker process is killed every half second, with no chance to tidy up.
"""

import json
import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from typing import Any

import pytest
from django.utils import timezone

from ledger.queries import list_accounts, list_findings, list_transactions
from tests.callers import given_client
from tests.project.processes import address_of_the_test_database, running_server
from tests.scenarios import given_customer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TILLS, CREDITS_EACH, KILLS = 8, 40, 8
GIVE_UP_SECONDS = 60


def test_killed_workers_lose_no_credit_and_pay_none_twice():
    customer = given_customer()
    key = given_client().plain

    with (
        running_server(
            HTTPS_ONLY="false", WEB_CONCURRENCY="2", DATABASE_URL=address_of_the_test_database(), LOG_LEVEL="CRITICAL"
        ) as port,
        ThreadPoolExecutor(TILLS) as tills,
    ):
        killer = threading.Thread(target=kill_workers, args=(port,))
        killer.start()
        answers = list(
            tills.map(lambda n: send_until_answered(port, key, customer.number, n), range(TILLS * CREDITS_EACH))
        )
        killer.join()

    assert {status for status, _ in answers} <= {200, 201}
    assert len({body["data"]["id"] for _, body in answers}) == TILLS * CREDITS_EACH
    [account] = list_accounts(customer_id=customer.pk, now=timezone.now())
    assert account.balance_minor == TILLS * CREDITS_EACH * 100
    assert list_transactions(account_ids=[account.id]).count() == TILLS * CREDITS_EACH
    assert list(list_findings()) == []


def send_until_answered(port: int, api_key: str, customer: str, number: int) -> tuple[int, Any]:
    """Issue 1.00 USD under the key `credit-<number>`, again and again until the server says that it is done."""
    headers = {
        "Authorization": f"Bearer {api_key}",
        "Idempotency-Key": f"credit-{number}",
        "Content-Type": "application/json",
    }
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        client = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            client.request(
                "POST",
                f"/api/v1/customers/{customer}/store-credit",
                json.dumps({"amount": 1, "currency": "USD"}),
                {**headers, "Host": "localhost"},
            )
            answer = client.getresponse()
            body = answer.read()
            if answer.status != 503:
                return answer.status, json.loads(body)
        except (OSError, HTTPException):
            time.sleep(0.05)
        finally:
            client.close()
    pytest.fail(f"Credit {number} was never answered.")


def kill_workers(port: int) -> None:
    for _ in range(KILLS):
        time.sleep(0.5)
        for worker in workers_of(port)[:1]:
            os.kill(worker, signal.SIGKILL)


def workers_of(port: int) -> list[int]:
    """The process ids of the server's workers: those whose parent has the same command line."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    found = [line.split(None, 2) for line in listing.splitlines() if f"127.0.0.1:{port}" in line]
    pids = {pid for pid, _, _ in found}
    return [int(pid) for pid, parent, _ in found if parent in pids]
