"""
A CSV file that says many things at once, read from its start to its end, however long it is.

Every line is checked, and all that is wrong is said, line by line, before anything is done with the file.
"""

import csv
import re
import sqlite3
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop

from ledger.management.cells import find_wrong_currency, read_amount, read_day_in
from ledger.management.choices import Choice, with_hint
from ledger.management.column_maps import (
    ColumnMap,
    Layout,
    fold_header,
    list_shipped,
    own_map,
    recognise,
)
from ledger.management.text_lines import FileUnreadable, Source, TextLines, take_separator
from ledger.spreadsheet import find_ruin, from_cell
from ledger.text import TextKind, find_unfit, to_nfc

#: Of all errors of a file, so many are kept for showing.
ERRORS_SHOWN = 100
_LOST_ZEROS = gettext_noop("is shorter than the numbers that begin with 0, as a spreadsheet takes leading zeros off")
_STAGED_AT_ONCE = 1000
_LINES_HANDED_ON = 1000


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


@dataclass(frozen=True, slots=True)
class Portion:
    """
    A piece of a file that is read piece by piece. Its source begins with the file's header.

    :param first_line: the line of the file with which the piece begins; None: the one after the header.
    :param most_rows: after so many it ends.
    :param widths: what `CsvFile.widths` said after the piece before.
    """

    first_line: int | None = None
    most_rows: int = 2000
    widths: Mapping[str, Any] | None = None


