from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from rest_framework.exceptions import ValidationError

from storecredit.api.fields import (
    BookedAmount,
    Boolean,
    CurrencyCode,
    Email,
    HeldCurrency,
    Integer,
    Text,
    Uuid,
    find_too_fine,
    wrong_member,
)
from storecredit.api.serializers import Serializer, Validated
from storecredit.checkouts.operations import LONGEST_ID, MOST_ITEMS, MOST_SOURCES, NewItem
from storecredit.dialects.digital_river.serializers.shapes import (
    ISO_CODE,
    MAX_QUANTITY,
    AmountOrNothing,
    BillTo,
    CheckoutAmount,
    IsoSeconds,
    LiveMode,
    OrderId,
    Shown,
    State,
    money,
    to_stored,
)
from storecredit.dialects.digital_river.serializers.sources import PayingSource

#: What checkouts call a member that the vendor calls otherwise.
_KEPT_AS: Final = {"customer_id": "customer", "tax_inclusive": "tax_included"}
_FIRST: Final = ("id", "createdTime", "updatedTime")


class CheckoutItemCreate(Serializer):
    """A line to buy: it has one price."""

    exactly_one = {"CheckoutItemByPrice": "price", "CheckoutItemByAggregatePrice": "aggregatePrice"}

    id = Uuid(optional=True, help_text="Ours: id of a line that the checkout has already.")
    skuId = Text(source="sku_id", max_length=LONGEST_ID, min_length=1, help_text="Your id of what is bought.")
    quantity = Integer(min_value=1, max_value=MAX_QUANTITY, help_text="How many units.")
    price = AmountOrNothing(optional=True, help_text="For one unit, in major units. Either this or aggregatePrice.")
    aggregatePrice = AmountOrNothing(
        source="aggregate_price", optional=True, help_text="For the whole line, in major units. Either this or price."
    )

    def validate(self, attrs: Any) -> Any:
        """A line has one price."""
        if (attrs.get("price") is None) == (attrs.get("aggregate_price") is None):
            raise wrong_member("price", "or aggregatePrice must be sent, and not both.")
        return attrs


class CheckoutUpdate(Serializer):
    """What can be changed about a checkout. A member that is not there is left alone; null empties it."""

    empties = True

    currency: Any = HeldCurrency(
        optional=True, help_text="ISO 4217 code. It cannot be changed: left out, or what it is."
    )
    items: Any = CheckoutItemCreate(
        many=True,
        min_length=1,
        max_length=MOST_ITEMS,
        required=False,
        help_text="What is bought: replaces all lines.",
    )
    email = Email(optional=True, help_text="The shopper's e-mail address.")
    billTo = BillTo(source="bill_to", optional=True, help_text="Whom it bills.")
    upstreamId = Text(source="upstream_id", max_length=LONGEST_ID, optional=True, help_text="Your id of the checkout.")
    customerId = Text(
        source="customer_id",
        max_length=64,
        min_length=1,
        optional=True,
        help_text="Ours: number or document id of the customer; only that customer's lines of credit can then pay.",
    )
    taxInclusive = Boolean(source="tax_inclusive", required=False, help_text="Whether prices include totalTax.")
    totalTax = AmountOrNothing(source="total_tax", required=False, help_text="Tax in major units.")
    totalShipping = AmountOrNothing(source="total_shipping", required=False, help_text="Shipping in major units.")


class CheckoutCreate(CheckoutUpdate):
    """A checkout to begin."""

    empties = False

    items = CheckoutItemCreate(many=True, min_length=1, max_length=MOST_ITEMS, help_text="What is bought.")
    currency = HeldCurrency(help_text="ISO 4217 code of all its amounts.")
    sourceId = Uuid(source="source_id", optional=True, help_text="A source to attach at once.")

    def validate(self, attrs: Any) -> Any:
        """No amount may be finer than the currency."""
        _refuse_too_fine(attrs, attrs["currency"])
        return attrs


class CheckoutItem(Shown):
    """A line of a checkout."""

    id = Uuid(source="pk", help_text="Id of the line.")
    skuId = Text(source="sku_id", help_text="Your id of what is bought.")
    quantity = Integer(min_value=0, help_text="How many units.")
    price = CheckoutAmount(minor="price_minor", required=False, help_text="For one unit, in major units.")
    aggregatePrice = CheckoutAmount(
        minor="aggregate_minor", required=False, help_text="For the whole line, in major units."
    )
    amount = CheckoutAmount(
        minor="amount_minor",
        help_text="What the line costs, in major units, without shipping and tax that is not included.",
    )


class PaymentSession(Serializer):
    """The payment session of a checkout."""

    id = Uuid(help_text="Id of the payment session.")
    amountContributed = BookedAmount(
        minor="contributed_minor", minimum=0, help_text="What the sources pay, in major units."
    )
    amountRemainingToBeContributed = BookedAmount(
        minor="remaining_minor", minimum=0, help_text="What is left to pay, in major units."
    )
    state = State(
        choices=["requires_source", "requires_confirmation", "complete"], help_text="`complete` once it was ordered."
    )
    clientSecret = Text(source="client_secret", help_text="What the shopper's browser knows it by.")


