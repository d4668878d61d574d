from typing import Final

from storecredit.api.schema import Exchange
from storecredit.dialects.digital_river.examples.shop import (
    CART,
    CHECKOUT,
    CHECKOUT_ID,
    CHECKOUT_IN,
    LINE,
    NEW_ID,
    NOBODY,
    NOW_TEXT,
    OWNER,
    PAID_CHECKOUT_ID,
    PAYING_CREDIT,
    RANDOM,
    ROOT,
    SESSION_ID,
    SOURCE_ID,
    VISA,
    missing,
    refused,
    session,
)

_ATTACHED: Final = {
    **CHECKOUT,
    "payment": {"sources": [PAYING_CREDIT], "session": session(12.5, 14.51, "requires_source")},
}
_PAID: Final = {
    **CHECKOUT,
    "id": PAID_CHECKOUT_ID,
    "upstreamId": CART,
    "payment": {
        "sources": [
            {"id": NEW_ID, "type": "creditCard", "amount": 14.51, "creditCard": VISA, "owner": OWNER},
            {**PAYING_CREDIT, "id": NEW_ID},
        ],
        "session": session(27.01, 0, "requires_confirmation"),
    },
}
_SOURCE: Final = {
    "id": SOURCE_ID,
    "createdTime": NOW_TEXT,
    "type": "customerCredit",
    "currency": "USD",
    "amount": 12.5,
    "reusable": False,
    "state": "chargeable",
    "upstreamId": LINE,
    "owner": OWNER,
    "paymentSessionId": SESSION_ID,
    "clientSecret": f"{SOURCE_ID}_{RANDOM}",
    "customerCredit": {},
    "liveMode": True,
}
_CARD: Final = {
    "id": NEW_ID,
    "createdTime": NOW_TEXT,
    "type": "creditCard",
    "currency": "USD",
    "amount": 14.51,
    "reusable": False,
    "state": "chargeable",
    "clientSecret": f"{NEW_ID}_{RANDOM}",
    "creditCard": VISA,
    "liveMode": True,
}


