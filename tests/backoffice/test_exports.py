"""Lists as files: what a list shows, from its first row to its last, for those who may take it, and written down."""

import csv
import io
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from giftcards.models import GiftCard
from ledger.models import Account, Customer, Hold, Transaction
from storecredit.api.models import ApiClient
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.kit import SingleRowAdmin, exports
from storecredit.backoffice.kit.workbooks import Cell, list_workbook_bytes
from storecredit.credits.models import CreditRequest
from tests.backoffice.staff import Staff, list_url, text_of
from tests.callers import given_client
from tests.credits.requests import given_request
from tests.giftcards.cards import given_card, row_of
from tests.project.test_factories import factory_of
from tests.scenarios import NOW, given_account, given_credit, given_customer, given_hold, given_spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

CSV, XLSX = "csv", "xlsx"
#: Rules that are one row have no list.
LISTS = [model for model, listed in admin.site._registry.items() if not isinstance(listed, SingleRowAdmin)]
_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def export_url(model: type[Model], query: str = "") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_export") + query


def take(staff: Staff, model: type[Model], query: str = "", form: str = CSV) -> Any:
    return staff.send(export_url(model, query), format=form)


def bytes_of(answer: Any) -> bytes:
    assert answer.status_code == 200, answer
    return b"".join(answer.streaming_content)


def lines_of(answer: Any) -> list[list[str]]:
    """The rows of a CSV file, its head first."""
    return list(csv.reader(io.StringIO(bytes_of(answer).decode("utf-8-sig"))))


def sheets_of(data: bytes) -> list[list[list[Any]]]:
    """The rows of each sheet of a workbook: texts as such, numbers as `float`."""
    with ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        names = sorted(name for name in packed.namelist() if name.startswith("xl/worksheets/"))
        return [_rows_of(packed.read(name)) for name in names]


def _rows_of(sheet: bytes) -> list[list[Any]]:
    root = ElementTree.fromstring(sheet)
    assert root.find(f".//{_SPREADSHEET}f") is None  # no formula anywhere
    return [[_cell_of(cell) for cell in row] for row in root.iter(f"{_SPREADSHEET}row")]


def _cell_of(cell: Any) -> Any:
    text = cell.find(f"{_SPREADSHEET}is/{_SPREADSHEET}t")
    return float(cell[0].text) if text is None else text.text


def log() -> list[tuple[str, str, str]]:
    """Who, which list and what, as the staff log has it."""
    entries = LogEntry.objects.order_by("pk").select_related("user")
    return [(entry.user.username, entry.object_repr, entry.change_message) for entry in entries]


# What a file holds


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


def test_the_zone_of_the_request_is_the_file_s_though_it_is_sent_later(finance):
    given_credit("1.00 GBP")

    with timezone.override("Asia/Tokyo"):
        answer = take(finance, Transaction)
    head, row = lines_of(answer)

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


def test_what_a_list_looks_up_for_a_client_stands_in_the_file(administrator):
    owner = Staff(username="ada").user
    client = given_client(owner=owner).client
    owner.is_active = False
    owner.save()

    head, row = lines_of(take(administrator, ApiClient))

    told = dict(zip(head, row, strict=True))
    assert (told["Name"], told["Owner"]) == (client.name, "ada")
    assert told["Trouble with the owner"] == "Owner’s login is off"


@pytest.mark.parametrize("form", [CSV, XLSX])
@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_every_list_is_taken_with_the_rows_that_it_shows(model, form):
    root = Staff(username="root", is_superuser=True)
    if model is not LogEntry:
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
    # The log of staff shows the export of itself.
    assert len(rows) == shown + (1 if model is LogEntry else 0)
    assert f"Export {form.upper()}" in text_of(page)


# Which rows


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
    assert not [sql for sql in said if "OFFSET" in sql or "COUNT(" in sql]


def test_filters_and_searches_of_the_list_are_those_of_the_file(finance):
    wanted = given_credit("1.00 GBP")
    given_credit("2.00 EUR")
    other = given_credit("3.00 GBP")

    _, *filtered = lines_of(take(finance, Account, "?currency=GBP"))
    _, *searched = lines_of(take(finance, Account, f"?currency=GBP&q={wanted.number}"))

    assert [row[0] for row in filtered] == [other.number, wanted.number]
    assert [row[0] for row in searched] == [wanted.number]


def test_a_short_list_is_taken_as_it_is_sorted(administrator, monkeypatch):
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    for name in ("amy", "bea", "cid"):
        Staff(username=name)

    _, *rows = lines_of(take(administrator, administrator.user.__class__, "?o=-0"))

    assert [row[0] for row in rows] == ["cid", "bea", "amy", "administrator"]


def test_the_page_that_was_open_is_no_limit(finance):
    given_credit("1.00 GBP")

    _, *rows = lines_of(take(finance, Account, "?p=%3Ex"))

    assert len(rows) == 1


