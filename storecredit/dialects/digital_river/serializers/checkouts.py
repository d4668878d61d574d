from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from storecredit.api.json_text import Json, to_json
from storecredit.api.old_fields import Body, Email, HeldCurrency, Integer, Maybe, Text
from storecredit.api.old_fields.inner import Inner
from storecredit.api.old_fields.nested import Items
from storecredit.api.old_fields.plain import Flag, Uuid
from storecredit.api.openapi import Component, Schema
from storecredit.api.problems import BadRequest, Fault, FaultKind
from storecredit.checkouts.operations import NewItem
from storecredit.checkouts.queries import Checkout, CheckoutDetail, CheckoutItem, Session
from storecredit.dialects.digital_river.serializers.shapes import (
    AMOUNT,
    BILL_TO_OUT,
    CREATED,
    CURRENCY,
    LIVE,
    MAX_ITEMS,
    MAX_QUANTITY,
    MOMENT,
    ORDER_ID,
    TEXT,
    UUID_OUT,
    BillTo,
    amount_or_nothing,
    major,
    moment,
    money,
    record,
    said,
    show_some,
    show_stored,
    to_stored,
    too_fine,
)
from storecredit.dialects.digital_river.serializers.sources import PAYING_SOURCE, show_paying

_ID_LENGTH: Final = 128
#: What checkouts call a member that the vendor calls otherwise.
_KEPT_AS: Final = {"customer_id": "customer", "tax_inclusive": "tax_included"}


class ItemIn(Body):
    """A line to buy."""

    id = Maybe(Uuid("Ours: id of a line that the checkout has already."))
    sku_id = Text("Your id of what is bought.", max_length=_ID_LENGTH, min_length=1, wire="skuId")
    quantity = Integer("How many units.", minimum=1, maximum=MAX_QUANTITY)
    price = Maybe(amount_or_nothing("For one unit, in major units. Either this or aggregatePrice."))
    aggregate_price = Maybe(amount_or_nothing("For the whole line, in major units.", wire="aggregatePrice"))

    def check(self) -> Iterable[Fault]:
        """A line has one price."""
        if (self.price is None) == (self.aggregate_price is None):
            yield Fault(FaultKind.VALUE, "price or aggregatePrice must be sent, and not both.", member="price")

    def new_item(self, currency: str) -> NewItem:
        """The line as checkouts take it."""
        return NewItem(
            sku_id=self.sku_id,
            quantity=self.quantity,
            price=money(self.price, currency),
            aggregate_price=money(self.aggregate_price, currency),
            id=self.id,
        )


class CheckoutChange(Body):
    """What can be changed about a checkout. A member that is not there is left alone; null empties it."""

    currency = Maybe(HeldCurrency("ISO 4217 code. It cannot be changed: left out, or what it is."))
    items = Maybe(Items("What is bought: replaces all lines.", of=ItemIn, at_least=1, at_most=MAX_ITEMS), null=False)
    email = Maybe(Email("The shopper's e-mail address."))
    bill_to = Maybe(Inner("Whom it bills.", of=BillTo, wire="billTo"))
    upstream_id = Maybe(Text("Your id of the checkout.", max_length=_ID_LENGTH, wire="upstreamId"))
    customer_id = Maybe(
        Text(
            "Ours: number or document id of the customer; only that customer's lines of credit can then pay.",
            max_length=64,
            min_length=1,
            wire="customerId",
        )
    )
    tax_inclusive = Maybe(Flag("Whether prices include totalTax.", wire="taxInclusive"), null=False)
    total_tax = Maybe(amount_or_nothing("Tax in major units.", wire="totalTax"), null=False)
    total_shipping = Maybe(amount_or_nothing("Shipping in major units.", wire="totalShipping"), null=False)

    def find_too_fine(self, currency: str) -> list[Fault]:
        """What is wrong with amounts that have more decimals than the currency."""
        amounts: dict[str, Decimal | None] = {"totalTax": self.total_tax, "totalShipping": self.total_shipping}
        for place, item in enumerate(self.items or []):
            amounts |= {f"items[{place}].price": item.price, f"items[{place}].aggregatePrice": item.aggregate_price}
        return too_fine(amounts, currency)

    def changes(self, currency: str) -> dict[str, Any]:
        """
        The members that were sent, as checkouts take them.

        :param currency: that of the checkout.
        :raises BadRequest: for another currency, or an amount with more decimals than it has.
        """
        faults = self.find_too_fine(currency)
        if self.currency not in (None, currency):
            faults = [Fault(FaultKind.VALUE, "currency cannot be changed.", member="currency")]
        if faults:
            raise BadRequest.of(faults)
        changes: dict[str, Any] = {
            "items": [item.new_item(currency) for item in self.items or []],
            "email": self.email or "",
            "bill_to": to_stored(self.bill_to),
            "upstream_id": self.upstream_id or "",
            "customer": self.customer_id,
            "tax_included": bool(self.tax_inclusive),
            "total_tax": money(self.total_tax, currency),
            "total_shipping": money(self.total_shipping, currency),
        }
        sent = {_KEPT_AS.get(name, name) for name in self.sent}
        return {name: value for name, value in changes.items() if name in sent}


class CheckoutIn(CheckoutChange):
    """A checkout to begin."""

    items = Items("What is bought.", of=ItemIn, at_least=1, at_most=MAX_ITEMS)
    currency = HeldCurrency("ISO 4217 code of all its amounts.")
    source_id = Maybe(Uuid("A source to attach at once.", wire="sourceId"))

    def check(self) -> Iterable[Fault]:
        """No amount may be finer than the currency."""
        yield from self.find_too_fine(self.currency)


