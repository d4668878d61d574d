"""
Requests and the answers they really get; `tests/dialects/tiquo/test_examples.py` sends them.

Customer CUST-000001 was given 100 GBP the day before. Ids and account numbers are drawn at random.
"""

from typing import Any, Final

from storecredit.api.schema import Exchange

CUSTOMER_ID: Final = "k9876543210fedcba"
TRANSACTION_ID: Final = "k1234567890abcdef"
ACCOUNT_NUMBER: Final = "SC123456789015"
NOW_TEXT: Final = "2026-06-19T10:30:00.000Z"
NOW_MILLISECONDS: Final = 1781865000000
DAY_BEFORE_MILLISECONDS: Final = 1781773200000
KEY: Final = "credit-CUST-000001-2026-06-19-001"
_STORE_CREDIT: Final = "/api/v1/customers/CUST-000001/store-credit"


def _success(data: Any, **more: Any) -> dict[str, Any]:
    return {"success": True, "data": data, **more, "timestamp": NOW_TEXT}


def _error(code: str, error: str) -> dict[str, Any]:
    return {"success": False, "error": error, "code": code, "timestamp": NOW_TEXT}


_NOT_FOUND: Final = _error("customer_not_found", "Customer not found.")
_ORDER: Final = {"amount": 25.00, "currency": "GBP", "note": "Goodwill credit"}
_ISSUED: Final = {
    "id": TRANSACTION_ID,
    "entityType": "customer",
    "customerId": CUSTOMER_ID,
    "currency": "GBP",
    "type": "issued",
    "amount": 25,
    "balanceAfter": 125,
    "note": "Goodwill credit",
    "idempotencyKey": KEY,
    "createdAt": NOW_MILLISECONDS,
    "idempotentReplay": False,
}
_SPEND: Final = {"amount": 40.5, "currency": "GBP", "reference": "4711", "metadata": {"till": "7", "items": 3}}
_SPENT: Final = {
    **_ISSUED,
    "type": "redeemed",
    "amount": -40.5,
    "balanceAfter": 59.5,
    "note": None,
    "metadata": _SPEND["metadata"],
    "idempotencyKey": "order-4711",
}
_ADA: Final = {
    "id": CUSTOMER_ID,
    "customerNumber": "CUST-000001",
    "entityType": "customer",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "displayName": "Ada Lovelace",
    "email": "ada@example.com",
    "phone": None,
    "status": "active",
    "createdAt": DAY_BEFORE_MILLISECONDS,
    "updatedAt": DAY_BEFORE_MILLISECONDS,
}
_ACCOUNTS: Final = [
    {"number": ACCOUNT_NUMBER, "currency": "GBP", "balance": 100, "held": 0, "nextExpiry": None},
]

