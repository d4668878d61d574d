"""A file goes from the browser into the books: uploaded, mapped, checked, confirmed and written, each step once."""

import pytest

from giftcards.models import GiftCard
from giftcards.queries import list_findings
from ledger.models import Customer, Transaction
from ledger.queries import list_findings as list_ledger_findings
from storecredit.backoffice.models import ImportFault, ImportRun, SavedMap
from storecredit.credits.models import CreditRequest, CreditRequestBatch
from storecredit.credits.operations import approve_about_customer
from tests.backoffice.imports.files import (
    UPLOAD,
    address,
    go_on,
    intent_of,
    lines_of,
    map_columns,
    start,
    upload,
)
from tests.backoffice.imports.stage import BALANCES, CARDS, SHOPIFY, checked
from tests.backoffice.staff import Staff, said, text_of
from tests.factories.credits import CustomerRequestFactory
from tests.factories.imports import SavedMapFactory
from tests.factories.people import UserFactory
from tests.factories.periods import party_of
from tests.ledger.commands.running import run as run_command
from tests.scenarios import NOW, counter_balances, given_customer, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def test_opening_balances_go_all_the_way_and_the_result_tells_of_each_line(finance, controller):
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")
    run = checked(finance, "opening-balances", BALANCES)
    page = text_of(finance.open(address(run, "change")))
    assert (run.state, run.rows, run.faults, run.facts["sums_minor"]) == ("CHECKED", 2, 0, {"GBP": 3000})
    assert "30.00" in page
    assert Transaction.objects.count() == 0

    start(controller, run, count=2, GBP="30.00")
    run = go_on(finance, run)

    assert (run.state, run.done_rows, run.facts["outcomes"]) == ("DONE", 2, {"imported": 2})
    assert counter_balances() == {"OPENING GBP": "-30.00"}
    entries = {entry.reference: entry for entry in Transaction.objects.select_related("account")}
    assert {(entry.door, entry.actor_id) for entry in entries.values()} == {("admin", str(controller.user.pk))}
    assert lines_of(finance.open(address(run, "result"))) == [
        "line,customer_number,account_number,transaction_number,status",
        f"2,SHOP-1,{entries['old-1'].account.number},{entries['old-1'].number},imported",
        f"3,SHOP-2,{entries['old-2'].account.number},{entries['old-2'].number},imported",
    ]


def test_a_foreign_file_is_known_by_its_headers_and_its_cards_come_in(finance, controller):
    run = upload(finance, "cards", SHOPIFY)
    assert "Known by its headers: Shopify: gift cards" in text_of(finance.open(address(run, "change")))

    map_columns(finance, run)
    run = go_on(finance, run)
    start(controller, run, count=1, USD="85")
    run = go_on(finance, run)

    assert (run.state, GiftCard.objects.get().account.balance_minor) == ("DONE", 8500)
    assert [*list_findings(), *list_ledger_findings()] == []


def test_every_error_is_shown_by_line_and_nothing_can_be_started(finance, small_slices):
    given_customer(number="SHOP-1")
    lines = "SHOP-1,a lot,GBP\nNOBODY,1.00,GBP\nSHOP-1,1.00,GBP\nSHOP-1,2.00,GBP\nSHOP-1,3.00,EUR\n"
    run = checked(finance, "opening-balances", f"Customer,Balance,Currency\n{lines}", column_0="customer_number")

    page = text_of(finance.open(address(run, "change")))
    with nothing_moves():
        refused = start(finance, run, count=5, GBP="6.00")

    assert (run.state, run.rows, run.faults) == ("CHECKED", 5, 3)
    assert lines_of(finance.open(address(run, "errors"))) == [
        "line,column,header,message",
        "2,balance,Balance,is not an amount such as 12.50",
        "3,customer_number,Customer,there is no such customer",
        '5,,,"line 4 says a balance of the same customer, currency, last day and reference already"',
    ]
    assert "is not an amount such as 12.50" in page
    assert "Write them" not in page
    assert "Nothing of the file is written while one line is wrong." in said(refused)


def test_a_number_that_stands_in_two_slices_is_found(finance, small_slices):
    lines = "AAAA-1111,1,GBP\nBBBB-2222,1,GBP\nCCCC-3333,1,GBP\naaaa1111,1,GBP\n"
    run = checked(finance, "cards", f"number,balance,currency\n{lines}")

    assert [(fault.line, fault.message) for fault in ImportFault.objects.all()] == [
        (5, "says the same as line 2 already does")
    ]
    assert run.faults == 1


def test_zeros_that_a_spreadsheet_took_off_are_missed_across_slices(finance, small_slices):
    lines = "00001,A\n00002,B\n3,C\n00004,D\n"
    run = checked(finance, "customers", f"number,first_name\n{lines}")

    assert [fault.line for fault in ImportFault.objects.all()] == [4]
    assert run.faults == 1


