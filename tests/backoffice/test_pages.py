"""What staff find and read: lists, searches, filters, and the pages of customers, accounts, transactions and holds."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import Account, Customer, Hold, Reason, Transaction
from ledger.operations import Why, refund_spend
from storecredit.api.models import ApiClient
from tests.backoffice.staff import list_url, page_url, table_of, text_of
from tests.callers import given_client
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    days,
    entries_of,
    given_account,
    given_credit,
    given_customer,
    given_hold,
    given_spend,
    money,
)

pytestmark = pytest.mark.django_db


def found(staff, model, **query):
    """What a list shows, as the objects' texts."""
    answer = staff.open(list_url(model), **query)
    assert answer.status_code == 200
    return [str(found) for found in answer.context["cl"].result_list]


def test_a_customers_page_tells_who_they_are_and_what_they_have(viewer):
    customer = given_customer(
        number="SHOP-7", first_name="Ada", last_name="Byron", email="ada@example.com", phone="+44 1234"
    )
    pounds = given_credit("40.00 GBP", customer=customer, expires_at=days(10))
    given_credit("1.250 KWD", customer=customer)
    given_hold("15.00 GBP", account=pounds)

    page = viewer.open(page_url(customer))

    head = text_of(page)
    assert all(words in head for words in ("Ada Byron", "Active", "SHOP-7", "ada@example.com", "+44 1234"))
    cards = [card.balance for card in page.context["cards"]]
    assert [(card.currency, card.spendable, card.held, card.total) for card in cards] == [
        ("GBP", "£25.00", "£15.00", "£40.00"),
        ("KWD", "KWD\xa01.250", "KWD\xa00.000", "KWD\xa01.250"),
    ]
    assert [f"{card.next_expiry:%Y-%m-%d}" if card.next_expiry else None for card in cards] == ["2026-05-14", None]
    [hold] = table_of(page, "Held for purchases under way")
    assert (hold["Held"], "web shop" in hold["Since"]) == ("£15.00", True)


def test_the_history_says_what_who_why_and_what_it_undid(viewer):
    account = given_credit("40.00 GBP", why=Why(reason="GW", note="A late parcel", reference="ORDER-7"))
    spend = given_spend("15.00 GBP", account=account, why=Why(reference="ORDER-8"))
    refund_spend(transaction_id=spend.id, amount=money("5.00 GBP"), actor=STAFF, now=NOW, why=Why(note="One came back"))

    rows = table_of(viewer.open(page_url(account.customer)), "History")

    assert [(row["Amount"], row["Balance after"], row["Booked to"]) for row in rows] == [
        ("+£5.00", "£30.00", "Sales"),
        ("−£15.00", "£25.00", "Sales"),
        ("+£40.00", "£40.00", "Goodwill"),
    ]
    assert [(row["Who"], row["Why"], row["Reference"]) for row in rows] == [
        ("alice Admin", "One came back", "ORDER-8"),
        ("web shop API (tiquo)", "", "ORDER-8"),
        ("alice Admin", "Goodwill A late parcel", "ORDER-7"),
    ]
    issue, _, refund = (entry.number for entry in entries_of(account))
    assert [row["What"] for row in rows] == [
        f"Refund No. {refund} ↔ Redemption {spend.number}",
        f"Redemption No. {spend.number} ↔ Refund {refund}",
        f"Issue No. {issue}",
    ]


def test_a_history_has_pages_newest_first(viewer):
    account = given_credit("1.00 GBP")
    for _ in range(59):
        given_credit("1.00 GBP", to=account)

    def page(number):
        answer = viewer.open(page_url(account), page=number)
        rows, says = table_of(answer, "History"), text_of(answer)
        return len(rows), rows[0]["Balance after"], "← Newer" in says, "Older →" in says

    assert [page(1), page(2), page(3)] == [
        (25, "£60.00", False, True),
        (25, "£35.00", True, True),
        (10, "£10.00", True, False),
    ]
    assert page("nonsense") == page(1)
    assert viewer.open(page_url(account), page="999999").context["history"].rows == []


