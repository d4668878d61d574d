"""Reports are read from a second server that follows the first one; what decides about money never is."""

import copy
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, connections
from django.utils import timezone

from ledger.operations import complete_cuts, take_cut
from storecredit.finance.queries import read_report
from tests.backoffice.staff import Staff
from tests.callers import ApiCaller, given_client
from tests.ledger.commands.running import run
from tests.postgresql import find_binaries, streaming_replica
from tests.scenarios import SYSTEM, given_credit

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@contextmanager
def served_from(folder: Path) -> Iterator[None]:
    """With a server in this folder, or with none, under the alias of the replica."""
    described = copy.deepcopy(connection.settings_dict)
    described["OPTIONS"] |= {"host": str(folder), "connect_timeout": 2}
    connections.settings["replica"] = described
    opened: Any = connections["replica"]

    def connect() -> None:
        # Django's own, which is shut to databases that a test does not name from its beginning on.
        if opened.connection is None:
            with opened.wrap_database_errors:
                opened.connect()

    opened.ensure_connection = connect
    try:
        yield
    finally:
        opened.close()
        del connections["replica"], connections.settings["replica"]


@pytest.fixture
def replica() -> Iterator[None]:
    """A real one of the server that the tests use."""
    host = str(connection.settings_dict["OPTIONS"].get("host", ""))
    if not host.startswith("/") or find_binaries() is None:
        pytest.skip("the server of the tests was started by somebody else")
    folder = Path(f"/tmp/storecredit-replica-{os.getpid()}")
    with streaming_replica(f"postgres://postgres@/postgres?host={quote(host, safe='')}", folder), served_from(folder):
        yield


def close() -> Any:
    now = timezone.now()
    cut = take_cut(boundary=now, actor=SYSTEM, now=now)
    complete_cuts(now=timezone.now())
    return cut


def ask(alias: str, sql: str, *values: Any) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def wait_for_the_replica() -> None:
    written = ask("default", "SELECT pg_current_wal_insert_lsn()::text")
    until = time.monotonic() + 10
    while not ask("replica", "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", written):
        assert time.monotonic() < until
        time.sleep(0.02)


@contextmanager
def nothing_read_from(alias: str) -> Iterator[None]:
    def refuse(execute: Any, sql: str, *args: Any) -> Any:
        raise AssertionError(f"{alias} was asked: {sql}")

    with connections[alias].execute_wrapper(refuse):
        yield


def liability(*arguments: str) -> tuple[str, dict[str, Any]]:
    done = run("report_liability", "--json", *arguments)
    return done.facts["lines"][0]["owed"], done.facts["read_from"]


def test_reports_are_read_from_the_replica_if_it_has_their_cut_and_else_from_the_primary(replica):
    account: Any = given_credit("100.00 GBP", now=timezone.now())
    first = close()
    wait_for_the_replica()

    owed, source = liability()
    assert (owed, source["database"], source["fallback"]) == ("100.00", "replica", None)
    assert 0 <= source["age_seconds"] < 60
    assert source["replayed_at"] <= timezone.now().isoformat()
    assert read_report(lambda using: ask(using, "SELECT pg_is_in_recovery()"), cut=first)[0] is True
    reports = ApiCaller(given_client(["reports:read"]).plain)
    answer = reports.get("/reports/liability")
    assert answer.json()["lines"][0]["owed"] == "100.00"
    assert answer["X-Read-From"].startswith("replica; as-of=20")
    page = Staff("Finance").open("/admin/owed/")
    assert "Read from the replica, as of" in page.content.decode()

    ask("replica", "SELECT pg_wal_replay_pause()::text")
    given_credit("11.00 GBP", to=account, now=timezone.now())
    second = close()
    owed, source = liability()
    assert (owed, source["database"]) == ("111.00", "default")
    assert source["fallback"] == f"The replica has not got cut {second.number} yet."
    owed, source = liability("--cut", str(first.number))
    assert (owed, source["database"]) == ("100.00", "replica")

    # What can be spent is asked of the primary, which knows of it already.
    with nothing_read_from("replica"):
        answer = ApiCaller(given_client().plain).get(f"/customers/{account.customer.number}/store-credit")
    assert answer.json()["data"]["balances"] == [{"currency": "GBP", "balance": 111.0}]

    ask("replica", "SELECT pg_wal_replay_resume()::text")
    wait_for_the_replica()
    owed, source = liability()
    assert (owed, source["database"]) == ("111.00", "replica")


def test_a_replica_that_does_not_answer_is_named_and_the_primary_tells(tmp_path):
    given_credit("5.00 GBP", now=timezone.now())
    close()

    with served_from(tmp_path):
        owed, source = liability()
        roll_forward = run("report_roll_forward")

    assert (owed, source["database"], source["fallback"]) == ("5.00", "default", "The replica does not answer.")
    assert "The replica does not answer. Read from the primary." in roll_forward.out
