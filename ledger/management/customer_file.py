"""
A CSV file of customers, read once from its start to its end, however long it is.

What the file says is checked line by line and laid aside in a temporary database on disk: it finds a number that
stands in the file twice, gives the rows out in the order of their numbers, and can be read again.
"""

import csv
import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from django.core.exceptions import ValidationError

from ledger.operations import CHANGEABLE, CustomerRow, CustomerStatus, EntityType
from ledger.queries import Customer

NUMBER = "number"
COLUMNS = (NUMBER, *CHANGEABLE)
#: Of all errors of a file, so many are kept for showing.
ERRORS_SHOWN = 100
_LONGEST_LINE = 64 * 1024
_STAGED_AT_ONCE = 1000
_NUMBER_FORM = re.compile(r"(?!k[0-9a-z]{16}$)[!-.0-~]{1,64}")
_CHOICES = {"entity_type": EntityType.values, "status": CustomerStatus.values}
_FIELDS = {field.name: field for field in Customer._meta.concrete_fields}


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a line. `column` is empty where it is the line as a whole."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}{', ' if self.column else ''}{self.column}: {self.message}"


class _Unreadable(Exception):
    """The file cannot be read beyond this line."""


class CustomerFile:
    """
    The rows of a file, and what is wrong with it. Iterating gives the good rows in the order of their numbers.

    `error_count` counts all errors, `errors` holds the first `ERRORS_SHOWN`.
    """

    def __init__(self, source: BinaryIO) -> None:
        self.errors: list[LineError] = []
        self.error_count = 0
        self.row_count = 0
        self._columns: list[str] = []
        # An empty name is a private database in a temporary file, which goes with its connection.
        self._staged = sqlite3.connect("", isolation_level=None)
        self._staged.execute("PRAGMA synchronous=OFF")
        self._staged.execute("PRAGMA journal_mode=OFF")
        names = ", ".join(f"{name} TEXT NOT NULL DEFAULT ''" for name in CHANGEABLE)
        self._staged.execute(f"CREATE TABLE row (number TEXT PRIMARY KEY, line INTEGER, {names}) WITHOUT ROWID")
        self._read(source)

    def __iter__(self) -> Iterator[CustomerRow]:
        names = self._columns_besides_number()
        rows = self._staged.execute(f"SELECT {', '.join([NUMBER, *names])} FROM row ORDER BY number")
        for number, *values in rows:
            yield CustomerRow(number=number, values=dict(zip(names, values, strict=True)))

    def add_error(self, line: int, column: str, message: str) -> None:
        self.error_count += 1
        if len(self.errors) < ERRORS_SHOWN:
            self.errors.append(LineError(line, column, message))

    def find_line(self, number: str) -> int:
        """The line of a row that was read."""
        (line,) = self._staged.execute("SELECT line FROM row WHERE number = ?", [number]).fetchone()
        return int(line)

    def _columns_besides_number(self) -> list[str]:
        return [name for name in self._columns if name != NUMBER]

    def _read(self, source: BinaryIO) -> None:
        reader = csv.reader(_lines(source), strict=True)
        try:
            if not self._take_header(next(reader, [])):
                return
            records = self._check_records(reader)
            self._staged.execute("BEGIN")
            while batch := list(islice(records, _STAGED_AT_ONCE)):
                self._stage(batch)
            self._staged.execute("COMMIT")
        except (csv.Error, _Unreadable) as error:
            line = reader.line_num + isinstance(error, _Unreadable)  # such a line was never handed over
            self.add_error(line, "", f"cannot be read: {error}")

    def _take_header(self, header: Sequence[str]) -> bool:
        self._columns = [name.strip() for name in header]
        if _has_undecodable(header):
            self.add_error(1, "", "the file is not UTF-8 text")
        elif not any(self._columns):
            self.add_error(1, "", f"a header is needed: some of {', '.join(COLUMNS)}")
        elif len(header) == 1 and re.search(r"[;\t|]", header[0]):
            self.add_error(1, "", "the columns must be separated by commas")
        else:
            for name in self._columns:
                if name not in COLUMNS:
                    self.add_error(1, name, f"not a column; the columns are {', '.join(COLUMNS)}")
            for name in sorted({name for name in self._columns if self._columns.count(name) > 1}):
                self.add_error(1, name, "stands in the header twice")
            if NUMBER not in self._columns:
                self.add_error(1, NUMBER, "is missing: it says which customer a line is about")
        return not self.error_count

    def _check_records(self, reader: Iterator[list[str]]) -> Iterator[tuple[int, dict[str, str]]]:
        """Good records with the lines they start at. A quoted cell may hold line breaks, so lines are counted on."""
        line = 2
        for cells in reader:
            started, line = line, reader.line_num + 1  # type: ignore[attr-defined]  # a csv.reader has it
            if not cells:
                continue
            self.row_count += 1
            if len(cells) != len(self._columns):
                self.add_error(started, "", f"has {len(cells)} cells; the header has {len(self._columns)} columns")
                continue
            values = {name: cell.strip() for name, cell in zip(self._columns, cells, strict=True)}
            wrong = [(name, message) for name, value in values.items() if (message := _find_fault(name, value))]
            for name, message in wrong:
                self.add_error(started, name, message)
            if not wrong:
                yield started, values

    def _stage(self, batch: Sequence[tuple[int, dict[str, str]]]) -> None:
        names = self._columns
        insert = f"INSERT OR IGNORE INTO row (line, {', '.join(names)}) VALUES (?{', ?' * len(names)})"
        for line, values in batch:
            if not self._staged.execute(insert, [line, *(values[name] for name in names)]).rowcount:
                first = self.find_line(values[NUMBER])
                self.add_error(line, NUMBER, f"{values[NUMBER]} stands in line {first} already")


def _lines(source: BinaryIO) -> Iterator[str]:
    """The file's lines; bytes that are not UTF-8 stay recognisable, so that the error can name their column."""
    first = True
    while raw := source.readline(_LONGEST_LINE + 1):
        if len(raw) > _LONGEST_LINE:
            raise _Unreadable(f"a line is longer than {_LONGEST_LINE} bytes")
        text = raw.decode("utf-8-sig" if first else "utf-8", errors="surrogateescape")
        first = False
        yield text


def _has_undecodable(cells: Sequence[str]) -> bool:
    return any("\ud800" <= character <= "\udfff" for cell in cells for character in cell)


def _find_fault(name: str, value: str) -> str:
    """What is wrong with one cell; empty if nothing is."""
    if _has_undecodable([value]):
        return "is not UTF-8 text"
    if any(unicodedata.category(character) == "Cc" for character in value):
        return "holds a line break or another control character"
    if name == NUMBER:
        if not value:
            return "is empty"
        if not _NUMBER_FORM.fullmatch(value):
            return "must be 1 to 64 printable ASCII characters without blanks and slashes, and no document id"
        return ""
    if not value:
        return ""
    if name in _CHOICES and value not in _CHOICES[name]:
        return f"is {value!r}, not one of {', '.join(_CHOICES[name])}"
    try:
        _FIELDS[name].run_validators(value)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""