def test_a_customers_history_narrows_to_one_account(viewer):
    customer = given_customer()
    given_credit("40.00 GBP", customer=customer)
    dollars = given_credit("7.00 USD", customer=customer)

    page = viewer.open(page_url(customer), account=dollars.pk)

    assert [row["Amount"] for row in table_of(page, "History")] == ["+$7.00"]
    choices = [label for _, label in page.context["filter"].form.fields["account"].choices]
    assert choices == ["All", "GBP", "USD"]


def test_a_history_narrows_to_a_kind_of_entry_and_to_days_of_the_shop(viewer, settings):
    settings.TIME_ZONE = "Europe/London"
    account = given_credit("40.00 GBP", now=datetime(2026, 5, 1, 22, 59, tzinfo=UTC))
    given_spend("1.00 GBP", account=account, now=datetime(2026, 5, 1, 23, 0, tzinfo=UTC))
    given_spend("2.00 GBP", account=account, now=datetime(2026, 5, 2, 22, 59, tzinfo=UTC))
    given_credit("3.00 GBP", to=account, now=datetime(2026, 5, 2, 23, 0, tzinfo=UTC))

    def amounts(target, **asked):
        return [row["Amount"] for row in table_of(viewer.open(page_url(target), **asked), "History")]

    for target in (account, account.customer):
        assert amounts(target, type="REDEEM") == ["−£2.00", "−£1.00"]
        assert amounts(target, first="2026-05-02", last="2026-05-02") == ["−£2.00", "−£1.00"]
        assert amounts(target, first="2026-05-03") == ["+£3.00"]
        assert amounts(target, last="2026-05-01") == ["+£40.00"]
        assert amounts(target, type="ISSUE", last="2026-05-02", page="1") == ["+£40.00"]
        assert amounts(target, type="", first="", last="") == ["+£3.00", "−£2.00", "−£1.00", "+£40.00"]


def test_a_filter_stays_on_the_next_page(viewer):
    account = given_credit("40.00 GBP")
    for _ in range(26):
        given_spend("0.01 GBP", account=account)

    first = viewer.open(page_url(account), type="REDEEM")
    older = first.context["history"].older_url.removesuffix("#history")
    second = table_of(viewer.client.get(page_url(account) + older), "History")

    assert [len(table_of(first, "History")), len(second)] == [25, 1]
    assert [row["What"].partition(" ")[0] for row in second] == ["Redemption"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"type": "GIFT"}, "Select a valid choice. GIFT is not one of the available choices."),
        ({"account": "0"}, "Select a valid choice. 0 is not one of the available choices."),
        ({"first": "yesterday"}, "Enter a valid date."),
        ({"first": "0001-01-01"}, "That day is too long ago."),
        ({"last": "9999-12-31"}, "That day is too far away."),
        ({"type": "\x00"}, "Select a valid choice."),
    ],
)
def test_a_filter_that_makes_no_sense_shows_nothing_and_says_why(viewer, asked, says):
    customer = given_customer()
    given_credit("40.00 GBP", customer=customer)
    given_credit("7.00 USD", customer=customer)

    page = viewer.open(page_url(customer), **asked)

    assert (page.status_code, page.context["history"].rows, says in text_of(page)) == (200, [], True)


def test_credit_is_listed_in_the_order_in_which_it_is_spent(viewer):
    account = given_credit("1.00 GBP")
    given_credit("2.00 GBP", to=account, expires_at=days(20))
    given_credit("3.00 GBP", to=account, expires_at=days(10))

    lots = table_of(viewer.open(page_url(account)), "Credit left, in the order it is spent")

    assert [lot["Left"] for lot in lots] == ["£3.00 of £3.00", "£2.00 of £2.00", "£1.00 of £1.00"]


def test_a_customer_without_credit_has_a_page_that_says_so(viewer):
    page = text_of(viewer.open(page_url(given_customer())))

    assert "This customer has no credit yet." in page
    assert "Nothing has been posted yet." in page
    assert "There is no credit left." in page
    assert "Nothing is held." in page


