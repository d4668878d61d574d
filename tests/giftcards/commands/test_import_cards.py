"""Cards from another system: checked as a whole, written in portions, never twice, and no code leaves in plain."""

import csv
import sys
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from django.db import transaction

from giftcards.management.commands import import_cards as command
from giftcards.models import CardEvent, CardState, GiftCard
from giftcards.operations import imports, redeem_card
from giftcards.queries import get_card, list_findings
from ledger.models import Transaction
from ledger.queries import list_findings as list_ledger_findings
from tests.giftcards.cards import given_card
from tests.ledger.commands.running import Done, run
from tests.scenarios import API, counter_balances, given_customer, money, nothing_moves

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def given_file(tmp_path):
    def write(content: str | bytes) -> str:
        file = tmp_path / "cards.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(file)

    return write


def imported(done: Done) -> tuple[int, int, int, int]:
    facts = done.facts
    return facts["rows"], facts["imported"], facts["present"], facts["error_count"]


def errors(done: Done) -> list[tuple[int | None, str | None, str]]:
    return [(error["line"], error["column"], error["message"]) for error in done.facts["errors"]]


def card(code: str):
    return get_card(code=code, test_mode=False, now=NOW)


def test_cards_come_in_with_all_that_the_file_says(given_file):
    owner = given_customer(number="SHOP-1")
    file = given_file(
        "number,balance,currency,expires_on,time_zone,valid_from,state,customer_number,recipient_name,recipient_email,"
        "must_redeem_whole,reloadable\n"
        "AAAA-1111,25.00,GBP,2027-12-31,Europe/London,,active,SHOP-1,Ada,ada@example.com,no,no\n"
        "BBBB-2222,2500,JPY,,,2026-08-01,,,,,yes,yes\n"
        "CCCC-3333,1.250,KWD,,,,blocked,,,,,\n"
        "DDDD-4444,0,GBP,,,2026-08-01T09:00:00+02:00,,,,,,\n"
    )

    done = run("import_cards", file, "--control-total", "GBP=25", "--control-total", "JPY=2500",
               "--control-total", "KWD=1.250", "--json")  # fmt: skip

    assert (done.code, imported(done)) == (0, (4, 4, 0, 0))
    assert done.facts["totals"] == {"GBP": "25.00", "JPY": "2500", "KWD": "1.250"}
    first, second, third, fourth = (card(code) for code in ("aaaa1111", "bbbb2222", "cccc3333", "dddd4444"))
    assert (first.spendable_minor, first.customer_id, first.reloadable) == (2500, owner.pk, False)
    assert first.expires_at == datetime(2028, 1, 1, tzinfo=UTC)
    row = GiftCard.objects.get(pk=first.id)
    assert (row.recipient_name, row.recipient_email) == ("Ada", "ada@example.com")
    assert (second.state, second.must_redeem_whole, second.currency) == (CardState.PENDING, True, "JPY")
    assert (third.state, third.account_status, third.balance_minor) == (CardState.BLOCKED, "FROZEN", 1250)
    assert (fourth.balance_minor, fourth.valid_from) == (0, datetime(2026, 8, 1, 7, tzinfo=UTC))
    assert counter_balances() == {"OPENING GBP": "-25.00", "OPENING JPY": "-2500", "OPENING KWD": "-1.250"}
    entry = Transaction.objects.get(account_id=first.account_id)
    assert (entry.type, entry.door, entry.note, entry.details) == (
        "IMPORT", "command:import_cards", "From cards.csv", {"line": 2},
    )  # fmt: skip
    assert entry.lots.get().funding == "IMPORTED"
    assert list(CardEvent.objects.filter(card_id=third.id).order_by("id").values_list("kind", "state_after")) == [
        ("IMPORT", "ACTIVE"),
        ("BLOCKED", "BLOCKED"),
    ]
    assert [*list_findings(), *list_ledger_findings()] == []


