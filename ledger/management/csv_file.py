"""
A CSV file that says many things at once, read from its start to its end, however long it is.

Every line is checked, and all that is wrong is said, line by line, before anything is done with the file.
"""

import csv
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, ClassVar

#: Of all errors of a file, so many are kept for showing.
ERRORS_SHOWN = 100
_LONGEST_LINE = 64 * 1024
_STAGED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a line. `line` is 0 where it is the file as a whole, `column` empty where it is the line."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        if not self.line:
            return f"{self.column}: {self.message}"
        return f"line {self.line}{', ' if self.column else ''}{self.column}: {self.message}"


class _Unreadable(Exception):
    """The file cannot be read beyond this line."""


class CsvFile:
    """
    What a file says and what is wrong with it. A subclass checks the cells and lays the rows aside.

    `error_count` counts all errors, `errors` holds the first `ERRORS_SHOWN`.
    """

    columns: ClassVar[Sequence[str]]
    required: ClassVar[dict[str, str]]
    #: Whether a message may repeat what a cell of the file says.
    quotes_cells: ClassVar[bool] = True

    def __init__(self, source: BinaryIO) -> None:
        self.errors: list[LineError] = []
        self.error_count = 0
        self.row_count = 0
        self.present_columns: list[str] = []
        # An empty name is a private database in a temporary file, which goes with its connection.
        self.staged = sqlite3.connect("", isolation_level=None)
        self.staged.execute("PRAGMA synchronous=OFF")
        self.staged.execute("PRAGMA journal_mode=OFF")
        self.make_room()
        self._read(source)

    def make_room(self) -> None:
        """Make the table for the rows in `staged`."""
        raise NotImplementedError

    def find_faults(self, line: int, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Column and message of everything that is wrong with a line."""
        raise NotImplementedError

    def stage(self, batch: Sequence[tuple[int, dict[str, str]]]) -> None:
        """Lay good rows aside; what stands in the file twice is an error."""
        raise NotImplementedError

    def add_error(self, line: int, column: str, message: str) -> None:
        self.error_count += 1
        if len(self.errors) < ERRORS_SHOWN:
            self.errors.append(LineError(line, column, message))

    def write_errors(self, write: Callable[[str], object]) -> None:
        """Say each error that is kept, and how many more there are."""
        for error in self.errors:
            write(str(error))
        if self.error_count > ERRORS_SHOWN:
            write(f"… and {self.error_count - ERRORS_SHOWN} more errors")

    @property
    def error_facts(self) -> dict[str, Any]:
        """The errors as a program reads them."""
        shown = [{"line": e.line or None, "column": e.column or None, "message": e.message} for e in self.errors]
        return {"error_count": self.error_count, "errors": shown}

    def _read(self, source: BinaryIO) -> None:
        reader = csv.reader(_lines(source), strict=True)
        try:
            if not self._take_header(next(reader, [])):
                return
            records = self._check_records(reader)
            self.staged.execute("BEGIN")
            while batch := list(islice(records, _STAGED_AT_ONCE)):
                self.stage(batch)
            self.staged.execute("COMMIT")
        except (csv.Error, _Unreadable) as error:
            line = reader.line_num + isinstance(error, _Unreadable)  # such a line was never handed over
            self.add_error(line, "", f"cannot be read: {error}")

    def _take_header(self, header: Sequence[str]) -> bool:
        names = self.present_columns = [name.strip() for name in header]
        if has_undecodable(header):
            self.add_error(1, "", "the file is not UTF-8 text")
        elif not any(names):
            self.add_error(1, "", f"a header is needed: some of {', '.join(self.columns)}")
        elif len(header) == 1 and re.search(r"[;\t|]", header[0]):
            self.add_error(1, "", "the columns must be separated by commas")
        else:
            for place, name in enumerate(names, start=1):
                if name not in self.columns:
                    shown = name if self.quotes_cells else f"column {place}"
                    self.add_error(1, shown, f"not a column; the columns are {', '.join(self.columns)}")
            for name in sorted({name for name in names if names.count(name) > 1 and name in self.columns}):
                self.add_error(1, name, "stands in the header twice")
            for name, why in self.required.items():
                if name not in names:
                    self.add_error(1, name, f"is missing: {why}")
        return not self.error_count

    def _check_records(self, reader: Iterator[list[str]]) -> Iterator[tuple[int, dict[str, str]]]:
        """Good records with the lines they start at. A quoted cell may hold line breaks, so lines are counted on."""
        line = 2
        names = self.present_columns
        for cells in reader:
            started, line = line, reader.line_num + 1  # type: ignore[attr-defined]  # a csv.reader has it
            if not cells:
                continue
            self.row_count += 1
            if len(cells) != len(names):
                self.add_error(started, "", f"has {len(cells)} cells; the header has {len(names)} columns")
                continue
            values = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
            wrong = list(self.find_faults(started, values))
            for name, message in wrong:
                self.add_error(started, name, message)
            if not wrong:
                yield started, values


def find_unreadable(value: str) -> str:
    """What keeps a cell from being text; empty if nothing does."""
    if has_undecodable([value]):
        return "is not UTF-8 text"
    if any(unicodedata.category(character) == "Cc" for character in value):
        return "holds a line break or another control character"
    return ""


def has_undecodable(cells: Sequence[str]) -> bool:
    """Whether some bytes of the cells were not UTF-8."""
    return any("\ud800" <= character <= "\udfff" for cell in cells for character in cell)


def _lines(source: BinaryIO) -> Iterator[str]:
    """The file's lines; bytes that are not UTF-8 stay recognisable, so that the error can name their column."""
    first = True
    while raw := source.readline(_LONGEST_LINE + 1):
        if len(raw) > _LONGEST_LINE:
            raise _Unreadable(f"a line is longer than {_LONGEST_LINE} bytes")
        text = raw.decode("utf-8-sig" if first else "utf-8", errors="surrogateescape")
        first = False
        yield text
