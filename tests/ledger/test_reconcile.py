"""
`reconcile` names each broken row. What is broken here is broken with the guards off: triggers, constraints, indexes.

The guards come back afterwards by the way they went: a transaction rolled back on PostgreSQL, a copy of the file put
back on SQLite.
"""

import json
import sqlite3
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from ledger.models import Account, Transaction
from ledger.operations import Why, capture_hold, reverse_transaction
from ledger.queries import list_checks
from ledger.queries.findings.checks import Check
from tests.ledger.breakages import BREAKAGES
from tests.scenarios import (
    API,
    STAFF,
    days,
    entries_of,
    given_account,
    given_credit,
    given_hold,
    given_spend,
    given_transfer,
)

pytestmark = pytest.mark.django_db(transaction=True)
GUARDS = {"guards", "schema"}


@pytest.fixture
def account() -> Account:
    """A history with something of everything, and around it accounts that stay whole."""
    for _ in range(2):
        given_spend("1.00 GBP", account=given_credit("5.00 GBP"))
    account = given_credit("100.00 GBP", why=Why(key="issue-1"))
    given_spend("30.00 GBP", account=account, why=Why(key="spend-1"))
    given_spend("20.00 GBP", account=account)
    given_hold("10.00 GBP", account=account)
    return account


@pytest.fixture
def unguarded() -> Iterator[None]:
    """The ledger's tables without triggers, checks, unique and foreign keys; all of it as before afterwards."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            _strip_postgresql()
            yield
            transaction.set_rollback(True)
    else:
        connection.ensure_connection()
        kept = sqlite3.connect(":memory:")
        connection.connection.backup(kept)
        _strip_sqlite()
        yield
        connections.close_all()
        connection.ensure_connection()
        kept.backup(connection.connection)
        kept.close()
        connections.close_all()


def reconcile() -> tuple[int, list[tuple[str, str, str]]]:
    """The exit code, and check, account and row of each finding but the missing guards."""
    out = StringIO()
    code = 0
    try:
        # What is kept of a run has tests of its own.
        call_command("reconcile", "--json", "--no-keep", stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    answer = json.loads(out.getvalue())
    assert answer["clean"] == (code == 0)
    found = answer["findings"]
    return code, [(f["check"], f["account"], f["row"]) for f in found if f["check"] not in GUARDS]


def test_clean_books_exit_with_0(account: Account):
    source, target = given_credit("9.00 GBP", expires_at=days(2)), given_account()
    given_transfer("4.00 GBP", source=source, target=target)
    hold = given_hold("5.00 GBP", account=source)
    capture_hold(hold_id=hold.pk, actor=API, now=days(3))
    reverse_transaction(transaction_id=entries_of(source)[-1].pk, actor=STAFF, now=days(3), why=Why(note="why"))

    assert reconcile() == (0, [])


def test_empty_books_are_clean():
    assert reconcile() == (0, [])


def test_it_says_so_in_words_too(account: Account):
    out = StringIO()

    call_command("reconcile", stdout=out)

    assert "Clean: every rule holds." in out.getvalue()
    for _name, _rule, title in list_checks():
        assert title in out.getvalue()


def test_missing_guards_are_findings(account: Account, unguarded: None):
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("reconcile", "--json", stdout=out)

    answer = json.loads(out.getvalue())
    rows = {finding["row"] for finding in answer["findings"]}
    assert end.value.code == 1
    assert {finding["check"] for finding in answer["findings"]} == GUARDS
    assert {"trigger ledger_transaction_immutable", "constraint ledger_transaction_key_once"} <= rows


def test_what_cannot_be_asked_could_not_run(monkeypatch: pytest.MonkeyPatch):
    nonsense = Check("nonsense", 1, "Nonsense", "nowhere", "SELECT nothing FROM nowhere", "is broken")
    monkeypatch.setattr("ledger.queries.findings.CHECKS", [nonsense])

    with pytest.raises(CommandError, match="Could not run: ") as caught:
        call_command("reconcile", stdout=StringIO())

    assert caught.value.returncode == 2


def test_a_database_that_was_not_migrated_could_not_run():
    applied = MigrationRecorder.Migration.objects.filter(app="ledger").latest("id")
    applied.delete()
    try:
        with pytest.raises(CommandError, match="unapplied migrations") as caught:
            call_command("reconcile", stdout=StringIO())
    finally:
        applied.save(force_insert=True)

    assert caught.value.returncode == 2


def test_names_each_broken_row_and_no_other(account: Account, unguarded: None, subtests: pytest.Subtests):
    """The books are broken in one way after the other: to take the guards off takes longer than all that."""
    for breakage in BREAKAGES:
        with subtests.test(breakage.__name__), transaction.atomic():
            expected = breakage(account)

            code, findings = reconcile()

            transaction.set_rollback(True)
            assert code == 1
            # Whatever makes a balance wrong makes the sum of all balances wrong with it.
            assert {(check, row) for check, _, row in findings if check != "kept_sums"} == expected
            of_no_account = {"transfers", "ownerless_transaction", "day_totals", "kept_sums"}
            assert {number for check, number, _ in findings if check not in of_no_account} <= {account.number}

    assert {finding[0] for finding in reconcile()[1]} == set()


def _strip_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, o.conname FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid "
            "WHERE c.relname LIKE 'ledger\\_%%' AND o.contype IN ('c', 'u', 'f') ORDER BY o.contype = 'u', 2",
            [],
        )
        constraints = cursor.fetchall()
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_class c WHERE c.relname LIKE 'ledger\\_%%' AND relkind = 'r'", []
        )
        tables = [name for (name,) in cursor.fetchall()]
        for table, constraint in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        cursor.execute("DROP INDEX ledger_transaction_reversed_once")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def _strip_sqlite() -> None:
    """Copy each table without its constraints; the copy takes the table's name."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        # Otherwise the tables of other apps would refer to the old table for ever.
        cursor.execute("PRAGMA legacy_alter_table = ON")
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        for model in (Transaction, Account):
            table = model._meta.db_table
            cursor.execute(f"PRAGMA table_info({table})")
            columns = ", ".join(f"{column[1]} {column[2]}" for column in cursor.fetchall())
            cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_old")
            cursor.execute(f"CREATE TABLE {table} ({columns})")
            cursor.execute(f"INSERT INTO {table} SELECT * FROM {table}_old")
            cursor.execute(f"DROP TABLE {table}_old")
        cursor.execute("PRAGMA ignore_check_constraints = ON")
