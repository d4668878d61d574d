"""The journal as other programs read it: the same lines and sums in each layout, once for ever the same bytes."""

import csv
import io
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from storecredit.finance.models import GeneralLedgerAccount
from tests.backoffice.exporting import sheets_of
from tests.finance.month import given_month
from tests.ledger.commands.running import Done, run
from tests.scenarios import given_credit

pytestmark = pytest.mark.django_db(transaction=True)
_GOLDEN = Path(__file__).parent / "golden"
_DATEV = ("--datev-consultant", "29098", "--datev-client", "55003")


@pytest.fixture(autouse=True)
def books(time_machine):
    given_month(time_machine)
    GeneralLedgerAccount.objects.filter(code="6310").update(quickbooks_name="Marketing:Goodwill")
    GeneralLedgerAccount.objects.filter(code="2310").update(xero_code="819")


@pytest.fixture
def export(tmp_path):
    def write(layout: str, *arguments: str, name: str) -> tuple[Done, Path]:
        path = tmp_path / name
        layout_options = ("--layout", layout, *(_DATEV if layout == "datev" else ()))
        return run("export_journal", str(path), "--day", "2026-05-31", "--json", *layout_options, *arguments), path

    return write


@pytest.mark.parametrize(
    ("layout", "golden"),
    [
        ("datev", "EXTF_Buchungsstapel_1_EUR_2026-05.csv"),
        ("quickbooks", "journal-1-quickbooks-EUR-1.csv"),
        ("xero", "journal-1-xero-EUR-1.csv"),
    ],
)
def test_the_euros_of_may_are_the_file_that_was_written_by_hand(export, layout, golden):
    done, path = export(layout, "--currency", "eur", name="euros.csv")

    assert (done.code, path.read_bytes()) == (0, (_GOLDEN / golden).read_bytes())


def parts_of(path: Path, encoding: str = "utf-8") -> dict[str, list[str]]:
    with ZipFile(path) as archive:
        return {name: archive.read(name).decode(encoding).splitlines() for name in archive.namelist()}


def test_every_layout_has_the_same_sums_of_each_account(export):
    done, table = export("csv", name="journal.csv")
    expected = {
        (row["currency"], row["account"]): (Decimal(row["debit"]), Decimal(row["credit"]))
        for row in done.facts["accounts"]
    }
    names = {account.name: account.code for account in GeneralLedgerAccount.objects.all()}
    names["Marketing:Goodwill"] = "6310"
    sums: dict[str, dict[Any, Any]] = {
        name: defaultdict(lambda: [Decimal(0), Decimal(0)]) for name in ("datev", "qb", "xero")
    }

    for rows in parts_of(export("datev", name="datev.zip")[1], "windows-1252").values():
        for row in csv.DictReader(rows[1:], delimiter=";"):
            amount = Decimal(row["Umsatz (ohne Soll/Haben-Kz)"].replace(",", "."))
            sums["datev"][row["WKZ Umsatz"], row["Konto"]][0] += amount
            sums["datev"][row["WKZ Umsatz"], row["Gegenkonto (ohne BU-Schlüssel)"]][1] += amount
    for rows in parts_of(export("quickbooks", name="quickbooks.zip")[1]).values():
        for row in csv.DictReader(rows):
            of_account = sums["qb"][row["Currency"], names[row["AccountName"]]]
            of_account[0] += Decimal(row["Debits"] or 0)
            of_account[1] += Decimal(row["Credits"] or 0)
    for name, rows in parts_of(export("xero", name="xero.zip")[1]).items():
        for row in csv.DictReader(rows):
            code = {"819": "2310"}.get(row["*AccountCode"], row["*AccountCode"])
            amount = Decimal(row["*Amount"])
            sums["xero"][name.split("-")[3], code][amount < 0] += abs(amount)

    for name, found in sums.items():
        assert {key: tuple(sides) for key, sides in found.items()} == expected, name
    assert done.facts["totals"] == {"EUR": "50.00", "GBP": "284.50"}
    assert len(table.read_text().splitlines()) == 16


def test_a_workbook_ends_with_control_totals(export):
    _, path = export("xlsx", name="journal.xlsx")

    journal, totals = sheets_of(path.read_bytes())
    assert journal[2] == [
        2.0, "2026-05-31", "6310", "2310", "EUR", 50.0, "ISSUE", "STORE_CREDIT", "GOODWILL", "GOODWILL",
    ]  # fmt: skip
    assert totals[:4] == [
        ["currency", "account", "name", "debit", "credit"],
        ["EUR", "2310", "Store credit owed to customers", 0.0, 50.0],
        ["EUR", "6310", "Goodwill", 50.0, 0.0],
        ["EUR", None, None, 50.0, 50.0],
    ]
    assert totals[-1] == ["GBP", None, None, 284.5, 284.5]


@pytest.mark.parametrize("layout", ["datev", "quickbooks", "xero", "xlsx"])
def test_a_layout_asked_for_later_is_the_same_bytes_whatever_accounts_are_called_since(export, layout, time_machine):
    ending = "xlsx" if layout == "xlsx" else "zip"
    _, first = export(layout, name=f"first.{ending}")
    GeneralLedgerAccount.objects.update(name="Called anew", datev_code="1", quickbooks_name="Anew", xero_code="1")
    time_machine.shift(86_400)
    given_credit("1.00 GBP")

    _, again = export(layout, name=f"again.{ending}")

    assert first.read_bytes() == again.read_bytes()


def test_datev_has_a_file_for_each_currency_and_month(export):
    _, path = export("datev", name="datev.zip")

    assert list(parts_of(path, "windows-1252")) == [
        "EXTF_Buchungsstapel_1_EUR_2026-05.csv",
        "EXTF_Buchungsstapel_1_GBP_2026-04.csv",
        "EXTF_Buchungsstapel_1_GBP_2026-05.csv",
    ]


def test_what_a_layout_cannot_hold_is_said_and_no_file_is_written(export):
    GeneralLedgerAccount.objects.filter(code="6310").update(datev_code="63100000")
    several, path = export("xero", name="journal.csv")
    too_long, _ = export("datev", "--currency", "EUR", name="journal.csv")
    nobody = run("export_journal", str(path), "--day", "2026-05-31", "--layout", "datev")

    assert [done.code for done in (several, too_long, nobody)] == [2, 2, 2]
    assert several.err.startswith("Could not run: in this layout it is a .zip file, for it takes several: name one")
    assert too_long.err == (
        "Could not run: The journal cannot be written as datev: account 63100000 is no number of 4 digits."
    )
    assert "DATEV_CONSULTANT and DATEV_CLIENT are not set" in nobody.err
    assert not path.exists()


def test_xero_gets_no_more_lines_in_a_file_than_it_takes(monkeypatch, export):
    monkeypatch.setattr("storecredit.finance.queries.layouts.sides._XERO_LINES", 5)

    _, path = export("xero", "--currency", "GBP", name="xero.zip")

    assert [len(rows) - 1 for rows in parts_of(path).values()] == [10, 10, 8]
    for rows in parts_of(path).values():
        assert sum(Decimal(row["*Amount"]) for row in csv.DictReader(io.StringIO("\n".join(rows)))) == 0


@pytest.mark.parametrize("layout", ["datev", "quickbooks", "xero"])
def test_a_journal_without_a_line_is_no_empty_archive(export, layout):
    done, path = export(layout, "--currency", "CHF", name="journal.zip")

    assert (done.code, done.err, path.exists()) == (
        2,
        f"Could not run: The journal cannot be written as {layout}: it has no line.",
        False,
    )
