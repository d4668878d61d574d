"""Small verbs that play a shop which takes store credit, over the API."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from ledger.models import Account
from storecredit.checkouts.operations import add_webhook_secret
from tests.callers import ApiCaller
from tests.scenarios import NOW, STAFF, given_credit, given_customer

SECRET = "whsec-0123456789abcdef0123456789abcdef"
ADDRESS = {"line1": "4321 Any Road W", "city": "Minneapolis", "postalCode": "55401", "state": "MN", "country": "US"}
BILL_TO = {"name": "Chase Marshall", "address": ADDRESS}
OWNER: dict[str, Any] = {
    "firstName": "Chase",
    "lastName": "Marshall",
    "email": "chase@example.com",
    "address": {
        "line1": "Any other road W",
        "city": "Eagan",
        "postalCode": "55122",
        "state": "MN",
        "country": "US",
    },
}
VISA = {"brand": "Visa", "expirationMonth": 7, "expirationYear": 2027, "lastFourDigits": "1111"}
UNKNOWN = "11111111-2222-4333-8444-555555555555"
NOBODYS = "100000000000"
THREE_SHIRTS = [{"skuId": "shirt", "quantity": 3, "price": 10}]
ITEM = {"skuId": "shirt", "quantity": 1, "price": 27.01}
CHECKOUT = {"currency": "USD", "email": "chase@example.com", "billTo": BILL_TO, "items": [ITEM]}


def given_line(amount: str = "100 USD", **fields: Any) -> Account:
    """A customer's store credit."""
    return given_credit(amount, customer=given_customer(**fields))


def given_checkout(api: ApiCaller, **changed: Any) -> Any:
    """A checkout of 27.01 USD."""
    response = api.post("/checkouts", CHECKOUT | changed)
    assert response.status_code == 201, response.content
    return response.json()


def credit_of(line: Account, amount: float = 12.5, **more: Any) -> dict[str, Any]:
    """A request for a source of store credit."""
    return {"type": "customerCredit", "amount": amount, "upstreamId": line.number, "customerCredit": {}} | more


def card_of(amount: float | str = 14.51, **more: Any) -> dict[str, Any]:
    """A request for a credit card as a source."""
    return {"type": "creditCard", "amount": amount, "owner": OWNER, "creditCard": VISA, "currency": "USD"} | more


def given_source(api: ApiCaller, body: dict[str, Any], *, of: Any = None) -> Any:
    """A source, of a checkout's payment session if one is named."""
    session = {"paymentSessionId": of["payment"]["session"]["id"]} if of else {}
    response = api.post("/sources", body | session)
    assert response.status_code == 201, response.content
    return response.json()


def attach(api: ApiCaller, checkout: Any, source: Any, **headers: Any) -> Any:
    """The seed's request: no body, of type JSON."""
    return api.post(f"/checkouts/{checkout['id']}/sources/{source['id']}", "", **headers)


def given_attached(api: ApiCaller, checkout: Any, body: dict[str, Any]) -> Any:
    """A source that is attached to the checkout."""
    source = given_source(api, body, of=checkout)
    response = attach(api, checkout, source)
    assert response.status_code == 200, response.content
    return source


def given_order(api: ApiCaller, *bodies: dict[str, Any], **changed: Any) -> Any:
    """An order that these sources pay, attached in this order."""
    checkout = given_checkout(api, **changed)
    for body in bodies:
        given_attached(api, checkout, body)
    response = api.post("/orders", {"checkoutId": checkout["id"]})
    assert response.status_code == 201, response.content
    return response.json()


def given_secret(secret: str = SECRET, *, test_mode: bool = False) -> Any:
    """A live webhook secret."""
    return add_webhook_secret(secret=secret, label="vendor", test_mode=test_mode, actor=STAFF, now=NOW)


def signature(body: bytes, *secrets: str, at: datetime = NOW) -> str:
    """The vendor's header, made without the code that checks it."""
    epoch = str(int(at.timestamp()))
    digests = [hmac.new(secret.encode(), f"{epoch}.".encode() + body, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={epoch}", *(f"v1={digest}" for digest in digests)])


def deliver(body: Any, *, secret: str = SECRET, at: datetime = NOW, header: str | None = None, **extra: Any) -> Any:
    """An event as the vendor sends it, without any API key."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"DigitalRiver-Signature": signature(sent, secret, at=at) if header is None else header}
    return ApiCaller("").send("POST", "/webhooks/digitalriver", sent, headers=headers, **extra)


def errors_of(response: Any) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, type, and code and parameter of each error."""
    body = response.json()
    return (
        response.status_code,
        body["type"],
        [(error["code"], error.get("parameter", "")) for error in body["errors"]],
    )


def fulfilling(order: Any, **units: Any) -> dict[str, Any]:
    """The body that sends units of an order's first line."""
    return {"orderId": order["id"], "items": [{"itemId": order["items"][0]["id"]} | units]}


def refunding(order: Any, **what: Any) -> dict[str, Any]:
    """The body that refunds some of an order."""
    return {"orderId": order["id"], "currency": "USD"} | what