def test_a_filter_that_is_none_leads_to_the_list_as_it_does_there(finance):
    answer = take(finance, Account, "?nonsense=1")

    assert (answer.status_code, answer.url) == (302, f"{export_url(Account)}?e=1")
    assert finance.client.get(answer.url).url.startswith(list_url(Account))
    assert log() == []


# In a spreadsheet


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

    data = b"".join(list_workbook_bytes(title="Rows: all", head=["No", "Text"], portions=portions, per_sheet=3))

    head = ["No", "Text"]
    assert sheets_of(data) == [
        [head, [1.0, "row 1"], [2.0, "row 2"]],
        [head, [3.0, "row 3"], [4.0, "row 4"]],
        [head, [5.0, "row 5"], [6.0, "row 6"]],
    ]
    assert b'name="Rows  all 3"' in ZipFile(io.BytesIO(data)).read("xl/workbook.xml")


def test_a_workbook_keeps_what_xml_cannot_hold_and_long_numbers_whole():
    row: list[Cell] = ["<b> & \x07", "_x0041_", 12345678901234567890]

    data = b"".join(list_workbook_bytes(title="T", head=["a", "b", "c"], portions=[[row]]))

    assert sheets_of(data)[0][1] == ["<b> & _x0007_", "_x005F_x0041_", "12345678901234567890"]


def test_a_list_without_rows_is_its_head(finance):
    assert len(lines_of(take(finance, Hold))) == 1
    assert [len(sheet) for sheet in sheets_of(bytes_of(take(finance, Hold, form=XLSX)))] == [1]


# Who may


def test_only_finance_and_administrators_are_shipped_with_it():
    assert {role for role, names in ROLES.items() if exports.EXPORT in names} == {"Finance", "Administrator"}


def test_others_are_not_offered_it_and_are_refused_in_words(viewer):
    given_credit("1.00 GBP")

    page, answer = viewer.open(list_url(Account)), take(viewer, Account)

    assert "Export" not in text_of(page)
    assert answer.status_code == 403
    assert "your role does not include taking lists out" in text_of(answer)
    assert log() == []


def test_what_may_not_be_seen_may_not_be_taken(viewer):
    viewer.user.user_permissions.add(Permission.objects.get(codename="export_lists"))

    assert take(viewer, ApiClient).status_code == 403
    assert take(viewer, Account).status_code == 200


def test_nothing_is_taken_by_an_address_alone_or_from_another_site(finance):
    given_credit("1.00 GBP")
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(finance.user, backend="django.contrib.auth.backends.ModelBackend")

    opened = finance.client.get(export_url(Account, "?currency=GBP&format=csv"))

    assert (opened.status_code, opened.url) == (302, f"{list_url(Account)}?currency=GBP&format=csv")
    assert stranger.post(export_url(Account), {"format": CSV}).status_code == 403
    assert reverse("admin:login") in Client().post(export_url(Account), {"format": CSV}).headers["Location"]
    assert log() == []


@pytest.mark.parametrize("form", ["", "pdf", "CSV", "\x00"])
def test_another_form_is_refused(finance, form):
    answer = take(finance, Account, form=form)

    assert answer.status_code == 400
    assert "as CSV or as XLSX" in text_of(answer)
    assert log() == []


# What is written down


def test_the_staff_log_says_who_took_what(finance):
    given_credit("1.00 GBP")
    given_credit("2.00 EUR")

    answer = take(finance, Account, "?currency=GBP&q=CUST&p=2")
    assert [text for *_, text in log()] == ["Began to export as CSV: currency GBP, a search"]
    lines_of(answer)

    assert log() == [
        ("finance", "Accounts", "Began to export as CSV: currency GBP, a search"),
        ("finance", "Accounts", "Exported as CSV: 0 rows"),
    ]


def test_an_export_that_is_broken_off_says_so(finance, monkeypatch):
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    for _ in range(5):
        given_account("GBP")

    answer = take(finance, Account)
    parts = iter(answer.streaming_content)
    next(parts), next(parts)
    for close in answer._resource_closers:  # what the server does when nobody reads on
        close()

    assert [text for *_, text in log()] == [
        "Began to export as CSV: the whole list",
        "Export as CSV broken off after 2 rows",
    ]


def test_a_code_in_the_address_is_neither_taken_nor_written_down(finance):
    code = given_card("25.00 GBP").code

    searched = take(finance, GiftCard, f"?q={code}")
    filtered = take(finance, CreditRequest, f"?order_value={code}")

    assert searched.status_code == 302
    assert code not in searched.url
    assert filtered.status_code in (200, 302)
    assert not [text for *_, text in log() if code in text or code.replace("-", "") in text]


def test_the_file_is_called_by_its_list_and_day(finance):
    answer = take(finance, GiftCard, form=XLSX)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="gift-cards-2026-05-04.xlsx"'
    assert answer.streaming
