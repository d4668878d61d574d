"""Files as other programs write them are read as they are meant, or refused in words that say what they are."""

import io
from zipfile import ZipFile

import pytest

from ledger.models import Customer
from storecredit.backoffice.models import ImportFault
from tests.backoffice.imports.files import address, go_on, map_columns, start, upload
from tests.backoffice.staff import text_of
from tests.ledger.commands.running import run as run_command

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

ROWS = ["number,first_name,last_name", "A-1,Zoë,Ċapp", 'A-2,Ada,"King, née\r\nByron"', "A-3,Ün,Łuk", "A-4,Al,Þ"]
READ = [("A-1", "Zoë", "Ċapp"), ("A-3", "Ün", "Łuk"), ("A-4", "Al", "Þ")]


def text_with(end: str, separator: str = ",") -> str:
    rows = [ROWS[0], ROWS[1], *ROWS[3:]]
    return "".join(row.replace(",", separator) + end for row in rows)


FILES = {
    "CR alone": text_with("\r").encode(),
    "CR alone, and none at the end": text_with("\r").removesuffix("\r").encode(),
    "CR alone and a mark": text_with("\r").encode("utf-8-sig"),
    "CR LF": text_with("\r\n").encode(),
    "semicolons": text_with("\r\n", ";").encode("utf-8-sig"),
    "tabs": text_with("\n", "\t").encode(),
    "sep=;": ("sep=;\r\n" + text_with("\r\n", ";")).encode("utf-8-sig"),
    "quoted sep": ('"sep=,"\n' + text_with("\n")).encode(),
    "sep= with CR alone": ("SEP=;\r" + text_with("\r", ";")).encode(),
    "UTF-16 of a spreadsheet": text_with("\r\n", "\t").encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + text_with("\n").encode("utf-16-be"),
    "UTF-16 with sep=": ("sep=\t\r\n" + text_with("\r\n", "\t")).encode("utf-16"),
}
WORKBOOK = "it is a workbook (XLSX) or another ZIP file, not CSV; save it as CSV"


def everybody() -> list[tuple[str, str, str]]:
    return list(Customer.objects.order_by("number").values_list("number", "first_name", "last_name"))


def workbook() -> bytes:
    kept = io.BytesIO()
    with ZipFile(kept, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
    return kept.getvalue()


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("file_name", ["customers.csv", "customers.xlsx"])
def test_the_browser_takes_them_slice_by_slice(finance, name: str, file_name: str):
    run = upload(finance, "customers", FILES[name], name=file_name)
    map_columns(finance, run)
    run = go_on(finance, run)
    start(finance, run, count=3)
    run = go_on(finance, run)

    assert (run.state, run.rows, run.position, everybody()) == ("DONE", 3, len(FILES[name]), READ)


@pytest.mark.parametrize("name", FILES)
def test_the_command_takes_them(tmp_path, name: str):
    file = tmp_path / "customers.csv"
    file.write_bytes(FILES[name])

    done = run_command("import_customers", str(file))

    assert (done.code, everybody()) == (0, READ)


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"sep=;\nnumber;email\nA-1;a@example.com\nA-2;b@example.com\nA-3;none\n", 5),
        (b"number,email\rA-1,a@example.com\rA-2,b@example.com\rA-3,none\r", 4),
        (b'number,email,"first\nname"\nA-1,a@example.com,A\nA-2,b@example.com,B\nA-3,none,C\n', 5),
        ("number,email\nA-1,a@example.com\nA-2,b@example.com\nA-3,none\n".encode("utf-16"), 4),
    ],
    ids=["sep", "CR", "a header of two lines", "UTF-16"],
)
def test_an_error_is_named_by_the_line_of_the_file_in_either_door(finance, tmp_path, content: bytes, line: int):
    file = tmp_path / "customers.csv"
    file.write_bytes(content)

    done = run_command("import_customers", str(file), "--json")
    run = upload(finance, "customers", content)
    map_columns(finance, run)
    go_on(finance, run)

    told = (line, "email", "Enter a valid email address.")
    assert [(each["line"], each["column"], each["message"]) for each in done.facts["errors"]] == [told]
    assert list(ImportFault.objects.values_list("line", "column", "message")) == [told]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (workbook(), WORKBOOK),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "it is a workbook (XLS), not CSV; save it as CSV"),
        (b"sep=|\nnumber|email\n", "its first line says that columns are separated by |, which is not known here"),
        (b"number," * 12_000 + b"\n", "a line is longer than 65536 bytes"),
        (("number," * 12_000).encode("utf-16"), "a line is longer than 65536 bytes"),
    ],
    ids=["XLSX", "XLS", "bars", "endless", "endless UTF-16"],
)
def test_what_is_none_is_refused_in_the_same_words_in_either_door(finance, tmp_path, content: bytes, words: str):
    file = tmp_path / "customers.csv"
    file.write_bytes(content)

    done = run_command("import_customers", str(file))
    run = upload(finance, "customers", content)
    page = finance.open(address(run, "change"))

    assert (done.code, done.err.splitlines()[0]) == (1, f"line 1: cannot be read: {words}")
    assert f"The file cannot be read: {words}." in text_of(page)
    assert everybody() == []