@pytest.mark.parametrize(
    ("count", "total", "words"),
    [
        (2, "29.99", "The total in GBP is not what the lines come to."),
        (3, "30.00", "The file has 2 lines, not 3."),
        (2, "a lot", "This is not an amount such as 12.50."),
        (2, "", "This field is required."),
        ("1e3", "30.00", "Enter a number such as 1000, in plain figures."),
        ("٢", "30.00", "Enter a number such as 1000, in plain figures."),
    ],
)
def test_control_totals_that_differ_start_nothing(finance, controller, count: int | str, total: str, words: str):
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")
    run = checked(finance, "opening-balances", BALANCES)

    with nothing_moves():
        answer = start(controller, run, count=count, GBP=total)
        run = go_on(finance, run)

    assert (answer.status_code, run.state) == (200, "CHECKED")
    assert words in text_of(answer)


def test_a_column_that_nobody_knows_is_named_and_left_out_only_when_that_is_said(finance):
    run = upload(finance, "cards", "number,balance,currency,Till\nAAAA-1111,25.00,GBP,7\n")

    unsaid = map_columns(finance, run)
    map_columns(finance, run, column_3="-")
    run = go_on(finance, run)

    assert "Say what these columns are, or leave them out: Till." in text_of(unsaid)
    assert (run.state, run.faults, run.rows) == ("CHECKED", 0, 1)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"column_1": "number"}, "Two columns of the file cannot both be number."),
        ({"column_1": "-"}, "No column of the file is said to be balance, which is needed."),
    ],
)
def test_columns_that_cannot_be_are_refused(finance, columns: dict[str, str], words: str):
    run = upload(finance, "cards", CARDS)

    answer = map_columns(finance, run, **columns)

    run.refresh_from_db()
    assert (words in text_of(answer), run.state) == (True, "MAPPING")


def test_a_layout_that_was_saved_is_known_the_next_time(finance):
    header = "Karte;Guthaben;Gültig bis\n"
    first = upload(finance, "cards", f"{header}AAAA-1111;1.234,50 €;31.12.2099\n")
    map_columns(finance, first, column_0="number", column_1="balance", column_2="expires_on", decimals="comma",
                days="dmy", currency="EUR", save_as="till-7")  # fmt: skip
    first = go_on(finance, first)
    assert (first.faults, first.facts["sums_minor"]) == (0, {"EUR": 123450})

    second = upload(finance, "cards", f"{header}BBBB-2222;5,00;31.12.2099\n")

    assert "Known by its headers: till-7" in text_of(finance.open(address(second, "change")))
    assert SavedMap.objects.get().saved_by == finance.user


def test_the_commands_take_a_layout_that_was_saved_here(finance, tmp_path):
    SavedMapFactory.create(name="till-7")
    file = tmp_path / "cards.csv"
    file.write_text("KARTE,Guthaben\nAAAA-1111,5.00\n")
    arguments = ("import_cards", str(file), "--currency", "GBP", "--control-total", "5", "--json")

    known = run_command(*arguments, "--dry-run")
    done = run_command(*arguments, "--map", "till-7")

    assert (known.code, known.facts["map"], known.facts["new"]) == (0, "till-7", 1)
    assert (done.code, done.facts["map"], done.facts["imported"]) == (0, "till-7", 1)


def test_the_columns_can_be_changed_after_a_dry_run(finance):
    run = checked(finance, "cards", "number,balance,currency,face\nAAAA-1111,25.00,GBP,30.00\n", column_3="-")

    finance.send(address(run, "again"), version=run.version)
    map_columns(finance, run, column_1="-", column_3="balance")
    run = go_on(finance, run)

    assert (run.state, run.rows, run.facts["sums_minor"]) == ("CHECKED", 1, {"GBP": 3000})


def test_of_each_customer_it_is_said_whether_they_are_new_changed_or_as_they_were(finance):
    given_customer(number="A-1", first_name="Ada")
    given_customer(number="A-3", first_name="Alan")
    twin, survivor = given_customer(number="A-4", first_name="Edith"), given_customer(number="A-5")
    merger = CustomerRequestFactory.create(customer=twin, other=survivor)
    decider = UserFactory.create(permissions=["credits.decide_about_customer"])
    approve_about_customer(request_id=merger.pk, party=party_of(decider), now=NOW)
    run = checked(finance, "customers", "Number,First Name\nA-1,Augusta\na-3,Alan\nA-2,Grace\nA-4,Ella\n")

    start(finance, run, count=4)
    run = go_on(finance, run)

    assert run.facts["outcomes"] == {"created": 1, "updated": 1, "unchanged": 1, "passed over": 1}
    assert lines_of(finance.open(address(run, "result"))) == [
        "line,customer_number,status",
        "2,A-1,updated",
        "3,a-3,unchanged",
        "4,A-2,created",
        "5,A-4,passed over",
    ]
    page = text_of(finance.open(address(run, "change")))
    for words in ["Created 1", "Changed 1", "Unchanged 1", "Passed over: merged or anonymised 1"]:
        assert words in page
    assert dict(Customer.objects.exclude(number="A-5").values_list("number", "first_name")) == {
        "A-1": "Augusta",
        "A-2": "Grace",
        "A-3": "Alan",
        "A-4": "Edith",
    }


