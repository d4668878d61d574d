"""`reconcile_orders` as a program that reads its output meets it: the vendor's list against our books."""

import csv
import json
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ledger.models import Account, Transaction
from ledger.operations import AccountStatus
from storecredit.checkouts.models import CreditDeduction
from storecredit.checkouts.operations import cancel_order, settle_shortfall
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import approve_request, reject_request
from tests.checkouts.events import accepted, credit, deliver, given_secret, refunded
from tests.checkouts.stage import ACT, attach, given_checkout, given_credit_source, nothing_changes, order
from tests.credits.requests import given_approver, given_person, party_of
from tests.giftcards.cards import account_of, given_card
from tests.ledger.commands.running import Done, run
from tests.scenarios import NOW, STAFF, days, given_credit, set_status

pytestmark = pytest.mark.django_db

HEADER = ("order_id", "source_id", "amount", "currency")


@pytest.fixture
def orders(tmp_path, time_machine):
    time_machine.move_to(NOW, tick=False)

    def write(*rows: Sequence[str], header: Sequence[str] = HEADER) -> str:
        path = tmp_path / "orders.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return str(path)

    return write


def compare(file: str, *more: str) -> Done:
    return run("reconcile_orders", file, "--json", *more)


def findings(done: Done) -> list[tuple[Any, ...]]:
    """Difference, order, theirs, ours and what is owed, by order."""
    told = done.facts["findings"]
    return sorted((f["difference"], f["order"], f["theirs"], f["ours"], f["owed"]) for f in told)


def given_deduction(amount: str, *, order_id: str = "100000000001", account: Account | None = None) -> CreditDeduction:
    """An order at the vendor that took this much."""
    if not CreditDeduction.objects.exists():
        given_secret()
    account = account or given_credit("200.00 GBP")
    deliver(accepted(credit(account, amount), order_id=order_id))
    return CreditDeduction.objects.get(order__order_id=order_id)


def given_order(amount: str = "10.00") -> tuple[str, str]:
    """An order that ran here, paid for with credit alone: its id and its source's."""
    source = given_credit_source(f"{amount} GBP", account=given_credit("40.00 GBP"))
    placed = order(attach(given_checkout(total=f"{amount} GBP"), source))
    return placed.order.pk, str(source.pk)


# What is compared


def test_a_list_that_agrees_with_our_books_is_clean(orders):
    here, source = given_order()
    given_deduction("25.00")

    done = compare(orders((here, source, "10.00", "GBP"), ("100000000001", "source-1", "25.00", "GBP")))

    assert (done.code, done.facts["clean"], done.facts["lines_of_credit"]) == (0, True, 2)
    assert done.facts["findings"] == []


def test_every_kind_of_difference_is_found_here_and_at_the_vendor(orders):
    here, source = given_order()
    given_deduction("25.00")
    given_deduction("30.00", order_id="100000000002")

    done = compare(
        orders(
            (here, source, "12.00", "GBP"),
            ("100000000002", "source-1", "20.00", "GBP"),
            ("100000000003", "source-1", "7.00", "GBP"),
        )
    )

    assert done.code == 1
    assert findings(done) == sorted(
        [
            ("amount differs", here, "12.00", "10.00", None),
            ("amount differs", "100000000002", "20.00", "30.00", "10.00"),
            ("missing here", "100000000003", "7.00", None, None),
            ("missing there", "100000000001", None, "25.00", "25.00"),
        ]
    )
    assert {f["order"]: f["line"] for f in done.facts["findings"]}["100000000003"] == 4


def test_what_went_back_is_compared_where_the_list_says_it(orders):
    given_deduction("25.00")
    deliver(refunded(("r1", "5.00"), order_id="100000000001"))
    header = ("order_id", "source_id", "amount", "currency", "returned")

    agreed = compare(orders(("100000000001", "source-1", "25.00", "GBP", "5.00"), header=header))
    silent = compare(orders(("100000000001", "source-1", "25.00", "GBP", ""), header=header))
    differs = compare(orders(("100000000001", "source-1", "25.00", "GBP", "8.00"), header=header))

    assert (agreed.code, silent.code, differs.code) == (0, 0, 1)
    assert findings(differs) == [("returned differs", "100000000001", "25.00", "25.00", "3.00")]


def test_another_currency_is_a_difference_of_its_own(orders):
    given_deduction("25.00")

    done = compare(orders(("100000000001", "source-1", "25.00", "EUR")))

    assert findings(done) == [("currency differs", "100000000001", "25.00", "25.00", None)]


