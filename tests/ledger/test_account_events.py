"""An account is frozen, unfrozen, closed or reopened only with the line that tells of it."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from ledger.models import Account, AccountEvent, AccountStatus
from ledger.operations import set_account_status, set_account_statuses
from ledger.queries import list_findings
from tests.ledger.attacks import insert, moment, refused_by, run
from tests.scenarios import API, NOW, STAFF, given_account, set_status

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str, str, str]]:
    return list(AccountEvent.objects.order_by("pk").values_list("from_status", "to_status", "actor_label", "why"))


def status_of(account: Account) -> str:
    return Account.objects.get(pk=account.pk).status


def line(account: Account, from_status: str, to_status: str) -> None:
    insert(
        "ledger_accountevent",
        account_id=account.pk,
        from_status=from_status,
        to_status=to_status,
        why="",
        actor_kind="STAFF",
        actor_id="1",
        actor_label="bob",
        door="admin",
        request_id="",
        created_at=moment(NOW),
    )


def test_each_change_says_who_made_it_and_why():
    account = given_account()

    set_account_status(account_id=account.pk, status=AccountStatus.FROZEN, actor=STAFF, now=NOW, note="Bank asked")
    set_account_status(account_id=account.pk, status=AccountStatus.FROZEN, actor=STAFF, now=NOW, note="Again")
    set_account_status(account_id=account.pk, status=AccountStatus.OPEN, actor=API, now=NOW)

    assert told() == [("OPEN", "FROZEN", STAFF.label, "Bank asked"), ("FROZEN", "OPEN", API.label, "")]


def test_many_at_once_have_a_line_each():
    accounts = [given_account(), given_account(), given_account()]
    set_status(account_id=accounts[0].pk, status=AccountStatus.FROZEN)

    set_account_statuses(
        account_ids=[account.pk for account in accounts], status=AccountStatus.CLOSED, actor=STAFF, now=NOW, note="Over"
    )

    assert told()[1:] == [
        ("FROZEN", "CLOSED", STAFF.label, "Over"),
        ("OPEN", "CLOSED", STAFF.label, "Over"),
        ("OPEN", "CLOSED", STAFF.label, "Over"),
    ]


@pytest.mark.parametrize("status", [AccountStatus.FROZEN, AccountStatus.CLOSED])
def test_an_account_is_not_reopened_in_silence(status: AccountStatus):
    account = given_account()
    set_status(account_id=account.pk, status=status)

    with refused_by("ledger_account_status_is_told"):
        run("UPDATE ledger_account SET status = 'OPEN' WHERE id = %s", account.pk)

    assert status_of(account) == status


def test_a_line_that_tells_of_another_change_does_not_serve():
    account = given_account()
    line(account, "OPEN", "FROZEN")

    with refused_by("ledger_account_status_is_told"):
        run("UPDATE ledger_account SET status = 'CLOSED' WHERE id = %s", account.pk)

    run("UPDATE ledger_account SET status = 'FROZEN' WHERE id = %s", account.pk)
    assert status_of(account) == "FROZEN"


def test_nor_does_one_of_another_account():
    account = given_account()
    line(given_account(), "OPEN", "FROZEN")

    with refused_by("ledger_account_status_is_told"):
        run("UPDATE ledger_account SET status = 'FROZEN' WHERE id = %s", account.pk)


def test_a_line_begins_where_the_account_is():
    account = given_account()

    with refused_by("ledger_accountevent_chain"):
        line(account, "FROZEN", "OPEN")


@pytest.mark.parametrize("statement", ["DELETE FROM ledger_accountevent", "UPDATE ledger_accountevent SET why = 'x'"])
def test_a_line_stays(statement: str):
    set_status(account_id=given_account().pk, status=AccountStatus.FROZEN)

    with refused_by("ledger_accountevent_immutable"):
        run(statement)


def test_an_account_that_was_reopened_with_the_guard_off_is_a_finding():
    account = given_account()
    set_status(account_id=account.pk, status=AccountStatus.FROZEN)
    on = " ON ledger_account" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER ledger_account_status_is_told{on}")
    run("UPDATE ledger_account SET status = 'OPEN' WHERE id = %s", account.pk)

    found = {(finding.check, finding.account, finding.message) for finding in list_findings()}

    assert ("status_told", account.number, "is OPEN, and its history says FROZEN") in found


def test_accounts_that_were_frozen_before_get_a_line_once():
    account, other = given_account(), given_account()
    on = " ON ledger_account" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER ledger_account_status_is_told{on}")
    on = " ON ledger_accountevent" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER ledger_accountevent_chain{on}")
    run("UPDATE ledger_account SET status = 'FROZEN' WHERE id = %s", account.pk)
    tell = import_module("ledger.migrations.0006_accounts_told_so_far").tell

    for _ in range(2):
        tell(apps, SimpleNamespace(connection=connection))

    assert list(AccountEvent.objects.values_list("account", "to_status")) == [(account.pk, "FROZEN")]
    assert status_of(other) == "OPEN"
