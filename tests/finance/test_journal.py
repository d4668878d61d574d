"""The journal of a worked month: each movement with its two accounts, once for ever."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from ledger.operations import Why
from storecredit.finance.models import GeneralLedgerAccount, GeneralLedgerRule, JournalExport
from tests.finance.month import at, close, given_month
from tests.ledger.attacks import run as run_sql
from tests.ledger.commands.running import Done, run
from tests.scenarios import given_credit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def books(time_machine):
    given_month(time_machine)


@pytest.fixture
def export(tmp_path):
    def write(*arguments: str, name: str = "journal.csv") -> tuple[Done, Path]:
        path = tmp_path / name
        return run("export_journal", str(path), "--json", *arguments), path

    return write


def lines(path: Path) -> list[str]:
    return [
        f"{row['day']} {row['debit']} {row['credit']} {row['currency']} {row['amount']} {row['type']} {row['funding']}"
        for row in csv.DictReader(path.open())
    ]


def test_a_month_is_told_with_two_accounts_a_line(export):
    export("--day", "2026-04-30")

    done, path = export("--day", "2026-05-31")

    assert lines(path) == [
        "2026-05-31 6310 2310 EUR 50.00 ISSUE GOODWILL",
        "2026-05-31 6390 2310 GBP 2.00 ADJUST GOODWILL",
        "2026-05-31 2310 6310 GBP 20.00 EXPIRE GOODWILL",
        "2026-05-31 6310 2310 GBP 30.00 ISSUE GOODWILL",
        "2026-05-31 2310 4000 GBP 30.00 REDEEM GOODWILL",
        "2026-05-31 4000 2310 GBP 5.00 REFUND GOODWILL",
        "2026-05-31 1290 2310 GBP 5.00 TRANSFER GOODWILL",
        "2026-05-31 2310 1290 GBP 5.00 TRANSFER GOODWILL",
        "2026-05-31 2310 6390 GBP 0.50 ADJUST PAID",
        "2026-05-31 1210 2310 GBP 100.00 LOAD PAID",
        "2026-05-31 2310 4000 GBP 17.00 REDEEM PAID",
        "2026-05-31 4000 2310 GBP 10.00 REFUND PAID",
        "2026-05-31 1290 2310 GBP 20.00 TRANSFER PAID",
        "2026-05-31 2310 1290 GBP 20.00 TRANSFER PAID",
    ]
    # What is owed went from 20.00 to 99.50 by what this credits and debits.
    owed = next(row for row in done.facts["accounts"] if (row["currency"], row["account"]) == ("GBP", "2310"))
    assert (owed["credit"], owed["debit"]) == ("172.00", "92.50")


def test_debits_equal_credits_in_every_currency(export):
    done, _ = export("--day", "2026-06-30")

    for currency in ("EUR", "GBP"):
        of_currency = [row for row in done.facts["accounts"] if row["currency"] == currency]
        debits, credits = (sum(Decimal(row[side]) for row in of_currency) for side in ("debit", "credit"))
        assert debits == credits > 0


def test_the_first_journal_begins_with_the_books_and_each_with_the_one_before(export):
    export("--day", "2026-04-30")
    june, path = export("--day", "2026-06-30")

    assert (june.facts["journal"], june.facts["lines"]) == (2, 16)
    assert lines(path)[-2:] == [
        "2026-06-30 2310 4000 EUR 30.00 REDEEM GOODWILL",
        "2026-06-30 4000 2310 GBP 7.00 REVERSE PAID",
    ]
    first, _ = export("--number", "1")
    assert (first.facts["last_day"], first.facts["lines"]) == ("2026-04-30", 1)


@pytest.mark.parametrize("name", ["journal.csv", "journal.jsonl"])
def test_a_journal_asked_for_again_is_the_same_to_the_byte_whatever_came_since(export, name):
    _, path = export("--day", "2026-05-31", name=name)
    before = path.read_bytes()
    GeneralLedgerRule.objects.update(valid_until=date(2026, 1, 1))
    given_credit("1.00 GBP", now=at(2, 7))
    path.unlink()

    by_day, path = export("--day", "2026-05-31", name=name)
    again = path.read_bytes()
    by_number, path = export("--number", "1", name=name)

    assert before == again == path.read_bytes()
    assert by_day.facts == by_number.facts
    assert JournalExport.objects.count() == 1


def test_a_movement_that_no_rule_maps_is_named_and_nothing_is_exported(export):
    GeneralLedgerRule.objects.filter(counter_account__in=["ADJUSTMENTS", "CASH"]).delete()

    done, path = export("--day", "2026-05-31")

    assert done.code == 2
    assert done.err == (
        "Could not run: No general ledger rule maps ADJUST STORE_CREDIT GOODWILL ADJUSTMENTS; "
        "ADJUST STORE_CREDIT PAID ADJUSTMENTS; LOAD STORE_CREDIT PAID CASH: nothing was exported."
    )
    assert (JournalExport.objects.count(), path.exists()) == (0, False)


def test_the_rule_decides_that_names_most_and_is_in_force(export):
    GeneralLedgerAccount.objects.create(code="4010", name="Sales in May")
    GeneralLedgerAccount.objects.create(code="4020", name="Sales on goodwill")
    more = {"counter_account": "SALES", "credit_id": "2310"}
    GeneralLedgerRule.objects.create(
        **more, type="REDEEM", valid_from=date(2026, 5, 31), valid_until=date(2026, 5, 31), debit_id="4010"
    )
    GeneralLedgerRule.objects.create(**more, funding="GOODWILL", valid_from=date(2026, 1, 1), debit_id="4020")

    _, path = export("--day", "2026-06-30")

    assert [line for line in lines(path) if "REDEEM" in line or "REFUND" in line] == [
        "2026-05-31 2310 4010 GBP 30.00 REDEEM GOODWILL",
        "2026-05-31 4020 2310 GBP 5.00 REFUND GOODWILL",
        "2026-05-31 2310 4010 GBP 17.00 REDEEM PAID",
        "2026-05-31 4000 2310 GBP 10.00 REFUND PAID",
        "2026-06-30 2310 4020 EUR 30.00 REDEEM GOODWILL",
    ]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--day", "2026-06-10"], "No sealed cut has the boundary 2026-06-11T00:00:00+00:00."),
        (["--day", "2026-04-30"], "The journal of 2026-04-30 is part of one that ends later."),
        (["--number", "7"], "There is no journal 7."),
        (["--number", "1", "--day", "2026-05-31"], "Name a day or a number, not both."),
        ([], "No sealed cut has the boundary 2026-07-02T00:00:00+00:00."),
    ],
)
def test_what_cannot_be_exported_is_said(export, arguments, error):
    export("--day", "2026-05-31")

    done, _ = export(*arguments)

    assert (done.code, done.out) == (2, "")
    assert error in done.err


def test_a_name_that_says_no_form_exports_nothing(export):
    done, _ = export("--day", "2026-05-31", name="journal.xls")

    assert (done.code, JournalExport.objects.count()) == (2, 0)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE finance_journalline SET amount_minor = amount_minor + 1",
        "DELETE FROM finance_journalline",
        "UPDATE finance_journalexport SET last_day = '2026-06-01'",
        "DELETE FROM finance_journalexport",
    ],
)
def test_no_statement_changes_what_was_exported(export, sql):
    export("--day", "2026-05-31")

    with pytest.raises(IntegrityError), transaction.atomic():
        run_sql(sql)


def test_a_line_that_came_in_later_is_found(export):
    export("--day", "2026-05-31")
    run_sql(
        "INSERT INTO finance_journalline (export_id, place, day, debit, credit, currency, amount_minor, "
        "counter_account, kind, funding, type, reason, cohort, corrects) VALUES (1, 99, '2026-05-31', '1210', '4000', "
        "'GBP', 1, 'CASH', 'GIFT_CARD', 'PAID', 'LOAD', '', '', '')"
    )

    done, _ = export("--number", "1")

    assert (done.code, done.err) == (2, "Could not run: The lines of journal 1 are not those that were exported.")


def test_a_rule_that_names_a_reason_parts_its_entries_from_the_rest(export):
    GeneralLedgerAccount.objects.create(code="6330", name="Delivered late")
    given_credit("3.00 GBP", now=at(2, 7), why=Why(reason="DL"))
    given_credit("4.00 GBP", now=at(2, 7), why=Why(reason="GW"))
    export("--day", "2026-06-30")
    GeneralLedgerRule.objects.create(
        counter_account="GOODWILL", reason_id="DL", valid_from=date(2026, 7, 1), debit_id="6330", credit_id="2310"
    )
    close(3, 7)

    done, path = export("--day", "2026-07-02")

    assert lines(path) == [
        "2026-07-02 6310 2310 GBP 4.00 ISSUE GOODWILL",
        "2026-07-02 6330 2310 GBP 3.00 ISSUE GOODWILL",
    ]
    assert [row["reason"] for row in csv.DictReader(path.open())] == ["", "DL"]
    assert [row["credit"] for row in done.facts["accounts"] if row["account"] == "2310"] == ["7.00"]
    # What left before has no such column, and is what it was.
    _, before = export("--number", "1", name="before.csv")
    assert "reason" not in before.read_text().splitlines()[0]


def test_reasons_alone_need_no_rule_for_the_rest(export):
    given_credit("3.00 GBP", now=at(2, 7), why=Why(reason="DL"))
    export("--day", "2026-06-30")
    GeneralLedgerRule.objects.filter(counter_account="GOODWILL").delete()
    rule = GeneralLedgerRule(counter_account="GOODWILL", reason_id="DL", debit_id="6310", credit_id="2310")
    rule.valid_from = date(2026, 7, 1)
    rule.save()
    close(3, 7)

    _, path = export("--day", "2026-07-02")

    assert lines(path) == ["2026-07-02 6310 2310 GBP 3.00 ISSUE GOODWILL"]
