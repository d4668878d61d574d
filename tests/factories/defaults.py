"""When it is, who acts, and amounts as staff would say them."""

from datetime import UTC, datetime
from decimal import Decimal

from moneyed import Money

from ledger.operations import Actor, ActorKind

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
#: Whoever made what a test begins with: it uses up nobody's day.
STAFF = Actor(kind=ActorKind.STAFF, id="7", label="alice", door="admin", is_agreed=True)
API = Actor(kind=ActorKind.API, id="1", label="web shop", door="api:tiquo", request_id="req-1")
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="expire_credit", label="expire_credit", door="command:expire_credit")


def money(text: str) -> Money:
    """`"12.50 GBP"` as Money."""
    amount, currency = text.split()
    return Money(Decimal(amount), currency)