class CheckoutPayment(Serializer):
    """How a checkout is paid."""

    sources = PayingSource(
        many=True,
        max_length=MOST_SOURCES,
        help_text="What pays: the primary source, then store credit as it was attached.",
    )
    session = PaymentSession(help_text="What is paid, and what is left.")


class Purchase(Shown):
    """What a checkout and its order have in common."""

    currency = CurrencyCode(source="checkout.currency", help_text=ISO_CODE)
    email = Text(source="checkout.email", required=False, help_text="The shopper's e-mail address.")
    billTo = BillTo(source="checkout.bill_to", required=False, help_text="Whom the checkout bills.")
    upstreamId = Text(source="checkout.upstream_id", required=False, help_text="Your id of the checkout.")
    customerId = Text(
        source="checkout.customer.document_id", required=False, help_text="Document id of the customer. Ours."
    )
    taxInclusive = Boolean(source="checkout.tax_included", help_text="Whether prices include totalTax.")
    totalAmount = CheckoutAmount(
        minor="checkout.total_minor", help_text="What it costs, shipping and tax included, in major units."
    )
    subtotal = CheckoutAmount(minor="subtotal_minor", help_text="What the lines cost together, in major units.")
    totalTax = CheckoutAmount(minor="checkout.total_tax_minor", help_text="Tax in major units.")
    totalShipping = CheckoutAmount(minor="checkout.total_shipping_minor", help_text="Shipping in major units.")

    def get_fields(self) -> dict[str, Any]:
        """What it is called and when it was made come first."""
        fields = super().get_fields()
        return {name: fields[name] for name in _FIRST if name in fields} | fields


class Checkout(Purchase):
    """A checkout with its lines, sources and payment session."""

    id = Uuid(source="checkout.pk", help_text="Id of the checkout.")
    createdTime = IsoSeconds(source="checkout.created_at", help_text="When it was made, UTC.")
    updatedTime = IsoSeconds(source="checkout.updated_at", help_text="When it was last changed, UTC.")
    items = CheckoutItem(many=True, max_length=MOST_ITEMS, help_text="Its lines.")
    payment = CheckoutPayment(source="*", help_text="How it is paid.")
    orderId = OrderId(source="order_id", required=False, help_text="The order that it became. Ours.")
    liveMode = LiveMode(source="checkout.test_mode")


class CheckoutPage(Serializer):
    """One page of checkouts."""

    hasMore = Boolean(source="has_more", help_text="Whether there are more in the direction asked for.")
    data: Any = Checkout(many=True, max_length=100, help_text="The checkouts.")


def changes_of(order: Validated, currency: str) -> dict[str, Any]:
    """
    The members that were sent, as checkouts take them.

    :param currency: that of the checkout.
    :raises ValidationError: for another currency, or an amount with more decimals than it has.
    """
    if order.get("currency") not in (None, currency):
        raise wrong_member("currency", "cannot be changed.")
    _refuse_too_fine(order, currency)
    changes: dict[str, Any] = {
        "items": [_new_item(item, currency) for item in order.get("items") or []],
        "email": order.get("email") or "",
        "bill_to": to_stored(order.get("bill_to")),
        "upstream_id": order.get("upstream_id") or "",
        "customer": order.get("customer_id"),
        "tax_included": bool(order.get("tax_inclusive")),
        "total_tax": money(order.get("total_tax"), currency),
        "total_shipping": money(order.get("total_shipping"), currency),
    }
    sent = {_KEPT_AS.get(name, name) for name in order}
    return {name: value for name, value in changes.items() if name in sent}


def _new_item(item: Mapping[str, Any], currency: str) -> NewItem:
    """The line as checkouts take it."""
    return NewItem(
        sku_id=item["sku_id"],
        quantity=item["quantity"],
        price=money(item.get("price"), currency),
        aggregate_price=money(item.get("aggregate_price"), currency),
        id=item.get("id"),
    )


def _refuse_too_fine(order: Mapping[str, Any], currency: str) -> None:
    amounts: dict[str, Decimal | None] = {name: order.get(source) for name, source in _TOTALS.items()}
    wrongs: dict[str, Any] = find_too_fine(amounts, currency)
    lines = {
        place: found
        for place, item in enumerate(order.get("items") or [])
        if (found := find_too_fine({name: item.get(source) for name, source in _PRICES.items()}, currency))
    }
    if lines:
        wrongs["items"] = lines
    if wrongs:
        raise ValidationError(wrongs)


_TOTALS: Final = {"totalTax": "total_tax", "totalShipping": "total_shipping"}
_PRICES: Final = {"price": "price", "aggregatePrice": "aggregate_price"}
