from collections.abc import Iterable, Sequence
from typing import Any, Final

from storecredit.api.json_text import Json, to_json
from storecredit.api.old_fields import Body, Integer, Maybe, Text
from storecredit.api.old_fields.nested import Items
from storecredit.api.old_fields.plain import Uuid
from storecredit.api.openapi import Component, Schema
from storecredit.api.problems import Fault, FaultKind
from storecredit.checkouts.operations import FulfillmentLine, MovementKind, OrderState
from storecredit.checkouts.queries import (
    Charge,
    ChargeMovement,
    CheckoutItem,
    Fulfillment,
    OrderDetail,
    ReturnState,
    state_of_movement,
)
from storecredit.dialects.digital_river.serializers.checkouts import (
    ORDERED_ITEM,
    PURCHASE_MEMBERS,
    PURCHASE_OPTIONAL,
    SESSION,
    show_item,
    show_purchase,
    show_session,
)
from storecredit.dialects.digital_river.serializers.shapes import (
    AMOUNT,
    CREATED,
    CURRENCY,
    LIVE,
    MAX_ITEMS,
    MAX_QUANTITY,
    MOMENT,
    ORDER_ID,
    TEXT,
    UUID_OUT,
    PageQuery,
    list_of,
    major,
    moment,
    record,
    said,
)
from storecredit.dialects.digital_river.serializers.sources import PAYING_SOURCE, show_paying

_SAID_ORDER_ID: Final = "12 digits"


def order_id_in(about: str, *, wire: str) -> Text:
    """The id of an order."""
    return Text(about, max_length=12, pattern=ORDER_ID, said=_SAID_ORDER_ID, wire=wire)


class OrderIn(Body):
    checkout_id = Uuid("The checkout to order.", wire="checkoutId")


class OrderQuery(PageQuery):
    starting_after = Maybe(order_id_in("Only orders older than this one.", wire="startingAfter"))
    ending_before = Maybe(order_id_in("Only orders newer than this one, the nearest of them.", wire="endingBefore"))


class FulfillmentItemIn(Body):
    item_id = Uuid("Id of a line of the order.", wire="itemId")
    quantity = Maybe(Integer("Units that were sent.", minimum=1, maximum=MAX_QUANTITY))
    cancel_quantity = Maybe(
        Integer("Units that never will be.", minimum=1, maximum=MAX_QUANTITY, wire="cancelQuantity")
    )

    def check(self) -> Iterable[Fault]:
        """Units are sent or cancelled."""
        if self.quantity is None and self.cancel_quantity is None:
            yield Fault(FaultKind.MISSING, "quantity or cancelQuantity is required.", member="quantity")


class FulfillmentIn(Body):
    """Units of an order that were sent or cancelled."""

    order_id = order_id_in("The order.", wire="orderId")
    items = Items("Its lines, each once.", of=FulfillmentItemIn, at_least=1, at_most=MAX_ITEMS)

    @property
    def lines(self) -> list[FulfillmentLine]:
        """The lines as checkouts take them."""
        return [
            FulfillmentLine(
                item_id=item.item_id, quantity=item.quantity or 0, cancel_quantity=item.cancel_quantity or 0
            )
            for item in self.items
        ]


_RETURN_STATE: Final[Schema] = {
    "type": "string",
    "enum": ["complete", *(state.value for state in ReturnState)],
    "description": "`complete` if done at once. What no account could take is `pending` while it waits for staff, then "
    "`succeeded`, or `failed` if they refuse it.",
}
_MOVEMENT: Final = record(
    {
        "id": said(UUID_OUT, "Id of this movement."),
        "createdTime": CREATED,
        "amount": said(AMOUNT, "In major units."),
        "state": {"type": "string", "const": "complete", "description": "It is done."},
    }
)
_CANCEL_MOVEMENT: Final = record({**_MOVEMENT["properties"], "state": _RETURN_STATE})
_REFUND_MOVEMENT: Final = record(
    {**_CANCEL_MOVEMENT["properties"], "refundId": said(UUID_OUT, "The refund that it is part of. Ours.")}
)


def _movements(item: Schema, about: str) -> Schema:
    return {"type": "array", "items": item, "description": about}