class CsvFile:
    """
    What a file says and what is wrong with it. A subclass checks the cells and lays the rows aside.

    `error_count` counts all errors, `errors` holds the first `ERRORS_SHOWN`, `list_errors` gives all of them.
    """

    #: What files of this kind are called in maps, and where the maps are that the project ships.
    kind: ClassVar[str]
    maps_folder: ClassVar[Path]
    columns: ClassVar[Sequence[str]]
    required: ClassVar[dict[str, str | Promise]]
    #: The columns of names that people write; all others are compared or looked up.
    names: ClassVar[Collection[str]] = ()
    #: The columns of numbers and references: text that a spreadsheet may have taken for a number or a day.
    numbers: ClassVar[Collection[str]] = ()
    #: Those of them that may all be of one width, with zeros before them.
    padded: ClassVar[Collection[str]] = ()
    #: The columns of amounts, and of days.
    amounts: ClassVar[Collection[str]] = ()
    days: ClassVar[Collection[str]] = ()
    #: Whether a message may repeat what a cell of the file says.
    quotes_cells: ClassVar[bool] = True

    def __init__(
        self,
        source: Source,
        *,
        layout: Layout = Layout(),  # noqa: B008  it cannot be changed
        currency: str = "",
        portion: Portion | None = None,
    ) -> None:
        """
        :param layout: how the file is to be read; by itself in our own layout, or in one whose headers are known.
        :param currency: of the rows that name none; empty: every row must.
        :param portion: read this piece alone; then `next_line`, `read_bytes` and `is_whole` say where the next begins.
        """
        self.portion = portion
        self.is_whole = True
        self.next_line = 2
        # How many lines of the file stand between its header and the piece that is read.
        self._shift = 0
        self.header_line = 1
        self.header_bytes = self.read_bytes = 0
        self.layout = layout
        self.currency = currency
        self.map = layout.map or own_map(reads=self.kind, columns=self.columns)
        known = (portion.widths if portion else None) or {}
        self._widths = {name: _Widths(known.get(name)) for name in self.padded if name not in layout.as_written}
        self.errors: list[LineError] = []
        self.error_count = 0
        self.row_count = 0
        #: The columns that the file has, each with the header that the file has for it.
        self.headers: dict[str, str] = {}
        self.left_out: list[str] = []
        # An empty name is a private database in a temporary file, which goes with its connection.
        self.staged = sqlite3.connect("", isolation_level=None)
        self.staged.execute("PRAGMA synchronous=OFF")
        self.staged.execute("PRAGMA journal_mode=OFF")
        self.staged.execute("CREATE TABLE error (line INTEGER, name TEXT, message TEXT)")
        self.make_room()
        self._read(source)

    @classmethod
    def list_maps(cls) -> tuple[ColumnMap, ...]:
        """The maps of foreign layouts that the project ships for files of this kind."""
        return list_shipped(cls.maps_folder, cls.kind, tuple(cls.columns))

    @property
    def present_columns(self) -> list[str]:
        """The columns that the file has, in its order."""
        return list(self.headers)

    def make_room(self) -> None:
        """Make the table for the rows in `staged`."""
        raise NotImplementedError

    def find_faults(self, line: int, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Column and message of everything that is wrong with a line."""
        raise NotImplementedError

    def stage(self, batch: Sequence[tuple[int, dict[str, str]]]) -> None:
        """Lay good rows aside; what stands in the file twice is an error."""
        raise NotImplementedError

    def currency_of(self, cells: Mapping[str, str]) -> str:
        """The code of a row's currency; empty if nothing says it."""
        return cells.get("currency") or self.currency

    def add_error(self, line: int, column: str, message: str) -> None:
        self.error_count += 1
        if len(self.errors) < ERRORS_SHOWN:
            self.errors.append(LineError(line, column, message))
        self.staged.execute("INSERT INTO error VALUES (?, ?, ?)", (line, column, message))

    def list_errors(self) -> Iterator[LineError]:
        """All errors, by line; those of the file as a whole first."""
        rows = self.staged.execute("SELECT line, name, message FROM error ORDER BY line, rowid")
        while portion := rows.fetchmany(_STAGED_AT_ONCE):
            yield from (LineError(*row) for row in portion)

    def write_errors(self, write: Callable[[str], object]) -> None:
        """Say each error that is kept, and how many more there are."""
        for error in self.errors:
            write(str(error))
        if self.error_count > ERRORS_SHOWN:
            write(gettext("… and %(value)s more errors") % {"value": self.error_count - ERRORS_SHOWN})

    @property
    def error_facts(self) -> dict[str, Any]:
        """The errors as a program reads them."""
        shown = [{"line": e.line or None, "column": e.column or None, "message": e.message} for e in self.errors]
        return {"error_count": self.error_count, "errors": shown}

    @property
    def widths(self) -> dict[str, Any]:
        """What has been seen of the widths of numbers, for the next piece of the file."""
        return {name: widths.state for name, widths in self._widths.items()}

    def _read(self, source: Source) -> None:
        self._lines = TextLines(source)
        reader: Any = None
        try:
            lines, seen, self._shift = take_separator(iter(self._lines))
            self.header_line = self._shift + 1
            said = self.layout.separator or seen or self.map.separator
            reader = csv.reader(lines, strict=True, delimiter=said.value)
            if not self._take_header(next(reader, [])):
                return
            self.header_bytes = self._lines.read_bytes
            self.next_line = self._shift + reader.line_num + 1
            if self.portion and self.portion.first_line is not None:
                self._shift = self.portion.first_line - reader.line_num - 1
                self.next_line = self.portion.first_line
            records = self._check_records(reader)
            self.staged.execute("BEGIN")
            while batch := list(islice(records, _STAGED_AT_ONCE)):
                self.stage(batch)
            self.staged.execute("COMMIT")
            if self.is_whole:
                self._find_lost_zeros()
        except (csv.Error, FileUnreadable) as error:
            # Such a line was never handed over.
            line = self._shift + (reader.line_num if reader else 0) + isinstance(error, FileUnreadable)
            self.is_whole = True
            self.add_error(line, "", gettext("cannot be read: %(error)s") % {"error": error})
        finally:
            self.read_bytes = self._lines.read_bytes

    def _take_header(self, header: Sequence[str]) -> bool:
        written = [" ".join(name.split()) for name in header]
        # Bytes of zero are text in another encoding, or no text.
        if has_undecodable(header) or any("\0" in name for name in header):
            self.add_error(self.header_line, "", gettext("the file is not UTF-8 text; save it as CSV in UTF-8"))
        elif not any(written):
            self.add_error(
                self.header_line,
                "",
                gettext("a header is needed: some of %(columns)s") % {"columns": ", ".join(self.columns)},
            )
        elif len(header) == 1 and re.search(r"[;\t|]", header[0]):
            self.add_error(self.header_line, "", gettext("the columns must be separated by commas, semicolons or tabs"))
        else:
            self._map_header(written)
        return not self.error_count

    def _map_header(self, written: Sequence[str]) -> None:
        folded = [fold_header(name) for name in written]
        if self.layout.map is None:
            maps = [self.map, *self.layout.known, *self.list_maps()]
            lenient = self.layout.ignore_unknown
            self.map = recognise(folded, maps=maps, required=self.required, ignore_unknown=lenient) or self.map
        # A header that names what is required is one: then the names beside it are no cells of a file without header.
        shows_names = self.quotes_cells or self.map.says(folded).issuperset(self.required)
        self._places: list[str] = []
        self._nameless: list[int] = []
        for place, (name, header) in enumerate(zip(folded, written, strict=True), start=1):
            column = self.map.columns.get(name, "")
            self._places.append(column)
            if column in self.headers:
                self.add_error(self.header_line, column, gettext("stands in the header twice"))
            elif column:
                self.headers[column] = header
            elif not name and not (self.layout.ignore_unknown or name in self.map.ignored):
                self._nameless.append(place)
            elif name not in self.map.ignored:
                self._leave_out(header if header and shows_names else gettext("column %(place)s") % {"place": place})
        for name, why in self.required.items():
            if name not in self.headers:
                self.add_error(self.header_line, name, gettext("is missing: %(why)s") % {"why": why})

    def _leave_out(self, shown: str) -> None:
        self.left_out.append(shown)
        if not self.layout.ignore_unknown:
            known = self.map.columns if self.map.is_foreign else self.columns
            self.add_error(
                self.header_line,
                shown,
                gettext("not a column; the columns are %(known)s") % {"known": ", ".join(known)},
            )

    def _check_records(self, reader: Iterator[list[str]]) -> Iterator[tuple[int, dict[str, str]]]:
        """Good records with the lines they start at. A quoted cell may hold line breaks, so lines are counted on."""
        for cells in self._take_records(reader):
            started = self.next_line
            self.next_line = self._shift + reader.line_num + 1  # type: ignore[attr-defined]  # a csv.reader has it
            if not any(cell.strip() for cell in cells):
                continue
            self.row_count += 1
            if len(cells) != len(self._places):
                words = gettext("has %(cells)s cells; the header has %(places)s columns")
                self.add_error(started, "", words % {"cells": len(cells), "places": len(self._places)})
                continue
            written = {name: cell.strip() for name, cell in zip(self._places, cells, strict=True) if name}
            for name in self.map.apostrophes & written.keys():
                written[name] = written[name].removeprefix("'")
            values = {name: to_nfc(self._read_cell(name, cell)) for name, cell in written.items()}
            wrong = dict(self._find_ruins(written)) | dict(self._find_unreadable(values))
            wrong |= dict(self._translate(values, wrong))
            # A cell that is no text, or not the one that was meant, is not looked at further.
            more = [each for each in self.find_faults(started, values) if each[0] not in wrong]
            more += self._find_nameless(cells)
            for name, message in [*wrong.items(), *more]:
                self.add_error(started, name, message)
            if not wrong and not more:
                for name, widths in self._widths.items():
                    widths.add(started, values.get(name, ""))
                yield started, values

    def _take_records(self, reader: Iterator[list[str]]) -> Iterator[list[str]]:
        """The records of the file, or of the piece of it that is read."""
        if self.portion is None:
            yield from reader
            return
        yield from islice(reader, self.portion.most_rows)
        # Whether more follows is told by the next piece alone: nothing beyond this one may be read.
        self.is_whole = self._lines.has_ended

    def _read_cell(self, name: str, cell: str) -> str:
        return cell if name in self.layout.as_written else from_cell(cell)

    def _translate(self, values: dict[str, str], wrong: Collection[str]) -> Iterator[tuple[str, str]]:
        """Put what the cells of the layout say into our words; column and message of what nobody can."""
        for name, words in self.map.values.items():
            if name in values:
                values[name] = words.get(values[name].casefold(), values[name])
        decimals = self.map.decimals if self.layout.decimals is None else self.layout.decimals
        hint = self.layout.hints.get(Choice.DECIMALS, "")
        for name in self.amounts:
            if values.get(name) and name not in wrong:
                values[name], message = read_amount(values[name], self.currency_of(values), decimals, hint=hint)
                if message:
                    yield name, message
        if self.map.is_foreign or self.layout.days is not None:
            order = self.layout.days or self.map.days
            for name in self.days:
                if values.get(name):
                    values[name] = read_day_in(values[name], order, with_time=self.map.is_foreign)

    def _find_ruins(self, written: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for name, cell in written.items():
            if name not in self.layout.as_written and (message := find_ruin(cell, is_number=name in self.numbers)):
                yield name, self._say_ruin(name, message)

    def _say_ruin(self, name: str, message: str) -> str:
        """What a spreadsheet has made of a cell, and how it is said that it is meant."""
        return self.with_hint(message, Choice.AS_WRITTEN, name)

    def with_hint(self, message: str, choice: Choice, name: str = "") -> str:
        """A message with how it is said here what is meant."""
        hint = self.layout.hints.get(choice, "")
        return with_hint(message, hint % {"name": name} if name else hint)

    def find_wrong_currency(self, currency: str, *, is_new: bool = True) -> str:
        """What is wrong with the currency of a row, and how the currency of rows that name none is said."""
        message = find_wrong_currency(currency, is_new=is_new)
        return message if currency else self.with_hint(message, Choice.CURRENCY)

    def _find_unreadable(self, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for name, value in values.items():
            if has_undecodable([value]):
                yield name, gettext("is not UTF-8 text")
            elif message := find_unfit(value, TextKind.NAME if name in self.names else TextKind.CODE):
                yield name, message

    def _find_nameless(self, cells: Sequence[str]) -> Iterator[tuple[str, str]]:
        """What stands below no header. Spreadsheets write empty cells there, and those say nothing."""
        for place in self._nameless:
            if cells[place - 1].strip():
                yield "", gettext("says something in column %(place)s, which has no header") % {"place": place}

    def _find_lost_zeros(self) -> None:
        """Where numbers of one width begin with zeros, a shorter one has lost its own."""
        for name, widths in self._widths.items():
            for line in widths.find_shorter():
                self.add_error(line, name, self._say_ruin(name, gettext(_LOST_ZEROS)))


class _Widths:
    """How wide the digits of one column are, with and without zeros before them, and on which lines."""

    def __init__(self, before: Mapping[str, Any] | None = None) -> None:
        """:param before: the `state` after the piece of the file before."""
        before = before or {"zeros": [], "lines": {}}
        self._with_zeros: set[int] = set(before["zeros"])
        self._lines = {int(width): array("L", lines) for width, lines in before["lines"].items()}

    @property
    def state(self) -> dict[str, Any]:
        """What has been seen, as JSON; of the lines of one width no more than anybody reads."""
        lines = {str(width): lines[:_LINES_HANDED_ON].tolist() for width, lines in self._lines.items()}
        return {"zeros": sorted(self._with_zeros), "lines": lines}

    def add(self, line: int, value: str) -> None:
        if not (value.isascii() and value.isdecimal()):
            return
        if value.startswith("0"):
            self._with_zeros.add(len(value))
        else:
            self._lines.setdefault(len(value), array("L")).append(line)

    def find_shorter(self) -> list[int]:
        if len(self._with_zeros) != 1:
            return []
        (width,) = self._with_zeros
        return sorted(line for shorter, lines in self._lines.items() if shorter < width for line in lines)


def has_undecodable(cells: Sequence[str]) -> bool:
    """Whether some bytes of the cells were not UTF-8."""
    return any("\ud800" <= character <= "\udfff" for cell in cells for character in cell)
