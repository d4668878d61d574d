from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from ledger.management.commands import expire_credit as expire_credit_command
from ledger.queries import list_holds, list_transactions
from tests.factories.ledger import AccountFactory, HoldFactory, TransactionFactory
from tests.ledger.commands.running import run
from tests.scenarios import money

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


def given_credit(amount: str, *, expires_at: datetime | None = None, funding: str = "GOODWILL") -> int:
    then = NOW - timedelta(days=50)
    return TransactionFactory.create(amount=money(amount), funding=funding, expires_at=expires_at, now=then).account_id


def history_of(account_id: int) -> list[tuple[str, int, str, str]]:
    entries = list_transactions(account_ids=[account_id])
    return [(entry.type, entry.amount_minor, entry.counter_account, entry.door) for entry in reversed(entries)]


def test_expired_credit_is_booked_by_the_command_and_summed_by_currency():
    bought = given_credit("10.00 EUR", funding="PAID", expires_at=NOW - timedelta(days=1))
    given = given_credit("1.250 KWD", expires_at=NOW)
    alive = given_credit("700 JPY", expires_at=NOW + timedelta(seconds=1))

    done = run("expire_credit", "--json")

    assert (done.code, done.facts) == (
        0,
        {
            "now": "2026-07-01T12:00:00+00:00",
            "dry_run": False,
            "lots": 2,
            "booked": [{"currency": "EUR", "amount": "10.00"}, {"currency": "KWD", "amount": "1.250"}],
        },
    )
    assert history_of(bought)[-1] == ("EXPIRE", -1000, "BREAKAGE", "command:expire_credit")
    assert history_of(given)[-1] == ("EXPIRE", -1250, "GOODWILL", "command:expire_credit")
    assert history_of(alive) == [("ISSUE", 700, "GOODWILL", "admin")]


def test_a_second_sweep_books_nothing():
    account_id = given_credit("10.00 EUR", expires_at=NOW)
    run("expire_credit")

    done = run("expire_credit")

    assert done.out == "Expired credit\nLots booked: 0\n"
    assert [type for type, *_ in history_of(account_id)] == ["ISSUE", "EXPIRE"]


def test_a_dry_run_counts_and_books_nothing():
    account_id = given_credit("10.00 EUR", expires_at=NOW)

    done = run("expire_credit", "--dry-run")

    assert (done.code, done.out) == (0, "Expired credit\nLots to book: 1\n")
    assert [type for type, *_ in history_of(account_id)] == ["ISSUE"]


def test_a_sweep_as_of_the_end_of_a_month_leaves_what_expired_later():
    june = given_credit("10.00 EUR", expires_at=datetime(2026, 6, 30, 23, tzinfo=UTC))
    july = given_credit("10.00 EUR", expires_at=datetime(2026, 7, 1, 1, tzinfo=UTC))

    done = run("expire_credit", "--now", "2026-06-30T23:59:59", "--json")

    assert (done.facts["now"], done.facts["lots"]) == ("2026-06-30T23:59:59+00:00", 1)
    assert [type for type, *_ in history_of(june)] == ["ISSUE", "EXPIRE"]
    assert [type for type, *_ in history_of(july)] == ["ISSUE"]


@pytest.mark.parametrize("command", ["expire_credit", "release_holds"])
@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("2026-07-01T12:00:01Z", "--now: 2026-07-01T12:00:01Z is in the future."),
        ("yesterday", "--now: 'yesterday' is not an ISO 8601 moment such as 2027-01-31T23:59:59Z."),
    ],
)
def test_a_moment_that_has_not_come_or_is_none_is_refused(command, moment, sentence):
    account_id = given_credit("10.00 EUR", expires_at=NOW)

    done = run(command, "--now", moment)

    assert (done.code, done.out, done.err) == (2, "", sentence)
    assert [type for type, *_ in history_of(account_id)] == ["ISSUE"]


def test_a_database_that_does_not_answer_ends_the_command_with_2(monkeypatch):
    def fail(**options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(expire_credit_command, "count_expired_lots", fail)

    done = run("expire_credit")

    assert (done.code, done.err) == (2, "Could not run: connection refused")


def test_holds_whose_time_has_passed_are_released_and_the_others_stay():
    account, yesterday = AccountFactory.create(funded=True), NOW - timedelta(days=1)
    HoldFactory.create(account=account, amount=money("4.00 GBP"), expires_at=NOW, now=yesterday)
    HoldFactory.create(account=account, amount=money("5.00 GBP"), expires_at=NOW + timedelta(seconds=1), now=yesterday)

    done = run("release_holds", "--json")

    assert (done.code, done.facts) == (0, {"now": "2026-07-01T12:00:00+00:00", "released": 1})
    holds = list_holds(account_ids=[account.pk], open_only=False)
    assert {(hold.amount_minor, hold.status, hold.closed_by) for hold in holds} == {
        (400, "EXPIRED", "release_holds"),
        (500, "OPEN", ""),
    }
    assert run("release_holds").out == "Timed-out holds\nHolds released: 0\n"
