from typing import Any, Final

ROOT: Final = "/api/v1"
LINE: Final = "SC123456789015"
SOURCE_ID: Final = "f2f6bced-37a0-4b10-965a-7c4f27e59288"
CHECKOUT_ID: Final = "e869b46e-dd24-4896-a79e-6ad80bbbd460"
PAID_CHECKOUT_ID: Final = "3c1f8f6e-5d0b-4a83-9f6c-2f0f3c6d7e91"
SESSION_ID: Final = "96e199dc-e9a4-4bb1-86ca-2adc502e62bf"
ITEM_ID: Final = "0d4cbd3c-5f7c-4f0e-8a53-6a1d9f0f6f2e"
ORDER_ID: Final = "242764070336"
REFUND_ID: Final = "5f1d1a53-6c07-4f5c-b6a8-9f2a0f2bb0a7"
FULFILLMENT_ID: Final = "9a1c5be0-3c0f-4f3e-9a55-1f0e7c2d4b6a"
#: What the shop calls the checkout that is paid.
CART: Final = "cart-4711"
ORDERED_ITEM_ID: Final = "7a0c9a3e-2a4b-4c55-9a43-0d3d2c8f7b11"
NEW_ID: Final = "a83ad586-c4ad-4b27-8676-1e0a897cf029"
WEBHOOK_KEY: Final = "whsec-of-the-examples-which-signs-nothing-else"
NOW_TEXT: Final = "2026-06-19T10:30:00Z"
DAY_BEFORE_TEXT: Final = "2026-06-18T09:00:00Z"
NOBODY: Final = "00000000-0000-4000-8000-000000000000"
RANDOM: Final = "fba8241d-b0f4-4305-bad4-1ecff4e03d3b"

ADDRESS: Final = {
    "line1": "4321 Any Road W",
    "city": "Minneapolis",
    "postalCode": "55401",
    "state": "MN",
    "country": "US",
}
BILL_TO: Final = {"name": "Chase Marshall", "address": ADDRESS}
OWNER: Final = {"firstName": "Chase", "lastName": "Marshall", "address": ADDRESS}
VISA: Final = {"brand": "Visa", "expirationMonth": 7, "expirationYear": 2027, "lastFourDigits": "1111"}
CHECKOUT_IN: Final = {
    "currency": "USD",
    "email": "chase@example.com",
    "billTo": BILL_TO,
    "items": [{"skuId": "mug", "quantity": 1, "price": 27.01}],
}


def refused(type: str, code: str, message: str, **parameter: str) -> dict[str, Any]:
    return {"type": type, "errors": [{"code": code, **parameter, "message": message}]}


def session(contributed: float, remaining: float, state: str) -> dict[str, Any]:
    return {
        "id": SESSION_ID,
        "amountContributed": contributed,
        "amountRemainingToBeContributed": remaining,
        "state": state,
        "clientSecret": f"{SESSION_ID}_{RANDOM}",
    }


def missing(thing: str, parameter: str, message: str) -> dict[str, Any]:
    return refused("not_found", "not_found", message, parameter=parameter)


MUG: Final = {"id": ITEM_ID, "skuId": "mug", "quantity": 1, "price": 27.01, "amount": 27.01}
CHECKOUT: Final = {
    "id": CHECKOUT_ID,
    "createdTime": NOW_TEXT,
    "updatedTime": NOW_TEXT,
    "currency": "USD",
    "email": "chase@example.com",
    "billTo": BILL_TO,
    "taxInclusive": False,
    "totalAmount": 27.01,
    "subtotal": 27.01,
    "totalTax": 0,
    "totalShipping": 0,
    "items": [MUG],
    "payment": {"sources": [], "session": session(0, 27.01, "requires_source")},
    "liveMode": True,
}
PAYING_CREDIT: Final = {
    "id": SOURCE_ID,
    "type": "customerCredit",
    "amount": 12.5,
    "upstreamId": LINE,
    "owner": OWNER,
    "customerCredit": {},
}