SESSION: Final[Schema] = record(
    {
        "id": said(UUID_OUT, "Id of the payment session."),
        "amountContributed": said(AMOUNT, "What the sources pay, in major units."),
        "amountRemainingToBeContributed": said(AMOUNT, "What is left to pay, in major units."),
        "state": {
            "type": "string",
            "enum": ["requires_source", "requires_confirmation", "complete"],
            "description": "`complete` once it was ordered.",
        },
        "clientSecret": said(TEXT, "What the shopper's browser knows it by."),
    }
)
_QUANTITY: Final[Schema] = {"type": "integer", "minimum": 0}
_ITEM_MEMBERS: Final[dict[str, Schema]] = {
    "id": said(UUID_OUT, "Id of the line."),
    "skuId": said(TEXT, "Your id of what is bought."),
    "quantity": said(_QUANTITY, "How many units."),
    "price": said(AMOUNT, "For one unit, in major units."),
    "aggregatePrice": said(AMOUNT, "For the whole line, in major units."),
    "amount": said(AMOUNT, "What the line costs, in major units, without shipping and tax that is not included."),
}
ITEM: Final = record(_ITEM_MEMBERS, optional=["price", "aggregatePrice"])
ORDERED_ITEM: Final = record(
    {
        **_ITEM_MEMBERS,
        "fulfilledQuantity": said(_QUANTITY, "Units that were sent. Ours."),
        "cancelledQuantity": said(_QUANTITY, "Units that were cancelled. Ours."),
        "refundedQuantity": said(_QUANTITY, "Units that were refunded. Ours."),
    },
    optional=["price", "aggregatePrice"],
)
PURCHASE_MEMBERS: Final[dict[str, Schema]] = {
    "createdTime": CREATED,
    "updatedTime": said(MOMENT, "When it was last changed, UTC."),
    "currency": CURRENCY,
    "email": said(TEXT, "The shopper's e-mail address."),
    "billTo": BILL_TO_OUT,
    "upstreamId": said(TEXT, "Your id of the checkout."),
    "customerId": said(TEXT, "Document id of the customer. Ours."),
    "taxInclusive": {"type": "boolean", "description": "Whether prices include totalTax."},
    "totalAmount": said(AMOUNT, "What it costs, shipping and tax included, in major units."),
    "subtotal": said(AMOUNT, "What the lines cost together, in major units."),
    "totalTax": said(AMOUNT, "Tax in major units."),
    "totalShipping": said(AMOUNT, "Shipping in major units."),
}
PURCHASE_OPTIONAL: Final = ("email", "billTo", "upstreamId", "customerId")
CHECKOUT = Component(
    "Checkout",
    record(
        {
            "id": said(UUID_OUT, "Id of the checkout."),
            **PURCHASE_MEMBERS,
            "items": {"type": "array", "items": ITEM},
            "payment": record(
                {
                    "sources": {"type": "array", "items": PAYING_SOURCE},
                    "session": SESSION,
                }
            ),
            "orderId": said(TEXT, "The order that it became. Ours.", pattern=f"^{ORDER_ID}$"),
            "liveMode": LIVE,
        },
        optional=[*PURCHASE_OPTIONAL, "orderId"],
    ),
)


def show_checkout(detail: CheckoutDetail) -> Json:
    """A checkout with its lines, sources and payment session."""
    checkout = detail.checkout
    currency = checkout.currency
    shown = {
        "id": str(checkout.pk),
        "createdTime": moment(checkout.created_at),
        "updatedTime": moment(checkout.updated_at),
        **show_purchase(checkout, detail.items),
        "items": [show_item(item, currency) for item in detail.items],
        "payment": {"sources": show_paying(detail.sources), "session": show_session(detail.session, currency)},
        **show_some(orderId=detail.order_id),
        "liveMode": not checkout.test_mode,
    }
    return Json(to_json(shown))


def show_purchase(checkout: Checkout, items: Sequence[CheckoutItem]) -> dict[str, Any]:
    """What a checkout and its order have in common."""
    currency = checkout.currency
    bill_to = show_stored(BillTo, checkout.bill_to) if checkout.bill_to else None
    customer = checkout.customer
    return {
        "currency": currency,
        **show_some(
            email=checkout.email,
            billTo=bill_to,
            upstreamId=checkout.upstream_id,
            customerId=customer.document_id if customer is not None else None,
        ),
        "taxInclusive": checkout.tax_included,
        "totalAmount": major(checkout.total_minor, currency),
        "subtotal": major(sum(item.amount_minor for item in items), currency),
        "totalTax": major(checkout.total_tax_minor, currency),
        "totalShipping": major(checkout.total_shipping_minor, currency),
    }


def show_item(item: CheckoutItem, currency: str) -> dict[str, Any]:
    """A line."""
    return {
        "id": str(item.pk),
        "skuId": item.sku_id,
        "quantity": item.quantity,
        **({"price": major(item.price_minor, currency)} if item.price_minor is not None else {}),
        **({"aggregatePrice": major(item.aggregate_minor, currency)} if item.aggregate_minor is not None else {}),
        "amount": major(item.amount_minor, currency),
    }


def show_session(session: Session, currency: str) -> Mapping[str, Any]:
    """A payment session."""
    return {
        "id": session.id,
        "amountContributed": major(session.contributed_minor, currency),
        "amountRemainingToBeContributed": major(session.remaining_minor, currency),
        "state": session.state,
        "clientSecret": session.client_secret,
    }
