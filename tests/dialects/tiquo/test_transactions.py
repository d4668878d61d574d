"""A customer's history over the API."""

import pytest

from ledger.operations import Why, refund_spend, reverse_transaction
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    days,
    entries_of,
    given_credit,
    given_customer,
    given_spend,
    money,
)

PATH = "/customers/CUST-1/store-credit/transactions"


@pytest.fixture
def customer(db):
    return given_customer(number="CUST-1")


@pytest.fixture
def history(customer):
    """Every kind of entry that two accounts of a customer can have, a day apart."""
    pounds = given_credit(
        "100 GBP", customer=customer, now=NOW, expires_at=days(300), why=Why(reason="EC", note="hello")
    )
    spend = given_spend("30 GBP", account=pounds, now=days(1), why=Why(reference="order 1"))
    refund_spend(transaction_id=spend.id, amount=money("10 GBP"), actor=API, now=days(2))
    dollars = given_credit("5 USD", customer=customer, now=days(3))
    reverse_transaction(transaction_id=entries_of(dollars)[0].id, actor=STAFF, now=days(4), why=Why(note="mistake"))
    other = given_spend("20 GBP", account=pounds, now=days(5))
    reverse_transaction(transaction_id=other.id, actor=STAFF, now=days(6), why=Why(note="mistake"))
    return pounds


def listed(caller, query=""):
    return [(row["type"], row["amount"], row["currency"]) for row in caller.get(f"{PATH}{query}").json()["data"]]


def test_the_history_comes_newest_first_in_the_vendors_words(caller, history):
    assert listed(caller) == [
        ("refunded", 20, "GBP"),
        ("redeemed", -20, "GBP"),
        ("reversed", -5, "USD"),
        ("issued", 5, "USD"),
        ("refunded", 10, "GBP"),
        ("redeemed", -30, "GBP"),
        ("issued", 100, "GBP"),
    ]


def test_an_entry_has_the_members_of_an_issue_and_three_of_ours(caller, history, customer):
    first = caller.get(f"{PATH}?type=issued&currency=GBP").json()["data"][0]

    assert first == {
        "id": entries_of(history)[0].document_id,
        "entityType": "customer",
        "customerId": customer.document_id,
        "currency": "GBP",
        "type": "issued",
        "amount": 100,
        "balanceAfter": 100,
        "note": "hello",
        "createdAt": 1777896000000,
        "reference": None,
        "reasonCode": "EC",
        "expiresAt": 1803816000000,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?type=redeemed", [-20, -30]),
        ("?type=refunded", [20, 10]),
        ("?type=reversed", [-5]),
        ("?type=expired", []),
        ("?currency=USD", [-5, 5]),
        ("?currency=JPY", []),
        ("?createdFrom=2026-05-09", [20, -20]),
        ("?createdTo=2026-05-05", [-30, 100]),
        ("?createdTo=1777896000000", [100]),
        ("?createdTo=1777895999999", []),
        ("?createdFrom=2026-05-06&createdTo=2026-05-06", [10]),
        ("?type=issued&currency=GBP&createdTo=2026-05-04", [100]),
    ],
)
def test_the_history_is_filtered(caller, history, query, found):
    assert [amount for _, amount, _ in listed(caller, query)] == found


def test_an_entry_is_found_at_the_moment_that_the_answer_shows(caller, customer):
    given_credit("5 GBP", customer=customer, now=NOW.replace(microsecond=123_456))
    shown = caller.get(PATH).json()["data"][0]["createdAt"]

    assert shown == 1777896000123
    assert listed(caller, f"?createdFrom={shown}&createdTo={shown}") == [("issued", 5, "GBP")]
    assert listed(caller, f"?createdFrom={shown + 1}") == listed(caller, f"?createdTo={shown - 1}") == []