def test_credit_requests_wait_as_one_batch_of_whoever_uploaded_them():
    agent = Staff("Agent")
    run = checked(
        agent, "credit-requests", "type,amount,currency,reason\nGIFT_CARD,5.00,USD,EC\nGIFT_CARD,7.00,USD,EC\n"
    )
    assert (run.faults, run.facts["sums_minor"]) == (0, {"USD": 1200})

    start(agent, run, count=2, USD="12.00")
    run = go_on(agent, run)

    batch = CreditRequestBatch.objects.get()
    assert (run.state, batch.size, batch.requested_by) == ("DONE", 2, agent.user)
    assert len(lines_of(agent.open(address(run, "result")))) == 3
    again = checked(
        agent, "credit-requests", "type,amount,currency,reason\nGIFT_CARD,5.00,USD,EC\nGIFT_CARD,7.00,USD,EC\n"
    )
    assert (again.faults, CreditRequest.objects.count()) == (1, 2)


def test_the_vendors_orders_are_compared_and_nothing_is_written(finance):
    run = checked(finance, "orders", "orderId,sourceId,amount,currency\n100000000001,s-1,5.00,GBP\n")

    with nothing_moves():
        start(finance, run, count=1)
        run = go_on(finance, run)

    assert (run.state, run.facts["outcomes"]) == ("DONE", {"missing here": 1})
    assert lines_of(finance.open(address(run, "result")))[1] == "missing here,100000000001,s-1,2,GBP,5.00,,,,,"


def test_a_run_goes_on_slice_by_slice_and_tells_how_far_it_is(finance, controller, small_slices):
    lines = "".join(f"CARD-{place:04},1.00,GBP\n" for place in range(5))
    run = checked(finance, "cards", f"number,balance,currency\n{lines}")
    start(controller, run, count=5, GBP="5")

    told = []
    for _ in range(3):
        answer = finance.client.post(address(run, "slice"), headers={"accept": "application/json"}).json()
        told.append((answer["busy"], answer["done"], answer["total"]))

    assert told[:2] == [(True, 2, 5), (True, 4, 5)]
    assert told[2][0] is False
    assert GiftCard.objects.count() == 5


def test_a_run_that_was_cut_short_is_gone_on_with_and_nothing_comes_in_twice(finance, controller, small_slices):
    for place in range(4):
        given_customer(number=f"SHOP-{place}")
    lines = "".join(f"SHOP-{place},1.00,GBP\n" for place in range(4))
    run = checked(finance, "opening-balances", f"customer_number,balance,currency\n{lines}")
    start(controller, run, count=4, GBP="4")
    finance.send(address(run, "slice"))
    assert Transaction.objects.count() == 2

    # The page was closed, and is opened again by whoever began.
    finance.client.force_login(finance.user, backend="django.contrib.auth.backends.ModelBackend")
    run = go_on(finance, run)
    with nothing_moves():
        finance.send(address(run, "slice"))

    assert (run.state, Transaction.objects.count()) == ("DONE", 4)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("num\0ber,balance\n1,2\n", "The file is not UTF-8 text. Save it as CSV in UTF-8."),
        ("num\x01ber,balance\n1,2\n", "The header of column 1 holds a line break or another control character."),
        ("number,balance\u200b\n1,2\n", "The header of column 2 holds an invisible character (U+200B)."),
        (b"num\xffber,balance\n1,2\n", "The file is not UTF-8 text. Save it as CSV in UTF-8."),
        ("\nnumber,balance\n", "The file begins with no line of headers."),
        (f"{'a,' * 200}a\n1\n", "The file has more than 200 columns."),
        ("ABCD-EFGH-3RQB-7KTM,25.00\n", "What stands above column 1 is a card’s code, not a header."),
        ("25.00,12345678\n", "What stands above column 2 is a card’s code, not a header."),
    ],
    ids=["zero", "control", "unseen", "not UTF-8", "blank", "wide", "code", "number"],
)
def test_a_file_whose_headers_are_none_says_so_and_can_be_dropped(finance, content, words: str):
    run = upload(finance, "cards", content)

    page = finance.open(address(run, "change"))
    sent = finance.send(address(run, "columns"), version=run.version, column_0="number", column_1="balance")
    finance.send(address(run, "drop"), version=run.version)

    run.refresh_from_db()
    assert words in text_of(page)
    assert words in said(sent)
    assert run.state == "DROPPED"


@pytest.mark.parametrize("name", ["a\0b.csv", "x" * 201, "a\u202eb.csv"])
def test_a_file_of_no_possible_name_is_refused(finance, name: str):
    url = intent_of(finance.open(UPLOAD))
    data = {"kind": "cards", "name": name, "size": "10"}

    answer = finance.client.post(url, data, headers={"accept": "application/json"})

    assert (answer.status_code, ImportRun.objects.count()) == (400, 0)


def test_cells_that_hold_what_no_database_takes_are_errors_of_their_lines(finance):
    run = checked(
        finance, "customers", "number,first_name\nA-1,A\0da\nA-2,G\udcffrace\n".encode(errors="surrogateescape")
    )

    assert [(fault.line, fault.column) for fault in ImportFault.objects.order_by("line")] == [
        (2, "first_name"), (3, "first_name"),
    ]  # fmt: skip
    assert run.faults == 2
