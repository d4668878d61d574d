"""
CSV files that a spreadsheet may open, and what a spreadsheet makes of text.

It takes a cell that begins with `=` for a formula and runs it, so such a cell is written behind an apostrophe, which
spreadsheets take for "this is text"; reading takes it off. Nothing in the project writes CSV but this module.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from django.utils.translation import gettext

# Blanks before the sign do not hide it from those that trim cells, nor does its wide form from those that narrow it.
_GUARDED = re.compile(r"'|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")

_POWER_OF_TEN = re.compile(r"[+-]?\d+([.,]\d*)?[eE][+-]?\d{1,3}")
_HASHES = re.compile(r"#+")
# #REF!, #NAME?, #DIV/0!, #N/A and what they are called in other languages; LibreOffice's Err:502.
_ERROR = re.compile(r"#¡?[^\W\d_]+(/[^\W_]+)?[!?]|#N/A|#NV|#N/D|#GETTING_DATA|Err:\d{3}", re.IGNORECASE)
_FLOAT = re.compile(r"[+-]?\d+[.,]0+")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3}){2,}(\.\d+)?")
# As spreadsheets write them, and never in capitals before a number, as references are: in English, German, French,
# Spanish, Italian, Dutch and Portuguese.
_MONTH = (
    r"("
    r"january|february|march|april|june|july|august|september|october|november|december|jan|feb|mar|apr|may|jun|jul|aug|"
    r"sep|sept|oct|nov|dec|januar|jänner|februar|märz|mai|juni|juli|oktober|dezember|mär|mrz|okt|dez|janvier|février|"
    r"mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|janv|févr|avr|juil|déc|enero|febrero|marzo|abril|"
    r"mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|ene|abr|ago|dic|gennaio|febbraio|aprile|maggio|"
    r"giugno|luglio|settembre|ottobre|dicembre|gen|mag|giu|lug|set|ott|januari|februari|maart|mei|augustus|mrt|janeiro|"
    r"fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|fev|out"
    r")\.?"
)
_TIME = r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?"
_DATE = re.compile(
    rf"(\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[./]\d{{1,2}}[./](\d{{4}}|\d{{2}})|\d{{4}}/\d{{1,2}}/\d{{1,2}}"
    rf"|\d{{1,2}}[-./ ]+{_MONTH}([-./ ]+\d{{2,4}})?|(?-i:(?![A-Z]{{2}})){_MONTH}[-./ ]+\d{{1,4}}(,? \d{{2,4}})?)"
    rf"([T ]+{_TIME}(Z|[+-]\d{{2}}:?\d{{2}})?)?|\d{{1,3}}:\d{{2}}:\d{{2}}(\.\d+)?",
    re.IGNORECASE,
)


class _Sink(Protocol):
    def write(self, text: str, /) -> object: ...


class CellWriter:
    """Rows of CSV, safe to open in a spreadsheet. Numbers go out as they are, whatever their sign."""

    def __init__(self, sink: _Sink) -> None:
        self._writer = csv.writer(sink, lineterminator="\n")
        # The writer does not quote a CR that does not end its lines, and readers take it for such an end.
        self._quoting = csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def write_row(self, cells: Iterable[Any]) -> None:
        """Write one row; None is an empty cell."""
        row = [to_cell(cell) if isinstance(cell, str) else cell for cell in cells]
        writer = self._quoting if any(isinstance(cell, str) and "\r" in cell for cell in row) else self._writer
        writer.writerow(row)


def list_csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a CSV file, one by one, for an answer that is sent while it is made."""
    line = _Line()
    writer = CellWriter(line)
    for row in rows:
        writer.write_row(row)
        yield line.text


def to_cell(text: str) -> str:
    """A text as a cell that no spreadsheet runs, and that `from_cell` reads as the same text."""
    return f"'{text}" if _GUARDED.match(text) else text


def from_cell(cell: str) -> str:
    """The text of a cell: without the apostrophe that `to_cell` put before it."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell, 1) else cell


def find_ruin(cell: str, *, is_number: bool) -> str:
    """
    What a spreadsheet seems to have made of a text, as the end of a sentence; empty if it left it alone.

    :param cell: as it stands in the file.
    :param is_number: whether the text is a number or name that is compared, in which no date and no decimals are meant.
    """
    if cell.startswith("'"):
        return "" if from_cell(cell) != cell else gettext("begins with an apostrophe, as a spreadsheet marks text")
    if cell.startswith("="):
        return gettext("begins with =, as a spreadsheet's formula")
    if _HASHES.fullmatch(cell):
        return gettext("holds #, as a spreadsheet shows what does not fit its column")
    if _ERROR.fullmatch(cell):
        return gettext("is a spreadsheet's error")
    if _POWER_OF_TEN.fullmatch(cell):
        return gettext("is a power of ten, as a spreadsheet rounds a long number")
    if "\ufffd" in cell:
        return gettext("holds U+FFFD, which stands for a character that was lost")
    if not is_number:
        return ""
    if _DATE.fullmatch(cell):
        return gettext("is a date or a time, as a spreadsheet makes of a number")
    if _FLOAT.fullmatch(cell):
        return gettext("has decimals, as a spreadsheet makes of a number")
    if _THOUSANDS.fullmatch(cell):
        return gettext("has its thousands set apart, as a spreadsheet shows a number")
    return ""


class _Line:
    """A file for the CSV writer that keeps the last line."""

    text = ""

    def write(self, text: str, /) -> None:
        self.text = text
