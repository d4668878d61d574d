from typing import Any, Final

from storecredit.api.schema import Exchange
from storecredit.dialects.digital_river.examples.shop import (
    BILL_TO,
    CART,
    CHECKOUT_ID,
    DAY_BEFORE_TEXT,
    FULFILLMENT_ID,
    MUG,
    NEW_ID,
    NOBODY,
    NOW_TEXT,
    ORDER_ID,
    ORDERED_ITEM_ID,
    OWNER,
    PAID_CHECKOUT_ID,
    PAYING_CREDIT,
    REFUND_ID,
    ROOT,
    VISA,
    missing,
    refused,
    session,
)


def _movement(amount: float, at: str = DAY_BEFORE_TEXT, **more: str) -> dict[str, Any]:
    return {"id": NEW_ID, "createdTime": at, "amount": amount, "state": "complete", **more}


def _charge(amount: float, state: str, **more: Any) -> dict[str, Any]:
    return {
        "id": NEW_ID,
        "createdTime": DAY_BEFORE_TEXT,
        "currency": "USD",
        "amount": amount,
        "state": state,
        "captured": False,
        "refunded": False,
        "sourceId": NEW_ID,
        "type": "customer_initiated",
        **more,
    }


def _shirts(**quantities: int) -> dict[str, Any]:
    units = {"fulfilledQuantity": 2, "cancelledQuantity": 0, "refundedQuantity": 0, **quantities}
    return {"id": ORDERED_ITEM_ID, "skuId": "shirt", "quantity": 3, "price": 10, "amount": 30, **units}


_OF_CREDIT: Final = _charge(12.5, "complete", captured=True, captures=[_movement(12.5)])
_REFUNDED_TO_CARD: Final = _movement(5, refundId=REFUND_ID)
_OF_CARD: Final = _charge(17.5, "capturable", captures=[_movement(7.5)], refunds=[_REFUNDED_TO_CARD])
_PAYMENT: Final = {
    "charges": [_OF_CREDIT, _OF_CARD],
    "sources": [
        {"id": NEW_ID, "type": "creditCard", "amount": 17.5, "creditCard": VISA, "owner": OWNER},
        {**PAYING_CREDIT, "id": NEW_ID},
    ],
    "session": session(30, 0, "complete"),
}
_ORDER: Final = {
    "id": ORDER_ID,
    "createdTime": DAY_BEFORE_TEXT,
    "updatedTime": DAY_BEFORE_TEXT,
    "currency": "USD",
    "email": "chase@example.com",
    "billTo": BILL_TO,
    "taxInclusive": False,
    "totalAmount": 30,
    "subtotal": 30,
    "totalTax": 0,
    "totalShipping": 0,
    "items": [_shirts()],
    "payment": _PAYMENT,
    "state": "accepted",
    "stateTransitions": {"accepted": DAY_BEFORE_TEXT},
    "liveMode": True,
    "checkoutId": NEW_ID,
}
_CANCELLED: Final = {
    **_ORDER,
    "updatedTime": NOW_TEXT,
    "items": [_shirts(cancelledQuantity=1)],
    "payment": {
        **_PAYMENT,
        "charges": [
            _OF_CREDIT,
            {**_OF_CARD, "state": "complete", "captured": True, "cancels": [_movement(10, NOW_TEXT)]},
        ],
    },
    "state": "fulfilled",
    "stateTransitions": {"accepted": DAY_BEFORE_TEXT, "fulfilled": NOW_TEXT},
}
_REFUND: Final = {
    "id": REFUND_ID,
    "createdTime": DAY_BEFORE_TEXT,
    "orderId": ORDER_ID,
    "currency": "USD",
    "amount": 5,
    "refundedAmount": 5,
    "reason": "A stain.",
    "state": "succeeded",
    "charges": [{"id": NEW_ID, "sourceId": NEW_ID, "amount": 5, "state": "succeeded"}],
    "liveMode": True,
}

_MUG: Final = {**MUG, "id": NEW_ID, "fulfilledQuantity": 0, "cancelledQuantity": 0, "refundedQuantity": 0}
_PLACED: Final = {
    **_ORDER,
    "createdTime": NOW_TEXT,
    "updatedTime": NOW_TEXT,
    "upstreamId": CART,
    "totalAmount": 27.01,
    "subtotal": 27.01,
    "items": [_MUG],
    "payment": {
        "charges": [
            _charge(12.5, "capturable", createdTime=NOW_TEXT),
            _charge(14.51, "capturable", createdTime=NOW_TEXT),
        ],
        "sources": [
            {"id": NEW_ID, "type": "creditCard", "amount": 14.51, "creditCard": VISA, "owner": OWNER},
            {**PAYING_CREDIT, "id": NEW_ID},
        ],
        "session": session(27.01, 0, "complete"),
    },
    "stateTransitions": {"accepted": NOW_TEXT},
    "checkoutId": PAID_CHECKOUT_ID,
}