@pytest.mark.parametrize(
    "query",
    ["?type=ISSUE", "?type=", "?limit=0", "?limit=101", "?limit=ten", "?cursor=x", "?cursor=", "?cursor=%00",
     "?createdFrom=yesterday", "?createdTo=1.5", "?currency=gbp", "?limit=1&limit=2", "?cursor=Y3VzdG9tZXJzOjE"],
)  # fmt: skip
def test_a_filter_that_is_not_what_is_documented_is_400(caller, history, query):
    response = caller.get(f"{PATH}{query}")

    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("query", ["?Currency=USD", "?type=issued&kind=x", "?page=2", "?=", "?%00=1"])
def test_a_parameter_that_is_not_documented_is_refused_with_those_that_are(caller, history, query):
    response = caller.get(f"{PATH}{query}")

    assert (response.status_code, response.json()["code"]) == (400, "bad_request")
    there_are = "here; there are: type, currency, createdFrom, createdTo, metadata[name], limit, cursor."
    assert there_are in response.json()["error"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?%0D%0ASet-Cookie:%20a=1", r"'\r\nSet-Cookie: a'"),
        ("?a%00b=1", r"'a\x00b'"),
        ("?%C3%A9%E2%80%AE=1", r"'\xe9\u202e'"),
        ("?%1B%5B31m=1", r"'\x1b[31m'"),
    ],
)
def test_what_nobody_sees_in_an_unknown_parameter_is_named_escaped(caller, customer, query, shown):
    response = caller.get(f"{PATH}{query}")

    assert response.status_code == 400
    assert response.json()["error"].startswith(f"There is no parameter {shown} here;")


def test_one_entry_is_found_where_the_answer_that_made_it_said(caller, customer):
    made = caller.post("/customers/CUST-1/store-credit", {"amount": 5, "currency": "GBP"}, key="k")
    again = caller.post("/customers/CUST-1/store-credit", {"amount": 5, "currency": "GBP"}, key="k")

    location = made.headers["Location"]
    entry = caller.get(location.removeprefix("/api/v1")).json()["data"]

    assert location == f"/api/v1/customers/{customer.document_id}/store-credit/transactions/{made.json()['data']['id']}"
    assert "Location" not in again.headers
    assert [entry] == caller.get(PATH).json()["data"]


@pytest.mark.parametrize("entry", ["k" + "0" * 16, "%00", "x" * 3000, "K1234567890abcdef", "%F0%9F%98%80"])
def test_an_entry_that_the_customer_does_not_have_is_404(caller, history, entry):
    response = caller.get(f"{PATH}/{entry}")

    assert (response.status_code, response.json()["code"]) == (404, "transaction_not_found")


def test_an_entry_of_another_customer_is_not_found(caller, history):
    given_customer(number="CUST-2")

    theirs = entries_of(history)[0].document_id

    assert caller.get(f"{PATH}/{theirs}").status_code == 200
    assert caller.get(f"/customers/CUST-2/store-credit/transactions/{theirs}").status_code == 404


def test_pages_follow_each_other_and_a_new_entry_does_not_shift_them(caller, history):
    first = caller.get(f"{PATH}?limit=3").json()
    given_credit("1 GBP", to=history, now=days(7))
    second = caller.get(f"{PATH}?limit=3&cursor={first['pagination']['nextCursor']}").json()
    third = caller.get(f"{PATH}?limit=3&cursor={second['pagination']['nextCursor']}").json()

    assert [[row["amount"] for row in page["data"]] for page in (first, second, third)] == [
        [20, -20, -5],
        [5, 10, -30],
        [100],
    ]
    assert first["pagination"]["hasMore"] is second["pagination"]["hasMore"] is True
    assert third["pagination"] == {"hasMore": False, "nextCursor": None, "pageSize": 3}


def test_a_page_that_is_just_full_is_the_last(caller, history):
    assert caller.get(f"{PATH}?limit=7").json()["pagination"] == {"hasMore": False, "nextCursor": None, "pageSize": 7}


def test_other_customers_entries_are_not_in_it(caller, history):
    given_credit("9 GBP", customer=given_customer(number="CUST-2"))

    assert len(listed(caller)) == 7
    assert len(caller.get("/customers/CUST-2/store-credit/transactions").json()["data"]) == 1


def test_a_customer_without_accounts_has_an_empty_history(caller, customer):
    assert caller.get(PATH).json()["data"] == []
