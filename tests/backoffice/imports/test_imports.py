"""A file goes from the browser into the books: uploaded, mapped, checked, confirmed and written, each step once."""

import re

import pytest

from giftcards.models import GiftCard
from giftcards.queries import list_findings
from ledger.models import Customer, Transaction
from ledger.queries import list_findings as list_ledger_findings
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.imports.kinds import Kind
from storecredit.backoffice.models import ImportFault, ImportKey, ImportPart, ImportPiece, ImportRun, SavedMap
from storecredit.credits.models import CreditRequest, CreditRequestBatch
from tests.backoffice.imports.files import (
    UPLOAD,
    address,
    columns_of,
    go_on,
    intent_of,
    lines_of,
    map_columns,
    send_file,
    start,
    upload,
)
from tests.backoffice.staff import Staff, said, text_of
from tests.factories.imports import SavedMapFactory
from tests.giftcards.cards import given_card
from tests.ledger.commands.running import run as run_command
from tests.scenarios import counter_balances, given_customer, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

BALANCES = "Customer Number,Balance,Currency,Reference\nSHOP-1,25.00,GBP,old-1\nSHOP-2,5.00,GBP,old-2\n"
CARDS = "number,balance,currency\nAAAA-1111,25.00,GBP\nBBBB-2222,5.00,GBP\n"
SHOPIFY = (
    "Id,Last Characters,Code,Customer Name,Email,Recipient Name,Recipient Email,Order Name,Date Issued,Send At,"
    "Expires On,Initial Balance,Current Balance,Currency,Expired?,Enabled?,Note,Message\n"
    "1,3rqb,abcd-efgh-3rqb,,,,,,,,2099-12-31,100.00,$85.00,USD,false,true,,\n"
)


@pytest.fixture
def finance() -> Staff:
    return Staff("Finance")


@pytest.fixture
def small_slices(monkeypatch):
    """Two lines to a slice."""
    monkeypatch.setattr(Kind, "slice_rows", 2)


def checked(staff: Staff, kind: str, content: str | bytes, **choices: str) -> ImportRun:
    run = upload(staff, kind, content)
    sent = map_columns(staff, run, **choices)
    assert sent.status_code == 302, text_of(sent)
    return go_on(staff, run)


def test_opening_balances_go_all_the_way_and_the_result_tells_of_each_line(finance):
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")
    run = checked(finance, "opening-balances", BALANCES)
    page = text_of(finance.open(address(run, "change")))
    assert (run.state, run.rows, run.faults, run.facts["sums_minor"]) == ("CHECKED", 2, 0, {"GBP": 3000})
    assert "30.00" in page
    assert Transaction.objects.count() == 0

    start(finance, run, count=2, GBP="30.00")
    run = go_on(finance, run)

    assert (run.state, run.done_rows, run.facts["outcomes"]) == ("DONE", 2, {"imported": 2})
    assert counter_balances() == {"OPENING GBP": "-30.00"}
    entries = {entry.reference: entry for entry in Transaction.objects.select_related("account")}
    assert {(entry.door, entry.actor_id) for entry in entries.values()} == {("admin", str(finance.user.pk))}
    assert lines_of(finance.open(address(run, "result"))) == [
        "line,customer_number,account_number,transaction_number,status",
        f"2,SHOP-1,{entries['old-1'].account.number},{entries['old-1'].number},imported",
        f"3,SHOP-2,{entries['old-2'].account.number},{entries['old-2'].number},imported",
    ]


def test_a_foreign_file_is_known_by_its_headers_and_its_cards_come_in(finance):
    run = upload(finance, "cards", SHOPIFY)
    assert "Known by its headers: Shopify: gift cards" in text_of(finance.open(address(run, "change")))

    map_columns(finance, run)
    run = go_on(finance, run)
    start(finance, run, count=1, USD="85")
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
        ("1e3", "30.00", "This is not a number of lines such as 4500."),
        ("٢", "30.00", "This is not a number of lines such as 4500."),
    ],
)
def test_control_totals_that_differ_start_nothing(finance, count: int | str, total: str, words: str):
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")
    run = checked(finance, "opening-balances", BALANCES)

    with nothing_moves():
        answer = start(finance, run, count=count, GBP=total)
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


