"""Every command that reads a CSV file refuses by line and column what a spreadsheet made of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from giftcards.models import GiftCard
from ledger.models import Customer
from ledger.operations import create_customer
from storecredit.credits.models import CreditRequest
from tests.credits.requests import given_person
from tests.ledger.commands.running import Done, run
from tests.scenarios import NOW, every_row_of, nothing_moves

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Importer:
    """A command, a file that it takes, and which of its columns hold what."""

    arguments: tuple[str, ...]
    row: dict[str, str]
    numbers: tuple[str, ...]
    names: tuple[str, ...]
    refused: int = 1


IMPORTERS = {
    "customers": Importer(
        ("import_customers",),
        {"number": "A-1", "email": "a@example.com", "phone": "+44 20 7946 0958", "first_name": "Ada", "last_name": "B"},
        numbers=("number", "email", "phone"),
        names=("first_name", "last_name"),
    ),
    "cards": Importer(
        ("import_cards", "--control-total", "GBP=5"),
        {"number": "AAAA-1111", "balance": "5", "currency": "GBP", "customer_number": "", "recipient_name": "Ada",
         "recipient_email": "a@example.com"},
        numbers=("number", "customer_number", "recipient_email"),
        names=("recipient_name",),
    ),
    "requests": Importer(
        ("import_credit_requests", "--requested-by", "alice", "--control-total", "USD=5", "--control-count", "1"),
        {"type": "GIFT_CARD", "amount": "5", "currency": "USD", "reason": "EC", "order_number": "O-1",
         "gift_card_number": "AAAA-1111", "note": "sorry", "employee": "emp-7", "policy_code": "VIP"},
        numbers=("order_number", "gift_card_number", "policy_code", "reason"),
        names=("note", "employee"),
    ),
    "orders": Importer(
        ("reconcile_orders",),
        {"order_id": "100000000001", "source_id": "s-1", "amount": "5", "currency": "GBP", "upstream_id": "SC1"},
        numbers=("order_id", "source_id", "upstream_id"),
        names=(),
        refused=2,
    ),
    "statements": Importer(
        ("reconcile_statement",),
        {"reference": "ticket-1", "amount": "5", "currency": "GBP"},
        numbers=("reference",),
        names=(),
        refused=2,
    ),
}  # fmt: skip
RUINS = ("6.03628E+15", "=A1", "'x", "####", "#REF!", "#N/A")
RUINED_NUMBERS = ("12-May", "2026-05-12 00:00:00", "17.0")


@pytest.fixture(params=IMPORTERS)
def importer(request) -> Importer:
    given_person("alice")
    return IMPORTERS[request.param]


@pytest.fixture
def take(tmp_path) -> Callable[..., Done]:
    def take(importer: Importer, *rows: dict[str, str] | str, more: tuple[str, ...] = ()) -> Done:
        file = tmp_path / "rows.csv"
        lines = [row if isinstance(row, str) else ",".join(f'"{cell}"' for cell in row.values()) for row in rows]
        file.write_text("\n".join([",".join(importer.row), *lines, ""]))
        command, *arguments = importer.arguments
        return run(command, str(file), *arguments, "--json", *more)

    return take


def errors(done: Done) -> list[tuple[int, str]]:
    return [(error["line"], error["column"]) for error in done.facts["errors"]]


def everything() -> dict[str, list[dict[str, Any]]]:
    return every_row_of(Customer, GiftCard, CreditRequest)


@pytest.mark.parametrize("cell", RUINS)
def test_a_ruined_cell_is_named_by_line_and_column_wherever_it_stands(importer, take, cell):
    with nothing_moves():
        for column in (*importer.numbers, *importer.names):
            done = take(importer, ",,,", {**importer.row, column: cell})

            assert (done.code, errors(done)) == (importer.refused, [(3, column)])
            assert f"--as-written {column}" in done.out
            assert cell not in done.out


@pytest.mark.parametrize("cell", RUINED_NUMBERS)
def test_a_day_is_no_number_and_a_number_has_no_decimals(importer, take, cell):
    with nothing_moves():
        for column in importer.numbers:
            done = take(importer, {**importer.row, column: cell})

            assert (done.code, errors(done)) == (importer.refused, [(2, column)])


def test_a_switch_says_that_it_is_meant_so(importer, take):
    column = (*importer.names, importer.numbers[0])[0]

    done = take(importer, {**importer.row, column: "'t Hart" if importer.names else "6.03E+15"}, more=_meant(column))

    assert "error_count" not in done.facts or done.facts["error_count"] == 0
    assert done.code in {0, 1 if importer.refused == 2 else 0}


def test_the_switch_names_columns_of_the_file(importer, take):
    done = take(importer, importer.row, more=_meant("vip"))

    assert done.code == 2
    assert done.err.startswith("--as-written: 'vip' is not a column; the columns are ")


def test_rows_of_empty_cells_are_no_rows(importer, take):
    before = everything()

    done = take(importer, ",,,", "  , ,", ",", importer.row, ",,,,,,,,,,,,,,,,", "")

    assert done.code in {0, 1 if importer.refused == 2 else 0}
    assert done.facts.get("rows", done.facts.get("lines_of_credit")) == 1
    assert everything() != before or importer.refused == 2


def test_numbers_without_the_zeros_of_the_others_are_named(importer, take):
    column = next(name for name in importer.numbers if name != "email")
    rows = [{**importer.row, column: number} for number in ("000123", "000456", "789")]

    done = take(importer, *rows)

    assert (4, column) in errors(done)
    assert done.code == importer.refused


def test_the_apostrophe_that_we_write_is_taken_off(take):
    importer = IMPORTERS["customers"]

    done = take(
        importer, {**importer.row, "phone": "'+44 20 7946 0958", "last_name": "''t Hart", "first_name": "'=Ada"}
    )

    assert done.code == 0
    assert Customer.objects.values_list("phone", "last_name", "first_name").get() == (
        "+44 20 7946 0958", "'t Hart", "=Ada",
    )  # fmt: skip


def test_a_phone_number_that_begins_with_a_plus_is_no_ruin(take):
    importer = IMPORTERS["customers"]

    assert take(importer, importer.row).code == 0
    assert Customer.objects.get().phone == "+44 20 7946 0958"


def test_what_one_command_writes_holds_no_formula(tmp_path, take):
    create_customer(now=NOW, number="A-1")
    file, result = tmp_path / "orders.csv", tmp_path / "result.csv"
    file.write_text('order_id,source_id,amount,currency\n"\'=1+1","\'@SUM(A1)",5,GBP\n')

    done = run("reconcile_orders", str(file), "--result", str(result))

    assert done.code == 1
    assert result.read_text().splitlines()[1].split(",")[1:3] == ["'=1+1", "'@SUM(A1)"]


def _meant(column: str) -> tuple[str, ...]:
    return ("--as-written", column)


@pytest.mark.parametrize("name", ["cards", "requests", "orders"])
def test_a_result_never_takes_the_place_of_the_file_it_tells_of(tmp_path, name):
    importer = IMPORTERS[name]
    given_person("alice")
    file, link = tmp_path / "file.csv", tmp_path / "link.csv"
    file.write_text("\n".join([",".join(importer.row), ",".join(importer.row.values())]))
    link.symlink_to(file)
    kept = file.read_text()

    with nothing_moves():
        for result in (file, link):
            done = run(importer.arguments[0], str(file), *importer.arguments[1:], "--result", str(result))
            assert (done.code, "is the file that is read; name another one" in done.err) == (2, True)

    assert file.read_text() == kept
    assert not GiftCard.objects.exists()
    assert not CreditRequest.objects.exists()
