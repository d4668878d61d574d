"""
Requests and the answers they really get; `tests/dialects/fabric/test_examples.py` sends them.

The credit that is spoken of was asked for the day before by somebody else than the person behind the key. Ids are drawn
at random.
"""

from typing import Any, Final

from storecredit.api.schema import Exchange

ORDER_ID: Final = "62cc39d8a9b63c001b21d1ab"
CREDIT_ID: Final = "a05b72dc-78d8-4ea4-90fc-2fe6a1fe1111"
NEW_ID: Final = "019edf93-1c00-7f4b-a2c6-7b8d9e0f1a23"
NUMBER: Final = "XlQZTmFDFtPFGMxJP6oiAqN3vo+qKZ"
CUSTOMER_NUMBER: Final = "CUST-000001"
NOW_TEXT: Final = "2026-06-19T10:30:00.000Z"
DAY_BEFORE_TEXT: Final = "2026-06-18T09:00:00.000Z"
_ORDER: Final = f"/api/v1/orders/{ORDER_ID}/actions"
_BY_NUMBER: Final = "/api/v1/orders/order-number/1138-4711/actions"
_BY_ID: Final = f"/api/v1/orders/order-id/{ORDER_ID}/actions"

_ASKED: Final[dict[str, Any]] = {
    "amount": 21.5,
    "currency": "USD",
    "reasonCode": "EC",
    "source": "CSR",
    "type": "GIFT_CARD",
}
_CREDIT: Final[dict[str, Any]] = {
    **_ASKED,
    "amountInCurrencies": [{"currency": "CAD", "group": "SHIPPING", "amount": 29.45}],
    "attributes": {"giftCardNumber": "****+qKZ"},
    "createdAt": DAY_BEFORE_TEXT,
    "creditId": CREDIT_ID,
    "employeeId": "12312232",
    "note": "Credit request initiated",
    "paymentCounter": 1,
    "policyCode": "RC1",
    "statusCode": "PENDING",
    "subReasonCode": "ACC",
    "updatedAt": DAY_BEFORE_TEXT,
    "version": 1,
}
_WHOLE: Final = {"giftCardNumber": NUMBER}
_NEW: Final = {**_CREDIT, "attributes": _WHOLE, "createdAt": NOW_TEXT, "creditId": NEW_ID, "updatedAt": NOW_TEXT}
_TO_CUSTOMER: Final[dict[str, Any]] = {
    "amount": 5,
    "currency": "USD",
    "reasonCode": "GW",
    "source": "CSR",
    "type": "STORE_CREDIT",
    "attributes": {"customerId": CUSTOMER_NUMBER},
}
_NOTHING_MORE: Final[dict[str, Any]] = {
    "amountInCurrencies": [],
    "employeeId": None,
    "note": None,
    "paymentCounter": None,
    "policyCode": None,
    "subReasonCode": None,
}


def _error(code: str, message: str, path: str) -> dict[str, Any]:
    said = {"type": "CLIENT_ERROR", "errorCode": f"SERVICE-{code}", "message": message}
    endpoint = path.removeprefix("/api/v1")
    return {
        **said,
        "errors": [{**said, "errors": []}],
        "context": {"service": "orders", "endpoint": f"POST {endpoint}"},
    }


