"""One search over everything: a name leads to what it names, and a code of a card into no address."""

from urllib.parse import urlencode

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from giftcards.models import CardBatch, GiftCard
from ledger.models import Account, Customer, Transaction
from ledger.operations import Why
from storecredit.api.guess_limits import PERSONS_MISS_LIMIT
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.search import KINDS
from storecredit.checkouts.models import Order
from storecredit.credits.models import CreditRequest, CreditRequestBatch
from tests.backoffice.staff import Staff, list_url, page_url, table_of, text_of
from tests.checkouts.stage import given_order_paid_by
from tests.credits.batches import given_batch
from tests.credits.requests import given_request
from tests.factories.checkouts import CheckoutFactory, OrderFactory
from tests.factories.giftcards import CardBatchFactory
from tests.factories.vendor import CreditDeductionFactory
from tests.giftcards.cards import given_card, row_of
from tests.scenarios import given_credit, given_customer, given_spend

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
SEARCH = reverse("admin:search")
#: What a search asks the database, the session and the person's rights included, when nothing is found.
MOST_STATEMENTS = 24


def search(staff, text):
    """What the box leads to, over the address that it sends one to."""
    answer = staff.send(SEARCH, q=text)
    assert (answer.status_code, answer.url) == (302, f"{SEARCH}?{urlencode({'q': text})}")
    return staff.client.get(answer.url)


def found_by(staff, text):
    """The page that a text opens, or the names below each title."""
    answer = search(staff, text)
    if answer.status_code == 302:
        return answer.url
    tables = answer.context["tables"]
    return {table.title: [row["Name"] for row in table_of(answer, table.title)] for table in tables}


def test_a_customer_s_number_opens_the_customer(viewer):
    customer = given_customer(number="SHOP-4711")
    given_credit("25.00 GBP", customer=customer)

    assert found_by(viewer, "shop-4711") == page_url(customer)


def test_an_account_s_number_opens_the_account(viewer):
    account = given_credit("25.00 GBP")

    assert found_by(viewer, account.number) == page_url(account)


def test_a_transaction_s_number_opens_the_transaction(viewer):
    spend = given_spend("10.00 GBP", account=given_credit("25.00 GBP"))

    assert found_by(viewer, f"#{spend.number}") == page_url(spend)


def test_a_reference_finds_all_that_it_stands_on(viewer):
    account = given_credit("25.00 GBP")
    spends = [given_spend("1.00 GBP", account=account, why=Why(reference="till 7/22")) for _ in range(2)]

    assert found_by(viewer, "till 7/22") == {"Transactions": [str(spend) for spend in reversed(spends)]}


def test_the_last_four_of_a_card_open_it(viewer):
    card = row_of(given_card("25.00 GBP"))

    assert found_by(viewer, f"****{card.last_four}") == page_url(card)


def test_an_order_s_number_finds_it_and_what_was_booked_for_it(viewer):
    order = given_order_paid_by(given_credit("25.00 GBP")).order

    assert found_by(viewer, order.pk) == {
        "Orders": [f"Order {order.pk}"],
        "Transactions": [str(Transaction.objects.get(reference=order.pk))],
    }


def test_an_order_of_a_guest_is_opened_by_the_address_given_for_it(viewer):
    order = OrderFactory.create(checkout=CheckoutFactory.create(email="guest@example.org"))

    assert found_by(viewer, "guest@example.org") == page_url(order)


def test_an_address_opens_its_customer_on_whose_page_their_orders_stand(viewer):
    customer = given_customer(email="ada@example.org")
    OrderFactory.create(checkout=CheckoutFactory.create(email="ada@example.org"))

    assert found_by(viewer, "ada@example.org") == page_url(customer)


def test_where_whoever_signs_in_begins_to_type_everything_is_found(viewer):
    card = given_card("25.00 GBP")
    overview = viewer.open(reverse("admin:index")).content.decode()
    box = overview.partition('<form class="bo-search"')[2].partition("</form>")[0]

    assert f'action="{SEARCH}"' in box
    assert "autofocus" in box
    assert found_by(viewer, row_of(card).last_four) == page_url(row_of(card))


def test_an_order_of_the_vendor_is_found_by_what_the_vendor_calls_it(viewer):
    deduction = CreditDeductionFactory.create()

    assert found_by(viewer, deduction.order.order_id) == {
        "Vendor deductions": [str(deduction.order)],
        "Transactions": [str(Transaction.objects.get(type="REDEEM"))],
    }


def test_a_request_is_found_by_its_order(viewer):
    request = given_request()

    assert found_by(viewer, request.order_value) == page_url(request)


def test_batches_of_cards_and_of_requests_are_found_by_a_part_of_their_names(viewer):
    cards, requests = CardBatchFactory.create(name="Christmas cards"), given_batch(name="christmas goodwill")

    assert found_by(viewer, "christmas") == {
        "Card batches": [cards.name],
        "Request batches": [CreditRequestBatch.objects.get(pk=requests.pk).name],
    }


def test_five_are_shown_of_each_kind_and_the_list_has_the_others(viewer):
    made = [given_customer(first_name="Ada", last_name=f"Nr{index}") for index in range(6)]

    page = search(viewer, "ada")

    (table,) = page.context["tables"]
    shown = [row["Name"] for row in table_of(page, "Customers")]
    assert shown == [f"{each.display_name} · {each.number}" for each in made[:0:-1]]
    assert table.beside.url == f"{list_url(Customer)}?q=ada"
    assert len(viewer.client.get(table.beside.url).context["cl"].result_list) == 6


