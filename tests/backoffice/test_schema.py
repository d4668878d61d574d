"""`reconcile` names what was loosened, dropped or changed about a table under the same name."""

import pytest
from django.apps import apps
from django.db import connection

from ledger import triggers
from ledger.triggers.saying import has_triggers
from storecredit.backoffice.findings import list_findings
from tests.ledger.attacks import run

pytestmark = pytest.mark.django_db


def found() -> set[tuple[str, str]]:
    return {(finding.row, finding.message) for finding in list_findings() if finding.check == "schema"}


def test_the_tables_that_the_migrations_make_are_as_the_models_say():
    assert found() == set()


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        (
            "ALTER TABLE ledger_lot DROP CONSTRAINT ledger_lot_reserved_within_remaining_within_amount, "
            "ADD CONSTRAINT ledger_lot_reserved_within_remaining_within_amount CHECK (true)",
            {"constraint ledger_lot_reserved_within_remaining_within_amount"},
        ),
        (
            "ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_kind_known, "
            "ADD CONSTRAINT ledger_account_kind_known CHECK (kind IN ('STORE_CREDIT', 'GIFT_CARD')) NOT VALID",
            {"constraint ledger_account_kind_known"},
        ),
        ("ALTER TABLE ledger_transaction ALTER COLUMN created_at DROP NOT NULL", {"column created_at"}),
        ("ALTER TABLE giftcards_cardbatch ALTER COLUMN size TYPE smallint", {"column size"}),
    ],
)
def test_a_loosened_rule_is_a_finding(statement: str, rows: set[str]):
    run(statement)

    assert {row for row, _ in found()} == rows


@pytest.mark.parametrize(
    "index",
    ["giftcards_giftcard (code_key)", "ledger_account (customer_id, currency) WHERE kind = 'STORE'"],
)
def test_an_index_of_the_same_name_that_is_another_is_a_finding(index: str):
    name = {
        "giftcards_giftcard": "giftcards_giftcard_last_four",
        "ledger_account": "ledger_account_one_store_credit_per_currency",
    }[index.split()[0]]
    run(f"DROP INDEX {name}")
    run(f"CREATE INDEX {name} ON {index}")

    assert found() == {(f"index {name}", f"of {index.split()[0]} is not as the program's models make it")}


@pytest.mark.postgresql
def test_a_foreign_key_that_is_gone_is_a_finding():
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'ledger_lotuse'::regclass AND contype = 'f'")
        keys = [name for (name,) in cursor.fetchall()]
    for key in keys:
        run(f'ALTER TABLE ledger_lotuse DROP CONSTRAINT "{key}"')

    assert found() == {(f"constraint {key}", "of ledger_lotuse is not as the program's models make it") for key in keys}


@pytest.mark.sqlite
def test_a_loosened_rule_of_a_remade_table_is_a_finding():
    (sql,) = [row[0] for row in _rows("SELECT sql FROM sqlite_master WHERE name = 'ledger_lotuse'")]
    loosened = sql.replace('"amount_minor" bigint NOT NULL', '"amount_minor" bigint NULL')
    assert loosened != sql
    run("DROP TABLE ledger_lotuse")
    run(loosened)

    assert ("column amount_minor", "of ledger_lotuse is not as the program's models make it") in found()


def _rows(sql: str) -> list[tuple[str]]:
    with connection.cursor() as cursor:
        return list(cursor.execute(sql).fetchall())


@pytest.mark.postgresql
def test_what_comes_back_from_a_backup_is_as_it_was():
    """A backup holds each condition as PostgreSQL prints it, which is not as it was written."""
    before = triggers.take_fingerprint(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(t.oid), c.relname, t.tgname "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgqual IS NOT NULL AND t.tgconstraint = 0"
        )
        for definition, table, name in cursor.fetchall():
            cursor.execute(definition.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1))
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        cursor.execute(
            "SELECT c.relname, n.conname, pg_get_constraintdef(n.oid) FROM pg_constraint n "
            "JOIN pg_class c ON c.oid = n.conrelid WHERE n.contype = 'c' AND c.relnamespace = 'public'::regnamespace"
        )
        for table, name, definition in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}", ADD CONSTRAINT "{name}" {definition}')
        cursor.execute(
            "SELECT i.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
            "WHERE x.indpred IS NOT NULL AND i.relnamespace = 'public'::regnamespace"
        )
        for name, definition in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
            cursor.execute(definition)

    assert found() == set()
    assert [name for app in apps.get_app_configs() if has_triggers(app) for name in missing(app.label)] == []
    assert triggers.take_fingerprint(connection) == before


def missing(app_label: str) -> list[str]:
    return triggers.missing(connection, app_label)
