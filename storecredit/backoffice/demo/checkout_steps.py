"""The verbs in which the story tells of checkouts: what was bought here, and what the vendor said."""

import json
import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from ledger.operations import AccountStatus, set_account_status
from ledger.queries import get_customer
from storecredit.backoffice.changes.deciding import acting_alone
from storecredit.backoffice.demo.logins import SEEDING
from storecredit.backoffice.demo.people import HOMES
from storecredit.backoffice.demo.steps import Stage, money
from storecredit.backoffice.models import ChangeKind
from storecredit.checkouts.operations import (
    FulfillmentLine,
    NewItem,
    SourceType,
    add_webhook_secret,
    approve_credit_line,
    attach_source,
    cancel_order,
    create_checkout,
    create_source,
    fulfill,
    place_order,
    process_event,
    refund_order,
    store_event,
)
from storecredit.checkouts.queries import get_checkout, get_order


@dataclass(frozen=True, slots=True)
class Checkout:
    """Somebody is about to buy: items at a price, some of it from their store credit, some with a card beside it."""

    days_ago: float
    who: str
    items: tuple[tuple[str, int, str], ...]
    credit: str
    card: str = ""
    name: str = ""
    by: str = "shop"

    def play(self, stage: Stage, key: str) -> None:
        acted = _acted(stage, self)
        value = money(self.credit)
        lines = [NewItem(sku_id=sku, quantity=quantity, price=money(price)) for sku, quantity, price in self.items]
        customer = get_customer(identifier=stage.numbers[self.who], test_mode=False)
        made = create_checkout(
            currency=value.currency.code,
            items=lines,
            email=customer.email,
            bill_to={"name": customer.display_name, "address": HOMES[self.who]},
            customer=customer.number,
            **acted,
        )
        account = stage.account_number(self.who, value.currency.code)
        _attach(made.checkout.pk, SourceType.CUSTOMER_CREDIT, self.credit, acted, upstream_id=account)
        if self.card:
            shown = {"brand": "Visa", "last_four_digits": "4242", "expiration_month": 9, "expiration_year": 2029}
            _attach(made.checkout.pk, SourceType.CREDIT_CARD, self.card, acted, details=shown)
        stage.done[self.name] = made.checkout.pk


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    days_ago: float
    of: str
    by: str = "shop"

    def play(self, stage: Stage, key: str) -> None:
        place_order(checkout_id=stage.done[self.of], **_acted(stage, self))


@dataclass(frozen=True, slots=True)
class SendItems:
    """All units of an order leave the house, or as many of its first line."""

    days_ago: float
    of: str
    units: int = 0
    by: str = "shop"

    def play(self, stage: Stage, key: str) -> None:
        order = get_order(order_id=_order_id(stage, self.of), test_mode=False)
        lines = [FulfillmentLine(item.pk, item.quantity) for item in order.items]
        if self.units:
            lines = [FulfillmentLine(order.items[0].pk, self.units)]
        fulfill(order_id=order.order.pk, items=lines, **_acted(stage, self))


@dataclass(frozen=True, slots=True)
class RefundItems:
    days_ago: float
    of: str
    amount: str
    reason: str
    by: str = "shop"

    def play(self, stage: Stage, key: str) -> None:
        value = money(self.amount)
        refund_order(
            order_id=_order_id(stage, self.of),
            currency=value.currency.code,
            amount=value,
            reason=self.reason,
            **_acted(stage, self),
        )


@dataclass(frozen=True, slots=True)
class CancelFrozen:
    """An order is cancelled while the account that paid for it is frozen: its credit cannot go back."""

    days_ago: float
    of: str
    who: str
    currency: str
    by: str = "shop"

    def play(self, stage: Stage, key: str) -> None:
        account_id = stage.account_id(self.who, self.currency)
        set_account_status(
            account_id=account_id,
            status=AccountStatus.FROZEN,
            actor=stage.actors[self.by],
            now=stage.moment(self.days_ago),
            note="Asked about by the bank",
        )
        cancel_order(order_id=_order_id(stage, self.of), **_acted(stage, self))


@dataclass(frozen=True, slots=True)
class SetAsideAtVendor:
    """A checkout at the vendor asks for a line of credit."""

    days_ago: float
    who: str
    amount: str
    session: str
    by: str = "shop"

    def play(self, stage: Stage, key: str) -> None:
        value = money(self.amount)
        approve_credit_line(
            client_id=stage.actors[self.by].id or "demo",
            session_id=self.session,
            upstream_id=stage.account_number(self.who, value.currency.code),
            amount=value.amount,
            **_acted(stage, self),
        )


@dataclass(frozen=True, slots=True)
class LetVendorSign:
    """A secret of the vendor's webhook. It is drawn at random and known to nobody."""

    days_ago: float
    label: str
    by: str = "administrator"

    def play(self, stage: Stage, key: str) -> None:
        said = {"believed": True, "retired": False}
        with acting_alone(
            kind=ChangeKind.SECRET,
            subject_id="",
            label=self.label,
            before=None,
            after=said,
            actor=SEEDING,
            now=stage.now,
        ):
            add_webhook_secret(secret=f"whsec_{secrets.token_urlsafe(32)}", label=self.label, **_acted(stage, self))


@dataclass(frozen=True, slots=True)
class VendorSays:
    """An event of the vendor about an order: what it took from somebody's line, or anything else."""

    days_ago: float
    type: str
    order: str
    who: str = ""
    amount: str = ""
    more: tuple[tuple[str, Any], ...] = ()
    by: str = "process_webhooks"

    def play(self, stage: Stage, key: str) -> None:
        now = stage.moment(self.days_ago)
        thing: dict[str, Any] = {"id": self.order, **dict(self.more)}
        if self.who:
            thing |= self._paid(stage)
        body = json.dumps({"id": str(uuid5(NAMESPACE_URL, key)), "type": self.type, "data": {"object": thing}})
        event = store_event(body=body.encode(), test_mode=False, now=now)
        process_event(event_id=event.pk, actor=stage.actors[self.by], now=now)

    def _paid(self, stage: Stage) -> dict[str, Any]:
        value = money(self.amount)
        number = stage.account_number(self.who, value.currency.code)
        source = {
            "id": f"source-{self.order}",
            "type": "customerCredit",
            "amount": float(value.amount),
            "upstreamId": number,
        }
        card = {"brand": "Visa", "lastFourDigits": "1881", "expirationMonth": 4, "expirationYear": 2028}
        tender = {"id": f"card-{self.order}", "type": "creditCard", "amount": 25.0, "creditCard": card}
        return {
            "currency": value.currency.code,
            "email": f"{self.who}@example.com",
            "payment": {"sources": [tender, source], "session": {"id": f"session-{self.order}", "state": "complete"}},
        }


def _acted(stage: Stage, step: Any) -> dict[str, Any]:
    return {"actor": stage.actors[step.by], "now": stage.moment(step.days_ago), "test_mode": False}


def _attach(checkout_id: UUID, type_: SourceType, amount: str, acted: dict[str, Any], **more: Any) -> None:
    value = money(amount)
    made = create_source(type=type_, amount=Decimal(value.amount), currency=value.currency.code, **acted, **more)
    attach_source(checkout_id=checkout_id, source_id=made.pk, **acted)


def _order_id(stage: Stage, name: str) -> str:
    order_id = get_checkout(checkout_id=stage.done[name], test_mode=False, now=stage.now).order_id
    assert order_id is not None, f"{name} is not ordered yet"
    return order_id
