"""What PostgreSQL is told about the tables that grow with a shop: when it counts them, and what migrations count."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection

from ledger.operations import take_statistics
from ledger.operations.statistics import AUTOVACUUM

OURS = ("audit", "ledger", "giftcards", "credits", "checkouts", "api")
#: These have as many rows as a shop has staff, clients, keys, batches, currencies or days, or are emptied daily.
SMALL = {
    "api_apiclient", "api_apikey", "api_clientuse", "api_issuedday", "api_personlookups", "checkouts_checkoutrules",
    "checkouts_webhooksecret", "credits_approvalpolicy", "credits_approverlimit", "credits_clientperson",
    "credits_creditrequestbatch", "credits_customerrequest", "credits_givenday", "credits_issueceiling",
    "credits_issuelimit", "credits_moneyapproval", "credits_personcustomer",
    "giftcards_cardbatch",
    "ledger_accountsum", "ledger_accountsumchange", "ledger_bookrules", "ledger_booksclosing", "ledger_cutbucket",
    "ledger_daycount", "ledger_daytotal", "ledger_numberseries", "ledger_reason", "ledger_staffintent",
}  # fmt: skip
#: Tables of the test's own: those of the books keep the pages that other tests have filled.
OWN = {"ledger_empty": 0, "ledger_few": 3, "ledger_filled": 5000}


def test_each_table_is_known_to_grow_or_to_stay_small():
    tables = {model._meta.db_table for label in OURS for model in apps.get_app_config(label).get_models()}

    assert sorted(settings.BIG_TABLES) == sorted(tables - SMALL)


@pytest.mark.postgresql
@pytest.mark.django_db
def test_migrate_has_each_big_table_counted_after_two_rows_of_a_hundred():
    wanted = {f"{name}={value}" for name, value in AUTOVACUUM.items()}

    assert {table: wanted - set(options) for table, options in read_options().items()} == {
        table: set() for table in settings.BIG_TABLES
    }
    assert {"autovacuum_analyze_scale_factor=0.02", "autovacuum_analyze_threshold=500"} < wanted


@pytest.mark.postgresql
@pytest.mark.django_db
def test_migrate_gives_back_what_was_taken_from_a_table_and_changes_nothing_else():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_customer RESET (autovacuum_analyze_scale_factor)")
        cursor.execute("ALTER TABLE ledger_customer SET (fillfactor = 90)")
    call_command("migrate", verbosity=0)

    assert {"autovacuum_analyze_scale_factor=0.02", "fillfactor=90"} < set(read_options()["ledger_customer"])
    assert len(read_options()["ledger_lot"]) == len(AUTOVACUUM)


@pytest.mark.postgresql
@pytest.mark.django_db
def test_migrate_counts_what_is_filled_and_leaves_the_planner_its_guess_of_what_is_not(settings):
    given_own_tables()
    settings.BIG_TABLES = tuple(OWN)

    emit_post_migrate_signal(verbosity=0, interactive=False, db="default", plan=[])

    assert read_counts() == {"ledger_empty": -1, "ledger_few": -1, "ledger_filled": 5000}


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_job_has_counted_what_it_filled():
    given_own_tables()

    take_statistics("ledger_few", "ledger_filled")

    assert read_counts() == {"ledger_empty": -1, "ledger_few": -1, "ledger_filled": 5000}


@pytest.mark.postgresql
@pytest.mark.django_db
def test_what_another_role_owns_is_left_to_autovacuum_and_said_once(caplog):
    given_own_tables()
    warnings: list[Any] = []
    connection.connection.add_notice_handler(warnings.append)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE owns_nothing")
        cursor.execute("GRANT SELECT ON ledger_filled TO owns_nothing")
        cursor.execute("SET LOCAL ROLE owns_nothing")

    with caplog.at_level("INFO", logger="ledger.operations.statistics"):
        take_statistics("ledger_few", "ledger_filled")
    connection.connection.remove_notice_handler(warnings.append)

    assert read_counts() == dict.fromkeys(OWN, -1)
    assert warnings == []
    assert [record.getMessage() for record in caplog.records] == [
        "PostgreSQL counts ledger_filled within a minute: only the tables' owner can have it done now."
    ]


def given_own_tables() -> None:
    with connection.cursor() as cursor:
        for table, rows in OWN.items():
            cursor.execute(f"CREATE TABLE {table} AS SELECT n, 'text' AS word FROM generate_series(1, {rows}) n")
    assert read_counts() == dict.fromkeys(OWN, -1)


def read_options() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, COALESCE(reloptions, '{}') FROM pg_class "
            "WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(%s)",
            [list(settings.BIG_TABLES)],
        )
        return dict(cursor.fetchall())


def read_counts() -> dict[str, int]:
    """How many rows the planner was told of; -1 where nobody has counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reltuples::bigint FROM pg_class WHERE relname = ANY(%s)", [list(OWN)])
        return dict(cursor.fetchall())
