"""The guards of the books are there, are what the release ships, and come back after every migration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks import Error, Tags, run_checks
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection, models
from django.db.migrations import Migration

from ledger import triggers
from ledger.models import Reason, Transaction
from tests.ledger.attacks import refused_by, rules_of, run
from tests.scenarios import balance_of, given_credit, history_of

pytestmark = pytest.mark.django_db


def names(vendor: str) -> list[str]:
    return [trigger.name for trigger in triggers.list_triggers("ledger", vendor)]


def test_all_are_in_place_after_a_migration():
    assert len(names(connection.vendor)) >= 30
    assert triggers.missing(connection) == []
    assert run_checks(tags=[Tags.database], databases=["default"]) == []


def test_both_databases_refuse_by_the_same_rules():
    on_postgresql, on_sqlite = rules_of("ledger", "postgresql"), rules_of("ledger", "sqlite")

    # Only PostgreSQL truncates, has levels of isolation and knows by itself what an integer is; SQLite tests a CHECK
    # before an inner UPDATE.
    assert {rule for rule in on_postgresql - on_sqlite if not rule.endswith("_no_truncate")} == {
        "ledger_transaction_reads_committed"
    }
    assert on_sqlite - on_postgresql == {
        "ledger_transaction_whole_units",
        "ledger_hold_whole_units",
        "ledger_lot_reserved_within_remaining_within_amount",
    }


@pytest.mark.parametrize("trigger", triggers.list_triggers("ledger", connection.vendor), ids=lambda t: t.name)
def test_each_that_is_missing_is_named_and_put_up_again(trigger: triggers.Trigger):
    table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER {trigger.name}{table}")

    assert triggers.missing(connection) == [trigger.name]
    triggers.put_up(connection)

    assert triggers.missing(connection) == []


def test_the_system_check_names_what_is_missing():
    table = " ON ledger_transaction" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER ledger_transaction_immutable{table}")

    (error,) = run_checks(tags=[Tags.database], databases=["default"])

    assert isinstance(error, Error)
    assert error.id == "ledger.E001"
    assert error.msg == (
        "The trigger ledger_transaction_immutable is missing, switched off or changed on database 'default'."
    )
    assert error.hint == "Run manage.py migrate: it puts all triggers up again."


def test_an_upgrade_brings_a_trigger_that_the_database_does_not_have_yet():
    table = " ON ledger_transaction" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER ledger_transaction_immutable{table}")

    # As manage.py runs it: with the system checks, which name the trigger.
    call_command("migrate", verbosity=0, skip_checks=False)

    assert triggers.missing(connection) == []


@pytest.mark.postgresql
@pytest.mark.parametrize("switch", ["DISABLE", "ENABLE", "ENABLE REPLICA"])
def test_one_that_is_not_always_on_is_named_and_switched_on_again(switch: str):
    run(f"ALTER TABLE ledger_account {switch} TRIGGER ledger_account_identity")

    assert triggers.missing(connection) == ["ledger_account_identity"]
    triggers.put_up(connection)

    assert triggers.missing(connection) == []


CHANGES_ON_POSTGRESQL = {
    "its body": "CREATE OR REPLACE FUNCTION ledger_account_identity() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RETURN NEW; END $$",
    "its condition": "CREATE OR REPLACE TRIGGER ledger_account_identity BEFORE UPDATE ON ledger_account "
    "FOR EACH ROW WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION ledger_account_identity()",
    "its moment": "CREATE OR REPLACE TRIGGER ledger_account_identity AFTER INSERT ON ledger_account "
    "FOR EACH ROW EXECUTE FUNCTION ledger_account_identity()",
    "its columns": "CREATE OR REPLACE TRIGGER ledger_account_identity BEFORE UPDATE OF number ON ledger_account "
    "FOR EACH ROW WHEN (NEW.number <> OLD.number) EXECUTE FUNCTION ledger_account_identity()",
    "the path its function searches": "ALTER FUNCTION ledger_account_identity() RESET search_path",
    "another setting of its function": "ALTER FUNCTION ledger_account_identity() SET row_security = off",
    "whose rights its function has": "ALTER FUNCTION ledger_account_identity() SECURITY DEFINER",
    "its function": "CREATE OR REPLACE TRIGGER ledger_account_identity BEFORE UPDATE ON ledger_account "
    "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
}


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "change",
    [
        "DROP FUNCTION ledger_last_boundary()",
        "ALTER FUNCTION ledger_last_boundary() RESET search_path",
        "CREATE OR REPLACE FUNCTION ledger_last_boundary() RETURNS timestamptz LANGUAGE plpgsql AS $$ "
        "BEGIN RETURN NULL; END $$",
    ],
)
def test_what_postings_call_is_compared_and_put_right_like_a_trigger(change: str):
    run(change)

    assert triggers.missing(connection) == ["ledger_last_boundary"]
    triggers.put_up(connection)

    assert triggers.missing(connection) == []


@pytest.mark.postgresql
@pytest.mark.parametrize("change", CHANGES_ON_POSTGRESQL)
def test_one_that_was_changed_on_postgresql_is_named_and_put_right(change: str):
    run(CHANGES_ON_POSTGRESQL[change])
    run("ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER ledger_account_identity")

    assert triggers.missing(connection) == ["ledger_account_identity"]
    triggers.put_up(connection)

    assert triggers.missing(connection) == []


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "definition",
    [
        "BEFORE UPDATE ON ledger_account FOR EACH ROW WHEN (NEW.id <> OLD.id) "
        "BEGIN SELECT RAISE(ABORT, 'ledger_account_identity'); END",
        "AFTER INSERT ON ledger_account BEGIN SELECT 1; END",
        "BEFORE UPDATE ON ledger_reason BEGIN SELECT 1; END",
    ],
)
def test_one_that_was_changed_on_sqlite_is_named_and_put_right(definition: str):
    run("DROP TRIGGER ledger_account_identity")
    run(f"CREATE TRIGGER ledger_account_identity {definition}")

    assert triggers.missing(connection) == ["ledger_account_identity"]
    triggers.put_up(connection)

    assert triggers.missing(connection) == []


@pytest.mark.django_db(transaction=True)
class TestAroundMigrations:
    def test_a_migration_may_remake_a_table_and_its_guards_are_back_afterwards(self, longer_request_ids: list[str]):
        account = given_credit("100.00 GBP")

        assert longer_request_ids == (names("sqlite") if connection.vendor == "sqlite" else [])
        assert triggers.missing(connection) == []
        with refused_by("ledger_account_moves_by_transaction"):
            run("UPDATE ledger_account SET balance_minor = 1")
        given_credit("1.00 GBP", to=account)
        assert (balance_of(account), len(history_of(account))) == ("101.00", 2)

    def test_a_migration_of_other_tables_leaves_the_guards_where_they_are(self):
        for plan in ([], plan_for("auth"), plan_for("sessions") + plan_for("auth")):
            emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=plan)

            assert triggers.missing(connection) == []
            emit_post_migrate_signal(verbosity=0, interactive=False, db="default", plan=plan)

    def test_a_migration_leaves_the_reasons_as_staff_have_made_them(self):
        Reason.objects.filter(code="GW").update(label="Kindness", active=False)
        Reason.objects.filter(code="DL").delete()

        emit_post_migrate_signal(verbosity=0, interactive=False, db="default", plan=[])

        kindness = Reason.objects.get(code="GW")
        assert (kindness.label, kindness.active) == ("Kindness", False)
        assert Reason.objects.get(code="DL").label == "Delivered late"


def plan_for(app_label: str) -> list[tuple[Migration, bool]]:
    return [(Migration("0099_something", app_label), False)]


@pytest.fixture
def longer_request_ids() -> Iterator[list[str]]:
    """A migration alters the transactions' table and is undone afterwards; which guards were down while it ran."""
    given_credit("5.00 GBP")
    yield _migrate(128, 200)
    _migrate(200, 128)


def _migrate(old_length: int, new_length: int) -> list[str]:
    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=plan_for("ledger"))
    down = triggers.missing(connection)
    if connection.vendor == "postgresql":
        # As a migration does that alters the type of a column which conditions of triggers name.
        for trigger in triggers.list_triggers("ledger", "postgresql"):
            if trigger.table == "ledger_transaction":
                run(f"DROP TRIGGER {trigger.name} ON ledger_transaction")
    # What an AlterField does, which makes SQLite copy the table into a new one.
    with connection.schema_editor() as editor:
        editor.alter_field(Transaction, _request_id(old_length), _request_id(new_length))
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default", plan=[])
    return down


def _request_id(length: int) -> models.Field[Any, Any]:
    # No CHECK names it: PostgreSQL would write that one anew, in other words.
    field = models.CharField(max_length=length, blank=True)
    field.set_attributes_from_name("request_id")
    field.model = Transaction
    return field
