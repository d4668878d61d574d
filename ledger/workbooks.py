"""
Workbooks (XLSX) that are sent while they are made, however many rows they have.

A workbook is a ZIP file of XML files. The libraries that write one keep the sheet in memory or in a file until its last
row is known, so nothing would be sent before. Here each portion of rows leaves as soon as it is compressed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Cell = str | int | Decimal | date | None
#: What a sheet holds at most, its head included.
ROWS_PER_SHEET = 1_048_576
# A part of a ZIP file above 2 GiB needs an extension for which spreadsheets offer a repair.
_BYTES_PER_SHEET = 1_500_000_000
_LONGEST_TEXT = 32_767
# A spreadsheet's numbers are floats; one with more digits is a name and stays a text.
_MOST_DIGITS = 15
_SPECIAL = re.compile(r"[<>&\x00-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
# XML cannot hold these; a spreadsheet reads `_x0007_` for one, and so `_x005F_` for an underscore that begins none.
_NOT_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: How numbers look, by the place of their style: as they come, with so many decimals, as a day, as a moment.
_LOOKS = ("General", "#,##0.00", "#,##0.000", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")
_STYLE_OF_DECIMALS = {2: 1, 3: 2}
_DAY_STYLE, _MOMENT_STYLE = 3, 4
# A spreadsheet's days are counted from here, as it takes 1900 for a leap year; it knows none before March 1900.
_DAY_ZERO, _FIRST_DAY = date(1899, 12, 30), date(1900, 3, 1)
_SECONDS_A_DAY = 86_400
# Wide enough for a moment: a number that its column cannot show is shown as ####.
_SHEET_BEGINS = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><cols><col min="1" max="256" width="20" customWidth="1"/></cols><sheetData>'
)
_SHEET_ENDS = "</sheetData></worksheet>"


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    A table of a workbook, on as many sheets as it fills.

    :param title: the name of its sheet; those after the first are numbered.
    :param head: the first row of each sheet.
    """

    title: str
    head: Sequence[str]
    portions: Iterable[Sequence[Sequence[Cell]]]


def list_workbook_bytes(*sheets: Sheet, per_sheet: int = ROWS_PER_SHEET) -> Iterator[bytes]:
    """
    The bytes of a workbook, portion by portion. Texts are texts whatever they begin with; no cell is a formula.

    Numbers with two or three decimals show them, days are days, and a moment is what clocks in its time zone said: a
    spreadsheet knows no zones, so which one it is stands in the head.

    They tell no time: the same rows are the same bytes.

    :param per_sheet: with how many rows, its head included, a sheet is full.
    """
    sent = _Sent()
    names: list[str] = []
    with ZipFile(sent, "w", ZIP_DEFLATED) as packed:
        for each in sheets:
            rows = _RowsOf(each.portions)
            begun = len(names)
            while len(names) == begun or rows.is_more():
                names.append(_name_of(each.title, len(names) - begun + 1))
                with packed.open(f"xl/worksheets/sheet{len(names)}.xml", "w") as sheet:
                    size = sheet.write(f"{_SHEET_BEGINS}{_row_xml(1, each.head)}".encode())
                    written = 1
                    while written < per_sheet and size < _BYTES_PER_SHEET and rows.is_more():
                        taken = rows.take(per_sheet - written)
                        lines = (_row_xml(number, row) for number, row in enumerate(taken, written + 1))
                        size += sheet.write("".join(lines).encode())
                        written += len(taken)
                        yield sent.take()
                    sheet.write(_SHEET_ENDS.encode())
        for name, text in _parts_around(names):
            packed.writestr(ZipInfo(name), f"{_XML}{text}", ZIP_DEFLATED)
    yield sent.take()


class _Sent:
    """A file without a way back, as the answer to a request is one."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here but for whoever takes it."""

    def close(self) -> None:
        """It ends with the answer."""

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


