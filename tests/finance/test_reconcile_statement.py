"""`reconcile_statement` as a program that reads its output meets it: somebody's list against our books."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ledger.operations import Actor, ActorKind, Why
from tests.ledger.commands.running import Done, run
from tests.scenarios import NOW, days, given_credit, given_spend, given_transfer, nothing_moves

pytestmark = pytest.mark.django_db

HEADER = ("reference", "amount", "currency", "time")
TILL = Actor(kind=ActorKind.API, id="7", label="till", door="api:tiquo")


@pytest.fixture
def listed(tmp_path, time_machine):
    time_machine.move_to(NOW, tick=False)

    def write(*rows: Sequence[str], header: Sequence[str] = HEADER) -> str:
        path = tmp_path / "list.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return str(path)

    return write


def compare(file: str, *more: str) -> Done:
    with nothing_moves():
        return run("reconcile_statement", file, "--json", *more)


def findings(done: Done) -> list[tuple[Any, ...]]:
    """Difference, reference, theirs and ours, by reference."""
    return [(f["difference"], f["reference"], f["theirs"], f["ours"]) for f in done.facts["findings"]]


def given_books() -> None:
    """Credit for ticket 1, and two orders paid with it, of which the second was paid in two parts."""
    account = given_credit("50.00 GBP", why=Why(reference="ticket-1"), actor=TILL)
    given_spend("12.50 GBP", account=account, why=Why(reference="order-1"), actor=TILL)
    for amount in ("3.00 GBP", "4.00 GBP"):
        given_spend(amount, account=account, why=Why(reference="order-2"))


def test_a_list_that_agrees_is_clean_however_its_lines_are_cut(listed):
    given_books()
    day = NOW.date().isoformat()

    done = compare(
        listed(
            ("ticket-1", "50.00", "GBP", day),
            ("order-1", "-10.00", "GBP", ""),
            ("order-1", "-2.50", "GBP", NOW.isoformat()),
            ("order-2", "-7.00", "GBP", days(1).date().isoformat()),
        )
    )

    assert (done.code, done.facts["clean"], done.facts["rows"], done.facts["findings"]) == (0, True, 4, [])


def test_every_kind_of_difference_is_named(listed):
    given_books()

    done = compare(
        listed(
            ("order-1", "-12.00", "GBP", ""),
            ("order-2", "-7.00", "GBP", days(3).date().isoformat()),
            ("order-3", "-1.00", "GBP", ""),
            ("order-2", "-7.00", "EUR", ""),
        )
    )

    assert done.code == 1
    assert findings(done) == [
        ("amount differs", "order-1", "-12.00", "-12.50"),
        ("missing here", "order-2", "-7.00", None),
        ("day differs", "order-2", "-7.00", "-7.00"),
        ("missing here", "order-3", "-1.00", None),
        ("missing there", "ticket-1", None, "50.00"),
    ]
    assert done.facts["findings"][2] == {
        "difference": "day differs", "reference": "order-2", "currency": "GBP", "theirs": "-7.00", "ours": "-7.00",
        "lines": 1, "entries": 2, "line": 3, "their_days": days(3).date().isoformat(),
        "our_days": NOW.date().isoformat(),
    }  # fmt: skip


def test_a_list_of_what_was_spent_is_compared_with_one_client_and_type_alone(listed):
    given_books()
    file = listed(("order-1", "12.50", "", ""), ("order-2", "9.00", "", ""))

    done = compare(file, "--positive-is", "spent", "--client", "till", "--type", "REDEEM", "--currency", "GBP")

    assert findings(done) == [("missing here", "order-2", "9.00", None)]


def test_what_was_given_back_whole_or_moved_between_accounts_is_not_missed(listed):
    account, other = given_credit("50.00 GBP"), given_credit("1.00 GBP")
    given_transfer("5.00 GBP", source=account, target=other)

    assert compare(listed(("order-9", "5.00", "GBP", ""), ("order-9", "-5.00", "GBP", ""))).facts["findings"] == []


def test_a_day_is_the_shops_whatever_the_time_zone_of_whoever_compares(listed, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    last, first = datetime(2026, 1, 9, 14, 59, 59, 999999, UTC), datetime(2026, 1, 9, 15, tzinfo=UTC)
    account = given_credit("50.00 GBP", now=last - timedelta(days=9))
    for order, moment in (("order-1", last), ("order-2", first)):
        given_spend("3.00 GBP", account=account, why=Why(reference=order), now=moment)
    # The same moments, told with another offset, and the days that they lie in.
    file = listed(
        ("order-1", "-1.00", "GBP", "2026-01-09"),
        ("order-1", "-2.00", "GBP", "2026-01-09T07:59:59.999999-07:00"),
        ("order-2", "-3.00", "GBP", "2026-01-09T08:00:00-07:00"),
    )

    with timezone.override("America/Los_Angeles"):
        whole = compare(file, "--days-apart", "0")
        ninth = compare(file, "--days-apart", "0", "--from", "2026-01-09", "--to", "2026-01-09")

    assert (whole.code, whole.facts["findings"], whole.facts["rows"]) == (0, [], 3)
    assert (ninth.code, ninth.facts["findings"], ninth.facts["rows_of_other_days"]) == (0, [], 1)


def test_a_span_of_days_leaves_out_the_lines_and_the_entries_of_others(listed):
    account = given_credit("50.00 GBP", why=Why(reference="ticket-1"))
    given_spend("5.00 GBP", account=account, now=days(2), why=Why(reference="order-2"))
    first, last = days(2).date().isoformat(), days(3).date().isoformat()
    rows = [("order-2", "-5.00", "GBP", first), ("order-4", "-5.00", "GBP", days(4).date().isoformat())]

    done = compare(listed(*rows), "--from", first, "--to", last)

    assert (done.code, done.facts["rows_of_other_days"]) == (0, 1)
    assert findings(compare(listed(*rows))) == [
        ("missing here", "order-4", "-5.00", None),
        ("missing there", "ticket-1", None, "50.00"),
    ]


@pytest.mark.parametrize("said", ["-1,250.50", "(1,250.50)", "\u2212£1,250.50", "-1250.50 GBP"])
def test_amounts_are_read_with_the_signs_that_people_write(listed, said):
    account = given_credit("2000.00 GBP")
    given_spend("1250.50 GBP", account=account, why=Why(reference="order-1"))

    assert compare(listed(("order-1", said, "GBP", "")), "--decimals", "point").facts["findings"] == []


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (("", "1.00", "GBP", ""), "reference", "is empty"),
        (("x" * 256, "1.00", "GBP", ""), "reference", "is longer than 255 characters"),
        (("a", "--1.00", "GBP", ""), "amount", "is not an amount such as 12.50"),
        (("a", "1.0001", "GBP", ""), "amount", "has more decimals than GBP has"),
        (("a", "1.00", "XXX", ""), "currency", "is not the code of a currency in circulation"),
        (
            ("a", "1.00", "GBP", "31.12.2027"),
            "time",
            "is no day and no moment such as 2027-12-31 or 2027-12-31T23:59:59+01:00",
        ),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_compared(listed, row, column, message):
    given_books()

    done = compare(listed(row))

    assert done.code == 2
    assert done.facts["compared"] is False
    assert done.facts["errors"] == [{"line": 2, "column": column, "message": message}]


def test_test_money_is_compared_with_test_money_alone(listed):
    given_books()

    assert compare(listed(("order-8", "0.00", "GBP", "")), "--test-mode").facts["findings"] == []


def test_more_than_can_be_added_up_exactly_is_not_compared(listed):
    done = compare(listed(*[("order-1", "90071992547409.91", "GBP", "")] * 1025))

    assert (done.code, done.err) == (2, "Could not run: what is told of order-1 is too much to be added up.")


def test_a_map_says_how_a_foreign_list_is_laid_out_and_the_result_is_a_file(listed, tmp_path):
    given_books()
    maps = {"Order": "reference", "Total": "amount", "Date": "time"}
    layout = {"name": "psp", "title": "PSP", "reads": "statements", "columns": maps, "ignored": ["Fee"], "days": "dmy"}
    (tmp_path / "psp.json").write_text(json.dumps(layout))
    day = NOW.strftime("%d.%m.%Y 10:30")
    file = listed(("order-1", "£12.50", day, "0.10"), header=("Order", "Total", "Date", "Fee"))
    result = tmp_path / "result.csv"

    done = compare(
        file, "--map", str(tmp_path / "psp.json"), "--currency", "GBP", "--positive-is", "spent", "--type", "REDEEM",
        "--result", str(result),
    )  # fmt: skip

    assert done.facts["map"] == "psp"
    rows = list(csv.DictReader(result.open()))
    assert [(row["difference"], row["reference"], row["ours"]) for row in rows] == [
        ("missing there", "order-2", "7.00")
    ]


def test_people_read_a_table_and_its_count(listed):
    given_books()

    done = run("reconcile_statement", listed(("order-1", "-12.00", "GBP", "")))

    assert "amount differs" in done.out
    assert done.out.strip().splitlines()[-1] == "1 lines compared: 2 missing there, 1 amount differs."


@pytest.mark.parametrize("written", ["-12.50", "12.50-", "\u221212.50", "(12.50)", "-£12.50", "£12.50-", "12.50 -"])
def test_an_amount_below_zero_is_read_however_its_sign_is_written(listed, written):
    given_books()

    done = compare(listed(("order-1", written, "GBP", "")), "--type", "REDEEM", "--client", "till")

    assert (done.code, done.facts["clean"]) == (0, True)


@pytest.mark.parametrize("written", ["1-2.50", "--12.50", "-12.50-", "(-12.50)", "-", "()", "12.5-0"])
def test_signs_that_say_nothing_are_named(listed, written):
    done = compare(listed(("order-1", written, "GBP", "")))

    assert (done.code, [each["column"] for each in done.facts["errors"]]) == (2, ["amount"])


@pytest.mark.parametrize("days_apart", ["-1", "367", "9" * 30])
def test_days_that_may_lie_apart_are_a_number_that_can_be_meant(listed, days_apart):
    done = run("reconcile_statement", listed(("order-1", "-1.00", "GBP", "")), "--days-apart", days_apart)

    assert (done.code, done.err) == (2, "--days-apart: it is a number from 0 to 366.")


def test_a_file_that_is_no_text_is_said_to_be_none(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes("reference,amount\nA,1\n".encode("utf-16-be"))

    done = run("reconcile_statement", str(path), "--json")

    assert [(each["line"], each["message"]) for each in done.facts["errors"]] == [
        (1, "the file is not UTF-8 text; save it as CSV in UTF-8")
    ]
