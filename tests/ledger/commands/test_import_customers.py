import sys
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper

import pytest
from django.db import connection

from ledger.management import csv_file
from ledger.operations import create_customer, customer_import
from ledger.queries import get_customer, list_customers
from tests.ledger.commands.running import run
from tests.project.processes import address_of_the_test_database, run_python

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 7, 2, 12, tzinfo=UTC)


@pytest.fixture
def given_file(tmp_path):
    def write(content: str | bytes) -> str:
        file = tmp_path / "customers.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(file)

    return write


def everybody() -> list[tuple[str, str, str, str, str, str, str]]:
    fields = ("number", "email", "first_name", "last_name", "phone", "entity_type", "status")
    return [tuple(getattr(c, name) for name in fields) for c in list_customers(test_mode=False).order_by("number")]


def counts(done) -> tuple[int, int, int, int, int]:
    facts = done.facts
    return facts["rows"], facts["created"], facts["updated"], facts["unchanged"], facts["error_count"]


def test_new_customers_are_made_known_ones_changed_and_the_same_left_alone(given_file, time_machine):
    time_machine.move_to(NOW, tick=False)
    create_customer(now=NOW, number="A-1", first_name="Ada", last_name="King", status="inactive")
    create_customer(now=NOW, number="A-2", first_name="Grace", email="grace@example.com", status="banned")
    file = given_file(
        "number,first_name,email,status,entity_type\n"
        "A-3,José,jose@example.com,,company\n"
        "A-2,Grace,,,\n"
        " A-1 , Ada ,,inactive,customer\n"
    )
    time_machine.move_to(LATER, tick=False)

    done = run("import_customers", file, "--json")

    assert (done.code, counts(done)) == (0, (3, 1, 1, 1, 0))
    assert everybody() == [
        ("A-1", "", "Ada", "King", "", "customer", "inactive"),
        ("A-2", "", "Grace", "", "", "customer", "banned"),
        ("A-3", "jose@example.com", "José", "", "", "company", "active"),
    ]
    changed = [(c.number, c.created_at, c.updated_at) for c in list_customers(test_mode=False).order_by("number")]
    assert changed == [("A-1", NOW, NOW), ("A-2", NOW, LATER), ("A-3", LATER, LATER)]


def test_the_same_file_again_changes_nothing(given_file, time_machine):
    file = given_file("number,first_name,last_name,email\nA-1,Ada,King,ada@example.com\nA-2,,Lovelace GmbH,\n")
    time_machine.move_to(NOW, tick=False)
    run("import_customers", file)
    before = list(list_customers(test_mode=False).values())
    time_machine.move_to(LATER, tick=False)

    done = run("import_customers", file, "--json")

    assert (done.code, counts(done)) == (0, (2, 0, 0, 2, 0))
    assert list(list_customers(test_mode=False).values()) == before


def test_a_dry_run_says_what_would_happen_and_writes_nothing(given_file):
    create_customer(now=NOW, number="A-1", first_name="Ada")
    file = given_file("number,first_name\nA-1,Augusta\nA-2,Grace\n")

    done = run("import_customers", file, "--dry-run")

    assert done.out == (
        f"Customers from {file} (nothing written)\nrows: 2\ncreated: 1\nupdated: 1\nunchanged: 0\n"
        "passed over: 0\nerrors: 0\n"
    )
    assert [(number, first) for number, _, first, *_ in everybody()] == [("A-1", "Ada")]