def test_credit_that_went_back_in_full_is_not_missing_there(orders):
    here, _ = given_order()
    cancel_order(order_id=here, **ACT)

    assert compare(orders()).code == 0


def test_a_shortfall_is_a_difference_until_staff_have_settled_it(orders):
    deduction = given_deduction("25.00", account=given_credit("20.00 GBP"))
    file = orders(("100000000001", "source-1", "25.00", "GBP"))

    before = compare(file)
    settle_shortfall(deduction_id=deduction.pk, resolution="Invoiced", actor=STAFF, now=NOW)

    assert findings(before) == [("amount differs", "100000000001", "25.00", "20.00", None)]
    assert compare(file).code == 0


def test_orders_of_other_days_are_not_missing_there(orders):
    given_deduction("25.00")
    day, next_day = NOW.date().isoformat(), days(1).date().isoformat()

    assert compare(orders(), "--from", day, "--to", day).code == 1
    assert compare(orders(), "--from", next_day).code == 0
    assert compare(orders(), "--to", days(-1).date().isoformat()).code == 0


def test_test_orders_are_compared_with_test_orders_alone(orders):
    given_deduction("25.00")

    assert compare(orders(), "--test-mode").code == 0


def test_the_vendors_orders_are_read_as_its_api_gives_them(orders, tmp_path):
    given_deduction("25.00")
    deliver(refunded(("r1", "5.00"), order_id="100000000001"))
    path = tmp_path / "orders.jsonl"
    told = {
        "id": "100000000001",
        "currency": "GBP",
        "payment": {
            "sources": [
                {"id": "card-1", "type": "creditCard", "amount": 4.5},
                {"id": "source-1", "type": "customerCredit", "amount": 25.0, "upstreamId": "SC1"},
            ],
            "charges": [{"sourceId": "source-1", "refunds": [{"amount": 5.00}], "cancels": []}],
        },
    }
    path.write_text(json.dumps(told) + "\n\n")

    assert compare(str(path)).code == 0

    told["payment"]["charges"][0]["refunds"][0]["amount"] = 9  # type: ignore[index]  # a report told as JSON
    path.write_text(json.dumps(told))
    assert findings(compare(str(path))) == [("returned differs", "100000000001", "25.00", "25.00", "4.00")]


# What is wrong with the file


def test_each_bad_line_is_named_and_nothing_is_compared(orders):
    given_deduction("25.00")
    file = orders(
        ("100000000001", "source-1", "25.00", "GBP"),
        ("100000000001", "source-1", "25.00", "GBP"),
        ("", "source-1", "25.00", "GBP"),
        ("100000000002", "source-1", "-1", "GBP"),
        ("100000000003", "source-1", "1.005", "GBP"),
        ("100000000004", "source-1", "1.00", "XXX"),
        ("100000000005", "source-1", "1.00"),
    )

    done = compare(file)

    assert (done.code, done.facts["compared"], done.facts["error_count"]) == (2, False, 6)
    assert [(error["line"], error["column"]) for error in done.facts["errors"]] == [
        (4, "order_id"),
        (5, "amount"),
        (6, "amount"),
        (7, "currency"),
        (8, None),
        (3, "source_id"),
    ]


def test_a_line_of_json_that_is_no_order_is_named(tmp_path):
    path = tmp_path / "orders.jsonl"
    lines = ['{"id": "1"}', "not json", "[" * 3000, '{"id":"1","payment":{"sources":[{"type":"customerCredit"}]}}']
    path.write_text("\n".join(lines))

    done = compare(str(path))

    assert done.code == 2
    assert {error["line"] for error in done.facts["errors"]} == {1, 2, 3, 4}
    assert "line 2: is not JSON" in done.err


@pytest.mark.parametrize(
    ("name", "more", "why"),
    [
        ("orders.txt", (), "ends in neither .csv nor .jsonl"),
        ("absent.csv", (), "No such file or directory"),
        ("orders.csv", ("--from", "yesterday"), "--from: 'yesterday' is not a day"),
        ("orders.csv", ("--currency", "XXX"), "XXX"),
        ("orders.csv", ("--open-requests",), "--open-requests needs --requested-by"),
        ("orders.csv", ("--open-requests", "--requested-by", "nobody"), "Nobody has the sign-in name 'nobody'"),
    ],
)
def test_what_keeps_it_from_running_is_said(orders, name, more, why):
    done = compare(str(Path(orders()).with_name(name)), *more)

    assert done.code == 2
    assert why in done.err


