"""A journal as one file, whatever the layout makes of it."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.db.models import TextChoices
from django.utils.translation import gettext

from ledger.money import from_minor
from ledger.spreadsheet import list_csv_lines
from ledger.workbooks import Cell, Sheet, list_workbook_bytes
from storecredit.finance.errors import NotForLayout
from storecredit.finance.models import JournalExport, JournalLine
from storecredit.finance.queries.journal import list_rows, sum_accounts, sum_currencies, write_json_lines
from storecredit.finance.queries.layouts.datev import DatevClient, list_datev_parts
from storecredit.finance.queries.layouts.parts import Part
from storecredit.finance.queries.layouts.sides import list_quickbooks_parts, list_xero_parts

_TOTALS = ("currency", "account", "name", "debit", "credit")
_AMOUNT = 5


class Layout(TextChoices):
    """The forms in which a journal leaves the house."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"
    JSON_LINES = "jsonl", "JSON"
    DATEV = "datev", "DATEV"
    QUICKBOOKS = "quickbooks", "QuickBooks"
    XERO = "xero", "Xero"


@dataclass(frozen=True, slots=True)
class JournalFile:
    """A file, the end of its name, and what kind it is."""

    name: str
    content_type: str
    content: bytes


def write_journal(
    *,
    export: JournalExport,
    lines: Sequence[JournalLine],
    layout: Layout,
    datev: DatevClient | None = None,
    currency: str = "",
) -> JournalFile:
    """
    The journal in a layout: the same bytes whenever it is asked for.

    A layout that takes several files for it gives a ZIP archive of them.

    :param datev: whose books they are for DATEV.
    :param currency: the lines in this currency alone; empty: all.
    :raises NotForLayout: if the layout cannot hold it, or there is no line that another program could import.
    """
    wanted = [line for line in lines if currency in ("", line.currency)]
    name = f"journal-{export.number}{f'-{currency}' if currency else ''}"
    if layout == Layout.CSV:
        return JournalFile(
            f"{name}.csv", "text/csv; charset=utf-8", "".join(list_csv_lines(list_rows(wanted))).encode()
        )
    if layout == Layout.JSON_LINES:
        text = "".join(f"{line}\n" for line in write_json_lines(wanted))
        return JournalFile(f"{name}.jsonl", "application/jsonl", text.encode())
    if layout == Layout.XLSX:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return JournalFile(f"{name}.xlsx", kind, b"".join(list_workbook_bytes(*_list_sheets(export, wanted))))
    if not wanted:
        raise NotForLayout(layout=layout.value, why=gettext("it has no line"))
    return _pack(f"{name}-{layout}", list(_list_parts(export, wanted, layout, datev)))


def _list_parts(
    export: JournalExport, lines: Sequence[JournalLine], layout: Layout, datev: DatevClient | None
) -> Iterator[Part]:
    if layout == Layout.DATEV:
        return list_datev_parts(export, lines, datev)
    return list_quickbooks_parts(export, lines) if layout == Layout.QUICKBOOKS else list_xero_parts(export, lines)


def _pack(name: str, parts: Sequence[Part]) -> JournalFile:
    if len(parts) == 1:
        return JournalFile(parts[0].name, "text/csv", parts[0].content)
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for part in parts:
            # Without a time of its own: the same parts are the same archive.
            archive.writestr(ZipInfo(part.name), part.content, ZIP_DEFLATED)
    return JournalFile(f"{name}.zip", "application/zip", packed.getvalue())


def _list_sheets(export: JournalExport, lines: Sequence[JournalLine]) -> list[Sheet]:
    head, *rows = list_rows(lines)
    as_numbers = [[*row[:_AMOUNT], Decimal(row[_AMOUNT]), *row[_AMOUNT + 1 :]] for row in rows]
    return [Sheet("Journal", head, [as_numbers]), Sheet("Control totals", _TOTALS, [_list_totals(export, lines)])]


def _list_totals(export: JournalExport, lines: Sequence[JournalLine]) -> list[list[Cell]]:
    """Each account of a currency, and below them all of it, where debits equal credits."""
    of_accounts = sum_accounts(lines)
    rows: list[list[Cell]] = []
    for currency, total_minor in sum_currencies(lines).items():
        rows += [
            [
                currency,
                code,
                export.accounts.get(code, {}).get("name", ""),
                _major(debit, currency),
                _major(credit, currency),
            ]
            for (of, code), (debit, credit) in of_accounts.items()
            if of == currency
        ]
        rows.append([currency, "", "", _major(total_minor, currency), _major(total_minor, currency)])
    return rows


def _major(minor: int, currency: str) -> Decimal:
    return from_minor(minor, currency).amount
