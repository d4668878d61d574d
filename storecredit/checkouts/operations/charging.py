"""
How an order's charges move.

Captures go to the secondary sources first, in the order in which they were attached, then to the primary one; cancels
and refunds to the primary first, then to the secondaries in reverse. What reaches a secondary goes back to its account.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import uuid4

from django.db.models import Count

from giftcards.operations import lock_accounts_around
from ledger.operations import Actor, Why
from storecredit.checkouts.errors import OrderLimitReached, OrderNotFound
from storecredit.checkouts.models import (
    Charge,
    ChargeMovement,
    Checkout,
    Fulfillment,
    MovementKind,
    Order,
    Refund,
    made_by,
)
from storecredit.checkouts.operations.giving_back import GivenBack, give_back
from storecredit.checkouts.operations.splitting import fill_up

#: How many fulfilments an order has at most, and how many refunds: an answer shows what moved with each of them.
MOST_PARTS: Final = 1000


def lock_order(*, order_id: str, test_mode: bool, for_another: str = "") -> Order:
    """
    An order, locked through its checkout until the present transaction ends.

    :param for_another: `fulfillments` or `refunds`, of which it shall have one more.
    :raises OrderNotFound: if there is none of this mode.
    :raises OrderLimitReached: if it has as many of those as an order can have.
    """
    orders = Order.objects.filter(pk=order_id, test_mode=test_mode)
    checkout_id = (
        orders.values_list("checkout_id", flat=True).first() if order_id.isascii() and order_id.isdigit() else None
    )
    if checkout_id is None:
        raise OrderNotFound(order=order_id)
    Checkout.objects.select_for_update(no_key=True).get(pk=checkout_id)
    orders = orders.select_related("checkout")
    if not for_another:
        return orders.get()
    order = orders.annotate(parts=Count(for_another)).get()
    if order.parts >= MOST_PARTS:
        raise OrderLimitReached(order=order_id, what=for_another, most=MOST_PARTS)
    return order


def list_charges(order: Order) -> list[Charge]:
    """The charges of a locked order, in the order in which their sources were attached."""
    return list(order.charges.select_related("source", "transaction__account").order_by("place"))


def capture(
    charges: Sequence[Charge], amount_minor: int, fulfillment: Fulfillment, actor: Actor, now: datetime
) -> None:
    """Capture an amount of minor units, secondaries first."""
    ordered = _secondaries_first(charges)
    for charge, part_minor in _split(ordered, [charge.open_minor for charge in ordered], amount_minor):
        charge.captured_minor += part_minor
        _record(charge, MovementKind.CAPTURE, GivenBack(part_minor, None, None), actor, now, fulfillment=fulfillment)


def cancel(
    charges: Sequence[Charge], amount_minor: int, fulfillment: Fulfillment | None, actor: Actor, now: datetime
) -> None:
    """Cancel an amount of minor units that is not captured, the primary's first."""
    ordered = _secondaries_first(charges)[::-1]
    for charge, part_minor in _split(ordered, [charge.open_minor for charge in ordered], amount_minor):
        charge.cancelled_minor += part_minor
        _undo(charge, MovementKind.CANCEL, part_minor, actor, now, fulfillment=fulfillment)


def refund(charges: Sequence[Charge], amount_minor: int, of: Refund, actor: Actor, now: datetime) -> None:
    """Refund an amount of minor units that is captured, the primary's first."""
    ordered = _secondaries_first(charges)[::-1]
    for charge, part_minor in _split(ordered, [charge.refundable_minor for charge in ordered], amount_minor):
        charge.refunded_minor += part_minor
        _undo(charge, MovementKind.REFUND, part_minor, actor, now, of=of)


def lock_accounts_of(charges: Sequence[Charge]) -> None:
    """Lock the accounts that credit may go back to in one go, a voided card's heirs among them."""
    account_ids = {charge.source.account_id for charge in charges if charge.source.account_id is not None}
    lock_accounts_around(account_ids=account_ids)


def _secondaries_first(charges: Sequence[Charge]) -> list[Charge]:
    return sorted(charges, key=lambda charge: (not charge.source.is_credit, charge.place))


def _split(charges: Sequence[Charge], room_minor: Sequence[int], amount_minor: int) -> list[tuple[Charge, int]]:
    parts = fill_up(amount_minor=amount_minor, rooms=room_minor)
    assert sum(parts) == amount_minor, "The charges of an order add up to its total."
    return [(charge, part_minor) for charge, part_minor in zip(charges, parts, strict=True) if part_minor]


def _undo(
    charge: Charge,
    kind: MovementKind,
    amount_minor: int,
    actor: Actor,
    now: datetime,
    *,
    fulfillment: Fulfillment | None = None,
    of: Refund | None = None,
) -> None:
    given = [GivenBack(amount_minor, None, None)]
    if charge.transaction is not None:
        given = give_back(
            spend=charge.transaction,
            amount_minor=amount_minor,
            why=Why(reference=charge.order_id, key=f"order-back:{uuid4()}"),
            actor=actor,
            now=now,
        )
    for part in given:
        _record(charge, kind, part, actor, now, fulfillment=fulfillment, of=of)


def _record(
    charge: Charge,
    kind: MovementKind,
    part: GivenBack,
    actor: Actor,
    now: datetime,
    *,
    fulfillment: Fulfillment | None = None,
    of: Refund | None = None,
) -> None:
    """The insert moves the charge's sums, by its trigger."""
    ChargeMovement.objects.create(
        charge=charge,
        kind=kind,
        amount_minor=part.amount_minor,
        transaction=part.transaction,
        unreturned=part.unreturned,
        fulfillment=fulfillment,
        refund=of,
        **made_by(actor, now),
    )