def test_customers_are_made_and_changed(finance):
    given_customer(number="A-1", first_name="Ada")
    run = checked(finance, "customers", "Number,First Name\nA-1,Augusta\nA-2,Grace\n")

    start(finance, run, count=2)
    run = go_on(finance, run)

    assert (run.state, run.facts["outcomes"]) == ("DONE", {"known": 1, "made": 1})
    assert dict(Customer.objects.values_list("number", "first_name")) == {"A-1": "Augusta", "A-2": "Grace"}


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


def test_a_run_goes_on_slice_by_slice_and_tells_how_far_it_is(finance, small_slices):
    lines = "".join(f"CARD-{place:04},1.00,GBP\n" for place in range(5))
    run = checked(finance, "cards", f"number,balance,currency\n{lines}")
    start(finance, run, count=5, GBP="5")

    told = []
    for _ in range(3):
        answer = finance.client.post(address(run, "slice"), headers={"accept": "application/json"}).json()
        told.append((answer["busy"], answer["done"], answer["total"]))

    assert told[:2] == [(True, 2, 5), (True, 4, 5)]
    assert told[2][0] is False
    assert GiftCard.objects.count() == 5


def test_a_run_that_was_cut_short_is_gone_on_with_and_nothing_comes_in_twice(finance, small_slices):
    for place in range(4):
        given_customer(number=f"SHOP-{place}")
    lines = "".join(f"SHOP-{place},1.00,GBP\n" for place in range(4))
    run = checked(finance, "opening-balances", f"customer_number,balance,currency\n{lines}")
    start(finance, run, count=4, GBP="4")
    finance.send(address(run, "slice"))
    assert Transaction.objects.count() == 2

    other = Staff("Administrator")
    run = go_on(other, run)
    with nothing_moves():
        finance.send(address(run, "slice"))

    assert (run.state, Transaction.objects.count()) == ("DONE", 4)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("num\0ber,balance\n1,2\n", "The header of column 1 holds a line break or another control character."),
        ("number,balance\u200b\n1,2\n", "The header of column 2 holds an invisible character (U+200B)."),
        (b"num\xffber,balance\n1,2\n", "The file is not UTF-8 text."),
        ("\nnumber,balance\n", "The file begins with no line of headers."),
        (f"{'a,' * 200}a\n1\n", "The file has more than 200 columns."),
    ],
    ids=["control", "unseen", "not UTF-8", "blank", "wide"],
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


# Two tabs, stale pages, second presses


def test_a_form_that_is_sent_twice_uploads_once(finance):
    url = intent_of(finance.open(UPLOAD))

    first = send_file(finance, url, "cards", CARDS)
    second = send_file(finance, url, "cards", CARDS)

    assert (first.url, ImportRun.objects.count()) == (second.url, 1)
    assert "was not taken twice" in text_of(finance.follow(second))


def test_columns_sent_from_a_stale_page_do_nothing(finance):
    run = upload(finance, "cards", CARDS)
    page = finance.open(address(run, "change"))
    map_columns(finance, run)
    run = go_on(finance, run)

    answer = finance.send(address(run, "columns"), **columns_of(page))

    run.refresh_from_db()
    assert run.state == "CHECKED"
    assert "This page was out of date, and nothing was done." in text_of(finance.follow(answer))


def test_a_second_start_is_told_that_it_came_too_late(finance):
    run = checked(finance, "cards", CARDS)
    start(finance, run, count=2, GBP="30")
    go_on(finance, ImportRun.objects.get())

    with nothing_moves():
        again = start(finance, run, count=2, GBP="30")

    assert "out of date" in text_of(finance.follow(again))
    assert GiftCard.objects.count() == 2


def test_a_file_that_is_dropped_leaves_nothing_and_cannot_be_started(finance):
    run = checked(finance, "cards", CARDS)
    finance.send(address(run, "drop"), version=run.version)

    with nothing_moves():
        start(finance, run, count=2, GBP="30")

    run.refresh_from_db()
    kept = [table.objects.count() for table in (ImportPiece, ImportPart, ImportKey)]
    assert (run.state, kept) == ("DROPPED", [0, 0, 0])


def test_what_is_written_cannot_be_dropped(finance):
    run = checked(finance, "cards", CARDS)
    start(finance, run, count=2, GBP="30")
    run.refresh_from_db()

    finance.send(address(run, "drop"), version=run.version)

    assert go_on(finance, run).state == "DONE"
    assert GiftCard.objects.count() == 2


# The upload in pieces, as a script sends it


def send_piece(staff: Staff, run: ImportRun, place: int, content: bytes):
    url = f"{address(run, 'piece')}?place={place}"
    return staff.client.post(url, content, content_type="application/octet-stream")


