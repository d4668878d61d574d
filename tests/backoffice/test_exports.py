"""Lists as files: what a list shows, from its first row to its last, for those who may take it, and written down."""

import io
from datetime import date, timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.db.models import base
from django.test.utils import CaptureQueriesContext
from django.utils.hashable import make_hashable

from giftcards.models import GiftCard
from ledger.models import Account, Customer, Hold, Transaction
from ledger.workbooks import Cell, Sheet, list_workbook_bytes
from storecredit.api.models import ApiClient
from storecredit.audit.models import Activity
from storecredit.backoffice.kit import exports
from storecredit.checkouts.models import Checkout
from storecredit.credits.models import CreditRequest
from tests.backoffice.exporting import CSV, XLSX, bytes_of, lines_of, log, looks_of, sheets_of, take
from tests.backoffice.staff import LISTS, Staff, list_url, text_of
from tests.callers import given_client
from tests.credits.requests import given_request
from tests.factories.people import PreferencesFactory
from tests.giftcards.cards import given_card, row_of
from tests.project.test_factories import factory_of
from tests.scenarios import NOW, given_credit, given_customer, given_hold, given_spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


#: From where a spreadsheet counts its days.
DAY_ZERO = date(1899, 12, 30)


def test_transactions_are_numbers_moments_and_names_in_columns_of_their_own(finance):
    customer = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron")
    account = given_credit("1234.50 GBP", customer=customer)
    given_spend("34.50 GBP", account=account)
    first, second = Transaction.objects.order_by("number")

    head, *rows = lines_of(take(finance, Transaction))

    assert head == [
        "Number",
        "When (UTC)",
        "Customer",
        "Account",
        "Type",
        "Amount",
        "Amount currency",
        "Balance after",
        "Balance after currency",
        "Why",
        "Who",
        "Door",
        "Mode",
    ]
    shared = ["Ada Byron", account.number]
    assert [row[2:9] for row in rows] == [
        [*shared, "Redemption", "-34.50", "GBP", "1200.00", "GBP"],
        [*shared, "Issue", "1234.50", "GBP", "1234.50", "GBP"],
    ]
    assert [row[:2] for row in rows] == [
        [str(entry.number), entry.created_at.isoformat(timespec="seconds")] for entry in (second, first)
    ]


