"""CSV that a spreadsheet may open: what is written is run by none, and reads back as what it was."""

import ast
import csv
import io
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.spreadsheet import CellWriter, find_ruin, from_cell, list_csv_lines, to_cell

TEXTS = st.text(alphabet=st.one_of(st.sampled_from("'=+-@\t\r\n\",;#0aé"), st.characters(codec="utf-8")), max_size=20)


@given(TEXTS)
@example("=cmd|'/c calc'!A0")
@example("'=1+1")
@example("''")
@example("'t Hart")
@example("\r\n")
def test_whatever_is_written_reads_back_as_it_was(text):
    file = io.StringIO(newline="")
    CellWriter(file).write_row([text, "x"])
    file.seek(0)

    (row,) = csv.reader(file, strict=True)

    assert [from_cell(cell) for cell in row] == [text, "x"]
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("http://example.com")', '\'=HYPERLINK("http://example.com")'),
        ("+44 20 7946 0958", "'+44 20 7946 0958"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        (" =1", "' =1"),
        ("\uff1d1", "'\uff1d1"),
        ("'=1", "''=1"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_text_that_would_be_run_goes_out_behind_an_apostrophe(text, cell):
    assert to_cell(text) == cell


def test_numbers_go_out_as_they_are():
    assert list(list_csv_lines([("line", "owed"), (2, -5), (None, "-5")])) == ["line,owed\n", "2,-5\n", ",'-5\n"]


@pytest.mark.parametrize(
    "cell",
    [
        "6.03628E+15", "6,03628E+15", "6.03628e15", "1E+12", "1.2E-05", "=A1", "=6036280000000000", "'6036280000000000",
        "'abc", "#", "####", "########", "#REF!", "#N/A", "#NAME?", "#DIV/0!", "#VALUE!", "#NUM!", "#NULL!", "#BEZUG!",
        "#NV", "#¡REF!", "Err:502", "Jos\ufffd",
    ],
)  # fmt: skip
def test_what_a_spreadsheet_makes_of_text_is_known_in_every_cell(cell):
    assert find_ruin(cell, is_number=False) != ""


@pytest.mark.parametrize(
    "cell",
    [
        "12-May", "May-12", "12-May-26", "12 Mai", "12. Mai 2026", "2026-05-12", "2026-05-12 00:00:00",
        "2026-05-12T00:00:00.000Z", "12/05/2026", "5/12/26", "12.05.2026", "2026/05/12", "12:30:00",
        "1.0", "6036280000000000.0", "17,00", "6,036,280,000,000",
    ],
)  # fmt: skip
def test_a_day_and_decimals_are_ruins_of_numbers_alone(cell):
    assert find_ruin(cell, is_number=True) != ""
    assert find_ruin(cell, is_number=False) == ""


@pytest.mark.parametrize(
    "cell",
    [
        "", "6036280000000000", "CUST-000001", "#1001", "E12", "12E", "1E2B3C4D", "+44 (0)20 7946 0958",
        "01.23.45.67.89", "123 456 789", "SHOP-1", "4711-12", "12-MAR-QT", "MAR-12", "O'Neil", "a@example.com", "-",
        "'+44 20", "''t Hart", "V1.0",
    ],
)  # fmt: skip
def test_what_people_write_is_left_alone(cell):
    assert find_ruin(cell, is_number=True) == ""


def test_nothing_else_in_the_project_writes_csv():
    roots = [Path(settings.BASE_DIR) / name for name in ("ledger", "giftcards", "storecredit")]
    files = [file for root in roots for file in root.rglob("*.py")]

    writers = {file.name for file in files for node in ast.walk(ast.parse(file.read_text())) if _writes_csv(node)}

    assert len(files) > 200
    assert writers == {"spreadsheet.py"}


def _writes_csv(node: ast.AST) -> bool:
    names = {"writer", "DictWriter"}
    if isinstance(node, ast.ImportFrom):
        return node.module == "csv" and any(name.name in names for name in node.names)
    return isinstance(node, ast.Attribute) and node.attr in names and isinstance(node.value, ast.Name)