_READ_BALANCES: Final = Exchange(
    name="One currency",
    path=f"{_STORE_CREDIT}?currency=GBP",
    status=200,
    answer=_success(
        {
            "customerId": CUSTOMER_ID,
            "customerNumber": "CUST-000001",
            "balances": [{"currency": "GBP", "balance": 100}],
            "totalCurrencies": 1,
        }
    ),
)
READ_BALANCES: Final = (
    _READ_BALANCES,
    _READ_BALANCES.again(
        "A currency without credit",
        path=f"{_STORE_CREDIT}?currency=USD",
        answer=_success(
            {
                "customerId": CUSTOMER_ID,
                "customerNumber": "CUST-000001",
                "balances": [{"currency": "USD", "balance": 0}],
                "totalCurrencies": 1,
            }
        ),
    ),
    Exchange(name="Nobody", path="/api/v1/customers/CUST-999999/store-credit", status=404, answer=_NOT_FOUND),
)
_ISSUE_CREDIT: Final = Exchange(
    name="New", path=_STORE_CREDIT, key=KEY, body=_ORDER, status=201, answer=_success(_ISSUED)
)
ISSUE_CREDIT: Final = (
    _ISSUE_CREDIT,
    _ISSUE_CREDIT.again(status=200, answer=_success({**_ISSUED, "idempotentReplay": True})),
    _ISSUE_CREDIT.again(
        "Key reused",
        body={**_ORDER, "amount": 30},
        status=409,
        answer=_error("idempotency_key_reused", "This Idempotency-Key was used before with different request details."),
    ),
    Exchange(
        name="Too fine",
        path=_STORE_CREDIT,
        key="credit-2",
        body={"amount": 0.001, "currency": "GBP"},
        status=400,
        answer=_error("bad_request", "amount must have at most 2 decimals."),
    ),
)
_SPEND_CREDIT: Final = Exchange(
    name="New",
    path=f"{_STORE_CREDIT}/debits",
    key="order-4711",
    body=_SPEND,
    status=201,
    answer=_success(_SPENT),
)
SPEND_CREDIT: Final = (
    _SPEND_CREDIT,
    _SPEND_CREDIT.again(status=200, answer=_success({**_SPENT, "idempotentReplay": True})),
    Exchange(
        name="More than there is",
        path=f"{_STORE_CREDIT}/debits",
        key="order-4712",
        body={"amount": 59.51, "currency": "GBP"},
        status=422,
        answer=_error("insufficient_credit", "The customer has not enough store credit in this currency."),
    ),
)
_FIRST: Final = {
    "id": TRANSACTION_ID,
    "entityType": "customer",
    "customerId": CUSTOMER_ID,
    "currency": "GBP",
    "type": "issued",
    "amount": 100,
    "balanceAfter": 100,
    "note": None,
    "createdAt": DAY_BEFORE_MILLISECONDS,
    "reference": None,
    "reasonCode": None,
    "expiresAt": None,
}
LIST_TRANSACTIONS: Final = (
    Exchange(
        name="All of them",
        path=f"{_STORE_CREDIT}/transactions",
        status=200,
        answer=_success([_FIRST], pagination={"hasMore": False, "nextCursor": None, "pageSize": 50}),
    ),
)
READ_TRANSACTION: Final = (
    Exchange(
        name="The first one",
        path=f"{_STORE_CREDIT}/transactions/{TRANSACTION_ID}",
        status=200,
        answer=_success(_FIRST),
    ),
    Exchange(
        name="No such transaction",
        path=f"{_STORE_CREDIT}/transactions/k0000000000000000",
        status=404,
        answer=_error("transaction_not_found", "The customer has no such transaction."),
    ),
)
LIST_CUSTOMERS: Final = (
    Exchange(
        name="Found by name",
        path="/api/v1/customers?search=lovelace",
        status=200,
        answer=_success([_ADA], pagination={"hasMore": False, "nextCursor": None, "pageSize": 50}),
    ),
)
READ_CUSTOMER: Final = (
    Exchange(
        name="By number",
        path="/api/v1/customers/CUST-000001",
        status=200,
        answer=_success({**_ADA, "storeCreditAccounts": _ACCOUNTS}),
    ),
    Exchange(name="Nobody", path="/api/v1/customers/CUST-999999", status=404, answer=_NOT_FOUND),
)
_GRACE: Final = {"customerNumber": "SHOP-17", "firstName": "Grace", "lastName": "Hopper", "email": "grace@example.com"}
_MADE: Final[dict[str, Any]] = {
    **_ADA,
    **_GRACE,
    "displayName": "Grace Hopper",
    "createdAt": NOW_MILLISECONDS,
    "updatedAt": NOW_MILLISECONDS,
    "storeCreditAccounts": [],
}
_CREATE_CUSTOMER: Final = Exchange(
    name="New",
    path="/api/v1/customers",
    key="customer-17",
    body=_GRACE,
    status=201,
    answer=_success(_MADE),
)
CREATE_CUSTOMER: Final = (
    _CREATE_CUSTOMER,
    _CREATE_CUSTOMER.again("The same again", status=200),
    Exchange(
        name="Number taken",
        path="/api/v1/customers",
        body={"customerNumber": "CUST-000001"},
        status=409,
        answer=_error("customer_number_taken", "Another customer has this customerNumber."),
    ),
)
CHANGE_CUSTOMER: Final = (
    Exchange(
        name="Archived",
        path="/api/v1/customers/CUST-000001",
        body={"status": "archived", "phone": "+44 20 7946 0018"},
        status=200,
        answer=_success(
            {
                **_ADA,
                "status": "archived",
                "phone": "+44 20 7946 0018",
                "updatedAt": NOW_MILLISECONDS,
                "storeCreditAccounts": _ACCOUNTS,
            }
        ),
    ),
)
