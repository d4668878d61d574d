"""Store credit that customers had elsewhere comes in once, and never more than the control totals say."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction

from ledger.errors import ControlsDiffer, MovementKeyUsed
from ledger.models import Account, AccountStatus, Transaction
from ledger.operations import OpeningRow, import_opening_balances, openings, set_account_status
from ledger.queries import list_findings
from tests.ledger.commands.running import Done, run
from tests.scenarios import (
    STAFF,
    SYSTEM,
    counter_balances,
    given_account,
    given_credit,
    given_customer,
    history_of,
    nothing_moves,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def given_file(tmp_path):
    def write(content: str, name: str = "balances.csv") -> str:
        file = tmp_path / name
        file.write_text(content)
        return str(file)

    return write


def take(file: str, *arguments: str, totals: tuple[str, ...], count: int) -> Done:
    said = [part for total in totals for part in ("--control-total", total)]
    return run("import_opening_balances", file, *said, "--control-count", str(count), "--json", *arguments)


def counts(done: Done) -> tuple[int, int, int, int, int]:
    facts = done.facts
    return facts["rows"], facts["imported"], facts["present"], facts["empty"], facts["error_count"]


def errors(done: Done) -> list[tuple[int | None, str | None, str]]:
    return [(error["line"], error["column"], error["message"]) for error in done.facts["errors"]]


def test_balances_come_in_as_imports_against_opening(given_file):
    ada = given_customer(number="SHOP-1", email="ada@example.com")
    given_customer(number="SHOP-2", email="grace@example.com")
    file = given_file(
        "customer_number,customer_email,balance,currency,expires_on,reference\n"
        "shop-1,,25.00,GBP,2027-12-31,old-1\n"
        "SHOP-1,,500,JPY,,\n"
        ",Grace@Example.com,1.250,KWD,,\n"
        "SHOP-2,,0,GBP,,\n"
    )

    done = take(file, totals=("GBP=25", "JPY=500", "KWD=1.25"), count=4)

    assert (done.code, counts(done)) == (0, (4, 3, 0, 1, 0))
    assert done.facts["totals"] == {"GBP": "25.00", "JPY": "500", "KWD": "1.250"}
    assert counter_balances() == {"OPENING GBP": "-25.00", "OPENING JPY": "-500", "OPENING KWD": "-1.250"}
    account = Account.objects.get(customer=ada, currency="GBP")
    entry = Transaction.objects.get(account=account)
    assert (entry.type, entry.counter_account, entry.door, entry.note, entry.reference, entry.details) == (
        "IMPORT", "OPENING", "command:import_opening_balances", "From balances.csv", "old-1", {"line": 2},
    )  # fmt: skip
    lot = entry.lots.get()
    assert (lot.funding, lot.expires_at) == ("IMPORTED", datetime(2028, 1, 1, tzinfo=UTC))
    assert Account.objects.count() == 3
    assert [*list_findings()] == []


def test_the_same_balances_again_bring_nothing_in_whatever_their_order(given_file):
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")
    take(
        given_file("customer_number,balance,currency\nSHOP-1,25.00,GBP\nSHOP-2,5.00,GBP\n"), totals=("GBP=30",), count=2
    )
    again = given_file("customer_number,balance,currency\nSHOP-2,5.00,GBP\nSHOP-1,25.00,GBP\n", "again.csv")

    with nothing_moves():
        done = take(again, totals=("GBP=30",), count=2)

    assert (done.code, counts(done)) == (0, (2, 0, 2, 0, 0))


def test_a_balance_that_came_in_with_another_amount_is_refused(given_file):
    given_customer(number="SHOP-1")
    take(given_file("customer_number,balance,currency\nSHOP-1,25.00,GBP\n"), totals=("GBP=25",), count=1)
    number = Transaction.objects.get().number

    with nothing_moves():
        done = take(given_file("customer_number,balance,currency\nSHOP-1,26.00,GBP\n"), totals=("GBP=26",), count=1)

    message = f"was brought in before with another balance, by transaction {number}"
    assert (done.code, errors(done)) == (1, [(2, "balance", message)])


def test_a_balance_joins_what_the_customer_has_here_already(given_file):
    customer = given_customer(number="SHOP-1")
    account = given_account("GBP", customer=customer)
    given_credit("10.00 GBP", to=account)

    take(given_file("customer_number,balance,currency\nSHOP-1,25.00,GBP\n"), totals=("GBP=25",), count=1)

    assert history_of(account) == [("ISSUE", "10.00"), ("IMPORT", "25.00")]


def test_every_bad_line_is_named_in_one_run_and_in_the_file_of_errors(given_file, tmp_path):
    given_customer(number="SHOP-1")
    given_customer(number="TWIN-1", email="twin@example.com")
    given_customer(number="TWIN-2", email="twin@example.com")
    frozen = given_account("GBP", customer=given_customer(number="SHOP-9"))
    set_account_status(account_id=frozen.pk, status=AccountStatus.FROZEN, actor=STAFF, now=NOW)
    file = given_file(
        "Customer Number,Customer Email,Balance,Currency,Expires On\n"
        "SHOP-1,,25.00,GBP,\n"
        "SHOP-1,,25.00,GBP,\n"
        "NOBODY,,1.00,GBP,\n"
        ",twin@example.com,1.00,GBP,\n"
        ",,1.00,GBP,\n"
        "SHOP-9,,1.00,GBP,\n"
        "SHOP-1,,-1.00,GBP,\n"
        "SHOP-1,,1.00,GBP,2026-06-30\n"
        "SHOP-1,,1.00,XXX,soon\n"
    )
    listed = tmp_path / "errors.csv"

    with nothing_moves():
        done = take(file, "--errors", str(listed), totals=("GBP=1",), count=9)

    assert done.code == 1
    assert sorted(errors(done)) == [
        (3, None, "line 2 says a balance of the same customer, currency, last day and reference already"),
        (4, "customer_number", "there is no such customer"),
        (5, "customer_email", "2 customers have this address; name the one by number"),
        (6, "customer_number", "is empty, and nothing else names the customer"),
        (7, None, "the customer's account in GBP is frozen"),
        (8, "balance", "is not an amount such as 12.50"),
        (9, "expires_on", "that day is over"),
        (10, "currency", "is not the code of a currency in circulation"),
        (10, "expires_on", "is not a day such as 2027-12-31"),
    ]
    rows = list(csv.reader(listed.open()))
    assert rows[0] == ["line", "column", "header", "message"]
    assert [(row[0], row[2]) for row in rows[1:]] == [
        ("3", ""), ("4", "Customer Number"), ("5", "Customer Email"), ("6", "Customer Number"), ("7", ""),
        ("8", "Balance"), ("9", "Expires On"), ("10", "Currency"), ("10", "Expires On"),
    ]  # fmt: skip


def test_more_errors_than_are_shown_all_stand_in_the_file_of_errors(given_file, tmp_path):
    lines = "".join(f"NOBODY-{place},1.00,GBP\n" for place in range(250))
    listed = tmp_path / "errors.csv"

    done = run("import_opening_balances", given_file(f"customer_number,balance,currency\n{lines}"), "--dry-run",
               "--errors", str(listed), "--json")  # fmt: skip

    assert (done.code, done.facts["error_count"], len(done.facts["errors"])) == (1, 250, 100)
    assert [row[0] for row in csv.reader(listed.open())][1:] == [str(line) for line in range(2, 252)]


@pytest.mark.parametrize(
    ("totals", "count", "told"),
    [
        (("GBP=24.99",), 1, ("--control-total", "GBP should be 24.99; the file has 25.00")),
        (("GBP=25",), 2, ("--control-count", "should be 2; the file has 1")),
    ],
)
def test_a_control_that_differs_keeps_everything_out(given_file, totals, count: int, told):
    given_customer(number="SHOP-1")
    file = given_file("customer_number,balance,currency\nSHOP-1,25.00,GBP\n")

    with nothing_moves():
        done = take(file, totals=totals, count=count)

    assert (done.code, errors(done)) == (1, [(None, *told)])


@pytest.mark.parametrize("control", [["--control-total", "25"], ["--control-count", "1"]])
def test_nothing_comes_in_without_both_controls(given_file, control: list[str]):
    given_customer(number="SHOP-1")
    file = given_file("customer_number,balance,currency\nSHOP-1,25.00,GBP\n")

    with nothing_moves():
        done = run("import_opening_balances", file, *control)

    assert done.code == 2
    assert done.err.endswith("is needed, or --dry-run.")


def test_a_portion_that_passes_the_control_total_is_taken_back():
    given_customer(number="SHOP-1")
    rows = [OpeningRow(2, "SHOP-1", "", 2500, "GBP"), OpeningRow(3, "SHOP-1", "", 1, "GBP", reference="more")]

    with nothing_moves(), pytest.raises(ControlsDiffer), transaction.atomic():
        import_opening_balances(rows=rows, expected_minor={"GBP": 2500}, actor=SYSTEM, now=NOW, source="balances.csv")


def test_one_balance_said_twice_under_two_names_never_comes_in_twice():
    given_customer(number="SHOP-1", email="ada@example.com")
    rows = [OpeningRow(2, "SHOP-1", "", 2500, "GBP"), OpeningRow(3, "", "ada@example.com", 2500, "GBP")]

    with nothing_moves(), pytest.raises(MovementKeyUsed), transaction.atomic():
        import_opening_balances(rows=rows, expected_minor={"GBP": 5000}, actor=SYSTEM, now=NOW, source="balances.csv")


def test_a_run_that_was_killed_is_run_again_and_goes_on(given_file, monkeypatch):
    monkeypatch.setattr(openings, "ROWS_AT_ONCE", 2)
    for place in range(5):
        given_customer(number=f"SHOP-{place}")
    file = given_file("customer_number,balance,currency\n" + "".join(f"SHOP-{place},1.00,GBP\n" for place in range(5)))
    portion = openings._import_portion
    done_before: list[int] = []

    def killed_after_two(**arguments):
        if len(done_before) == 2:
            raise KeyboardInterrupt
        done_before.append(1)
        return portion(**arguments)

    monkeypatch.setattr(openings, "_import_portion", killed_after_two)
    with pytest.raises(KeyboardInterrupt):
        take(file, totals=("GBP=5",), count=5)
    assert Transaction.objects.count() == 4
    monkeypatch.setattr(openings, "_import_portion", portion)

    done = take(file, totals=("GBP=5",), count=5)

    assert (done.code, counts(done)) == (0, (5, 1, 4, 0, 0))
    assert counter_balances() == {"OPENING GBP": "-5.00"}


def test_the_result_names_each_line_with_its_account_and_entry(given_file, tmp_path):
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")
    take(given_file("customer_number,balance,currency\nSHOP-1,25.00,GBP\n"), totals=("GBP=25",), count=1)
    result = tmp_path / "result.csv"
    file = given_file("customer_number,balance,currency\nSHOP-1,25.00,GBP\nSHOP-2,5.00,GBP\nSHOP-2,0,EUR\n")

    take(file, "--result", str(result), totals=("GBP=30", "EUR=0"), count=3)

    entries = [Transaction.objects.get(account__customer__number=number) for number in ("SHOP-1", "SHOP-2")]
    told = [[entry.account.number, str(entry.number)] for entry in entries]
    assert list(csv.reader(result.open())) == [
        ["line", "customer_number", "account_number", "transaction_number", "status"],
        ["2", "SHOP-1", *told[0], "present"],
        ["3", "SHOP-2", *told[1], "imported"],
        ["4", "SHOP-2", "", "", "empty"],
    ]
    assert Path(result).stat().st_mode & 0o777 == 0o600


def test_a_banned_customer_gets_what_is_owed(given_file):
    customer = given_customer(number="SHOP-1", status="banned")

    done = take(given_file("customer_number,balance,currency\nSHOP-1,25.00,GBP\n"), totals=("GBP=25",), count=1)

    assert (done.code, counts(done)) == (0, (1, 1, 0, 0, 0))
    assert Account.objects.get(customer=customer).balance_minor == 2500


def test_magentos_customer_finances_are_known_by_their_headers(given_file):
    given_customer(number="SHOP-1", email="ada@example.com")
    file = given_file(
        "_email,_website,_finance_website,store_credit,reward_points\n"
        "ada@example.com,base,base,25.0000,10\n"
        "ada@example.com,base,outlet,0.5000,0\n"
    )

    done = take(file, "--currency", "GBP", totals=("25.50",), count=2)

    assert (done.code, done.facts["map"], counts(done)) == (0, "magento-store-credit", (2, 2, 0, 0, 0))
    assert sorted(Transaction.objects.values_list("reference", "amount_minor")) == [("base", 2500), ("outlet", 50)]