def test_the_same_file_again_imports_nothing(given_file):
    file = given_file("number,balance,currency\nAAAA-1111,25.00,GBP\nBBBB-2222,0,GBP\n")
    run("import_cards", file, "--control-total", "25")

    with nothing_moves():
        done = run("import_cards", file, "--control-total", "25", "--json")

    assert (done.code, imported(done)) == (0, (2, 0, 2, 0))


def test_the_result_names_cards_by_line_last_four_and_account_and_never_by_code(given_file, tmp_path):
    file = given_file("number,balance\nAAAA-1111,25.00\nBBBB-2222,5.00\n")
    result = tmp_path / "result.csv"
    run("import_cards", given_file("number,balance\nAAAA-1111,25.00\n"), "--currency", "GBP", "--control-total", "25")
    file = given_file("number,balance\nAAAA-1111,25.00\nBBBB-2222,5.00\n")

    run("import_cards", file, "--currency", "GBP", "--control-total", "30.00", "--result", str(result))

    numbers = [card(code).account_number for code in ("AAAA1111", "BBBB2222")]
    assert list(csv.reader(result.open())) == [
        ["line", "last_four", "account_number", "status"],
        ["2", "1111", numbers[0], "present"],
        ["3", "2222", numbers[1], "imported"],
    ]
    assert result.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        (["--control-total", "29.99"], ("--control-total", "GBP should be 29.99; the file has 30.00")),
        (
            ["--control-total", "30", "--control-total", "EUR=1"],
            ("--control-total", "EUR should be 1; the file has 0.00"),
        ),
        (["--control-total", "30", "--control-count", "3"], ("--control-count", "should be 3; the file has 2")),
    ],
)
def test_a_control_that_differs_keeps_everything_out(given_file, tmp_path, controls: list[str], message):
    file = given_file("number,balance,currency\nAAAA-1111,25.00,GBP\nBBBB-2222,5.00,GBP\n")
    result = tmp_path / "result.csv"
    if "EUR=1" in controls:
        controls[controls.index("30")] = "GBP=30"

    with nothing_moves():
        done = run("import_cards", file, *controls, "--result", str(result), "--json")

    assert (done.code, errors(done)) == (1, [(None, *message)])
    assert not result.exists()


def test_every_currency_of_the_file_has_its_control(given_file):
    file = given_file("number,balance,currency\nAAAA-1111,25.00,GBP\nBBBB-2222,5.00,EUR\n")

    with nothing_moves():
        done = run("import_cards", file, "--control-total", "GBP=25", "--json")

    message = "none is given for EUR, of which the file has 5.00"
    assert (done.code, errors(done)) == (1, [(None, "--control-total", message)])


@pytest.mark.parametrize("total", ["a lot", "NaN", "30.001", "XTS=30", "EUR=", "1e999999"])
def test_a_control_total_is_an_amount(given_file, total: str):
    file = given_file("number,balance,currency\nAAAA-1111,30.00,GBP\n")

    assert run("import_cards", file, "--control-total", total).code == 2


def test_nothing_is_imported_without_a_control_total_but_a_dry_run_tells_the_sum(given_file):
    file = given_file("number,balance,currency\nAAAA-1111,30.00,GBP\n")

    with nothing_moves():
        refused = run("import_cards", file)
        tried = run("import_cards", file, "--dry-run")

    assert (refused.code, refused.err) == (2, "--control-total is needed, or --dry-run.")
    assert (tried.code, tried.out) == (
        0,
        f"Gift cards from {file} (nothing written)\n"
        "rows: 1\nnew: 1\npresent: 0\nimported: 0\ntotal GBP: 30.00\nerrors: 0\n",
    )


