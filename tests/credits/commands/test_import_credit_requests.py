"""Requests from a file: checked as a whole, asked for as one batch or not at all, never twice."""

import csv
import sys
from datetime import UTC, date, datetime
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest
from django.contrib.auth.models import User

from giftcards.queries import get_card
from ledger.models import Reason, Transaction
from ledger.queries import get_customer
from storecredit.credits.management import request_file
from storecredit.credits.models import CreditRequest, CreditRequestBatch, CreditRequestEvent
from storecredit.credits.operations import approve_batch
from storecredit.credits.queries import list_findings
from tests.credits.requests import given_approver, given_person, history_of, party_of
from tests.giftcards.cards import given_card
from tests.ledger.commands.running import Done, run
from tests.scenarios import given_customer, money, nothing_moves, wallet_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture(autouse=True)
def alice() -> User:
    return given_person("alice")


@pytest.fixture
def given_file(tmp_path):
    def write(content: str | bytes, name: str = "goodwill.csv") -> str:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(file)

    return write


def take(file: str, *arguments: str, totals: tuple[str, ...] = ("USD=30",), count: int = 2) -> Done:
    """The command with controls: 2 requests and 30 USD unless others are named."""
    controls = [argument for total in totals for argument in ("--control-total", total)]
    return run(
        "import_credit_requests", file, "--requested-by", "alice", *controls, "--control-count", str(count), *arguments
    )


def errors(done: Done) -> list[tuple[int | None, str | None, str]]:
    return [(error["line"], error["column"], error["message"]) for error in done.facts["errors"]]


TWO = "type,amount,currency,reason\nGIFT_CARD,10.00,USD,EC\nGIFT_CARD,20,USD,EC\n"


def test_a_table_of_fabric_s_credits_comes_in_without_being_told_whose_it_is(given_file):
    given_customer(number="SHOP-1")
    file = given_file(
        "OrderNumber,Type,Amount,Currency,ReasonCode,SubReasonCode,attributes.customerId,Note,Source,EmployeeId,StatusCode\n"
        "O-1,STORE_CREDIT,10.00,USD,GW,late,SHOP-1,sorry,CSR,emp-7,PENDING\n"
        "O-2,GIFT_CARD,20.00,USD,EC,,,,POS,,PENDING\n"
    )

    done = take(file, "--json")

    assert done.code == 0, done.err
    assert list(
        CreditRequest.objects.order_by("order_value").values_list(
            "order_value", "kind", "reason_id", "sub_reason", "employee"
        )
    ) == [("O-1", "STORE_CREDIT", "GW", "late", "emp-7"), ("O-2", "GIFT_CARD", "EC", "", "")]
    assert CreditRequest.objects.get(order_value="O-1").payee_customer == get_customer(
        identifier="SHOP-1", test_mode=False
    )


def test_requests_come_in_with_all_that_the_file_says_and_wait_as_one_batch(given_file, alice: User):
    customer, card = given_customer(number="SHOP-1"), given_card("1.00 USD", code="SUMMER-2026-1")
    file = given_file(
        "order_number,order_id,order_external_id,type,amount,currency,reason,sub_reason,customer_number,"
        "gift_card_number,expires_on,note,source,employee,policy_code\n"
        "O-1,,,store_credit,10.00,USD,GW,late,SHOP-1,,2027-12-31,sorry,CSR,emp-7,VIP\n"
        ",62cc39d8a9b63c001b21d1ab,,GIFT_CARD,20.5,USD,EC,,,SUMMER-2026-1,,,,,\n"
        ",,EXT-9,GIFT_CARD,500,JPY,EC,,,WINTER-2026-1,,,,,\n"
        ",,,GIFT_CARD,1.250,KWD,EC,,,,,,,,\n"
    )

    done = take(file, "--json", totals=("USD=30.50", "JPY=500", "KWD=1.25"), count=4)

    batch = CreditRequestBatch.objects.get()
    assert done.code == 0, done.err
    assert done.facts == {
        "file": file,
        "dry_run": False,
        "test_mode": False,
        "rows": 4,
        "batch": batch.pk,
        "name": "goodwill.csv",
        "requests": 4,
        "totals": {"JPY": "500", "KWD": "1.250", "USD": "30.50"},
        "nobody_can_approve": 4,
        "map": "own",
        "columns_left_out": [],
        "error_count": 0,
        "errors": [],
    }
    assert (batch.status, batch.size, batch.requested_by) == ("PENDING", 4, alice)
    assert batch.totals == {"JPY": 500, "KWD": 1250, "USD": 3050}
    first, second, third, fourth = CreditRequest.objects.order_by("batch_line")
    assert (first.order_kind, first.order_value, first.payee_customer) == ("order-number", "O-1", customer)
    assert (first.reason_id, first.sub_reason, first.note, first.source, first.employee, first.policy_code) == (
        "GW", "late", "sorry", "CSR", "emp-7", "VIP",
    )  # fmt: skip
    assert first.credit_expires_on == date(2027, 12, 31)
    assert (second.order_kind, second.payee_card_id, second.amount_minor) == ("order-id", card.id, 2050)
    assert (third.order_kind, third.order_value, third.open_number()) == ("order-external-id", "EXT-9", "WINTER-2026-1")
    assert (fourth.order_kind, fourth.currency, fourth.amount_minor, fourth.batch_line) == ("", "KWD", 1250, 5)
    for request in (first, second, third, fourth):
        assert (request.requested_by, request.requested_label, request.door, request.created_at) == (
            alice, "alice", "command:import_credit_requests", NOW,
        )  # fmt: skip
        assert history_of(request) == [("CREATED", "", "PENDING")]
    assert Transaction.objects.filter(key__startswith="credit-request:").count() == 0
    assert list(list_findings()) == []