CREATE_CREDITS: Final = (
    Exchange(
        name="Asked for",
        path=f"{_ORDER}/create-credits",
        key="credits-of-1138",
        body={
            "credits": [
                {
                    **_ASKED,
                    "amountInCurrencies": _CREDIT["amountInCurrencies"],
                    "attributes": _WHOLE,
                    "employeeId": "12312232",
                    "note": "Credit request initiated",
                    "paymentCounter": 1,
                    "policyCode": "RC1",
                    "subReasonCode": "ACC",
                    "metadata": {"ticket": "T-17"},
                }
            ]
        },
        status=200,
        answer={"credits": [{**_NEW, "metadata": {"ticket": "T-17"}}]},
    ),
    Exchange(
        name="One of two is wrong",
        path=f"{_ORDER}/create-credits",
        body={"credits": [_ASKED, {**_ASKED, "amount": 0}]},
        status=400,
        answer=_error(
            "4002",
            "credits[1].amount must be more than 0 and at most 9007199254740.",
            f"{_ORDER}/create-credits",
        ),
    ),
)
CREATE_CREDITS_BY_NAME: Final = (
    Exchange(
        name="For a customer's store credit",
        path=f"{_BY_NUMBER}/create-credits",
        body={"credits": [_TO_CUSTOMER]},
        status=200,
        answer={
            "credits": [
                {
                    **_TO_CUSTOMER,
                    **_NOTHING_MORE,
                    "createdAt": NOW_TEXT,
                    "creditId": NEW_ID,
                    "statusCode": "PENDING",
                    "updatedAt": NOW_TEXT,
                    "version": 1,
                }
            ]
        },
    ),
)
_CONFIRMED: Final = {**_CREDIT, "statusCode": "CONFIRMED", "updatedAt": NOW_TEXT}
UPDATE_CREDIT_STATUS: Final = (
    Exchange(
        name="Confirmed",
        path=f"{_ORDER}/update-credit-status",
        body={"creditId": CREDIT_ID, "statusCode": "CONFIRMED", "note": "Checked with the customer"},
        status=200,
        answer={**_CONFIRMED, "attributes": _WHOLE, "note": "Checked with the customer"},
    ),
    Exchange(
        name="Confirmed already: an attribute more",
        path=f"{_ORDER}/update-credit-status",
        body={"creditId": CREDIT_ID, "statusCode": "CONFIRMED", "attributes": {"printed": True}},
        status=200,
        answer={
            **_CONFIRMED,
            "attributes": {"giftCardNumber": "****+qKZ", "printed": True},
            "note": "Checked with the customer",
        },
    ),
    Exchange(
        name="Too late",
        path=f"{_ORDER}/update-credit-status",
        body={"creditId": CREDIT_ID, "statusCode": "CANCELED"},
        status=409,
        answer=_error(
            "4006",
            "Request A1FE1111 is confirmed now, so this cannot be done.",
            f"{_ORDER}/update-credit-status",
        ),
    ),
    Exchange(
        name="No such credit",
        path=f"{_ORDER}/update-credit-status",
        body={"creditId": NEW_ID, "statusCode": "CANCELED"},
        status=404,
        answer=_error("4004", "This order has no such credit.", f"{_ORDER}/update-credit-status"),
    ),
)
UPDATE_CREDIT_STATUS_BY_NAME: Final = (
    Exchange(
        name="Canceled",
        path=f"{_BY_ID}/update-credit-status",
        body={"creditId": CREDIT_ID, "statusCode": "CANCELED", "note": "Settled otherwise"},
        status=200,
        answer={**_CREDIT, "statusCode": "CANCELED", "note": "Settled otherwise", "updatedAt": NOW_TEXT},
    ),
)
_ELIGIBILITY: Final = {
    "orderId": ORDER_ID,
    "description": "Credits can be asked for this order.",
    "eligibleReasonCodes": [
        {"code": "EC", "description": "Error correction"},
        {"code": "DL", "description": "Delivered late"},
        {"code": "DM", "description": "Damaged or faulty goods"},
        {"code": "GW", "description": "Goodwill"},
        {"code": "PD", "description": "Paid in by the customer"},
        {"code": "PR", "description": "Promotion"},
        {"code": "RT", "description": "Return kept as credit"},
    ],
    "policyType": "credits",
    "policyName": "default",
}
CHECK_ELIGIBILITY: Final = (
    Exchange(name="Any order", path=f"{_ORDER}/check-credits-eligibility", status=200, answer=_ELIGIBILITY),
)
CHECK_ELIGIBILITY_BY_NAME: Final = (
    Exchange(
        name="By number",
        path=f"{_BY_NUMBER}/check-credits-eligibility",
        status=200,
        answer={**_ELIGIBILITY, "orderId": "1138-4711"},
    ),
)
LIST_CREDITS: Final = (
    Exchange(
        name="What waits",
        path=f"{_ORDER}/list-credits",
        body={"statusCode": "PENDING", "limit": 10},
        status=200,
        answer={"credits": [_CREDIT], "query": {"offset": 0, "limit": 10, "count": 1}},
    ),
)
LIST_CREDITS_BY_NAME: Final = (
    Exchange(
        name="None",
        path=f"{_BY_NUMBER}/list-credits",
        body={},
        status=200,
        answer={"credits": [], "query": {"offset": 0, "limit": 50, "count": 0}},
    ),
)
_ALL: Final = "/api/v1/orders/actions/list-credits"
LIST_ALL_CREDITS: Final = (
    Exchange(
        name="What waits",
        path=_ALL,
        body={"statusCode": "PENDING", "createdTo": NOW_TEXT, "limit": 10},
        status=200,
        answer={
            "credits": [{**_CREDIT, "orderName": "order-id", "orderNameValue": ORDER_ID}],
            "query": {"offset": 0, "limit": 10, "count": 1},
        },
    ),
    Exchange(
        name="A filter that is none",
        path=_ALL,
        body={"status": "PENDING"},
        status=400,
        answer=_error(
            "4002",
            "status is no member here; there are: statusCode, createdFrom, createdTo, offset, limit, metadata, "
            "type, currency, reasonCode.",
            _ALL,
        ),
    ),
)