def test_each_bad_line_is_said_and_none_of_them_repeats_a_cell(given_file):
    given_customer(number="SHOP-9", test_mode=True)
    lines = [
        "number,balance,currency,expires_on,time_zone,valid_from,state,customer_number,recipient_email,reloadable",
        "GOOD-0001,1.00,GBP,,,,,,,",
        "bad code,1.00,GBP,,,,,,,",
        "redeem,1.00,GBP,,,,,,,",
        "GOOD-0004,SECRET-CODE,GBP,,,,,,,",
        "GOOD-0005,-1.00,GBP,,,,,,,",
        "GOOD-0006,1.001,GBP,,,,,,,",
        "GOOD-0007,1.00,SECRET-CODE,,,,,,,",
        "GOOD-0008,1.00,,,,,,,,",
        "GOOD-0009,1.00,GBP,31/12/2027,,,,,,",
        "GOOD-0010,1.00,GBP,,SECRET-CODE,,,,,",
        "GOOD-0011,1.00,GBP,,,2027-01-01T09:00:00,,,,",
        "GOOD-0012,1.00,GBP,,,,SECRET-CODE,,,",
        "GOOD-0013,1.00,GBP,,,,,,SECRET-CODE,",
        "GOOD-0014,1.00,GBP,,,,,,,SECRET-CODE",
        "good0001,1.00,GBP,,,,,,,",
        "GOOD-0016,1.00,GBP",
        "GOOD-0017,99999999999999999.00,GBP,,,,,,,",
        "GOOD-0018,\x07,GBP,,,,,,,",
    ]

    with nothing_moves():
        done = run("import_cards", given_file("\n".join(lines) + "\n"), "--control-total", "GBP=1", "--json")

    assert done.code == 1
    assert [(line, column) for line, column, _ in errors(done)] == [
        (3, "number"), (4, "number"), (5, "balance"), (6, "balance"), (7, "balance"), (8, "currency"), (9, "currency"),
        (10, "expires_on"), (11, "time_zone"), (12, "valid_from"), (13, "state"), (14, "recipient_email"),
        (15, "reloadable"), (17, None), (18, "balance"), (19, "balance"), (16, "number"),
    ]  # fmt: skip
    assert "SECRET" not in done.out
    assert "GOOD" not in done.out.upper()
    assert errors(done)[-1] == (16, "number", "stands in line 2 already")


def test_a_file_without_a_header_shows_none_of_its_first_line(given_file):
    done = run("import_cards", given_file("SECRET-CODE,25.00,GBP\n"), "--control-total", "25", "--json")

    assert done.code == 1
    assert [column for _, column, _ in errors(done)] == ["column 1", "column 2", "column 3", "number", "balance"]
    assert "SECRET" not in done.out


def test_rows_that_this_database_refuses_are_said_before_anything_is_written(given_file):
    given_card("5.00 GBP", code="AAAA-1111", now=NOW)
    given_customer(number="SHOP-9", test_mode=True)
    file = given_file(
        "number,balance,currency,expires_on,customer_number\n"
        "AAAA-1111,25.00,GBP,,\nBBBB-2222,5.00,GBP,2026-06-30,\nCCCC-3333,5.00,GBP,,SHOP-9\nDDDD-4444,5.00,GBP,,\n"
    )

    with nothing_moves():
        done = run("import_cards", file, "--control-total", "40", "--time-zone", "UTC", "--json")

    assert (done.code, errors(done)) == (
        1,
        [
            (2, "number", "another card has this number"),
            (3, "expires_on", "that day is over (--expired-cards takes such cards)"),
            (4, "customer_number", "there is no such customer"),
        ],
    )


