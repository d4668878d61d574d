"""Lists go on from where a page ended: no row is missed or shown twice, and nothing is counted or skipped."""

import re
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import Account, Customer, Hold, Transaction
from storecredit.credits.models import CreditRequest
from storecredit.credits.operations import approve_request, fail_request
from tests.backoffice.staff import Staff, list_url, text_of
from tests.credits.requests import given_approver, given_request, party_of
from tests.scenarios import NOW, days, given_account, given_credit, given_customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
A_PAGE = 3
NONSENSE = [b"{}", b'["x"]', b"[1, 2]", b"[1e999]", b"[null, 1]", b"[" * 5000]
CURSORS = ["2", "x", ">", ">x", "<\x00", ">é", *(f">{urlsafe_b64encode(each).decode()}" for each in NONSENSE)]


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch):
    for model in (Customer, Account, Transaction, CreditRequest, Hold):
        monkeypatch.setattr(admin.site.get_model_admin(model), "list_per_page", A_PAGE)


def rows_of(page: Any) -> list[Any]:
    return [row.pk for row in page.context["cl"].result_list]


def way(page: Any, where: str) -> str:
    """The address behind *Next* or *Previous*; blank if it is not offered."""
    found = re.search(rf'href="([^"]+)"\s+rel="{where}"', page.content.decode())
    return found[1].replace("&amp;", "&") if found else ""


def walk(staff: Staff, url: str, where: str = "next") -> list[list[Any]]:
    """The rows of each page, from a page on."""
    pages, page = [], staff.client.get(url)
    while True:
        pages.append(rows_of(page))
        step = way(page, where)
        if not step:
            return pages
        page = staff.client.get(url.partition("?")[0] + step)
        assert page.status_code == 200


def test_every_row_stands_on_one_page_in_the_list_s_order(viewer):
    made = [given_customer().pk for _ in range(8)]

    pages = walk(viewer, list_url(Customer))

    newest_first = made[::-1]
    assert pages == [newest_first[:3], newest_first[3:6], newest_first[6:]]


def test_the_way_back_shows_the_same_pages(viewer):
    made = [given_customer().pk for _ in range(8)][::-1]
    first = viewer.open(list_url(Customer))
    second = viewer.client.get(list_url(Customer) + way(first, "next"))
    last = list_url(Customer) + way(second, "next")

    assert walk(viewer, last, "prev") == [made[6:], made[3:6], made[:3]]


def test_a_row_that_comes_meanwhile_moves_no_other_onto_the_next_page(viewer):
    made = [given_customer().pk for _ in range(5)][::-1]
    first = viewer.open(list_url(Customer))
    given_customer()

    second = viewer.client.get(list_url(Customer) + way(first, "next"))

    assert (rows_of(first), rows_of(second)) == (made[:3], made[3:])


def test_one_page_has_no_ways_on(viewer):
    for _ in range(A_PAGE):
        given_customer()

    page = viewer.open(list_url(Customer))

    assert (way(page, "next"), way(page, "prev")) == ("", "")
    assert 'aria-label="Pages"' not in page.content.decode()


def test_filters_and_search_stay_on_the_next_page(viewer):
    banned = [given_customer(status="banned").pk for _ in range(5)][::-1]
    given_customer()

    assert walk(viewer, f"{list_url(Customer)}?status__exact=banned") == [banned[:3], banned[3:]]


def test_the_inbox_goes_from_what_waits_to_what_is_decided(administrator):
    requests = [given_request(now=days(-index)).pk for index in range(8)]
    bob = given_approver("bob")
    for at, each in enumerate(requests[:4]):
        approve_request(request_id=each, party=party_of(bob), now=days(at / 10))
    fail_request(request_id=requests[4], party=party_of(bob), now=NOW, note="no luck")

    expected = [row.pk for row in CreditRequest.objects.oldest_pending_first()]
    listed = [pk for page in walk(administrator, list_url(CreditRequest)) for pk in page]

    assert listed == expected
    assert len(expected) == 8


@pytest.mark.parametrize("model", [Customer, Account, Transaction])
def test_no_page_counts_or_skips_rows(viewer, model):
    for _ in range(7):
        given_credit("1.00 GBP", customer=given_customer())
    first = viewer.open(list_url(model))

    with CaptureQueriesContext(
        connection,
    ) as asked:
        viewer.client.get(list_url(model) + way(first, "next"))

    said = [query["sql"] for query in asked.captured_queries if model._meta.db_table in query["sql"]]
    assert said
    # OFFSET 0 passes nothing over: it has each row looked up by itself.
    assert not [sql for sql in said if "OFFSET" in sql.replace("OFFSET 0)", ")") or "COUNT(" in sql]


@pytest.mark.parametrize("cursor", CURSORS, ids=range(len(CURSORS)))
def test_a_page_that_no_list_named_is_said_to_be_none(viewer, cursor):
    given_customer()

    answer = viewer.client.get(list_url(Customer), {"p": cursor})

    assert answer.status_code == 400
    assert "cl" not in answer.context


def test_no_other_order_is_read_from_the_address(viewer):
    made = [given_customer().pk for _ in range(3)]

    page = viewer.open(list_url(Customer), o="1")

    assert rows_of(page) == made[::-1]


def test_a_list_is_called_by_what_it_lists(viewer):
    titles = [viewer.open(list_url(model)).context["title"] for model in (Customer, Account, CreditRequest)]

    assert titles == ["Customers", "Accounts", "Credit requests"]


def test_what_staff_did_to_an_object_stands_in_one_table_with_one_head(administrator):
    account = given_account()
    for index in range(101):
        LogEntry.objects.log_actions(administrator.user.pk, [account], CHANGE, f"Change {index}")

    url = reverse("admin:ledger_account_history", args=[account.pk])
    first, second = administrator.open(url), administrator.open(url, p=2)

    assert re.findall(r"<th[^>]*>\s*(.*?)\s*</th>", first.content.decode()) == ["When", "Who", "What"]
    assert "9999999999" not in first.content.decode()
    assert (way(first, "next"), way(first, "prev")) == ("?p=2", "")
    assert (way(second, "next"), way(second, "prev")) == ("", "?p=1")
    assert "Change 0" in text_of(second)
