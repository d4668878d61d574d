"""The vendor's events as they come in, and small verbs that deliver them."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from ledger.models import Account
from storecredit.checkouts.models import CreditDeduction, WebhookEvent
from storecredit.checkouts.operations import receive_event, sign
from tests.checkouts.stage import text
from tests.factories.vendor import SECRET as SECRET
from tests.factories.vendor import WebhookSecretFactory
from tests.scenarios import NOW, SYSTEM

ORDER, SESSION = "245558830336", "96e199dc-e9a4-4bb1-86ca-2adc502e62bf"


def given_secret(secret: str = SECRET, *, test_mode: bool = False, now: datetime = NOW) -> Any:
    """A secret that the vendor may sign with."""
    return WebhookSecretFactory.create(secret=secret, test_mode=test_mode, now=now)


def credit(account: Account | str, amount: str, source_id: str = "source-1") -> dict[str, Any]:
    """A line of credit among the sources of an order at the vendor."""
    number = account if isinstance(account, str) else account.number
    return {"id": source_id, "type": "customerCredit", "amount": Decimal(amount), "upstreamId": number}


def accepted(
    *sources: dict[str, Any],
    type: str = "order.accepted",
    order_id: str = ORDER,
    session: str = SESSION,
    **more: Any,
) -> bytes:
    """An accepted order, a card among its sources."""
    card = {"id": "card-1", "type": "creditCard", "amount": Decimal("14.51"), "creditCard": {"brand": "Visa"}}
    payment = {"sources": [card, *sources], "session": {"id": session, "state": "complete"}}
    return event(type, {"id": order_id, "currency": "GBP", "payment": payment, **more})


def refunded(*refunds: tuple[str, str], source_id: str = "source-1", order_id: str = ORDER, **more: Any) -> bytes:
    """A charge whose refunds, by id and amount, are complete."""
    told = [{"id": id_, "amount": Decimal(amount), "state": "complete"} for id_, amount in refunds]
    charge = {"id": "charge-1", "orderId": order_id, "currency": "GBP", "sourceId": source_id, "refunds": told}
    return event("order.charge.refund.complete", charge | more)


def cancelled(order_id: str = ORDER) -> bytes:
    """An order that was cancelled."""
    return event("order.cancelled", {"id": order_id, "currency": "GBP"})


def event(type: str, thing: object, event_id: str | None = None) -> bytes:
    """Any event, under an id of its own."""
    said = {"id": event_id or str(uuid4()), "type": type, "data": {"object": thing}, "liveMode": True}
    return json.dumps(said, default=float).encode()


def deliver(body: bytes, *, secret: str = SECRET, now: datetime = NOW) -> WebhookEvent:
    """The event, signed and taken in."""
    return receive_event(header=sign(body, secret, now), body=body, actor=SYSTEM, now=now)


def deductions() -> list[tuple[str, str, str, str, str]]:
    """Source, asked, taken, given back and short of each deduction, by source."""
    return [
        (row.source_id, *_texts((row.asked_minor, row.taken_minor, row.given_back_minor, row.shortfall_minor)))
        for row in CreditDeduction.objects.order_by("source_id")
    ]


def _texts(values: Sequence[int]) -> Any:
    return tuple(text(value, "GBP") for value in values)
