"""Units of an order are sent or cancelled, and what they cost is captured or cancelled with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from ledger.errors import named_by_place
from ledger.operations import Actor, operation
from storecredit.checkouts.errors import ItemNotFound, ItemsMissing, NothingToCancel, QuantityTooLarge
from storecredit.checkouts.models import (
    CheckoutItem,
    Fulfillment,
    FulfillmentItem,
    Order,
    OrderState,
    made_by,
)
from storecredit.checkouts.operations.charging import cancel, capture, list_charges, lock_accounts_of, lock_order
from storecredit.checkouts.operations.splitting import next_part
from storecredit.checkouts.queries.details import OrderDetail, get_order


@dataclass(frozen=True, slots=True)
class FulfillmentLine:
    """Units of one line that were sent, and units that never will be."""

    item_id: UUID
    quantity: int = 0
    cancel_quantity: int = 0


@operation
def fulfill(
    *, order_id: str, items: Sequence[FulfillmentLine], test_mode: bool, actor: Actor, now: datetime
) -> Fulfillment:
    """
    Send units of an order, which captures what they cost, or cancel some, which cancels it.

    A unit costs its part of the line's share of the order, shipping and tax included.

    :raises OrderNotFound, ItemNotFound: if there is none of this mode.
    :raises ItemsMissing: if no unit is named, or a line twice.
    :raises QuantityTooLarge: if a line has fewer units that are neither fulfilled nor cancelled.
    :raises OrderLimitReached: if the order has as many fulfilments as one can have.
    """
    order = lock_order(order_id=order_id, test_mode=test_mode, for_another="fulfillments")
    if not items or len({line.item_id for line in items}) < len(items):
        raise ItemsMissing
    rows = {row.pk: row for row in order.checkout.items.all()}
    charges = list_charges(order)
    if any(line.cancel_quantity for line in items):
        lock_accounts_of(charges)
    fulfillment = Fulfillment.objects.create(order=order, **made_by(actor, now))
    sent_minor = cancelled_minor = 0
    for place, line in enumerate(items):
        with named_by_place(place):
            row = _find_row(rows, line)
        sent_minor += _send(row, line.quantity)
        cancelled_minor += _cancel(row, line.cancel_quantity)
        row.save()
        FulfillmentItem.objects.create(
            fulfillment=fulfillment, item=row, quantity=line.quantity, cancel_quantity=line.cancel_quantity
        )
    capture(charges, sent_minor, fulfillment, actor, now)
    cancel(charges, cancelled_minor, fulfillment, actor, now)
    _follow(order, rows.values(), now)
    return Fulfillment.objects.prefetch_related("items__item", "movements__charge").get(pk=fulfillment.pk)


@operation
def cancel_order(*, order_id: str, test_mode: bool, actor: Actor, now: datetime) -> OrderDetail:
    """
    Cancel all of an order that is not captured.

    :raises OrderNotFound: if there is none of this mode.
    :raises NothingToCancel: if all of it was captured or cancelled before.
    """
    order = lock_order(order_id=order_id, test_mode=test_mode)
    rows = list(order.checkout.items.order_by("place"))
    if not any(row.open_quantity for row in rows):
        raise NothingToCancel(order=order.pk)
    charges = list_charges(order)
    lock_accounts_of(charges)
    cancelled_minor = 0
    for row in rows:
        cancelled_minor += _cancel(row, row.open_quantity)
        row.save()
    cancel(charges, cancelled_minor, None, actor, now)
    _follow(order, rows, now)
    return get_order(order_id=order.pk, test_mode=test_mode)


def _find_row(rows: Mapping[UUID, CheckoutItem], line: FulfillmentLine) -> CheckoutItem:
    row = rows.get(line.item_id)
    if row is None:
        raise ItemNotFound(item=str(line.item_id))
    if line.quantity < 0 or line.cancel_quantity < 0 or not line.quantity + line.cancel_quantity:
        raise ItemsMissing
    if line.quantity + line.cancel_quantity > row.open_quantity:
        raise QuantityTooLarge(item=str(row.pk), left=row.open_quantity, requested=line.quantity + line.cancel_quantity)
    return row


def _send(row: CheckoutItem, quantity: int) -> int:
    amount_minor = _cost_of(row, quantity)
    row.fulfilled_quantity += quantity
    row.captured_minor += amount_minor
    return amount_minor


def _cancel(row: CheckoutItem, quantity: int) -> int:
    amount_minor = _cost_of(row, quantity)
    row.cancelled_quantity += quantity
    row.cancelled_minor += amount_minor
    return amount_minor


def _cost_of(row: CheckoutItem, quantity: int) -> int:
    """What so many of the open units cost, in minor units: together all that is open of the line's share."""
    if not quantity:
        return 0
    moved = row.fulfilled_quantity + row.cancelled_quantity + quantity
    return next_part(
        total=Fraction(row.share_minor * moved, row.quantity),
        before_minor=row.captured_minor + row.cancelled_minor,
    )


def _follow(order: Order, rows: Iterable[CheckoutItem], now: datetime) -> None:
    """The order's state, when all of its units are fulfilled or cancelled."""
    lines = list(rows)
    order.updated_at = now
    if not any(row.open_quantity for row in lines):
        if any(row.fulfilled_quantity for row in lines):
            order.state, order.fulfilled_at = OrderState.FULFILLED, now
        else:
            order.state, order.cancelled_at = OrderState.CANCELLED, now
    order.save(update_fields=["state", "fulfilled_at", "cancelled_at", "updated_at"])