def test_moments_are_in_the_shop_s_time_zone_which_the_title_names(finance, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    given_hold("5.00 GBP", account=given_credit("10.00 GBP"), expires_at=NOW + timedelta(hours=1))

    head, row = lines_of(take(finance, Hold))

    place = head.index("Until (Europe/Berlin)")
    assert row[place] == "2026-05-04T15:00:00+02:00"


def test_days_and_moments_of_a_workbook_are_its_own_and_can_be_counted_with(finance, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    given_card("25.00 GBP", expires_on=date(2027, 5, 4))

    data = bytes_of(take(finance, GiftCard, form=XLSX))
    head, row = lines_of(take(finance, GiftCard))

    [[titles, cells]] = sheets_of(data)
    told = dict(zip(titles, cells, strict=False))  # what is blank at a row's end has no cell
    fourteen_hours = 14 / 24
    assert told["Good through"] == (date(2027, 5, 4) - DAY_ZERO).days
    assert told["Made (Europe/Berlin)"] == pytest.approx((NOW.date() - DAY_ZERO).days + fourteen_hours, abs=1e-9)
    assert looks_of(data) == {
        "Good through": "yyyy-mm-dd",
        "Made (Europe/Berlin)": "yyyy-mm-dd hh:mm:ss",
        "Can be spent": "#,##0.00",
    }
    assert row[head.index("Good through")] == "2027-05-04"
    assert row[head.index("Made (Europe/Berlin)")] == "2026-05-04T14:00:00+02:00"


def test_the_buttons_say_beforehand_where_a_workbook_goes_on_and_what_a_csv_file_is(finance):
    page = finance.open(list_url(Transaction)).content.decode()

    assert "For Excel and other spreadsheets. After 1,048,575 rows it goes on on another sheet." in page
    assert "For programs: UTF-8, commas between columns, a point before decimals." in page


def test_the_zone_of_the_person_is_the_file_s_though_it_is_sent_later(finance):
    given_credit("1.00 GBP")
    PreferencesFactory(person=finance.user, language="", time_zone="Asia/Tokyo")

    head, row = lines_of(take(finance, Transaction))

    assert row[head.index("When (Asia/Tokyo)")].endswith("+09:00")


def test_yen_have_no_decimals_and_dinars_three(finance):
    given_credit("500 JPY")
    given_credit("1.250 KWD")

    head, *rows = lines_of(take(finance, Account))

    place = head.index("Balance")
    assert [row[place : place + 2] for row in rows] == [["1.250", "KWD"], ["500", "JPY"]]


def test_every_balance_of_a_customer_is_taken_however_many_the_list_shows(finance):
    customer = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron")
    for amount in ("1 EUR", "2 GBP", "3 JPY", "4 USD"):
        given_credit(amount, customer=customer)

    head, row = lines_of(take(finance, Customer))

    assert (row[head.index("Customer")], row[head.index("Number")]) == ("Ada Byron", "SHOP-7")
    assert row[head.index("Store credit")] == "€1.00 · £2.00 · ¥3 · $4.00"


def test_a_card_s_code_is_masked_as_on_the_screen(finance):
    card = given_card("25.00 GBP", code="TILL-0001-ABCD")

    raw = bytes_of(take(finance, GiftCard)).decode()

    assert row_of(card).masked_code in raw
    assert "TILL" not in raw
    assert "25.00,GBP" in raw


def test_a_request_is_taken_with_what_its_list_looks_up_for_it(finance):
    request = given_request()

    head, row = lines_of(take(finance, CreditRequest))

    told = dict(zip(head, row, strict=True))
    assert (told["Amount"], told["Amount currency"]) == (f"{request.amount_minor / 100:.2f}", request.currency)
    assert told["Status"] == request.get_status_display()
    assert told["Asked for (UTC)"] == request.created_at.isoformat(timespec="seconds")


def test_what_a_list_looks_up_for_a_client_stands_in_the_file(proprietor):
    owner = Staff(username="ada").user
    client = given_client(owner=owner).client
    owner.is_active = False
    owner.save()

    head, row = lines_of(take(proprietor, ApiClient))

    told = dict(zip(head, row, strict=True))
    assert (told["Name"], told["Owner"]) == (client.name, "ada")
    assert told["Trouble with the owner"] == "Owner’s login is off"


@pytest.mark.parametrize("form", [CSV, XLSX])
@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_every_list_is_taken_with_the_rows_that_it_shows(model, form):
    root = Staff(username="root", is_superuser=True)
    factory_of(model).create_batch(2)
    page = root.open(list_url(model))
    shown = page.context["cl"].queryset.count()

    answer = take(root, model, form=form)

    if form == CSV:
        head, *rows = lines_of(answer)
        assert all(len(row) == len(head) for row in rows)
        assert not [cell for row in rows for cell in row if "<" in cell]
    else:
        [[head, *rows]] = sheets_of(bytes_of(answer))
    assert len(set(head)) == len(head)
    assert all(head)
    # The list of activities shows the export of itself.
    assert len(rows) == shown + (1 if model is Activity else 0)
    assert f"Export {form.upper()}" in text_of(page)


def test_every_row_is_taken_however_many_pages_it_fills(finance, monkeypatch):
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 3)
    account = given_credit("100.00 GBP")
    for _ in range(9):
        given_spend("1.00 GBP", account=account)

    _, *rows = lines_of(take(finance, Transaction))

    assert [int(row[0]) for row in rows] == list(
        Transaction.objects.order_by("-number").values_list("number", flat=True)
    )
    assert len(rows) == 10


def test_no_portion_counts_or_skips_rows(finance, monkeypatch):
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 3)
    account = given_credit("100.00 GBP")
    for _ in range(9):
        given_spend("1.00 GBP", account=account)

    with CaptureQueriesContext(connection) as asked:
        lines_of(take(finance, Transaction))

    said = [query["sql"] for query in asked.captured_queries if "ledger_transaction" in query["sql"]]
    assert len(said) == 5  # the first page, and four portions
    assert not [sql for sql in said if "COUNT(" in sql or "OFFSET" in sql.replace("OFFSET 0)", "")]


def test_the_words_of_choices_are_looked_up_once_however_many_rows_there_are(finance, monkeypatch):
    asked: list[Any] = []

    def make_all_labels(value: Any) -> Any:
        asked.append(value)
        return make_hashable(value)

    monkeypatch.setattr(base, "make_hashable", make_all_labels)
    account = given_credit("100.00 GBP")
    lookups = {}

    for count in (2, 9):
        while Transaction.objects.count() <= count:
            given_spend("1.00 GBP", account=account)
        answer = take(finance, Transaction)
        asked.clear()
        _, *rows = lines_of(answer)
        lookups[len(rows)] = len(asked)
        assert [row[4] for row in rows] == ["Redemption"] * count + ["Issue"]

    assert lookups[3] == lookups[10] > 0


