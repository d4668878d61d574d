"""
Programs whose files have a row for each side of a line: QuickBooks Online and Xero.

Both group rows into journal entries, which must balance; a line's two rows stand in the same file and entry.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.conf import settings

from ledger.spreadsheet import list_csv_lines
from storecredit.finance.models import JournalExport, JournalLine
from storecredit.finance.queries.layouts.parts import (
    Batch,
    Part,
    list_batches,
    name_of_account,
    two_decimals,
    words_of,
)

QUICKBOOKS = "quickbooks"
XERO = "xero"
#: https://quickbooks.intuit.com/learn-support, "Import journal entries": accounts by name, debits and credits apart.
_QUICKBOOKS_COLUMNS = ("JournalNo", "JournalDate", "AccountName", "Debits", "Credits", "Description", "Currency")
#: https://central.xero.com, "Import manual journals": accounts by code, debits positive and credits negative.
_XERO_COLUMNS = (
    "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1", "TrackingOption1",
    "TrackingName2", "TrackingOption2",
)  # fmt: skip
# Two rows for each line: 1,000 rows and 300 rows are what a file may have.
_QUICKBOOKS_LINES = 500
_XERO_LINES = 150


def list_quickbooks_parts(export: JournalExport, lines: Sequence[JournalLine]) -> Iterator[Part]:
    """
    A file for each currency, or for so many lines of one as QuickBooks takes; a journal entry for each of its days.

    :raises NotForLayout: if an amount has three decimals.
    """
    for batch in list_batches(lines, most=_QUICKBOOKS_LINES):
        rows = [row for line in batch.lines for row in _quickbooks_rows(export, batch, line)]
        yield _part(export, QUICKBOOKS, batch, [_QUICKBOOKS_COLUMNS, *rows])


def list_xero_parts(export: JournalExport, lines: Sequence[JournalLine]) -> Iterator[Part]:
    """
    A file for each currency, or for so many lines of one as Xero takes; a journal for each of its days.

    :raises NotForLayout: if an amount has three decimals.
    """
    for batch in list_batches(lines, most=_XERO_LINES):
        rows = [row for line in batch.lines for row in _xero_rows(export, batch, line)]
        yield _part(export, XERO, batch, [_XERO_COLUMNS, *rows])


def _quickbooks_rows(export: JournalExport, batch: Batch, line: JournalLine) -> Iterator[Sequence[object]]:
    number = f"SC{export.number}-{batch.number}-{line.currency}-{line.day:%y%m%d}"
    amount = Decimal(two_decimals(line, QUICKBOOKS))
    for code, debit, credit in ((line.debit, amount, None), (line.credit, None, amount)):
        account = name_of_account(export, code, QUICKBOOKS)
        yield number, f"{line.day:%m/%d/%Y}", account, debit, credit, words_of(line), line.currency


def _xero_rows(export: JournalExport, batch: Batch, line: JournalLine) -> Iterator[Sequence[object]]:
    narration = f"Store credit journal {export.number}, {line.currency}, file {batch.number}"
    amount = Decimal(two_decimals(line, XERO))
    for code, signed in ((line.debit, amount), (line.credit, -amount)):
        account = name_of_account(export, code, XERO)
        day = f"{line.day:%d/%m/%Y}"
        yield narration, day, words_of(line), account, settings.XERO_TAX_RATE, signed, None, None, None, None


def _part(export: JournalExport, layout: str, batch: Batch, rows: Sequence[Sequence[object]]) -> Part:
    name = f"journal-{export.number}-{layout}-{batch.currency}-{batch.number}.csv"
    return Part(name, "".join(list_csv_lines(rows)).encode())