def test_the_batch_is_approved_as_one_decision_by_somebody_else(given_file):
    customer = given_customer(number="SHOP-1")
    file = given_file(
        "type,amount,currency,reason,customer_number,gift_card_number\n"
        "STORE_CREDIT,10,USD,EC,SHOP-1,\nGIFT_CARD,20,USD,EC,,SUMMER-2026-1\n"
    )
    take(file)

    batch = approve_batch(batch_id=CreditRequestBatch.objects.get().pk, party=party_of(given_approver("bob")), now=NOW)

    assert batch.status == "APPROVED"
    assert wallet_of(customer, "USD", now=NOW).spendable_minor == 1000
    assert get_card(code="SUMMER-2026-1", test_mode=False, now=NOW).spendable == money("20.00 USD")


def test_the_same_file_is_taken_once_under_whatever_name(given_file):
    take(given_file(TWO), "--name", "July")

    with nothing_moves():
        again = take(given_file(TWO, "another.csv"), "--json")
        tried = take(given_file(TWO), "--dry-run", "--json")

    told = [(None, "file", "This file was imported already, as batch July.")]
    assert (again.code, errors(again), tried.code, errors(tried)) == (1, told, 1, told)
    assert take(given_file(TWO), "--test-mode").code == 0
    assert take(given_file(TWO + "\n")).code == 0


@pytest.mark.parametrize(
    ("totals", "count", "told"),
    [
        (("USD=29.99",), 2, [("--control-total", "USD should be 29.99; the file has 30.00")]),
        (("30",), 3, [("--control-count", "should be 3; the file has 2")]),
        (("USD=30", "EUR=1"), 2, [("--control-total", "EUR should be 1; the file has 0.00")]),
        (("EUR=30",), 2, [
            ("--control-total", "EUR should be 30; the file has 0.00"),
            ("--control-total", "none is given for USD, of which the file has 30.00"),
        ]),
    ],
)  # fmt: skip
def test_a_control_that_differs_keeps_everything_out(given_file, tmp_path, totals, count: int, told):
    result = tmp_path / "result.csv"

    with nothing_moves():
        done = take(given_file(TWO), "--result", str(result), "--json", totals=totals, count=count)

    assert (done.code, errors(done)) == (1, [(None, *each) for each in told])
    assert not result.exists()


@pytest.mark.parametrize("left_out", ["--control-total", "--control-count"])
def test_nothing_comes_in_without_controls_but_a_dry_run_tells_the_sums(given_file, left_out: str):
    controls = {"--control-total": "30", "--control-count": "2"}
    given = [argument for name, value in controls.items() if name != left_out for argument in (name, value)]
    file = given_file(TWO)

    with nothing_moves():
        done = run("import_credit_requests", file, "--requested-by", "alice", *given)
        tried = run("import_credit_requests", file, "--requested-by", "alice", "--dry-run")

    assert (done.code, done.err) == (2, f"{left_out} is needed, or --dry-run.")
    assert (tried.code, tried.out) == (
        0,
        f"Credit requests from {file} (nothing written)\nrows: 2\nrequests: 0\ntotal USD: 30.00\nerrors: 0\n",
    )


