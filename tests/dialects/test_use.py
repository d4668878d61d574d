"""What a client calls is counted, without a statement of its own, and survives the process that counted it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from storecredit.api import use
from storecredit.api.models import ApiClient, ClientUse, UseOutcome
from storecredit.api.queries import find_last_use, list_use
from storecredit.api.use import count_use, write_use
from tests.callers import ApiCaller, given_client
from tests.project.processes import address_of_the_test_database, running_server, status_of
from tests.scenarios import NOW, given_customer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def from_nothing() -> Iterator[None]:
    use._tallies.clear()
    yield
    use._tallies.clear()


def told(client: Any) -> list[str]:
    rows = list_use(client_id=client.pk, first_day=NOW.date())
    return [f"{row.day} {row.dialect} {row.outcome} {row.count} {row.last_address}" for row in rows]


def count(client: Any, outcome: UseOutcome, *, address: str = "192.0.2.1", later: int = 0) -> None:
    count_use(
        client_id=client.pk,
        dialect="tiquo",
        outcome=outcome,
        address=address,
        now=NOW + timedelta(minutes=later),
    )


def test_calls_and_refusals_are_counted_by_day_dialect_and_what_came_of_them(time_machine):
    time_machine.move_to(NOW, tick=False)
    given_customer(number="CUST-000001")
    issued = given_client(["customers:read", "gift_cards:read"], networks=["127.0.0.0/8"], rate="5/min")
    caller = ApiCaller(issued.plain)

    caller.get("/customers/CUST-000001")
    caller.get("/customers/CUST-000001")
    caller.get("/customers/CUST-9")
    caller.post("/customers", {})
    caller.get("/gift_cards?page_size=0")
    caller.get("/customers")
    caller.send("GET", "/customers", content_type="", REMOTE_ADDR="198.51.100.7")
    ApiCaller("sc_AAAAAAAA_" + "A" * 43).get("/customers")
    assert write_use() == 7

    day = NOW.date()
    assert told(issued.client) == [
        f"{day} lightspeed REFUSED 1 127.0.0.1",
        f"{day} tiquo ANSWERED 3 127.0.0.1",
        f"{day} tiquo FOREIGN 1 198.51.100.7",
        f"{day} tiquo NOT_ALLOWED 1 127.0.0.1",
        f"{day} tiquo NOT_FOUND 1 127.0.0.1",
    ]


def test_what_two_processes_counted_is_added_up_and_the_latest_is_the_last():
    client, other = given_client().client, given_client().client
    count(client, UseOutcome.ANSWERED, address="192.0.2.2", later=5)
    write_use()
    count(client, UseOutcome.ANSWERED, address="192.0.2.1")
    count(client, UseOutcome.FAILED, later=1)
    count(other, UseOutcome.ANSWERED)

    assert (write_use(), write_use()) == (3, 0)

    day = NOW.date()
    assert told(client) == [f"{day} tiquo ANSWERED 2 192.0.2.2", f"{day} tiquo FAILED 1 192.0.2.1"]
    last = find_last_use(client_id=client.pk)
    assert last is not None
    assert (last.last_at, last.last_address) == (NOW + timedelta(minutes=5), "192.0.2.2")


def test_what_the_database_does_not_take_is_counted_the_next_time(monkeypatch):
    client = given_client().client
    count(client, UseOutcome.ANSWERED)

    def refuse(*args: Any) -> None:
        raise OperationalError("the server is going away")

    with monkeypatch.context() as broken:
        broken.setattr(use, "_add", refuse)
        assert write_use() == 0
    count(client, UseOutcome.ANSWERED)

    assert write_use() == 2
    assert ClientUse.objects.get().count == 2


def test_a_client_that_is_gone_keeps_nobody_elses_calls_from_being_counted():
    kept = given_client().client
    count(ApiClient(pk=kept.pk + 1), UseOutcome.ANSWERED)
    count(kept, UseOutcome.ANSWERED)

    write_use()

    assert list(ClientUse.objects.values_list("client_id", "count")) == [(kept.pk, 1)]
    assert write_use() == 0


def test_a_call_costs_no_statement_more_for_being_counted(django_assert_num_queries):
    caller = ApiCaller(given_client(["customers:read"]).plain)
    caller.get("/customers")

    with django_assert_num_queries(2):
        assert caller.get("/customers").status_code == 200


def test_a_server_that_is_stopped_has_written_what_it_counted():
    issued = given_client(["customers:read"])
    connection.close()

    with running_server(DATABASE_URL=address_of_the_test_database(), HTTPS_ONLY="false") as port:
        for path in ("customers", "customers", "customers/CUST-9"):
            status_of(port, f"GET /api/v1/{path} HTTP/1.1", f"Authorization: Bearer {issued.plain}")

    counts = dict(ClientUse.objects.values_list("outcome", "count"))
    assert counts == {"ANSWERED": 2, "NOT_FOUND": 1}
