"""A month of a small shop, worked by hand: what was owed, what moved it, what is owed, and how old it is."""

import csv
from datetime import UTC, datetime

import pytest

from giftcards.operations import extend_card
from ledger.operations import (
    Why,
    expire_credit,
)
from ledger.queries import find_cut_at
from storecredit.finance.queries import Kept, Movement, list_behind
from tests.finance.month import at, close, given_month
from tests.giftcards.cards import given_card
from tests.ledger.commands.running import Done, run
from tests.scenarios import (
    STAFF,
    SYSTEM,
    given_credit,
    given_spend,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(time_machine):
    given_month(time_machine)


def report(*arguments: str) -> Done:
    return run("report_roll_forward", *arguments, "--json")


def told(done: Done, part: str = "lines") -> list[str]:
    """Each line as finance would read it; what is nothing is left out."""
    words = ("currency", "kind", "funding")
    return [
        " ".join(value if name in words else f"{name} {value}" for name, value in line.items() if value != "0.00")
        for line in done.facts[part]
    ]


def test_a_month_adds_up_line_by_line(books):
    may = report("--from", "2026-05-01", "--to", "2026-05-31")

    assert told(may) == [
        "EUR STORE_CREDIT GOODWILL issued 50.00 closing 50.00",
        "GBP STORE_CREDIT GOODWILL opening 20.00 issued 30.00 refunded 5.00 transferred_in 5.00 transferred_out -5.00 "
        "spent -30.00 expired -20.00 adjusted 2.00 closing 7.00",
        "GBP STORE_CREDIT PAID loaded 100.00 refunded 10.00 transferred_in 20.00 transferred_out -20.00 "
        "spent -17.00 adjusted -0.50 closing 92.50",
    ]
    assert [line.replace("  ", "") for line in told(may, "totals")] == [
        "EUR issued 50.00 closing 50.00",
        "GBP opening 20.00 issued 30.00 loaded 100.00 refunded 15.00 transferred_in 25.00 transferred_out -25.00 "
        "spent -47.00 expired -20.00 adjusted 1.50 closing 99.50",
    ]


def test_what_a_month_leaves_open_the_next_one_shows(books):
    june = report("--from", "2026-06-01", "--to", "2026-06-30")

    assert told(june) == [
        "EUR STORE_CREDIT GOODWILL opening 50.00 spent -30.00 closing 20.00",
        "GBP STORE_CREDIT GOODWILL opening 7.00 closing 7.00",
        "GBP STORE_CREDIT PAID opening 92.50 reversed 7.00 closing 99.50",
    ]
    assert [june.facts[side]["cut"] for side in ("begin", "end")] == [2, 3]


def test_a_report_of_a_past_cut_stays_the_same_to_the_byte(books):
    def tell() -> list[str]:
        liability = run("report_liability", "--day", "2026-05-31", "--json")
        return [report("--from", "2026-05-01", "--to", "2026-05-31").out, liability.out]

    before = tell()
    account = given_credit("9.00 GBP", now=at(2, 7), expires_at=at(9, 7))
    given_spend("4.00 GBP", account=account, now=at(2, 7))
    expire_credit(actor=SYSTEM, now=at(20, 8))
    close(21, 8)

    assert tell() == before


def test_what_was_owed_is_told_by_its_age_and_by_its_term(books):
    may = run("report_liability", "--day", "2026-05-31", "--json")
    june = run("report_liability", "--cut", "3", "--json")

    assert told(may) == [
        "EUR STORE_CREDIT GOODWILL owed 50.00 up_to_30_days_old 50.00 unending 50.00",
        "GBP STORE_CREDIT GOODWILL owed 7.00 up_to_30_days_old 7.00 expires_within_90_days 5.00 unending 2.00",
        "GBP STORE_CREDIT PAID owed 92.50 up_to_30_days_old 92.50 unending 92.50",
    ]
    assert told(june) == [
        "EUR STORE_CREDIT GOODWILL owed 20.00 up_to_90_days_old 20.00 unending 20.00",
        "GBP STORE_CREDIT GOODWILL owed 7.00 up_to_90_days_old 7.00 expires_within_60_days 5.00 unending 2.00",
        "GBP STORE_CREDIT PAID owed 99.50 up_to_90_days_old 99.50 unending 99.50",
    ]


def test_credit_that_was_over_and_not_swept_is_overdue_and_an_extension_changes_no_past_report(time_machine):
    time_machine.move_to(at(2, 7), tick=False)
    card = given_card("8.00 GBP", now=at(20, 4), expires_on=at(2, 6).date(), time_zone="UTC")
    close(1, 6)
    extend_card(card_id=card.id, expires_on=at(1, 9).date(), actor=STAFF, now=at(2, 6), why=Why(note="was ill"))
    close(1, 7)
    time_machine.move_to(at(6, 9), tick=False)
    close(5, 9)

    reports = [run("report_liability", "--cut", number, "--json") for number in ("1", "2", "3")]

    assert [told(done) for done in reports] == [
        ["GBP GIFT_CARD PAID owed 8.00 up_to_90_days_old 8.00 expires_within_30_days 8.00"],
        ["GBP GIFT_CARD PAID owed 8.00 up_to_90_days_old 8.00 expires_within_90_days 8.00"],
        ["GBP GIFT_CARD PAID owed 8.00 up_to_180_days_old 8.00 overdue 8.00"],
    ]


def test_each_figure_opens_the_entries_behind_it(books):
    begin, end = (find_cut_at(boundary=datetime(2026, month, 1, tzinfo=UTC)) for month in (5, 6))
    assert begin is not None
    assert end is not None

    def behind(movement: Movement, funding: str) -> list[str]:
        entries = list_behind(
            kept=Kept("GBP", "STORE_CREDIT", funding), movement=movement, after=begin.boundary, before=end.boundary
        )
        return [f"{entry.amount_minor}" for entry in entries]

    # The purchase of 40.00 was paid with credit of both.
    assert behind(Movement.SPENT, "GOODWILL") == ["-4000"]
    assert behind(Movement.SPENT, "PAID") == ["-4000", "-700"]
    assert behind(Movement.TRANSFERRED_OUT, "PAID") == ["-2500"]
    assert behind(Movement.TRANSFERRED_IN, "PAID") == ["2500"]
    assert behind(Movement.VOIDED, "PAID") == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--from", "2026-05-02"], "No sealed cut has the boundary 2026-05-02T00:00:00+00:00."),
        (["--from", "2026-07-01"], "The cut that it begins with must be before the one that it ends with."),
        (["--to-cut", "9"], "There is no sealed cut 9."),
        (["--to-cut", "3", "--to", "2026-05-31"], "Name a day or a cut, not both."),
        (["--from", "May"], "--from: 'May' is not a day such as 2027-01-31."),
    ],
)
def test_what_cannot_be_reported_is_said(books, arguments, error):
    done = report(*arguments)

    assert (done.code, done.out) == (2, "")
    assert error in done.err


def test_a_table_is_printed_and_a_file_written(books, tmp_path):
    file = tmp_path / "may.csv"

    done = run("report_roll_forward", "--from", "2026-05-01", "--to", "2026-05-31", "--result", str(file))

    assert "From 2026-05-01T00:00:00+00:00 to 2026-06-01T00:00:00+00:00" in done.out
    rows = list(csv.DictReader(file.open()))
    assert [(row["currency"], row["funding"], row["closing"]) for row in rows] == [
        ("EUR", "GOODWILL", "50.00"),
        ("GBP", "GOODWILL", "7.00"),
        ("GBP", "PAID", "92.50"),
        ("EUR", "", "50.00"),
        ("GBP", "", "99.50"),
    ]