BAD_CELLS = [
    ({"type": "CASH"}, "type", "is not one of GIFT_CARD, STORE_CREDIT"),
    ({"amount": "a lot"}, "amount", "is not an amount such as 12.50"),
    ({"amount": "-1.00"}, "amount", "is not an amount such as 12.50"),
    ({"amount": "1.0001"}, "amount", "has more decimals than USD has"),
    ({"amount": "1" * 17}, "amount", "is more than an account can hold"),
    ({"amount": "0.00"}, "amount", "$0.00 is not an amount that can be posted."),
    ({"currency": "XTS"}, "currency", "is not the code of a currency in circulation"),
    ({"currency": ""}, "currency", "is empty (--currency says it for all lines that name none)"),
    ({"reason": ""}, "reason", "is empty"),
    ({"reason": "NONE"}, "reason", "is not the code of an active reason"),
    ({"order_number": "x" * 65}, "order_number", "is longer than 64 characters"),
    ({"order_number": "O-1", "order_id": "O-2"}, "order_id", "the order is named already, as order_number"),
    ({"note": "x" * 501}, "note", "is longer than 500 characters"),
    ({"note": "a\x07b"}, "note", "holds a line break or another control character"),
    ({"customer_number": "SHOP-1"}, "customer_number", "is for STORE_CREDIT alone"),
    ({"type": "STORE_CREDIT"}, "customer_number", "is empty, and STORE_CREDIT needs the customer"),
    (
        {"type": "STORE_CREDIT", "customer_number": "SHOP-1", "gift_card_number": "ABCD-1234"},
        "gift_card_number",
        "is for GIFT_CARD alone",
    ),
    ({"type": "STORE_CREDIT", "customer_number": "NOBODY"}, "customer_number", "There is no such customer."),
    ({"gift_card_number": "POUNDS-1"}, "gift_card_number", "The card is in GBP, the request in USD."),
    (
        {"gift_card_number": "a/b/c"},
        "gift_card_number",
        "A card's number is 4 to 64 printable ASCII characters without blanks or slash.",
    ),
    ({"expires_on": "soon"}, "expires_on", "is not a day such as 2027-12-31"),
    ({"expires_on": "2026-06-30"}, "expires_on", "that day is over"),
]


@pytest.mark.parametrize(("cells", "column", "message"), BAD_CELLS)
def test_one_bad_line_keeps_the_file_out_and_is_named(given_file, cells: dict[str, str], column: str, message: str):
    given_customer(number="SHOP-1")
    given_card("1.00 GBP", code="POUNDS-1")
    good = dict.fromkeys(request_file.COLUMNS, "") | {
        "type": "GIFT_CARD", "amount": "10.00", "currency": "USD", "reason": "EC",
    }  # fmt: skip
    rows = [good, good | cells]
    file = given_file("\n".join(",".join(row.values()) for row in [dict(zip(good, good, strict=True)), *rows]))

    with nothing_moves():
        done = run("import_credit_requests", file, "--requested-by", "alice", "--dry-run", "--json")

    assert (done.code, [(line, name, words.replace("\xa0", "")) for line, name, words in errors(done)]) == (
        1,
        [(3, column, message)],
    )


def test_every_bad_line_is_named(given_file):
    file = given_file("type,amount,currency,reason\nGIFT_CARD,1,USD,NO\nGIFT_CARD,1,USD,EC\nGIFT_CARD,1,USD,NO\n")

    done = run("import_credit_requests", file, "--requested-by", "alice", "--dry-run")

    assert done.err == (
        "line 2, reason: is not the code of an active reason\nline 4, reason: is not the code of an active reason\n"
    )


def test_what_a_reason_needs_is_asked_for(given_file):
    Reason.objects.filter(code="EC").update(needs_note=True)
    Reason.objects.filter(code="GW").update(needs_order=True)
    file = given_file("type,amount,currency,reason\nGIFT_CARD,10,USD,EC\nGIFT_CARD,20,USD,GW\n")

    done = take(file, "--json")

    assert errors(done) == [
        (2, "note", "is empty, and the reason needs one"),
        (3, None, "no order is named, and the reason needs one"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "a header is needed"),
        ("type,amount,currency\n", "reason: is missing"),
        ("type|amount|currency|reason\n", "separated by commas"),
        ("type,amount,currency,reason,card\n", "not a column"),
        ("type,amount,currency,reason\n", "rows: the file has none"),
        (b"type,amount,currency,reason\nGIFT_CARD,1,USD,\xff\n", "is not UTF-8 text"),
    ],
)
def test_a_file_that_is_none_is_refused(given_file, content: Any, words: str):
    with nothing_moves():
        done = run("import_credit_requests", given_file(content), "--requested-by", "alice", "--dry-run")

    assert (done.code, words in done.err) == (1, True), done.err