def test_every_bad_line_is_named_with_its_column_and_nothing_is_written(given_file):
    file = given_file(
        "number,email,first_name,entity_type,status\n"
        "A-1,ada@example.com,Ada,customer,active\n"
        ",,Nobody,,\n"
        "A 2,grace(at)example.com,Grace,person,asleep\n"
        'A-3,,"Two\nlines",,\n'
        "A-1,,Again,,\n"
        "A-4,,Short\n"
        "\n"
        f"A-5,,{'x' * 201},,\n"
        "k9876543210fedcba,,,,\n"
    )

    done = run("import_customers", file, "--json")

    assert (done.code, counts(done)) == (1, (8, 0, 0, 0, 10))
    assert [(error["line"], error["column"], error["message"]) for error in done.facts["errors"]] == [
        (3, "number", "is empty"),
        (4, "number", "must be 1 to 64 printable ASCII characters without blanks and slashes, and no document id"),
        (4, "email", "Enter a valid email address."),
        (4, "entity_type", "is 'person', not one of customer, company"),
        (4, "status", "is 'asleep', not one of active, inactive, banned, archived"),
        (5, "first_name", "holds a line break or another control character"),
        (8, None, "has 3 cells; the header has 5 columns"),
        (10, "first_name", "Ensure this value has at most 200 characters (it has 201)."),
        (11, "number", "must be 1 to 64 printable ASCII characters without blanks and slashes, and no document id"),
        (7, "number", "A-1 stands in line 2 already"),
    ]
    assert everybody() == []


@pytest.mark.parametrize(
    ("content", "errors"),
    [
        (b"", ["line 1: a header is needed: some of number, email, first_name, last_name, phone, entity_type, status"]),
        (b"number|email\n1|a@example.com\n",
         ["line 1: the columns must be separated by commas, semicolons or tabs"]),
        (b"email,email\n", ["line 1, email: stands in the header twice",
                            "line 1, number: is missing: it says which customer a line is about"]),
        (b"number,vip\nA-1,yes\n", ["line 1, vip: not a column; the columns are number, email, first_name, last_name, "
                                    "phone, entity_type, status"]),
        ("number\nA-1\n".encode("utf-16-le"), ["line 1: the file is not UTF-8 text; save it as CSV in UTF-8"]),
        (b"number,last_name\nA-1,M\xfcller\n", ["line 2, last_name: is not UTF-8 text"]),
        (b"number,last_name\nA-1,a\x00b\n", ["line 2, last_name: holds a line break or another control character"]),
        (b'number,last_name\nA-1,"open\n', ["line 2: cannot be read: unexpected end of data"]),
        (b"number\n" + b"x" * 70_000 + b"\n", ["line 2: cannot be read: a line is longer than 65536 bytes"]),
    ],
    ids=["empty", "bars", "doubled", "unknown", "utf-16", "latin-1", "nul", "open quote", "endless line"],
)  # fmt: skip
def test_a_file_that_is_no_list_of_customers_is_told_so(given_file, content, errors):
    done = run("import_customers", given_file(content))

    assert (done.code, done.err.splitlines()) == (1, errors)
    assert everybody() == []


def test_a_spreadsheet_s_byte_order_mark_and_line_ends_do_no_harm(given_file):
    done = run("import_customers", given_file(b"\xef\xbb\xbfnumber,last_name\r\nA-1,M\xc3\xbcller\r\n\r\n"), "--json")

    assert (done.code, counts(done)) == (0, (1, 1, 0, 0, 0))
    assert get_customer(identifier="A-1", test_mode=False).last_name == "Müller"


def test_no_more_errors_are_kept_than_can_be_read(given_file, monkeypatch):
    monkeypatch.setattr(csv_file, "ERRORS_SHOWN", 2)

    done = run("import_customers", given_file("number\na b\nc d\ne f\n"))

    assert done.code == 1
    assert [line.split(":")[0] for line in done.err.splitlines()] == [
        "line 2, number",
        "line 3, number",
        "… and 1 more errors",
    ]


@pytest.mark.parametrize("arguments", [[], ["--dry-run"]])
def test_a_number_of_a_test_customer_is_not_given_to_a_live_one(given_file, arguments):
    create_customer(now=NOW, number="A-2", first_name="Test", test_mode=True)

    done = run("import_customers", given_file("number,first_name\nA-1,Ada\nA-2,Grace\n"), *arguments)

    assert (done.code, done.err) == (1, "line 3, number: A-2 belongs to a test customer\n")
    assert everybody() == []
    assert get_customer(identifier="A-2", test_mode=True).first_name == "Test"