def test_filters_and_searches_of_the_list_are_those_of_the_file(finance):
    wanted = given_credit("1.00 GBP")
    given_credit("2.00 EUR")
    other = given_credit("3.00 GBP")

    _, *filtered = lines_of(take(finance, Account, "?currency=GBP"))
    _, *searched = lines_of(take(finance, Account, f"?currency=GBP&q={wanted.number}"))

    assert [row[0] for row in filtered] == [other.number, wanted.number]
    assert [row[0] for row in searched] == [wanted.number]


def test_a_short_list_is_taken_as_it_is_sorted(proprietor, monkeypatch):
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    for name in ("amy", "bea", "cid"):
        Staff(username=name)

    _, *rows = lines_of(take(proprietor, proprietor.user.__class__, "?o=-0"))

    assert [row[0] for row in rows] == ["proprietor", "cid", "bea", "amy"]


def test_the_page_that_was_open_is_no_limit(finance):
    given_credit("1.00 GBP")

    _, *rows = lines_of(take(finance, Account, "?p=%3Ex"))

    assert len(rows) == 1


def test_nothing_is_taken_out_for_a_filter_that_is_none(finance):
    answer = take(finance, Account, "?nonsense=1")

    assert answer.status_code == 400
    assert "The filter “nonsense=1”." in text_of(answer)
    assert f'href="{list_url(Account)}"' in answer.content.decode()
    assert log() == []


@pytest.mark.parametrize(
    ("model", "asked", "why"),
    [
        (Transaction, "created_at_from=2026-02-30", "From: Enter a valid date."),
        (Checkout, "created_at_from=2026-02-30", "The filter “created_at_from=2026-02-30”."),
    ],
)
def test_nothing_is_taken_out_of_days_that_are_none(finance, model, asked, why):
    answer = take(finance, model, f"?{asked}")

    assert answer.status_code == 400
    assert why in text_of(answer)
    assert log() == []


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"])
def test_no_text_becomes_a_formula_and_negative_amounts_stay_numbers(finance, name):
    account = given_credit("9.00 GBP", customer=given_customer(first_name=name, last_name=""))
    given_spend("4.00 GBP", account=account)
    shown = Customer.objects.get().display_name

    head, spend, _ = lines_of(take(finance, Transaction))
    [[titles, sheet_spend, _]] = sheets_of(bytes_of(take(finance, Transaction, form=XLSX)))

    cell = spend[head.index("Customer")]
    assert cell == f"'{shown}"
    assert spend[head.index("Amount")] == "-4.00"
    assert sheet_spend[titles.index("Customer")] == shown
    assert sheet_spend[titles.index("Amount")] == -4.0


def test_a_workbook_goes_on_on_another_sheet_when_one_is_full():
    portions: list[list[list[Cell]]] = [
        [[number, f"row {number}"] for number in range(start, start + 3)] for start in (1, 4)
    ]

    data = b"".join(list_workbook_bytes(Sheet("Rows: all", ["No", "Text"], portions), per_sheet=3))

    head = ["No", "Text"]
    assert sheets_of(data) == [
        [head, [1.0, "row 1"], [2.0, "row 2"]],
        [head, [3.0, "row 3"], [4.0, "row 4"]],
        [head, [5.0, "row 5"], [6.0, "row 6"]],
    ]
    assert b'name="Rows  all 3"' in ZipFile(io.BytesIO(data)).read("xl/workbook.xml")


def test_a_workbook_keeps_what_xml_cannot_hold_and_long_numbers_whole():
    row: list[Cell] = ["<b> & \x07", "_x0041_", 12345678901234567890]

    data = b"".join(list_workbook_bytes(Sheet("T", ["a", "b", "c"], [[row]])))

    assert sheets_of(data)[0][1] == ["<b> & _x0007_", "_x005F_x0041_", "12345678901234567890"]


def test_a_list_without_rows_is_its_head(finance):
    assert len(lines_of(take(finance, Hold))) == 1
    assert [len(sheet) for sheet in sheets_of(bytes_of(take(finance, Hold, form=XLSX)))] == [1]
