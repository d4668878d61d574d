"""How many statements a request may cost, however long the history is. BEGIN, COMMIT and SAVEPOINT are not counted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.scenarios import days, given_credit, given_customer, given_spend

PATH = "/customers/CUST-1/store-credit"
ORDER = {"amount": 25, "currency": "GBP", "note": "Goodwill credit", "expiresAt": "2099-12-31"}
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@pytest.fixture(params=[1, 40], ids=["short history", "long history"])
def account(request, db):
    account = given_credit("100 GBP", customer=given_customer(number="CUST-1"))
    for number in range(request.param):
        given_credit("1 GBP", to=account, expires_at=days(3650 + number))
        given_spend("0.01 GBP", account=account)
    return account


def statements_of(ask):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = ask()
    kept = [query["sql"] for query in captured if not query["sql"].upper().startswith(NOT_COUNTED)]
    return response.status_code, len(kept), kept


@pytest.mark.parametrize(
    ("ask", "status", "most"),
    [
        (lambda api: api.get(f"{PATH}?currency=GBP"), 200, 2),
        (lambda api: api.get(PATH), 200, 2),
        (lambda api: api.post(PATH, ORDER, key="new"), 201, 8),
        (lambda api: api.post(PATH, ORDER, key="old"), 200, 2),
        (lambda api: api.post(PATH, ORDER | {"amount": 1}, key="old"), 409, 2),
        (lambda api: api.post(PATH, ORDER | {"amount": -1}, key="new"), 400, 2),
        (lambda api: api.post(f"{PATH}/debits", {"amount": 1, "currency": "GBP"}, key="new"), 201, 9),
        (lambda api: api.get("/customers/NOBODY/store-credit"), 404, 2),
        (lambda api: api.get(f"{PATH}/transactions?limit=20"), 200, 4),
        (lambda api: api.get("/customers/CUST-1"), 200, 4),
        (lambda api: api.get("/customers"), 200, 2),
    ],
    ids=["balance", "balances", "issue", "replay", "reuse", "bad", "debit", "nobody", "history", "customer", "list"],
)
def test_a_request_keeps_to_its_budget(caller, account, ask, status, most):
    caller.post(PATH, ORDER, key="old")

    answered, count, statements = statements_of(lambda: ask(caller))

    assert answered == status
    assert count <= most, statements


def test_the_first_credit_of_a_currency_may_open_the_account(caller, account):
    status, count, statements = statements_of(lambda: caller.post(PATH, ORDER | {"currency": "USD"}, key="new"))

    assert status == 201
    assert count <= 9, statements


def test_a_key_that_is_no_key_costs_no_statement(caller, account):
    caller.key = "nonsense"

    assert statements_of(lambda: caller.get(PATH))[:2] == (401, 0)