def test_five_are_all_there_are(viewer):
    for _ in range(5):
        given_customer(first_name="Ada")

    (table,) = search(viewer, "ada").context["tables"]

    assert (len(table.rows), table.beside) == (5, "")


def test_nothing_found_is_said(viewer):
    page = search(viewer, "<nobody>")

    assert page.status_code == 200
    assert "Nothing found for “<nobody>”." in text_of(page)
    assert page.context["tables"] == []


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_asked_is_an_empty_page(viewer, text):
    given_customer()

    pages = [viewer.client.get(SEARCH, {"q": text}), viewer.send(SEARCH, q=text)]

    assert [page.status_code for page in pages] == [200, 200]
    assert not any("Nothing" in text_of(page) for page in pages)


@pytest.mark.parametrize("text", ["x" * 256, "a\x00b"])
def test_what_can_be_no_name_is_said_to_be_none(viewer, text):
    page = viewer.client.get(SEARCH, {"q": text})

    assert page.status_code == 200
    assert "Nothing is called that: it is too long, or it is no text." in text_of(page)


@pytest.mark.parametrize("text", ["%", ",", ";", "'", "9" * 40, "\ud800", "日本", "* - •", "zz " * 80])
def test_odd_texts_find_nothing(viewer, text):
    given_credit("25.00 GBP")

    page = viewer.client.get(f"{SEARCH}?q={urlencode({'q': text}, errors='surrogatepass')[2:]}")

    assert page.status_code == 200
    assert not page.context.get("tables")


@pytest.mark.parametrize("role", ROLES)
def test_every_role_finds_what_it_may_view(role):
    account = given_credit("25.00 GBP", customer=given_customer(number="SHOP-4711"))

    assert found_by(Staff(role), "SHOP-4711") == page_url(account.customer)


def test_a_kind_is_found_by_those_alone_who_may_view_it():
    spend = given_spend("10.00 GBP", account=given_credit("25.00 GBP"), why=Why(reference="SHOP-4711"))
    given_customer(number="SHOP-4711")
    cashier = Staff(permissions=["ledger.view_transaction"])

    assert found_by(cashier, "SHOP-4711") == page_url(spend)


def test_whoever_may_view_nothing_finds_nothing():
    customer = given_customer()

    page = search(Staff(), customer.number)

    assert f"Nothing found for “{customer.number}”." in text_of(page)


def test_nobody_searches_without_signing_in(client):
    answers = [client.get(SEARCH, {"q": "ada"}), client.post(SEARCH, {"q": "ada"})]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert all(answer.url.startswith(reverse("admin:login")) for answer in answers)


# Codes


@pytest.mark.parametrize("code", [None, "TILL-0001"])
def test_a_whole_code_opens_its_card_and_stands_in_no_address(viewer, code):
    card = given_card(**({"code": code} if code else {}))

    answers = [viewer.send(SEARCH, q=card.code), viewer.client.get(SEARCH, {"q": card.code})]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, page_url(row_of(card)))] * 2


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_code_that_no_card_has_stands_in_no_address_and_on_no_page(viewer, method):
    answer = getattr(viewer.client, method)(SEARCH, {"q": "0123-4567-89AB-CDEF"})

    assert (answer.status_code, answer.url) == (302, SEARCH)
    page = viewer.client.get(answer.url)
    assert "No card has that code. Check it, or search by its last four characters." in text_of(page)
    assert "89AB" not in page.content.decode()


def test_a_code_is_told_to_nobody_who_may_not_view_cards(today):
    card = given_card(code="TILL-0001")
    clerk = Staff(permissions=["ledger.view_customer"])

    answer = clerk.send(SEARCH, q=card.code)

    assert (answer.status_code, answer.url) == (302, SEARCH)
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["Nothing found."]


def test_whoever_has_guessed_too_often_is_led_to_no_card_and_still_finds_names(viewer):
    card, customer = given_card(code="TILL-0001"), given_customer(number="SHOP-4711")
    for number in range(PERSONS_MISS_LIMIT.most):
        search(viewer, f"WRONG-{number:04}")

    guessed, named = viewer.send(SEARCH, q=card.code), viewer.send(SEARCH, q="SHOP-4711")

    assert guessed.status_code == 200
    assert "TILL-0001" not in guessed.content.decode()
    assert "Nothing found." in text_of(guessed)
    assert [row["Name"] for row in table_of(named, "Customers")] == [f"Ada Byron · {customer.number}"]


# What it costs


def test_a_search_asks_the_same_few_questions_however_much_there_is(viewer):
    def count(text):
        with CaptureQueriesContext(connection) as asked:
            viewer.client.get(SEARCH, {"q": text})
        return len(asked)

    for _ in range(2):
        given_credit("25.00 GBP", customer=given_customer(first_name="Ada"))
    few = count("ada")
    for _ in range(6):
        given_credit("25.00 GBP", customer=given_customer(first_name="Ada"))

    assert count("ada") == few
    assert few <= MOST_STATEMENTS


def test_every_kind_has_a_list_that_takes_the_text_on(viewer):
    assert {kind.model for kind in KINDS} >= {
        Customer, GiftCard, Account, Order, Transaction, CreditRequest, CardBatch, CreditRequestBatch
    }  # fmt: skip
    assert [viewer.client.get(kind.list_url("ada")).status_code for kind in KINDS] == [200] * len(KINDS)


def test_every_page_has_the_box_and_the_palette(viewer):
    page = viewer.open(list_url(Customer)).content.decode()

    assert page.count(f'action="{SEARCH}"') == 2
    assert "x-on:keydown.ctrl.k.window.prevent" in page
    assert "hx-get" not in page
