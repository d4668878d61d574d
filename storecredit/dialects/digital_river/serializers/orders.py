from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from storecredit.api.fields import BookedAmount, Boolean, Choice, CurrencyCode, Integer, Uuid, wrong_member
from storecredit.api.serializers import Serializer, Validated
from storecredit.checkouts import queries
from storecredit.checkouts.operations import MOST_ITEMS, MOST_PARTS, MOST_SOURCES, FulfillmentLine, MovementKind
from storecredit.checkouts.queries import ReturnState, state_of_movement
from storecredit.dialects.digital_river.serializers.checkouts import CheckoutItem, PaymentSession, Purchase
from storecredit.dialects.digital_river.serializers.shapes import (
    ISO_CODE,
    MAX_QUANTITY,
    IsoSeconds,
    LiveMode,
    OrderId,
    Placed,
    Same,
    Shown,
    State,
)
from storecredit.dialects.digital_river.serializers.sources import PayingSource

_COMPLETE: Final = "complete"
_MADE: Final = "When it was made, UTC."
#: What a fulfilment cancels of a charge, and what an order's cancellation does, goes back in one part or in two: to
#: its account, and to staff.
_MOST_CANCELS: Final = 2 * (MOST_PARTS + 1)


class OrderCreate(Serializer):
    """A checkout to order."""

    checkoutId = Uuid(source="checkout_id", help_text="The checkout to order.")


class FulfillmentItemCreate(Serializer):
    """Units of a line that were sent or cancelled."""

    at_least_one = {"FulfillmentItemSent": "quantity", "FulfillmentItemCancelled": "cancelQuantity"}

    itemId = Uuid(source="item_id", help_text="Id of a line of the order.")
    quantity = Integer(min_value=1, max_value=MAX_QUANTITY, optional=True, help_text="Units that were sent.")
    cancelQuantity = Integer(
        source="cancel_quantity",
        min_value=1,
        max_value=MAX_QUANTITY,
        optional=True,
        help_text="Units that never will be.",
    )

    def validate(self, attrs: Any) -> Any:
        """Units are sent or cancelled."""
        if attrs.get("quantity") is None and attrs.get("cancel_quantity") is None:
            raise wrong_member("quantity", "or cancelQuantity is required.", code="required")
        return attrs


class FulfillmentCreate(Serializer):
    """Units of an order that were sent or cancelled."""

    orderId = OrderId(source="order_id", help_text="The order.")
    items = FulfillmentItemCreate(many=True, min_length=1, max_length=MOST_ITEMS, help_text="Its lines, each once.")


class OrderItem(CheckoutItem):
    """A line of an order."""

    fulfilledQuantity = Integer(source="fulfilled_quantity", min_value=0, help_text="Units that were sent. Ours.")
    cancelledQuantity = Integer(source="cancelled_quantity", min_value=0, help_text="Units that were cancelled. Ours.")
    refundedQuantity = Integer(source="refunded_quantity", min_value=0, help_text="Units that were refunded. Ours.")


