"""Names that a session makes for itself stand before nobody's tables, and what was put beside the guards is found."""

from __future__ import annotations

import pytest
from django.db import connection

from ledger.models.identifiers import new_uuid7
from ledger.queries import list_findings
from tests.ledger.attacks import insert, refused_by, run, transaction_row
from tests.scenarios import balance_of, given_credit

pytestmark = pytest.mark.django_db


def guards_found() -> set[tuple[str, str]]:
    return {(finding.row, finding.message) for finding in list_findings() if finding.check == "guards"}


@pytest.mark.postgresql
def test_a_trigger_reads_the_books_and_not_a_table_that_the_session_named_alike():
    account = given_credit("10.00 GBP")
    run("CREATE TEMP TABLE ledger_transaction (LIKE public.ledger_transaction)")
    run(
        "INSERT INTO pg_temp.ledger_transaction SELECT * FROM public.ledger_transaction WHERE account_id = %s",
        account.pk,
    )
    run("UPDATE pg_temp.ledger_transaction SET sequence = 2, balance_after_minor = 999900")

    with refused_by("ledger_account_moves_by_transaction"):
        run("UPDATE public.ledger_account SET balance_minor = 999900, sequence = 2 WHERE id = %s", account.pk)

    run("DROP TABLE pg_temp.ledger_transaction")
    assert balance_of(account) == "10.00"


@pytest.mark.postgresql
def test_nor_a_lot_of_the_sessions_own():
    account = given_credit("10.00 GBP")
    run("CREATE TEMP TABLE ledger_lot (LIKE public.ledger_lot)")
    values = transaction_row(account, new_uuid7(), 500)
    run("INSERT INTO pg_temp.ledger_lot SELECT * FROM public.ledger_lot")
    run("UPDATE pg_temp.ledger_lot SET transaction_id = %s, amount_minor = 500", values["id"])

    with refused_by("ledger_transaction_lots"):
        insert("ledger_transaction", **values)

    run("DROP TABLE pg_temp.ledger_lot")
    assert balance_of(account) == "10.00"


def test_a_trigger_more_is_a_finding():
    run(
        {
            "postgresql": "CREATE TRIGGER a_friend BEFORE UPDATE ON ledger_account "
            "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "sqlite": "CREATE TRIGGER a_friend BEFORE UPDATE ON ledger_account BEGIN SELECT 1; END",
        }[connection.vendor]
    )

    assert guards_found() == {("trigger a_friend", "stands on ledger_account and is none of ours")}


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (
            "CREATE RULE no_trace AS ON INSERT TO ledger_lotuse DO INSTEAD NOTHING",
            ("rule no_trace", "stands on ledger_lotuse and is none of ours"),
        ),
        ("ALTER TABLE ledger_lot ENABLE ROW LEVEL SECURITY", ("table ledger_lot", "hides rows: row security is on")),
        (
            "ALTER TABLE ledger_lotuse DISABLE TRIGGER ledger_lotuse_chain",
            ("trigger ledger_lotuse_chain", "is missing, switched off or changed: run migrate"),
        ),
        (
            "ALTER FUNCTION ledger_lotuse_chain() SET search_path = pg_temp, public",
            ("trigger ledger_lotuse_chain", "is missing, switched off or changed: run migrate"),
        ),
    ],
)
def test_what_stands_before_the_guards_is_a_finding(statement: str, found: tuple[str, str]):
    run(statement)

    assert guards_found() == {found}


@pytest.mark.postgresql
def test_foreign_keys_whose_triggers_are_off_are_findings():
    run("ALTER TABLE ledger_holdlot DISABLE TRIGGER ALL")

    found = {
        row
        for row, message in guards_found()
        if message == "on ledger_holdlot is not tested: its trigger is switched off"
    }

    assert len(found) == 2
    assert all(row.startswith("constraint ledger_holdlot_") for row in found)