def test_test_objects_are_marked_everywhere(viewer):
    customer = given_customer(test_mode=True, first_name="Tess")
    account = given_credit("40.00 GBP", customer=customer)
    pages = [page_url(customer), page_url(account), page_url(entries_of(account)[0])]

    marked = ["Test" in text_of(viewer.open(url)).replace("Tess", "") for url in pages]
    listed = [
        'class="bo-tag bo-tag-warn">Test<' in viewer.open(list_url(model)).content.decode()
        for model in (Customer, Account, Transaction)
    ]

    assert marked == [True] * 3
    assert listed == [True] * 3


def test_names_with_markup_are_shown_as_they_are(viewer):
    customer = given_customer(first_name="<b>Bobby</b>", last_name="<script>alert(1)</script>")
    account = given_credit("1.00 GBP", customer=customer, why=Why(note="<img src=x onerror=alert(1)>"))

    for url in (page_url(customer), page_url(account), list_url(Customer), page_url(entries_of(account)[0])):
        page = viewer.open(url).content.decode()
        assert "<b>Bobby" not in page
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page


def test_a_transactions_page_shows_which_credit_it_moved(viewer):
    account = given_credit("30.00 GBP", expires_at=days(10))
    given_credit("30.00 GBP", to=account)
    spend = given_spend("45.00 GBP", account=account)

    issue_page, spend_page = viewer.open(page_url(entries_of(account)[0])), viewer.open(page_url(spend))

    assert table_of(issue_page, "Credit it brought in") == [
        {"Counts as": "Goodwill", "Amount": "£30.00", "Left": "£0.00", "Good through": "14 May 2026"}
    ]
    uses = [(use["Moved"], use["Left after"]) for use in table_of(spend_page, "Which credit it moved")]
    assert uses == [("−£30.00", "£0.00"), ("−£15.00", "£15.00")]


@pytest.mark.parametrize(
    ("words", "customers"),
    [
        ("SHOP-8", ["SHOP-8 Grace Hopper"]),
        ("shop-", ["SHOP-8 Grace Hopper", "SHOP-7 Ada Byron"]),
        ("byron", ["SHOP-7 Ada Byron"]),
        ("grace hop", ["SHOP-8 Grace Hopper"]),
        ("ada@example.com", ["SHOP-7 Ada Byron"]),
        ("nobody", []),
        ("%", []),
        ("", ["SHOP-8 Grace Hopper", "SHOP-7 Ada Byron"]),
    ],
)
def test_customers_are_found_by_number_name_and_e_mail(viewer, words, customers):
    given_customer(number="SHOP-7", first_name="Ada", last_name="Byron", email="ada@example.com")
    given_customer(number="SHOP-8", first_name="Grace", last_name="Hopper", email="grace@example.org")

    assert found(viewer, Customer, q=words) == customers


def test_customers_are_filtered_by_status_kind_and_test(viewer):
    given_customer(number="A", status="banned", first_name="", last_name="", email="")
    given_customer(number="B", entity_type="company", first_name="", last_name="", email="")
    given_customer(number="C", test_mode=True, first_name="", last_name="", email="")

    filters = [{"status__exact": "banned"}, {"entity_type__exact": "company"}, {"test_mode__exact": "1"}]

    assert [found(viewer, Customer, **query) for query in filters] == [["A A"], ["B B"], ["C C"]]