class _Returned(Choice):
    """Whether what was to go back has gone back; done at once is complete."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[_COMPLETE, *(state.value for state in ReturnState)],
            component="ReturnState",
            help_text="`complete` if done at once. What no account could take is `pending` while it waits for staff, "
            "then `succeeded`, or `failed` if they refuse it.",
            **kwargs,
        )

    def get_attribute(self, instance: Any) -> str:
        """The state of a movement."""
        return _COMPLETE if instance.unreturned is None else state_of_movement(instance).value


class _Moved(Shown):
    """What moved at a charge."""

    id = Uuid(source="pk", help_text="Id of this movement.")
    createdTime = IsoSeconds(source="created_at", help_text=_MADE)
    amount = BookedAmount(
        minor="amount_minor", currency="charge.order.currency", minimum=0, help_text="In major units."
    )


class Capture(_Moved):
    """What was captured of a charge."""

    state = Same(always=_COMPLETE, help_text="It is done.")


class Cancel(_Moved):
    """What was cancelled of a charge."""

    state = _Returned()


class ChargeRefund(Cancel):
    """What was refunded of a charge."""

    refundId = Uuid(source="refund_id", help_text="The refund that it is part of. Ours.")


class Charge(Shown):
    """What one source pays of an order."""

    id = Uuid(source="charge.pk", help_text="Id of the charge.")
    createdTime = IsoSeconds(source="charge.created_at", help_text=_MADE)
    currency = CurrencyCode(source="charge.order.currency", help_text=ISO_CODE)
    amount = BookedAmount(
        minor="charge.amount_minor",
        currency="charge.order.currency",
        minimum=0,
        help_text="What the source pays, in major units.",
    )
    state = State(
        source="charge.state",
        choices=["capturable", "complete", "cancelled"],
        help_text="`complete` once nothing is left to capture or cancel.",
    )
    captured = Boolean(help_text="Whether nothing is left to capture and something was.")
    refunded = Boolean(help_text="Whether all that was captured has gone back.")
    sourceId = Uuid(source="charge.source_id", help_text="The source that pays.")
    type = Same(always="customer_initiated", help_text="Who began it.")
    captures = Capture(
        many=True, max_length=MOST_PARTS, required=False, help_text="What was captured; left out if nothing was."
    )
    cancels = Cancel(
        many=True, max_length=_MOST_CANCELS, required=False, help_text="What was cancelled; left out if nothing was."
    )
    refunds = ChargeRefund(
        many=True, max_length=2 * MOST_PARTS, required=False, help_text="What was refunded; left out if nothing was."
    )

    def to_representation(self, instance: queries.Charge) -> Any:
        """The charge with its movements, which are at hand."""
        return super().to_representation(_Charged(instance, list(instance.movements.all())))


@dataclass(frozen=True, slots=True)
class _Charged:
    """A charge with its movements, oldest first."""

    charge: queries.Charge
    movements: Sequence[queries.ChargeMovement]

    def of_kind(self, kind: MovementKind) -> list[queries.ChargeMovement]:
        """Its movements of one kind."""
        return [movement for movement in self.movements if movement.kind == kind]

    @property
    def captured(self) -> bool:
        """Whether nothing is left to capture and something was."""
        return self.charge.captured_minor > 0 and not self.charge.open_minor

    @property
    def refunded(self) -> bool:
        """Whether all that was captured has gone back."""
        is_back = all(state_of_movement(refund) == ReturnState.SUCCEEDED for refund in self.refunds)
        return self.captured and not self.charge.refundable_minor and is_back

    @property
    def captures(self) -> list[queries.ChargeMovement]:
        """What was captured."""
        return self.of_kind(MovementKind.CAPTURE)

    @property
    def cancels(self) -> list[queries.ChargeMovement]:
        """What was cancelled."""
        return self.of_kind(MovementKind.CANCEL)

    @property
    def refunds(self) -> list[queries.ChargeMovement]:
        """What was refunded."""
        return self.of_kind(MovementKind.REFUND)


class OrderPayment(Serializer):
    """How an order is paid."""

    charges = Charge(many=True, max_length=MOST_SOURCES, help_text="What each source pays of it.")
    sources = PayingSource(
        many=True,
        max_length=MOST_SOURCES,
        help_text="What pays: the primary source, then store credit as it was attached.",
    )
    session = PaymentSession(help_text="What was paid.")


class OrderTransitions(Shown):
    """When an order came into its states."""

    accepted = IsoSeconds(source="created_at", help_text="When it was accepted, UTC.")
    fulfilled = IsoSeconds(source="fulfilled_at", required=False, help_text="When it was fulfilled, UTC.")
    cancelled = IsoSeconds(source="cancelled_at", required=False, help_text="When it was cancelled, UTC.")


class Order(Purchase):
    """An order with its lines, charges, sources and payment session."""

    id = OrderId(source="order.pk", help_text="Id of the order: 12 digits.")
    createdTime = IsoSeconds(source="order.created_at", help_text=_MADE)
    updatedTime = IsoSeconds(source="order.updated_at", help_text="When it was last changed, UTC.")
    items = OrderItem(many=True, max_length=MOST_ITEMS, help_text="Its lines.")
    payment = OrderPayment(source="*", help_text="How it is paid.")
    state = State(
        source="order.state",
        choices=["accepted", "fulfilled", "cancelled"],
        help_text="`fulfilled` once each unit was sent or cancelled, `cancelled` if none was sent.",
    )
    stateTransitions = OrderTransitions(source="order", help_text="When it came into its states.")
    liveMode = LiveMode(source="order.test_mode")
    checkoutId = Uuid(source="order.checkout_id", help_text="The checkout that it was.")


class OrderPage(Serializer):
    """One page of orders."""

    hasMore = Boolean(source="has_more", help_text="Whether there are more in the direction asked for.")
    data: Any = Order(many=True, max_length=100, help_text="The orders.")


class FulfillmentItem(Placed):
    """Units of a line that were sent or cancelled."""

    itemId = Uuid(source="item_id", help_text="Id of the line.")
    quantity = Integer(min_value=0, help_text="Units that were sent.")
    cancelQuantity = Integer(source="cancel_quantity", min_value=0, help_text="Units cancelled.")


class Fulfillment(Serializer):
    """Units of an order that were sent or cancelled."""

    id = Uuid(source="pk", help_text="Id of the fulfilment.")
    createdTime = IsoSeconds(source="created_at", help_text=_MADE)
    orderId = OrderId(source="order_id", help_text="The order.")
    items = FulfillmentItem(source="items.all", many=True, max_length=MOST_ITEMS, help_text="Its lines.")
    liveMode = LiveMode(source="order.test_mode")


class FulfillmentPage(Serializer):
    """One page of fulfilments."""

    hasMore = Boolean(source="has_more", help_text="Whether there are more in the direction asked for.")
    data: Any = Fulfillment(many=True, max_length=100, help_text="The fulfilments.")


def lines_of(order: Validated) -> list[FulfillmentLine]:
    """The lines of a fulfilment as checkouts take them."""
    return [
        FulfillmentLine(
            item_id=item["item_id"],
            quantity=item.get("quantity") or 0,
            cancel_quantity=item.get("cancel_quantity") or 0,
        )
        for item in order["items"]
    ]
