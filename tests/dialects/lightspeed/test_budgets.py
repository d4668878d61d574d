"""
How many statements a request about a card may cost, in both dialects, however long the card's history is.

BEGIN, COMMIT and SAVEPOINT are not counted.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.flush import put_back
from tests.giftcards.cards import given_card, given_entries
from tests.giftcards.plans import plan_of, rows_of
from tests.scenarios import given_credit, given_customer

CODE = "TILL-0001"
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
READS = [
    (f"/gift_cards/by_number/{CODE}", 3),
    (f"/gift_cards/{CODE}", 3),
    ("/gift_cards/by_id/{id}", 3),
    (f"/gift_cards/{CODE}/balances", 3),
    (f"/stored_credit_accounts/{CODE}", 3),
    (f"/credit_accounts/{CODE}", 3),
    (f"/credit_accounts/{CODE}/balances", 3),
    ("/gift_cards", 3),
    ("/gift_cards/NOBODYS-CARD", 4),
    ("/balances", 2),
]
REDEEMING = {"type": "REDEEMING", "amount": "-1.00", "client_id": "c"}
RELOADING = {"type": "RELOADING", "amount": "1.00", "client_id": "c"}
WRITES = [
    ("transactions", REDEEMING, None, 201, 9),
    ("transactions", RELOADING, None, 201, 9),
    ("transactions", RELOADING | {"expires_at": "2031-12-31"}, None, 201, 9),
    ("transactions", REDEEMING | {"client_id": "old"}, None, 200, 4),
    ("transactions", REDEEMING | {"amount": "1"}, None, 400, 2),
    ("redeem", {"amount": 100}, "k", 201, 9),
    ("redeem", {"amount": 100}, "old", 201, 2),
    ("redeem", {"amount": 101}, "old", 409, 2),
    ("redeem", {"amount": 0}, "k", 400, 2),
]


@pytest.fixture(scope="module", params=[10, 1500], ids=["short history", "long history"])
def history(request, django_db_setup, django_db_blocker):
    """A card and its history, committed once for all tests, each of which leaves it as it was."""
    with django_db_blocker.unblock():
        given_credit("10 GBP", customer=given_customer())
        card = given_card("100.00 GBP", code=CODE)
        given_entries(request.param, card=card)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
    yield card
    with django_db_blocker.unblock():
        put_back(connection)


@pytest.fixture
def card(history, db):
    return history


def statements_of(ask):
    with CaptureQueriesContext(connection) as captured:
        response = ask()
    return response, [query["sql"] for query in captured if not query["sql"].upper().startswith(NOT_COUNTED)]


def in_short(statements):
    return "\n".join(" ".join(statement.split())[:100] for statement in statements)


@pytest.mark.parametrize(("path", "most"), READS)
def test_a_read_keeps_to_its_budget(caller, card, path, most):
    response, statements = statements_of(lambda: caller.get(path.format(id=card.id)))

    assert response.status_code in (200, 404)
    assert len(statements) <= most, in_short(statements)


@pytest.mark.parametrize(("path", "body", "key", "status", "most"), WRITES)
def test_a_write_keeps_to_its_budget(caller, card, path, body, key, status, most):
    caller.post(f"/gift_cards/{CODE}/transactions", REDEEMING | {"client_id": "old"})
    caller.post(f"/gift_cards/{CODE}/redeem", {"amount": 100}, key="old")

    response, statements = statements_of(lambda: caller.post(f"/gift_cards/{CODE}/{path}", body, key=key))

    # SQLite takes the lots of an entry in a statement of their own.
    most += connection.vendor == "sqlite"
    assert response.status_code == status
    assert len(statements) <= most, in_short(statements)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("path", "rows"),
    [
        (f"/gift_cards/by_number/{CODE}", 200),
        ("/gift_cards", 200),
        (f"/stored_credit_accounts/{CODE}", 100),
        (f"/gift_cards/{CODE}/balances", 1001),
        (f"/gift_cards/{CODE}/balances?page=2", 1001),
        ("/balances", 101),
    ],
)
@pytest.mark.parametrize("history", [1500], indirect=True, ids=["long history"])
def test_a_read_touches_no_more_rows_than_it_shows(caller, card, path, rows):
    """Of the tables that grow with the history; the plan counts what each of its nodes has read."""
    _, statements = statements_of(lambda: caller.get(path))

    with connection.cursor() as cursor:
        # A table as small as a test's is read and joined whole rather than by its indexes; a shop's is not.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_hashjoin = off")
        cursor.execute("SET LOCAL enable_mergejoin = off")
    for statement in statements:
        assert rows_of(plan_of(statement)) <= rows, statement