def test_transactions_are_found_by_what_stands_on_a_slip(viewer):
    account = given_credit("40.00 GBP", why=Why(reference="ORDER-7"))
    given_credit("9.00 GBP", why=Why(reference="ORDER-9"))
    entry = entries_of(account)[0]
    asked = [
        str(entry.number),
        f"#{entry.number}",
        entry.document_id,
        "ORDER-7",
        account.number,
        account.customer.number if account.customer else "",
    ]

    assert [found(viewer, Transaction, q=text) for text in asked] == [[str(entry)]] * len(asked)
    assert [found(viewer, Transaction, q=text) for text in ("ORDER", "9" * 30, "²", "no such")] == [[]] * 4


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ({"type": "REDEEM"}, [-500]),
        ({"type__exact": "REDEEM"}, [-500]),
        ({"currency": "USD"}, [700]),
        ({"currency": "XXX"}, []),
        ({"door": "admin"}, [700, 4000]),
        ({"door": "api"}, [-500]),
        ({"door": "command"}, []),
        ({"door": "garden"}, []),
        ({"test": "yes"}, [700]),
        ({"test": "no"}, [-500, 4000]),
        ({"created_at_from": "2026-05-05"}, [700]),
        ({"created_at_to": "2026-05-04"}, [-500, 4000]),
        ({"created_at_from": "2026-05-04", "created_at_to": "2026-05-05"}, [700, -500, 4000]),
        ({"created_at_from": "yesterday"}, []),
        ({"created_at_to": "9999-12-31"}, []),
    ],
)
def test_transactions_are_filtered_by_type_currency_day_door_and_test(viewer, query, amounts):
    account = given_credit("40.00 GBP")
    given_spend("5.00 GBP", account=account)
    given_credit("7.00 USD", customer=given_customer(test_mode=True), now=days(1))

    answer = viewer.open(list_url(Transaction), **query)

    assert [entry.amount_minor for entry in answer.context["cl"].result_list] == amounts


def test_accounts_and_holds_are_found(viewer):
    account = given_credit("40.00 GBP", customer=given_customer(first_name="Ada"))
    given_hold("5.00 GBP", account=account)
    given_account("USD", customer=given_customer(first_name="Grace"))

    assert found(viewer, Account, q=account.number) == [str(account)]
    assert found(viewer, Account, q="ada") == [str(account)]
    assert found(viewer, Account, currency="GBP") == [str(account)]
    assert len(found(viewer, Hold, q="order 1")) == 1
    assert len(found(viewer, Hold, q=account.number)) == 1
    assert found(viewer, Hold, q="order") == []


@pytest.mark.parametrize("model", [Customer, Account, Transaction, Hold, ApiClient, Reason])
def test_a_longer_list_asks_no_more_questions(administrator, model):
    def add_rows(count):
        for _ in range(count):
            account = given_credit("40.00 GBP", why=Why(reason="GW"))
            given_hold("5.00 GBP", account=account)
            given_client([])

    def questions():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert administrator.open(list_url(model)).status_code == 200
        return len(captured)

    add_rows(2)
    administrator.open(list_url(model))
    few = questions()
    add_rows(12)

    assert questions() == few


def test_a_longer_history_asks_no_more_questions(administrator):
    customer = given_customer()
    account = given_credit("40.00 GBP", customer=customer, why=Why(reason="GW"))
    given_credit("40.00 USD", customer=customer, why=Why(reason="GW"))

    def add_rows(count):
        for _ in range(count):
            spend = given_spend("1.00 GBP", account=account)
            refund_spend(transaction_id=spend.id, amount=money("0.50 GBP"), actor=API, now=NOW)
            given_hold("0.10 GBP", account=account)

    def questions(target):
        with CaptureQueriesContext(connection) as captured:
            assert administrator.open(page_url(target)).status_code == 200
        return len(captured)

    add_rows(2)
    few = [questions(customer), questions(account)]
    add_rows(8)

    assert [questions(customer), questions(account)] == few


def test_no_list_of_a_large_table_counts_it(viewer):
    given_hold("5.00 GBP", account=given_credit("40.00 GBP"))

    for model in (Customer, Account, Transaction, Hold):
        with CaptureQueriesContext(connection) as captured:
            viewer.open(list_url(model))
        assert not [query["sql"] for query in captured if "COUNT(" in query["sql"]]


@pytest.mark.parametrize("path", ["999999", "nonsense", "0", "%00"])
@pytest.mark.parametrize("model", ["customer", "account", "transaction", "hold"])
def test_a_page_of_nothing_leads_to_the_overview(administrator, model, path):
    answer = administrator.open(f"/admin/ledger/{model}/{path}/change/")

    assert (answer.status_code, answer.url) == (302, reverse("admin:index"))


@pytest.mark.parametrize("url", ["customer/999999/issue/", "account/nonsense/debit/", "transaction/1/reverse/"])
def test_a_step_on_nothing_is_not_found(administrator, url):
    assert administrator.open(f"/admin/ledger/{url}").status_code == 404
    assert administrator.send(f"/admin/ledger/{url}").status_code == 404
