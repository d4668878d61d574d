"""The list of gift cards: its pages, and what is refused instead of being passed over."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.operations import Why
from tests.callers import ApiCaller, given_client
from tests.giftcards.cards import given_card, given_redemption
from tests.giftcards.plans import plan_of, rows_of
from tests.scenarios import NOW, days, given_customer

pytestmark = pytest.mark.django_db
NOBODYS = "0192f0c1-7b1e-7cc3-98c4-dc0c0c07398f"


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def five(time_machine):
    """The ids of five cards, newest first."""
    made = []
    for number in range(5):
        time_machine.move_to(days(number), tick=False)
        made.append(str(given_card(code=f"PAGE-000{number}").id))
    return made[::-1]


def next_of(response):
    """The path of the next page, as the header says; None if it says of none."""
    found = re.fullmatch(r'<http://testserver/api/v1(/[^>]+)>; rel="next"', response.headers.get("Link", ""))
    return found[1] if found else None


def ids_of(response):
    return [card["id"] for card in response.json()["data"]]


def test_the_header_link_leads_through_all_pages(caller, five):
    pages, path = [], "/gift_cards?page_size=2&status=ACTIVE"
    while path:
        response = caller.get(path)
        pages.append(ids_of(response))
        path = next_of(response)

    assert pages == [five[:2], five[2:4], five[4:]]


@pytest.mark.parametrize("query", ["", "?page_size=5", "?status=VOIDED", "?card_number=PAGE-0000&page_size=1"])
def test_the_last_page_links_to_none(caller, five, query):
    assert "Link" not in caller.get(f"/gift_cards{query}").headers


def test_a_page_has_a_thousand_cards_if_it_is_not_said(caller, db):
    for number in range(101):
        given_card(code=f"MANY-{number:04}")

    response = caller.get("/gift_cards")

    assert len(response.json()["data"]) == 101
    assert "Link" not in response.headers


def test_a_card_in_capitals_begins_the_same_page(caller, five):
    assert ids_of(caller.get(f"/gift_cards?before={five[1].upper()}")) == five[2:]


def test_before_a_card_that_left_the_status_the_page_goes_on(caller, five):
    caller.send("DELETE", f"/gift_cards/by_id/{five[1]}", content_type="")

    assert ids_of(caller.get(f"/gift_cards?status=ACTIVE&before={five[1]}")) == five[2:]


@pytest.mark.parametrize("status", ["", "&status=ACTIVE"])
def test_before_no_card_of_the_list_is_refused(caller, five, status):
    tester = ApiCaller(given_client(test_mode=True).plain)

    answers = [caller.get(f"/gift_cards?before={NOBODYS}{status}"), tester.get(f"/gift_cards?before={five[0]}{status}")]

    for answer in answers:
        assert (answer.status_code, answer.json()) == (
            400,
            {"error": "Bad Request", "message": "before must be one that this list gave out.", "code": "bad_request"},
        )


def test_a_later_page_costs_one_statement_more(caller, five):
    with CaptureQueriesContext(connection) as first:
        caller.get("/gift_cards?page_size=2")
    with CaptureQueriesContext(connection) as later:
        caller.get(f"/gift_cards?page_size=2&before={five[1]}")

    assert len(later) == len(first) + 1


@pytest.mark.parametrize("name", ["state", "page", "Status", "cursor"])
def test_a_parameter_that_nobody_knows_is_refused(caller, five, name):
    response = caller.get(f"/gift_cards?{name}=ACTIVE")

    assert (response.status_code, response.json()["message"]) == (
        400,
        f"There is no parameter '{name}' here; there are: card_number, status, customerId, sale_id, source_id, "
        "metadata[name], before, page_size.",
    )


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("before=1", "before must be a UUID."),
        ("before=", "before must not be empty."),
        ("page_size=1001", "page_size must be a whole number from 1 to 1000."),
        ("page_size=1&page_size=2", "page_size must be given once."),
        ("status=active", "status must be one of: ACTIVE, INACTIVE, REDEEMED, VOIDED, EXPIRED."),
        ("card_number=%00", "card_number must not hold a NUL."),
        ("customerId=%00", "customerId must not hold a NUL."),
        ("sale_id=", "sale_id must not be empty."),
    ],
)
def test_a_refusal_names_the_parameter(caller, query, words):
    response = caller.get(f"/gift_cards?{query}")

    assert (response.status_code, response.json()["message"]) == (400, words)


def test_the_cards_of_a_customer_are_listed(caller, time_machine):
    ada, bob = given_customer(), given_customer()
    mine = []
    for number, customer in enumerate((ada, bob, ada, None, ada)):
        time_machine.move_to(days(number), tick=False)
        named = {"customerId": customer.number} if customer else {}
        made = caller.post("/gift_cards", {"amount": "5"} | named).json()["data"]["id"]
        mine += [made] if customer is ada else []

    by_number = caller.get(f"/gift_cards?customerId={ada.number}&page_size=2")
    by_id = caller.get(f"/gift_cards?customerId={ada.document_id}")

    assert (ids_of(by_number), ids_of(by_id)) == (mine[:0:-1], mine[::-1])
    assert ids_of(caller.get(next_of(by_number))) == mine[:1]


def test_the_cards_of_a_sale_are_listed(caller):
    of_sale = [caller.post("/gift_cards", {"amount": "5", "sale_id": sale}).json()["data"]["id"] for sale in "ABA"]

    assert sorted(ids_of(caller.get("/gift_cards?sale_id=A"))) == sorted([of_sale[0], of_sale[2]])


def test_the_cards_with_a_transaction_of_a_document_are_listed(caller):
    cards = [given_card("50.00 GBP", code=f"TILL-000{number}") for number in range(3)]
    for card, order in zip(cards, ("O-1", "O-2", "O-1"), strict=True):
        given_redemption("5 GBP", card=card, why=Why(reference=order))
        given_redemption("5 GBP", card=card, why=Why(reference=order))

    found = caller.get("/gift_cards?source_id=O-1")

    assert sorted(ids_of(found)) == sorted(str(card.id) for card in (cards[0], cards[2]))
    assert found.json()["data"][0]["gift_card_transactions"][0]["source_id"] == "O-1"


@pytest.mark.parametrize("query", ["customerId=NOBODY", "sale_id=none", "source_id=none"])
def test_of_what_nobody_knows_there_are_no_cards(caller, five, query):
    response = caller.get(f"/gift_cards?{query}")

    assert (response.status_code, response.json()) == (200, {"data": []})


def test_a_customer_of_the_other_mode_has_no_cards_here(caller):
    tester = ApiCaller(given_client(test_mode=True).plain)
    customer = given_customer()
    caller.post("/gift_cards", {"amount": "5", "customerId": customer.number})

    assert tester.get(f"/gift_cards?customerId={customer.number}").json() == {"data": []}


@pytest.mark.postgresql
@pytest.mark.parametrize("query", ["customerId={}", "sale_id=S-7", "source_id=O-7"])
def test_a_filter_reads_no_cards_but_those_it_shows(caller, query):
    customer = given_customer()
    for number in range(300):
        given_card("50.00 GBP", code=f"MANY-{number:04}", sale_id="S-7" if number == 7 else f"S-{number}-other")
    card = given_card("50.00 GBP", code="MINE-0001", customer_id=customer.pk)
    given_redemption("5 GBP", card=card, why=Why(reference="O-7"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    with CaptureQueriesContext(connection) as captured:
        response = caller.get(f"/gift_cards?{query.format(customer.number)}")

    assert len(response.json()["data"]) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for statement in [each["sql"] for each in captured if "giftcards_giftcard" in each["sql"]]:
        assert rows_of(plan_of(statement), ("giftcards_giftcard", "ledger_transaction")) <= 10, statement