def test_a_file_comes_in_pieces_each_of_them_once(finance):
    content = CARDS.encode()
    url = intent_of(finance.open(UPLOAD))
    data = {"kind": "cards", "name": "cards.csv", "size": str(len(content))}
    begun = finance.client.post(url, data, headers={"accept": "application/json"}).json()
    run = ImportRun.objects.get()

    pieces = [(0, content[:40]), (0, content[:40]), (2, content[40:50]), (1, content[40:]), (1, content[40:])]
    answers = [send_piece(finance, run, place, piece).status_code for place, piece in pieces]

    run.refresh_from_db()
    assert begun["url"] == address(run, "change")
    assert answers == [200, 200, 409, 200, 200]
    assert (run.state, run.received, ImportPiece.objects.count()) == ("MAPPING", len(content), 2)
    map_columns(finance, run)
    assert go_on(finance, run).facts["sums_minor"] == {"GBP": 3000}


@pytest.mark.parametrize("size", ["0", str(65 * 1024 * 1024), "", "-1", "x"])
def test_a_file_of_no_possible_size_is_refused(finance, size: str):
    url = intent_of(finance.open(UPLOAD))

    answer = finance.client.post(
        url, {"kind": "cards", "name": "a.csv", "size": size}, headers={"accept": "application/json"}
    )

    assert (answer.status_code, ImportRun.objects.count()) == (400, 0)


def test_a_longer_file_than_was_said_is_refused(finance):
    url = intent_of(finance.open(UPLOAD))
    finance.client.post(url, {"kind": "cards", "name": "a.csv", "size": "10"}, headers={"accept": "application/json"})

    answer = send_piece(finance, ImportRun.objects.get(), 0, b"x" * 11)

    assert (answer.status_code, answer.json()) == (409, {"refused": "The file is longer than was said."})


# What is kept


def test_no_code_stands_in_plain_at_any_time_and_nothing_sealed_stays_after_the_run(finance):
    run = upload(finance, "cards", CARDS)
    seen = [dump()]
    map_columns(finance, run)
    run = go_on(finance, run)
    seen.append(dump())
    start(finance, run, count=2, GBP="30")
    run = go_on(finance, run)
    seen.append(dump())
    seen.append("\n".join(lines_of(finance.open(address(run, "result")))))

    assert not [text for text in seen if re.search("AAAA-?1111|BBBB-?2222", text, re.IGNORECASE)]
    assert ImportPiece.objects.count() == 0
    assert [bytes(part.cipher) for part in ImportPart.objects.all()] == [b""]


def dump() -> str:
    tables = (ImportRun, ImportPiece, ImportPart, ImportKey, ImportFault)
    return "\n".join(str(row) for table in tables for row in table.objects.values())


def test_what_was_sealed_with_a_key_that_is_gone_says_so(finance, settings):
    run = upload(finance, "cards", CARDS)
    settings.CODE_KEYS = ["another secret of more than thirty-two characters"]

    page = finance.open(address(run, "change"))

    assert page.status_code == 200
    assert "its key is gone" in text_of(page)


# Who may


@pytest.mark.parametrize("role", ROLES)
def test_a_file_is_imported_by_the_roles_whose_job_it_is(role: str):
    run = checked(Staff("Administrator"), "cards", CARDS)
    staff = Staff(role, username="somebody-else")

    with nothing_moves():
        answers = [staff.open(address(run, "change")), start(staff, run, count=2, GBP="30")]

    allowed = role in {"Finance", "Administrator"}
    assert [answer.status_code for answer in answers] == ([200, 302] if allowed else [403, 403])


def test_nothing_is_done_on_get(finance):
    run = checked(finance, "cards", CARDS)
    steps = ("piece", "columns", "again", "start", "slice", "drop")

    with nothing_moves():
        codes = {finance.client.get(address(run, step)).status_code for step in steps}

    assert codes == {405}
    run.refresh_from_db()
    assert run.state == "CHECKED"


def test_a_slice_that_the_books_refuse_meanwhile_stops_the_run_and_it_can_go_on(finance):
    run = checked(finance, "cards", CARDS)
    start(finance, run, count=2, GBP="30")
    given_card("1.00 GBP", code="AAAA-1111")

    with nothing_moves():
        answer = finance.send(address(run, "slice"))

    run.refresh_from_db()
    assert run.state == "RUNNING"
    assert "Stopped:" in text_of(finance.follow(answer))