def test_without_json_a_table_and_a_sentence_say_it(orders):
    given_deduction("25.00")

    done = run("reconcile_orders", orders(("100000000003", "source-1", "7.00", "GBP")))

    assert done.code == 1
    assert "missing there" in done.out
    assert "1 lines of credit compared: 1 missing here, 1 missing there." in done.out


def test_all_differences_are_written_into_a_file_on_demand(orders, tmp_path):
    given_deduction("25.00")
    result = tmp_path / "result.csv"

    run("reconcile_orders", orders(), "--result", str(result))

    (row,) = csv.DictReader(result.open())
    assert (row["difference"], row["order"], row["ours"], row["owed"]) == (
        "missing there",
        "100000000001",
        "25.00",
        "25.00",
    )
    assert result.stat().st_mode & 0o077 == 0


# Corrections


def test_a_request_is_opened_for_each_that_is_owed_something_and_nothing_is_posted(orders):
    given_person("alice")
    owed = given_deduction("25.00")
    card = given_card("40.00 GBP")
    given_deduction("30.00", order_id="100000000002", account=account_of(card))
    file = orders(("100000000002", "source-1", "20.00", "GBP"), ("100000000003", "source-1", "7.00", "GBP"))

    booked = list(Transaction.objects.order_by("number").values())

    done = compare(file, "--open-requests", "--requested-by", "alice")

    assert list(Transaction.objects.order_by("number").values()) == booked
    assert (done.code, done.facts["opened"]) == (1, 2)
    asked = {request.order_value: request for request in CreditRequest.objects.all()}
    assert set(asked) == {"100000000001", "100000000002"}
    to_customer, to_card = asked["100000000001"], asked["100000000002"]
    assert owed.account is not None
    assert (to_customer.kind, to_customer.amount_minor, to_customer.payee_customer_id) == (
        "STORE_CREDIT",
        2500,
        owed.account.customer_id,
    )
    assert (to_card.kind, to_card.amount_minor, to_card.payee_card_id) == ("GIFT_CARD", 1000, card.id)
    for request in asked.values():
        assert (request.status, request.reason_id, request.requested_label) == ("PENDING", "EC", "alice")
        assert (request.source, request.sub_reason, request.door) == (
            "reconcile_orders",
            "source-1",
            "command:reconcile_orders",
        )


def test_however_often_it_is_run_each_is_asked_for_once_whatever_was_decided(orders):
    alice = given_person("alice")
    given_deduction("25.00")
    more = ("--open-requests", "--requested-by", "alice")
    compare(orders(), *more)
    reject_request(request_id=CreditRequest.objects.get().pk, party=party_of(given_person("paul")), now=NOW, note="No")

    with nothing_changes():
        again = compare(orders(), *more)

    assert (again.code, again.facts["opened"], CreditRequest.objects.count()) == (1, 0, 1)
    assert again.facts["findings"][0]["request"].endswith(", canceled")
    assert CreditRequest.objects.get().requested_by == alice


def test_what_a_confirmed_request_has_given_back_is_no_difference_any_more(orders):
    given_person("alice")
    given_deduction("25.00")
    compare(orders(), "--open-requests", "--requested-by", "alice")
    approver = given_approver("paul", "100.00 GBP")
    approve_request(request_id=CreditRequest.objects.get().pk, party=party_of(approver), now=NOW)

    done = compare(orders())

    assert (done.code, done.facts["corrected"]) == (0, 1)


def test_without_being_told_to_it_opens_no_request(orders):
    given_deduction("25.00")

    with nothing_changes():
        compare(orders())

    assert not CreditRequest.objects.exists()


def test_a_frozen_line_can_be_asked_for_all_the_same(orders):
    given_person("alice")
    deduction = given_deduction("25.00")
    assert deduction.account_id is not None
    set_status(account_id=deduction.account_id, status=AccountStatus.FROZEN)

    assert compare(orders(), "--open-requests", "--requested-by", "alice").facts["opened"] == 1


@pytest.mark.long
@pytest.mark.once_on_sqlite
def test_a_long_file_is_compared_in_little_memory(orders):
    rows = 6_000
    file = orders(*((f"{200_000_000_000 + place}", "source-1", "1.00", "GBP") for place in range(rows)))

    tracemalloc.start()
    try:
        done = run("reconcile_orders", file, "--json")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (done.facts["missing_here"], len(done.facts["findings"]), done.facts["left_out"]) == (rows, 1000, 5000)
    assert peak < 12_000_000