CREATE_SOURCE: Final = (
    Exchange(
        name="Store credit",
        path=f"{ROOT}/sources",
        body={
            "type": "customerCredit",
            "paymentSessionId": SESSION_ID,
            "amount": 12.50,
            "upstreamId": LINE,
            "customerCredit": {},
        },
        status=201,
        answer=_SOURCE,
    ),
    Exchange(
        name="A credit card",
        path=f"{ROOT}/sources",
        body={"type": "creditCard", "amount": 14.51, "currency": "USD", "creditCard": VISA},
        status=201,
        answer=_CARD,
    ),
    Exchange(
        name="A number too many",
        path=f"{ROOT}/sources",
        body={
            "type": "creditCard",
            "amount": 14.51,
            "currency": "USD",
            "creditCard": {"number": "4111 1111 1111 1111"},
        },
        status=400,
        answer=refused(
            "bad_request",
            "invalid_parameter",
            "creditCard: A card's number or security code must never be sent here.",
            parameter="creditCard",
        ),
    ),
)
READ_SOURCE: Final = (
    Exchange(name="A source", path=f"{ROOT}/sources/{SOURCE_ID}", status=200, answer=_SOURCE),
    Exchange(
        name="No such source",
        path=f"{ROOT}/sources/{NOBODY}",
        status=404,
        answer=missing("source", "sourceId", f"There is no source {NOBODY}."),
    ),
)
LIST_SOURCES: Final = (
    Exchange(
        name="Of a checkout",
        path=f"{ROOT}/sources?paymentSessionId={SESSION_ID}&state=chargeable",
        status=200,
        answer={"hasMore": False, "data": [_SOURCE]},
    ),
    Exchange(
        name="No such place",
        path=f"{ROOT}/sources?startingAfter={NOBODY}",
        status=400,
        answer=refused(
            "bad_request",
            "invalid_parameter",
            "startingAfter must be the id of one in this list.",
            parameter="startingAfter",
        ),
    ),
)
CREATE_CHECKOUT: Final = (
    Exchange(name="A mug", path=f"{ROOT}/checkouts", body=CHECKOUT_IN, status=201, answer=CHECKOUT),
    Exchange(
        name="Two prices",
        path=f"{ROOT}/checkouts",
        body={**CHECKOUT_IN, "items": [{"skuId": "mug", "quantity": 1, "price": 27.01, "aggregatePrice": 27.01}]},
        status=400,
        answer=refused(
            "bad_request",
            "invalid_parameter",
            "items[0].price or aggregatePrice must be sent, and not both.",
            parameter="items[0].price",
        ),
    ),
)
READ_CHECKOUT: Final = (
    Exchange(name="A checkout", path=f"{ROOT}/checkouts/{CHECKOUT_ID}", status=200, answer=CHECKOUT),
)
LIST_CHECKOUTS: Final = (
    Exchange(
        name="As you call it",
        path=f"{ROOT}/checkouts?upstreamIds={CART}&createdTime[gte]={NOW_TEXT}",
        status=200,
        answer={"hasMore": False, "data": [_PAID]},
    ),
    Exchange(
        name="A parameter that is none",
        path=f"{ROOT}/checkouts?state=open",
        status=400,
        answer=refused(
            "bad_request",
            "invalid_parameter",
            "There is no parameter 'state' here; there are: upstreamIds, customerId, email, currency, createdTime, "
            "createdTime[gt], createdTime[gte], createdTime[lt], createdTime[lte], limit, startingAfter, endingBefore.",
            parameter="state",
        ),
    ),
)
CHANGE_CHECKOUT: Final = (
    Exchange(
        name="Shipping",
        path=f"{ROOT}/checkouts/{CHECKOUT_ID}",
        body={"totalShipping": 4.99},
        status=200,
        answer={
            **CHECKOUT,
            "totalAmount": 32,
            "totalShipping": 4.99,
            "payment": {"sources": [], "session": session(0, 32, "requires_source")},
        },
    ),
)
DELETE_CHECKOUT: Final = (
    Exchange(name="Deleted", path=f"{ROOT}/checkouts/{CHECKOUT_ID}", status=204, answer={}),
    Exchange(
        name="Deleted twice",
        path=f"{ROOT}/checkouts/{CHECKOUT_ID}",
        status=404,
        answer=missing("checkout", "checkoutId", f"There is no checkout {CHECKOUT_ID}."),
    ),
)
_ATTACH: Final = f"{ROOT}/checkouts/{CHECKOUT_ID}/sources/{SOURCE_ID}"
ATTACH_SOURCE: Final = (
    Exchange(name="Attached", path=_ATTACH, status=200, answer=_ATTACHED),
    Exchange(name="Attached again", path=_ATTACH, status=200, answer=_ATTACHED),
)
DETACH_SOURCE: Final = (
    Exchange(
        name="Not attached",
        path=_ATTACH,
        status=404,
        answer=missing("source", "sourceId", f"There is no source {SOURCE_ID}."),
    ),
)
_ASKED: Final = {"amount": 12.50, "upstreamId": LINE, "sessionId": "ses_4711"}
APPROVE_CREDIT: Final = (
    Exchange(
        name="Approved",
        path=f"{ROOT}/checkouts/store-credits",
        body=_ASKED,
        status=200,
        answer={"upstreamId": LINE, "approval": True, "amount": 12.5},
    ),
    Exchange(
        name="Not approved",
        path=f"{ROOT}/checkouts/store-credits",
        body={**_ASKED, "upstreamId": "76-87-1298"},
        status=200,
        answer={"upstreamId": "76-87-1298", "approval": False},
    ),
)
RELEASE_CREDIT: Final = (
    Exchange(name="Released", path=f"{ROOT}/checkouts/store-credits/{LINE}", status=204, answer={}),
)
TAKE_EVENT: Final = (
    Exchange(
        name="An accepted order",
        path=f"{ROOT}/webhooks/digitalriver",
        body={
            "id": "evt_4711",
            "type": "order.accepted",
            "data": {
                "object": {
                    "id": "333333333333",
                    "currency": "USD",
                    "payment": {
                        "sources": [{"id": "src_1", "type": "customerCredit", "amount": 12.50, "upstreamId": LINE}],
                        "session": {"id": "ses_4711"},
                    },
                }
            },
        },
        status=200,
        answer={"received": True},
    ),
)
