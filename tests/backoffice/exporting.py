"""How tests take a list out and read the file."""

import csv
import io
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.urls import reverse

from tests.backoffice.staff import Staff

CSV, XLSX = "csv", "xlsx"


_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def export_url(model: type[Model], query: str = "") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_export") + query


def take(staff: Staff, model: type[Model], query: str = "", form: str = CSV) -> Any:
    return staff.send(export_url(model, query), format=form)


def bytes_of(answer: Any) -> bytes:
    assert answer.status_code == 200, answer
    return b"".join(answer.streaming_content)


def lines_of(answer: Any) -> list[list[str]]:
    """The rows of a CSV file, its head first."""
    return list(csv.reader(io.StringIO(bytes_of(answer).decode("utf-8-sig"))))


def sheets_of(data: bytes) -> list[list[list[Any]]]:
    """The rows of each sheet of a workbook: texts as such, numbers and days as `float`."""
    with ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        names = sorted(name for name in packed.namelist() if name.startswith("xl/worksheets/"))
        return [_rows_of(packed.read(name)) for name in names]


def looks_of(data: bytes) -> dict[str, str]:
    """How the numbers below each title of the first sheet look, but for those that look as they come."""
    with ZipFile(io.BytesIO(data)) as packed:
        sheet = ElementTree.fromstring(packed.read("xl/worksheets/sheet1.xml"))
        styles = ElementTree.fromstring(packed.read("xl/styles.xml"))
    codes = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iter(f"{_SPREADSHEET}numFmt")}
    used = [each.get("numFmtId") for each in styles.find(f"{_SPREADSHEET}cellXfs") or ()]
    head, first, *_ = sheet.iter(f"{_SPREADSHEET}row")
    titles = {cell.get("r", "").rstrip("0123456789"): _cell_of(cell) for cell in head}
    styled = {cell.get("r", "").rstrip("0123456789"): cell.get("s", "") for cell in first if cell.get("s")}
    return {titles[letters]: codes[used[int(place)]] for letters, place in styled.items()}


def _rows_of(sheet: bytes) -> list[list[Any]]:
    root = ElementTree.fromstring(sheet)
    assert root.find(f".//{_SPREADSHEET}f") is None  # no formula anywhere
    return [_row_of(row) for row in root.iter(f"{_SPREADSHEET}row")]


def _row_of(row: Any) -> list[Any]:
    cells: list[Any] = []
    for cell in row:
        letters = cell.get("r").rstrip("0123456789")
        place = ord(letters[-1]) - ord("A") + 26 * (len(letters) - 1)
        cells += [None] * (place - len(cells))  # a blank cell is none
        cells.append(_cell_of(cell))
    return cells


def _cell_of(cell: Any) -> Any:
    text = cell.find(f"{_SPREADSHEET}is/{_SPREADSHEET}t")
    return float(cell[0].text) if text is None else text.text


def log() -> list[tuple[str, str, str]]:
    """Who, which list and what, as the staff log has it."""
    entries = LogEntry.objects.order_by("pk").select_related("user")
    return [(entry.user.username, entry.object_repr, entry.change_message) for entry in entries]