CREATE_ORDER: Final = (
    Exchange(
        name="Paid with credit and a card",
        path=f"{ROOT}/orders",
        body={"checkoutId": PAID_CHECKOUT_ID},
        status=201,
        answer=_PLACED,
    ),
    Exchange(
        name="Underfunded",
        path=f"{ROOT}/orders",
        body={"checkoutId": CHECKOUT_ID},
        status=400,
        answer=refused(
            "bad_request",
            "order_submit_failed",
            "The sources do not pay for all of it: see amountRemainingToBeContributed.",
        ),
    ),
)
READ_ORDER: Final = (Exchange(name="An order", path=f"{ROOT}/orders/{ORDER_ID}", status=200, answer=_ORDER),)
LIST_ORDERS: Final = (
    Exchange(
        name="Newest first",
        path=f"{ROOT}/orders?limit=1",
        status=200,
        answer={"hasMore": False, "data": [_ORDER]},
    ),
    Exchange(
        name="Two places at once",
        path=f"{ROOT}/orders?startingAfter={ORDER_ID}&endingBefore={ORDER_ID}",
        status=400,
        answer=refused(
            "bad_request",
            "invalid_parameter",
            "Send startingAfter or endingBefore, not both.",
            parameter="endingBefore",
        ),
    ),
)
CANCEL_ORDER: Final = (
    Exchange(name="The last shirt", path=f"{ROOT}/orders/{ORDER_ID}/cancel", status=200, answer=_CANCELLED),
    Exchange(
        name="Nothing left",
        path=f"{ROOT}/orders/{ORDER_ID}/cancel",
        status=409,
        answer=refused("conflict", "nothing_to_cancel", f"Order {ORDER_ID} has nothing left to cancel."),
    ),
)
CREATE_FULFILLMENT: Final = (
    Exchange(
        name="The last shirt",
        path=f"{ROOT}/fulfillments",
        body={"orderId": ORDER_ID, "items": [{"itemId": ORDERED_ITEM_ID, "quantity": 1}]},
        status=201,
        answer={
            "id": NEW_ID,
            "createdTime": NOW_TEXT,
            "orderId": ORDER_ID,
            "items": [{"itemId": ORDERED_ITEM_ID, "quantity": 1, "cancelQuantity": 0}],
            "liveMode": True,
        },
    ),
)
_SENT: Final = {
    "id": FULFILLMENT_ID,
    "createdTime": DAY_BEFORE_TEXT,
    "orderId": ORDER_ID,
    "items": [{"itemId": ORDERED_ITEM_ID, "quantity": 2, "cancelQuantity": 0}],
    "liveMode": True,
}
READ_FULFILLMENT: Final = (
    Exchange(name="Two shirts", path=f"{ROOT}/fulfillments/{FULFILLMENT_ID}", status=200, answer=_SENT),
    Exchange(
        name="No such fulfillment",
        path=f"{ROOT}/fulfillments/{NOBODY}",
        status=404,
        answer=missing("fulfillment", "fulfillmentId", f"There is no fulfillment {NOBODY}."),
    ),
)
LIST_FULFILLMENTS: Final = (
    Exchange(
        name="Of an order",
        path=f"{ROOT}/fulfillments?orderId={ORDER_ID}",
        status=200,
        answer={"hasMore": False, "data": [_SENT]},
    ),
)
CREATE_REFUND: Final = (
    Exchange(
        name="An amount",
        path=f"{ROOT}/refunds",
        body={"orderId": ORDER_ID, "currency": "USD", "amount": 2.50},
        status=201,
        answer={
            "id": NEW_ID,
            "createdTime": NOW_TEXT,
            "orderId": ORDER_ID,
            "currency": "USD",
            "amount": 2.5,
            "refundedAmount": 2.5,
            "state": "succeeded",
            "charges": [{"id": NEW_ID, "sourceId": NEW_ID, "amount": 2.5, "state": "succeeded"}],
            "liveMode": True,
        },
    ),
    Exchange(
        name="More than was captured",
        path=f"{ROOT}/refunds",
        body={"orderId": ORDER_ID, "currency": "USD", "amount": 12.51},
        status=400,
        answer=refused(
            "bad_request",
            "invalid_parameter",
            "Less is captured and not refunded.",
            parameter="amountRequested",
        ),
    ),
)
READ_REFUND: Final = (Exchange(name="A refund", path=f"{ROOT}/refunds/{REFUND_ID}", status=200, answer=_REFUND),)
LIST_REFUNDS: Final = (
    Exchange(
        name="Of an order",
        path=f"{ROOT}/refunds?orderId={ORDER_ID}",
        status=200,
        answer={"hasMore": False, "data": [_REFUND]},
    ),
)