class _RowsOf:
    """Portions of rows, of which a sheet may take a part and leave the rest to the next one."""

    def __init__(self, portions: Iterable[Sequence[Sequence[Cell]]]) -> None:
        self._portions = iter(portions)
        self._waiting: Sequence[Sequence[Cell]] = ()

    def is_more(self) -> bool:
        while not self._waiting:
            portion = next(self._portions, None)
            if portion is None:
                return False
            self._waiting = portion
        return True

    def take(self, most: int) -> Sequence[Sequence[Cell]]:
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        return taken


def _row_xml(number: int, row: Sequence[Cell]) -> str:
    cells = [_cell_xml(f"{_letters(place)}{number}", cell) for place, cell in enumerate(row)]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell_xml(place: str, cell: Cell) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, date) and (number := _day_number(cell)):
        style = _MOMENT_STYLE if isinstance(cell, datetime) else _DAY_STYLE
        return f'<c r="{place}" s="{style}"><v>{number}</v></c>'
    if isinstance(cell, int | Decimal):
        number = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
        if sum(each.isdigit() for each in number) <= _MOST_DIGITS:
            style = _STYLE_OF_DECIMALS.get(len(number.partition(".")[2]), 0)
            return f'<c r="{place}" s="{style}"><v>{number}</v></c>' if style else f'<c r="{place}"><v>{number}</v></c>'
        cell = number
    text = _text_xml(cell if isinstance(cell, str) else cell.isoformat())
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _day_number(day: date) -> str:
    """The number by which a spreadsheet knows a day or a moment; blank of one that it does not know."""
    if isinstance(day, datetime):
        if day.date() < _FIRST_DAY:
            return ""
        seconds = (day.hour * 60 + day.minute) * 60 + day.second
        return f"{(day.date() - _DAY_ZERO).days + seconds / _SECONDS_A_DAY:.10f}"
    return "" if day < _FIRST_DAY else str((day - _DAY_ZERO).days)


def _text_xml(text: str) -> str:
    cut = text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
    if not _SPECIAL.search(cut):
        return cut
    escaped = _LOOKS_ESCAPED.sub("_x005F_", cut)
    return escape(_NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", escaped))


def _letters(place: int) -> str:
    """A, B, … Z, AA: a column's name."""
    return (_letters(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def _name_of(title: str, number: int) -> str:
    name = _NOT_IN_A_NAME.sub(" ", title)[:24].strip() or "Sheet"
    return f"{name} {number}" if number > 1 else name


def _parts_around(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What else a workbook is made of: known when its last sheet is."""
    numbers = range(1, len(names) + 1)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>'
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    links += f'<Relationship Id="rId0" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    relations = f'<Relationships xmlns="{_PACKAGE}/relationships">'
    yield "xl/_rels/workbook.xml.rels", f"{relations}{links}</Relationships>"
    yield "xl/styles.xml", _styles_xml()
    workbook = f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    yield "_rels/.rels", f"{relations}{workbook}</Relationships>"
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_CONTENT}.worksheet+xml"/>'
        for number in numbers
    )
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_CONTENT}.styles+xml"/>{kinds}</Types>',
    )


def _styles_xml() -> str:
    """How numbers look. What else a style is made of has to be there, and is as plain as can be."""
    # Numbers of formats below 164 are the spreadsheet's own.
    codes = "".join(f'<numFmt numFmtId="{164 + place}" formatCode="{code}"/>' for place, code in enumerate(_LOOKS[1:]))
    ids = [0, *(164 + place for place in range(len(_LOOKS) - 1))]
    plain = 'fontId="0" fillId="0" borderId="0"'
    looks = "".join(f'<xf numFmtId="{each}" {plain} xfId="0" applyNumberFormat="1"/>' for each in ids)
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="{len(_LOOKS) - 1}">{codes}</numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        f'<cellStyleXfs count="1"><xf numFmtId="0" {plain}/></cellStyleXfs>'
        f'<cellXfs count="{len(ids)}">{looks}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
