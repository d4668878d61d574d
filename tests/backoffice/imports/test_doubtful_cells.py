"""What a foreign file says in a way that might be misread: nothing is guessed, and nothing is lost without a word."""

import pytest

from storecredit.backoffice.models import ImportFault
from tests.backoffice.imports.files import go_on, map_columns, upload
from tests.backoffice.imports.stage import checked
from tests.ledger.commands.running import run as run_command

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

COLUMNS_WITHOUT_HEADERS = "Number,Balance,Currency,,\n"
BELOW_NO_HEADER = "says something in column 5, which has no header"
TWO_WAYS = "has a point, which may set decimals or thousands apart (“Amounts are written” says which)"


def faults() -> list[tuple[int, str, str]]:
    return list(ImportFault.objects.order_by("line").values_list("line", "column", "message"))


@pytest.mark.parametrize(
    ("currency", "total"), [("EUR", {"point": 100, "comma": 100000}), ("JPY", {"point": 1, "comma": 1000})]
)
def test_thousands_or_decimals_behind_a_point_are_told_apart_only_by_choice(finance, currency, total):
    file = f"number,balance,currency\nAAAA-1111,1.000,{currency}\n"

    assert (checked(finance, "cards", file).faults, faults()) == (1, [(2, "balance", TWO_WAYS)])
    sums = {choice: checked(finance, "cards", file, decimals=choice).facts["sums_minor"] for choice in total}
    assert sums == {choice: {currency: minor} for choice, minor in total.items()}


@pytest.mark.parametrize(("amount", "currency", "minor"), [("1.000", "KWD", 1000), ("25.0000", "EUR", 2500)])
def test_decimals_that_can_be_nothing_else_need_no_choice(finance, amount: str, currency: str, minor: int):
    run = checked(finance, "cards", f"number,balance,currency\nAAAA-1111,{amount},{currency}\n")

    assert (run.faults, run.facts["sums_minor"]) == (0, {currency: minor})


def test_empty_cells_that_a_spreadsheet_writes_below_no_header_are_passed_over(finance):
    run = checked(finance, "cards", f"{COLUMNS_WITHOUT_HEADERS}AAAA-1111,25.00,GBP,,\n")

    assert (run.faults, run.rows, run.facts["sums_minor"]) == (0, 1, {"GBP": 2500})


def test_what_stands_below_no_header_is_an_error_unless_that_column_is_left_out(finance):
    file = f"{COLUMNS_WITHOUT_HEADERS}AAAA-1111,25.00,GBP,,Ada\n"
    assert (checked(finance, "cards", file).faults, faults()) == (1, [(2, "", BELOW_NO_HEADER)])

    run = upload(finance, "cards", file)
    map_columns(finance, run, column_3="-", column_4="-")

    assert (go_on(finance, run).faults, run.rows) == (0, 1)


def test_a_command_takes_columns_without_headers_as_the_browser_does(tmp_path):
    arguments = ("--currency", "GBP", "--control-total", "25", "--dry-run", "--json")
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("Code,Current Balance,,\nABCD-EFGH,$25.00,,\n".replace("$", "£"))
    bad.write_text("Code,Current Balance,,\nABCD-EFGH,25.00,,Ada\n")

    known, refused = (run_command("import_cards", str(file), *arguments) for file in (good, bad))
    left_out = run_command("import_cards", str(bad), *arguments, "--ignore-unknown")

    assert (known.code, known.facts["map"], known.facts["new"]) == (0, "shopify-gift-cards", 1)
    message = BELOW_NO_HEADER.replace("5", "4")
    assert refused.facts["errors"] == [{"line": 2, "column": None, "message": message}]
    assert (left_out.code, left_out.facts["columns_left_out"]) == (0, ["column 3", "column 4"])
