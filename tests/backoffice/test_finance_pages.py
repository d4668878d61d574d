"""Finance reads what is owed, opens a figure down to its entries, and takes a journal once more."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from redis import RedisError

from storecredit.audit.models import Activity
from storecredit.finance.models import GeneralLedgerRule, JournalExport
from tests.backoffice.staff import Staff, list_url, page_url
from tests.finance.month import given_month
from tests.ledger.commands.running import run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def finance(time_machine) -> Staff:
    given_month(time_machine)
    return Staff("Finance")


def rows_of(page: Any, title: str) -> list[list[str]]:
    """The cells of one of the page's tables, as they are read."""
    (table,) = [table for table in page.context["tables"] if table.title == title]
    return [[getattr(cell, "label", None) or strip_tags(str(cell)) for cell in row] for row in table.rows]


def test_a_month_is_read_as_finance_would_print_it(finance):
    page = finance.open("/admin/owed/", first="2026-05-01", last="2026-05-31")

    assert [[cell.replace("\u2212", "-") for cell in row] for row in rows_of(page, "What moved in GBP")] == [
        ["Opening", "£20.00", "£0.00", "£20.00"],
        ["Issued", "+£30.00", "–", "+£30.00"],
        ["Loaded", "–", "+£100.00", "+£100.00"],
        ["Refunded", "+£5.00", "+£10.00", "+£15.00"],
        ["Transferred in", "+£5.00", "+£20.00", "+£25.00"],
        ["Transferred out", "-£5.00", "-£20.00", "-£25.00"],
        ["Spent", "-£30.00", "-£17.00", "-£47.00"],
        ["Expired", "-£20.00", "–", "-£20.00"],
        ["Adjusted", "+£2.00", "-£0.50", "+£1.50"],
        ["Closing", "£7.00", "£92.50", "£99.50"],
    ]
    assert rows_of(page, "When what is owed in GBP expires")[0] == [
        "Store credit · Goodwill", "–", "–", "–", "£5.00", "–", "–", "£2.00",
    ]  # fmt: skip


@pytest.mark.parametrize("address", ["/admin/owed/", "/admin/owed/breakage/"])
def test_what_was_added_up_of_a_cut_is_remembered_and_nobody_needs_the_memory(finance, monkeypatch, address: str):
    def read() -> tuple[list[Any], bool]:
        """What the page tells, and whether lots were added up for it."""
        with CaptureQueriesContext(connection) as asked:
            page = finance.open(address)
        told = [(table.title, rows_of(page, table.title)) for table in page.context["tables"]]
        return told, any("FROM ledger_lot l " in query["sql"] for query in asked.captured_queries)

    cache.clear()
    first, again = read(), read()
    with monkeypatch.context() as gone:
        gone.setattr(cache, "get", refuse)
        without = read()

    assert [added_up for _told, added_up in (first, again, without)] == [True, False, True]
    assert first[0] == again[0] == without[0] != []


def refuse(*args: Any) -> None:
    raise RedisError("There is no such server.")


def test_a_figure_opens_the_entries_behind_it(finance):
    page = finance.open("/admin/owed/", first="2026-05-01", last="2026-05-31")
    (table,) = [table for table in page.context["tables"] if table.title == "What moved in GBP"]
    (spent,) = [row for row in table.rows if row[0] == "Spent"]

    behind = finance.open(spent[2].url)

    assert behind.context["title"] == "Spent: GBP · Store credit · Paid by the customer"
    amounts = [row[-1].replace("\u2212", "-") for row in rows_of(behind, "Entries")]
    assert amounts == ["-£40.00", "-£7.00"]


def test_a_day_that_no_cut_closed_is_said_and_a_wrong_address_is_not_found(finance):
    page = finance.open("/admin/owed/", first="2026-05-02")

    assert page.context["form"].non_field_errors() == ["No sealed cut has the boundary 2026-05-02T00:00:00+00:00."]
    assert page.context["tables"] == ()
    for address in ("", "?end=2&movement=stolen", "?end=9&movement=spent", "?end=x&movement=spent"):
        assert finance.client.get(f"/admin/owed/entries/{address}").status_code == 404


def test_a_journal_is_taken_once_more_as_the_file_that_it_was(finance, tmp_path):
    path = tmp_path / "may.csv"
    run("export_journal", str(path), "--day", "2026-05-31")
    journal = JournalExport.objects.get()

    page = finance.open(page_url(journal))
    buttons = {button.label: button.url for button in page.context["head"].ways}
    file = finance.client.get(buttons["CSV"])
    datev = finance.client.get(buttons["DATEV"])

    assert "Journal 1" in page.content.decode()
    assert ["GBP · 2310 · Store credit owed to customers", "£92.50", "£192.00"] in page.context["table"].rows
    assert list(buttons) == ["CSV", "XLSX", "JSON", "DATEV", "QuickBooks", "Xero", "Activities"]
    assert (file.content, file["Content-Disposition"]) == (path.read_bytes(), 'attachment; filename="journal-1.csv"')
    assert (datev.status_code, "DATEV_CONSULTANT and DATEV_CLIENT are not set" in datev.content.decode()) == (422, True)
    taken = Activity.objects.filter(kind="FILE_TAKEN").values_list("subject_label", "details", "actor_label")
    assert list(taken) == [("Journal 1", {"layout": "csv"}, finance.user.username)]
    assert finance.client.get(buttons["CSV"].replace("csv", "odt")).status_code == 404
    assert finance.open(list_url(JournalExport)).status_code == 200


def test_finance_says_where_movements_go_and_others_see_none_of_it(finance):
    added = finance.send(
        "/admin/finance/generalledgerrule/add/",
        counter_account="SALES", type="REDEEM", valid_from="2027-01-01", debit="6310", credit="2310",
    )  # fmt: skip

    assert added.status_code == 302
    rule = GeneralLedgerRule.objects.get(type="REDEEM")
    assert (rule.debit_id, rule.credit_id, rule.kind) == ("6310", "2310", "")
    agent = Staff("Agent")
    for address in ("/admin/owed/", "/admin/owed/entries/?end=2&movement=spent", list_url(GeneralLedgerRule)):
        assert agent.client.get(address).status_code == 403


def test_before_the_first_cut_the_page_says_that_there_is_none():
    page = Staff("Finance").open("/admin/owed/")

    assert "Time was never closed yet" in page.content.decode()
