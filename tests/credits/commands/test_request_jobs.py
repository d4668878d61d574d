"""`set_approver_limit` and `expire_requests` as a program that reads their output meets them."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import OperationalError

from storecredit.credits.models import ApproverLimit
from tests.credits.requests import given_approver, given_limit, given_person, given_request, history_of, row_of
from tests.factories.people import GroupFactory
from tests.ledger.commands.running import run
from tests.scenarios import days, money, nothing_moves

pytestmark = pytest.mark.django_db

LATER = days(30)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(LATER, tick=False)


# set_approver_limit


def test_a_limit_is_set_and_all_that_the_person_has_are_told():
    role = GroupFactory.create(name="Approvers")
    given_limit(role, "50.00 EUR")
    given_person("bob", groups=[role])

    done = run("set_approver_limit", "bob", "usd", "250", "--per-day", "1000.50")

    assert (done.code, done.out) == (
        0,
        "What bob may approve\n"
        "EUR, as Approvers: 50.00 a request, no limit a day\n"
        "USD: 250.00 a request, 1000.50 a day\n",
    )
    limit = ApproverLimit.objects.get(user__username="bob")
    assert (limit.per_request, limit.per_day) == (money("250.00 USD"), money("1000.50 USD"))


def test_it_takes_the_place_of_the_one_before():
    given_person("bob")
    run("set_approver_limit", "bob", "JPY", "250", "--per-day", "1000")

    done = run("set_approver_limit", "bob", "JPY", "300", "--json")

    assert done.facts == {
        "user": "bob",
        "limits": [{"role": None, "currency": "JPY", "per_request": "300", "per_day": None}],
    }


def test_a_limit_of_somebody_whose_role_decides_nothing_is_told_to_be_of_no_use_yet():
    given_person("bob")
    given_approver("carol")

    told = {name: run("set_approver_limit", name, "USD", "250").err for name in ("bob", "carol")}

    assert told["bob"].startswith("bob approves nothing yet: their login is off, or no role lets them decide requests.")
    assert "approves nothing yet" not in told["carol"]


def test_the_admins_history_says_who_set_what():
    given_person("bob")
    given_person("carol")
    run("set_approver_limit", "bob", "USD", "250", "--by", "carol")
    run("set_approver_limit", "bob", "USD", "300", "--per-day", "1000")

    told = [(line.user.username, line.action_flag, line.change_message) for line in LogEntry.objects.order_by("pk")]
    assert told == [
        ("carol", 1, "Set on the command line: $250.00 a request."),
        ("bob", 2, "Set on the command line: $300.00 a request, $1,000.00 a day."),
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nobody", "USD", "1"], 1, "Nobody has the sign-in name 'nobody'."),
        (["bob", "USD", "1", "--by", "nobody"], 1, "Nobody has the sign-in name 'nobody'."),
        (["bob", "XTS", "1"], 2, "CURRENCY: 'XTS' is not the code of a currency in circulation."),
        (["bob", "", "1"], 2, "CURRENCY: '' is not the code"),
        (["bob", "USD", "a lot"], 2, "PER_REQUEST: 'a lot' is not an amount such as 12.50."),
        (["bob", "USD", "NaN"], 2, "PER_REQUEST: 'NaN' is not an amount such as 12.50."),
        (["bob", "USD", "0"], 2, "PER_REQUEST: '0' is nothing."),
        (["bob", "USD", "0.001"], 2, "PER_REQUEST: '0.001' has more decimals than USD has."),
        (["bob", "USD", "1" * 17], 2, "is more than an account can hold."),
        (["bob", "USD", "10000000000000"], 1, "10000000000000 USD has more than fifteen digits."),
        (
            ["bob", "USD", "1", "--per-day", "10000000000000.01"],
            1,
            "10000000000000.01 USD has more than fifteen digits.",
        ),
        (["bob", "USD", "1", "--per-day", "0.00"], 2, "--per-day: '0.00' is nothing."),
    ],
)
def test_what_is_no_limit_is_refused_and_nothing_is_set(arguments: list[str], code: int, words: str):
    given_person("bob")

    done = run("set_approver_limit", *arguments)

    assert (done.code, words in done.err) == (code, True), done.err
    assert (ApproverLimit.objects.count(), LogEntry.objects.count()) == (0, 0)


# expire_requests


def test_old_requests_are_canceled_and_counted():
    old = given_request()

    done = run("expire_requests", "--json")

    assert (done.code, done.facts) == (
        0,
        {"now": LATER.isoformat(), "dry_run": False, "older_than_days": 30, "requests": 1},
    )
    assert history_of(old)[-1] == ("TIMED_OUT", "PENDING", "CANCELED")
    assert row_of(old).decided_label == "expire_requests"
    assert old.events.order_by("-pk")[0].door == "command:expire_requests"


def test_a_second_sweep_cancels_nothing():
    given_request()
    run("expire_requests")

    with nothing_moves():
        assert run("expire_requests").out == "Old requests\nRequests canceled: 0\n"


def test_a_dry_sweep_counts_and_cancels_nothing():
    given_request()

    with nothing_moves():
        done = run("expire_requests", "--dry-run")

    assert (done.code, done.out) == (0, "Old requests\nRequests to cancel: 1\n")


@pytest.mark.parametrize(("arguments", "canceled"), [(["31"], 0), (["30"], 1), (["1"], 1)])
def test_how_long_is_long_can_be_said(arguments: list[str], canceled: int):
    given_request()

    assert run("expire_requests", "--older-than-days", *arguments, "--json").facts["requests"] == canceled


def test_a_sweep_as_of_an_earlier_moment_leaves_what_is_not_yet_old():
    given_request()

    assert run("expire_requests", "--now", "2026-06-03T11:59:59Z", "--json").facts["requests"] == 0
    assert run("expire_requests", "--now", "2026-06-03T12:00:00Z", "--json").facts["requests"] == 1


@pytest.mark.parametrize("count", ["0", "-1", "36501"])
def test_no_time_at_all_is_refused(count: str):
    given_request()

    with nothing_moves():
        done = run("expire_requests", "--older-than-days", count)

    assert (done.code, done.err) == (2, "--older-than-days must be 1 to 36500.")


def test_a_sweep_without_a_database_says_that_it_could_not_run(monkeypatch):
    def gone(**arguments: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("storecredit.credits.management.commands.expire_requests.expire_requests", gone)

    done = run("expire_requests")

    assert (done.code, done.err) == (2, "Could not run: connection refused")