CHARGE: Final = record(
    {
        "id": said(UUID_OUT, "Id of the charge."),
        "createdTime": CREATED,
        "currency": CURRENCY,
        "amount": said(AMOUNT, "What the source pays, in major units."),
        "state": {
            "type": "string",
            "enum": ["capturable", "complete", "cancelled"],
            "description": "`complete` once nothing is left to capture or cancel.",
        },
        "captured": {"type": "boolean", "description": "Whether nothing is left to capture and something was."},
        "refunded": {"type": "boolean", "description": "Whether all that was captured has gone back."},
        "sourceId": said(UUID_OUT, "The source that pays."),
        "type": {"type": "string", "const": "customer_initiated", "description": "Who began it."},
        "captures": _movements(_MOVEMENT, "What was captured; left out if nothing was."),
        "cancels": _movements(_CANCEL_MOVEMENT, "What was cancelled; left out if nothing was."),
        "refunds": _movements(_REFUND_MOVEMENT, "What was refunded; left out if nothing was."),
    },
    optional=["captures", "cancels", "refunds"],
)
ORDER_SCHEMA: Final = record(
    {
        "id": said(TEXT, "Id of the order: 12 digits.", pattern=f"^{ORDER_ID}$"),
        **PURCHASE_MEMBERS,
        "items": {"type": "array", "items": ORDERED_ITEM},
        "payment": record(
            {
                "charges": {"type": "array", "items": CHARGE},
                "sources": {"type": "array", "items": PAYING_SOURCE},
                "session": SESSION,
            }
        ),
        "state": {
            "type": "string",
            "enum": ["accepted", "fulfilled", "cancelled"],
            "description": "`fulfilled` once each unit was sent or cancelled, `cancelled` if none was sent.",
        },
        "stateTransitions": record(
            {
                "accepted": said(MOMENT, "When it was accepted, UTC."),
                "fulfilled": said(MOMENT, "When it was fulfilled, UTC."),
                "cancelled": said(MOMENT, "When it was cancelled, UTC."),
            },
            optional=["fulfilled", "cancelled"],
        ),
        "liveMode": LIVE,
        "checkoutId": said(UUID_OUT, "The checkout that it was."),
    },
    optional=PURCHASE_OPTIONAL,
)
ORDER = Component("Order", ORDER_SCHEMA)
ORDERS = list_of("Orders", ORDER_SCHEMA)
FULFILLMENT = Component(
    "Fulfillment",
    record(
        {
            "id": said(UUID_OUT, "Id of the fulfilment."),
            "createdTime": CREATED,
            "orderId": said(TEXT, "The order.", pattern=f"^{ORDER_ID}$"),
            "items": {
                "type": "array",
                "items": record(
                    {
                        "itemId": said(UUID_OUT, "Id of the line."),
                        "quantity": {"type": "integer", "minimum": 0, "description": "Units that were sent."},
                        "cancelQuantity": {"type": "integer", "minimum": 0, "description": "Units cancelled."},
                    }
                ),
            },
            "liveMode": LIVE,
        }
    ),
)


def show_order(detail: OrderDetail) -> Json:
    """An order with its lines, charges, sources and payment session."""
    return Json(to_json(_order(detail)))


def show_orders(details: Sequence[OrderDetail], *, has_more: bool) -> Json:
    """One page of orders."""
    return Json(to_json({"hasMore": has_more, "data": [_order(detail) for detail in details]}))


def show_fulfillment(fulfillment: Fulfillment, *, test_mode: bool) -> Json:
    """A fulfilment with its lines."""
    return Json(
        to_json(
            {
                "id": str(fulfillment.pk),
                "createdTime": moment(fulfillment.created_at),
                "orderId": fulfillment.order_id,
                "items": [
                    {
                        "itemId": str(item.item_id),
                        "quantity": item.quantity,
                        "cancelQuantity": item.cancel_quantity,
                    }
                    for item in sorted(fulfillment.items.all(), key=lambda item: item.pk)
                ],
                "liveMode": not test_mode,
            }
        )
    )


def _order(detail: OrderDetail) -> dict[str, Any]:
    order, currency = detail.order, detail.order.currency
    moments = {
        OrderState.ACCEPTED: order.created_at,
        OrderState.FULFILLED: order.fulfilled_at,
        OrderState.CANCELLED: order.cancelled_at,
    }
    return {
        "id": order.pk,
        "createdTime": moment(order.created_at),
        "updatedTime": moment(order.updated_at),
        **show_purchase(detail.checkout, detail.items),
        "items": [_item(item, currency) for item in detail.items],
        "payment": {
            "charges": [_charge(charge, currency) for charge in detail.charges],
            "sources": show_paying(detail.sources),
            "session": show_session(detail.session, currency),
        },
        "state": order.state.lower(),
        "stateTransitions": {state.value.lower(): moment(at) for state, at in moments.items() if at is not None},
        "liveMode": not order.test_mode,
        "checkoutId": str(order.checkout_id),
    }


def _item(item: CheckoutItem, currency: str) -> dict[str, Any]:
    return {
        **show_item(item, currency),
        "fulfilledQuantity": item.fulfilled_quantity,
        "cancelledQuantity": item.cancelled_quantity,
        "refundedQuantity": item.refunded_quantity,
    }


def _charge(charge: Charge, currency: str) -> dict[str, Any]:
    captured = charge.captured_minor > 0 and not charge.open_minor
    kinds = {"captures": MovementKind.CAPTURE, "cancels": MovementKind.CANCEL, "refunds": MovementKind.REFUND}
    movements = list(charge.movements.all())
    shown = {
        name: [_movement(movement, currency) for movement in movements if movement.kind == kind]
        for name, kind in kinds.items()
    }
    return {
        "id": str(charge.pk),
        "createdTime": moment(charge.created_at),
        "currency": currency,
        "amount": major(charge.amount_minor, currency),
        "state": charge.state.value.lower(),
        "captured": captured,
        "refunded": captured and not charge.refundable_minor and _is_back(movements),
        "sourceId": str(charge.source_id),
        "type": "customer_initiated",
        **{name: found for name, found in shown.items() if found},
    }


def _is_back(movements: Iterable[ChargeMovement]) -> bool:
    refunds = [movement for movement in movements if movement.kind == MovementKind.REFUND]
    return all(state_of_movement(refund) == ReturnState.SUCCEEDED for refund in refunds)


def _movement(movement: ChargeMovement, currency: str) -> dict[str, Any]:
    return {
        "id": str(movement.pk),
        "createdTime": moment(movement.created_at),
        "amount": major(movement.amount_minor, currency),
        "state": "complete" if movement.unreturned is None else state_of_movement(movement).value,
        **({"refundId": str(movement.refund_id)} if movement.refund_id is not None else {}),
    }