def test_a_run_that_was_killed_is_run_again_and_goes_on(given_file, tmp_path, monkeypatch):
    monkeypatch.setattr("giftcards.operations.imports.ROWS_AT_ONCE", 2)
    rows = "".join(f"CARD-{line:04},1.00\n" for line in range(2, 7))
    file, result = given_file("number,balance\n" + rows), tmp_path / "result.csv"
    arguments = ("import_cards", file, "--currency", "GBP", "--control-total", "5.00", "--result", str(result))
    real = imports.import_cards

    def killed_after_two_portions(*, on_portion, **more):
        seen = []

        def killed(cards):
            on_portion(cards)
            seen.append(cards)
            if len(seen) == 2:
                raise KeyboardInterrupt

        real(on_portion=killed, **more)

    monkeypatch.setattr(command, "import_cards", killed_after_two_portions)
    with pytest.raises(KeyboardInterrupt):
        run(*arguments)
    assert GiftCard.objects.count() == 4
    monkeypatch.setattr(command, "import_cards", real)

    done = run(*arguments, "--json")

    assert imported(done) == (5, 1, 4, 0)
    assert (GiftCard.objects.count(), Transaction.objects.count(), CardEvent.objects.count()) == (5, 5, 5)
    assert [line.split(",")[-1] for line in result.read_text().split()[1:]] == ["present"] * 4 + ["imported"]


def test_a_card_imported_before_counts_as_present_whatever_has_happened_to_it(given_file):
    file = given_file("number,balance,currency\nAAAA-1111,25.00,GBP\n")
    run("import_cards", file, "--control-total", "25")
    redeem_card(card=card("AAAA1111"), amount=money("5.00 GBP"), actor=API, now=NOW)

    done = run("import_cards", file, "--control-total", "25", "--json")

    assert imported(done) == (1, 0, 1, 0)
    assert card("AAAA1111").spendable_minor == 2000


def test_another_import_that_was_quicker_is_passed_over(given_file, monkeypatch):
    file = given_file("number,balance,currency\nAAAA-1111,25.00,GBP\n")
    real, calls = imports._read_known, []

    def as_if_it_were_not_there_yet(rows):
        calls.append(rows)
        return {} if len(calls) <= 2 else real(rows)

    run("import_cards", file, "--control-total", "25")
    monkeypatch.setattr(imports, "_read_known", as_if_it_were_not_there_yet)
    monkeypatch.setattr(imports, "_import_portion", _in_a_savepoint(imports._import_portion))

    done = run("import_cards", file, "--control-total", "25", "--json")

    assert (done.code, imported(done), len(calls)) == (0, (1, 0, 1, 0), 3)
    assert GiftCard.objects.count() == 1


def _in_a_savepoint(function):
    def run_inside(**arguments):
        with transaction.atomic():
            return function(**arguments)

    return run_inside


def test_test_cards_are_test_cards(given_file):
    file = given_file("number,balance,currency\nAAAA-1111,25.00,GBP\n")

    run("import_cards", file, "--control-total", "25", "--test-mode")

    assert get_card(code="AAAA1111", test_mode=True, now=NOW).spendable_minor == 2500


def test_a_file_is_read_from_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"number,balance,currency\nAAAA-1111,25.00,GBP\n")))

    done = run("import_cards", "-", "--control-total", "25", "--json")

    assert imported(done) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    "arguments", [["/nowhere/cards.csv"], ["-", "--currency", "XTS"], ["-", "--time-zone", "Mars/Olympus"]]
)
def test_what_cannot_be_read_is_no_refusal(arguments: list[str]):
    assert run("import_cards", *arguments, "--control-total", "25").code == 2


def test_two_thousand_cards_come_in_with_every_rule_intact(given_file, tmp_path):
    rows = "".join(f"CARD-{line:04},1.{line % 100:02},{('GBP', 'EUR')[line % 2]}\n" for line in range(2000))
    total = sum(100 + line % 100 for line in range(2000))
    gbp = sum(100 + line % 100 for line in range(0, 2000, 2))
    file, result = given_file("number,balance,currency\n" + rows), Path(tmp_path / "result.csv")

    done = run("import_cards", file, "--control-total", f"GBP={gbp / 100:.2f}",
               "--control-total", f"EUR={(total - gbp) / 100:.2f}", "--result", str(result), "--json")  # fmt: skip

    assert (done.code, imported(done)) == (0, (2000, 2000, 0, 0))
    assert len(result.read_text().splitlines()) == 2001
    assert [*list_findings(), *list_ledger_findings()] == []