def test_test_customers_are_imported_in_test_mode(given_file):
    done = run("import_customers", given_file("number\nT-1\n"), "--test-mode")

    assert done.code == 0
    assert get_customer(identifier="T-1", test_mode=True).test_mode is True


def test_new_customers_are_numbered_after_the_imported_ones(given_file):
    run("import_customers", given_file("number\nCUST-000007\nCUST-000041\nCUST-9999999999\nX-000099\n"))

    assert create_customer(now=NOW).number == "CUST-000042"


def test_an_older_import_does_not_turn_the_numbers_back(given_file):
    for _ in range(3):
        create_customer(now=NOW)

    run("import_customers", given_file("number\nCUST-000002\n"))

    assert create_customer(now=NOW).number == "CUST-000004"


def test_a_long_file_takes_three_statements_a_thousand_rows(given_file, django_assert_max_num_queries):
    rows = "".join(f"B-{number:05d},Person {number}\n" for number in range(2500))
    file = given_file("number,first_name\n" + rows)

    # Three batches are compared once and written once; SQLite may split a write into several statements.
    # Three of them write down that the command was run.
    with django_assert_max_num_queries(53):
        done = run("import_customers", file, "--json")

    assert (done.code, counts(done)) == (0, (2500, 2500, 0, 0, 0))


@pytest.mark.django_db(transaction=True)
def test_all_is_undone_if_a_later_batch_is_refused(given_file, monkeypatch):
    monkeypatch.setattr(customer_import, "ROWS_AT_ONCE", 1)
    create_customer(now=NOW, number="A-2", test_mode=True)
    monkeypatch.setattr(
        "ledger.management.commands.import_customers.preview_customer_import",
        lambda **options: (customer_import.CustomerImportSummary(), []),
    )

    done = run("import_customers", given_file("number\nA-1\nA-2\n"))

    assert (done.code, done.err) == (1, "line 3, number: A-2 belongs to a test customer\n")
    assert everybody() == []


def test_standard_input_is_a_file_too(monkeypatch):
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"number\nA-1\n")))

    assert run("import_customers", "-").code == 0
    assert [number for number, *_ in everybody()] == ["A-1"]


def test_a_file_that_is_not_there_could_not_be_imported(tmp_path):
    done = run("import_customers", str(tmp_path / "absent.csv"))

    assert (done.code, done.out) == (2, "")
    assert done.err == f"Could not run: {tmp_path / 'absent.csv'}: No such file or directory"


@pytest.mark.once_on_sqlite
@pytest.mark.django_db(transaction=True)
def test_the_exit_codes_reach_the_shell(tmp_path):
    shop, bare = address_of_the_test_database(), f"sqlite:///{tmp_path / 'bare.sqlite3'}"
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("number\nA-1\n")
    bad.write_text("number\n\nA 1\n")

    def exit_code(*arguments: str, database: str = shop) -> int:
        return run_python("manage.py", *arguments, DATABASE_URL=database, HTTPS_ONLY="false").returncode

    assert exit_code("import_customers", str(good), database=bare) == 2  # there are no tables
    assert exit_code("import_customers", str(good)) == 0
    assert exit_code("import_customers", str(bad)) == 1
    assert exit_code("import_customers") == 2
    assert [customer.number for customer in list_customers(test_mode=False)] == ["A-1"]


@pytest.mark.postgresql
def test_the_planner_learns_at_once_what_was_imported(given_file):
    run("import_customers", given_file("number\n" + "".join(f"A-{number}\n" for number in range(1000))))

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'ledger_customer'")
        assert cursor.fetchone() == (1000,)