def test_a_file_with_too_many_rows_is_refused(given_file, monkeypatch):
    monkeypatch.setattr(request_file, "MOST_ROWS", 1)

    done = take(given_file(TWO), "--json")

    assert (done.code, errors(done)) == (1, [(None, "rows", "there are more than 1; split the file")])


def test_the_result_names_requests_by_line_and_id(given_file, tmp_path):
    result = tmp_path / "result.csv"

    take(given_file(TWO), "--result", str(result))

    first, second = CreditRequest.objects.order_by("batch_line").values_list("pk", flat=True)
    assert list(csv.reader(result.open())) == [
        ["line", "request", "status"],
        ["2", str(first), "PENDING"],
        ["3", str(second), "PENDING"],
    ]
    assert result.stat().st_mode & 0o777 == 0o600


def test_no_output_and_no_column_holds_a_number(given_file, tmp_path):
    result = tmp_path / "result.csv"
    file = given_file("type,amount,currency,reason,gift_card_number,note\nGIFT_CARD,30,USD,EC,SUMMER-2026-1,\n")
    misplaced = given_file("type,amount,currency,reason,note\nGIFT_CARD,SUMMER-2026-1,USD,SUMMER-2026-1,\n", "b.csv")

    done = [
        take(file, "--result", str(result), count=1),
        take(file, "--json", count=1),
        take(misplaced, count=1),
        take(misplaced, "--json", count=1),
    ]

    said = "".join(each.out + each.err for each in done) + result.read_text()
    assert [each.code for each in done] == [0, 1, 1, 1]
    assert "SUMMER" not in said
    assert "SUMMER" not in str([*CreditRequest.objects.values(), *CreditRequestEvent.objects.values()])


def test_who_asks_is_a_person_whose_login_is_on(given_file, alice: User):
    file = given_file(TWO)
    nobody = run("import_credit_requests", file, "--requested-by", "nobody", "--dry-run")
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert (nobody.code, nobody.err) == (2, "Nobody has the sign-in name 'nobody'.")
    assert (take(file).code, take(file).err) == (2, "The login 'alice' is off.")


def test_a_file_is_read_from_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(TWO.encode())))

    done = take("-", "--name", "from a pipe", "--json")

    assert (done.code, done.facts["name"], done.facts["requests"]) == (0, "from a pipe", 2)


@pytest.mark.parametrize("arguments", [["/nowhere/x.csv"], ["-", "--currency", "XTS"]])
def test_what_cannot_be_read_is_no_refusal(monkeypatch, arguments: list[str]):
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(TWO.encode())))

    assert take(*arguments).code == 2


def test_a_customer_who_vanishes_between_the_check_and_the_writing_keeps_all_out(given_file, monkeypatch):
    module = "storecredit.credits.management.commands.import_credit_requests"
    file = given_file("type,amount,currency,reason,customer_number\nSTORE_CREDIT,30,USD,EC,NOBODY\n")
    monkeypatch.setattr(f"{module}.check_lines", lambda **said: [])

    with nothing_moves():
        done = take(file, "--json", count=1)

    assert (done.code, errors(done)) == (1, [(None, "file", "There is no such customer.")])


def test_the_statements_that_write_do_not_grow_with_the_file(given_file, django_assert_max_num_queries):
    numbers = [given_customer().number for _ in range(20)]
    rows = "".join(f"O-{line},STORE_CREDIT,1.00,USD,EC,{numbers[line % 20]}\n" for line in range(400))
    file = given_file("order_number,type,amount,currency,reason,customer_number\n" + rows)

    # A row is looked up twice, its reason and its customer each time; the rows and their histories go in together.
    with django_assert_max_num_queries(400 * 4 + 40):
        done = take(file, "--json", totals=("400",), count=400)

    assert (done.code, done.facts["requests"]) == (0, 400)
    assert CreditRequestEvent.objects.count() == 400
    assert list(list_findings()) == []
