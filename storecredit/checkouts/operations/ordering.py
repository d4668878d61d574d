"""A checkout becomes an order: all of its credit is deducted in that moment, or none."""

import secrets
from datetime import datetime
from uuid import UUID

from ledger.errors import AccountNotOpen
from ledger.money import from_minor
from ledger.operations import Actor, Why, capture_hold, operation
from ledger.queries import Transaction
from storecredit.checkouts.errors import (
    AlreadyOrdered,
    HoldTimedOut,
    OrderIncomplete,
    OrderUnderfunded,
    SourceNotCharged,
)
from storecredit.checkouts.models import (
    Charge,
    Checkout,
    CheckoutItem,
    CheckoutStatus,
    Order,
    Source,
    SourceState,
    made_by,
)
from storecredit.checkouts.operations.sessions import lock_checkout, lock_lines
from storecredit.checkouts.operations.splitting import share_out
from storecredit.checkouts.queries.details import OrderDetail, get_order
from storecredit.checkouts.queries.funding import Funding, read_funding


@operation
def place_order(*, checkout_id: UUID, test_mode: bool, actor: Actor, now: datetime) -> OrderDetail:
    """
    Order a checkout: every hold is captured, one ledger transaction a source, with the order's id as its reference.

    :raises CheckoutNotFound: if there is none of this mode.
    :raises AlreadyOrdered: if it was ordered before.
    :raises OrderIncomplete: if it lacks an e-mail address, or somebody who pays.
    :raises HoldTimedOut: if attached credit was set aside for too long and the checkout was not changed since; nothing
        is deducted.
    :raises OrderUnderfunded: if its sources do not pay for all of it.
    :raises SourceNotCharged: if a line was blocked meanwhile; nothing is deducted.
    """
    checkout = lock_checkout(checkout_id=checkout_id, test_mode=test_mode, now=now)
    if checkout.status == CheckoutStatus.ORDERED:
        raise AlreadyOrdered(order=checkout.order.pk)
    lock_lines(checkout, actor=actor, now=now)
    funding = read_funding(checkout, now)
    _require_funded(checkout, funding)
    _require_complete(checkout, funding)
    _share_out(checkout)
    order = _new_order(checkout, actor, now)
    for source in funding.paying:
        _charge(order, source, source.amount_minor if source.is_credit else funding.primary_minor, actor, now)
    checkout.status, checkout.updated_at = CheckoutStatus.ORDERED, now
    checkout.save(update_fields=["status", "updated_at"])
    return get_order(order_id=order.pk, test_mode=test_mode)


def _require_funded(checkout: Checkout, funding: Funding) -> None:
    if funding.lapsed:
        # Also where reusable tender could pay for it: nobody has agreed that it pays more.
        raise HoldTimedOut(source=str(funding.lapsed[0].pk))
    if funding.remaining_minor > 0:
        raise OrderUnderfunded(remaining=from_minor(funding.remaining_minor, checkout.currency))


def _require_complete(checkout: Checkout, funding: Funding) -> None:
    if not checkout.email:
        raise OrderIncomplete(missing="an e-mail address")
    if not checkout.bill_to and not any(source.owner for source in funding.paying):
        raise OrderIncomplete(missing="a billing address or a source's owner")


def _new_order(checkout: Checkout, actor: Actor, now: datetime) -> Order:
    fields = {
        "checkout": checkout,
        "currency": checkout.currency,
        "total_minor": checkout.total_minor,
        "updated_at": now,
        "test_mode": checkout.test_mode,
        **made_by(actor, now),
    }
    while True:
        order, is_new = Order.objects.get_or_create(pk=_new_order_id(), defaults=fields)
        if is_new:
            return order


def _new_order_id() -> str:
    """Twelve random digits, the first of them not 0: readers that take the id for a number lose nothing."""
    return str(10**11 + secrets.randbelow(9 * 10**11))


def _charge(order: Order, source: Source, amount_minor: int, actor: Actor, now: datetime) -> None:
    if not amount_minor:
        # Credit pays for all of it: nothing is left to the reusable tender beside it.
        Source.objects.filter(pk=source.pk).update(checkout=None, place=None, contributed_minor=0)
        return
    Charge.objects.create(
        order=order,
        source=source,
        place=source.place or 0,
        amount_minor=amount_minor,
        transaction=_deduct(order, source, actor, now) if source.is_credit else None,
        created_at=now,
    )
    Source.objects.filter(pk=source.pk).update(state=SourceState.CONSUMED, contributed_minor=amount_minor)


def _deduct(order: Order, source: Source, actor: Actor, now: datetime) -> Transaction:
    assert source.hold_id is not None
    try:
        return capture_hold(
            hold_id=source.hold_id,
            actor=actor,
            now=now,
            why=Why(reference=order.pk, key=f"order:{order.pk}:{source.pk}"),
        )
    except AccountNotOpen as error:
        raise SourceNotCharged(source=str(source.pk)) from error


def _share_out(checkout: Checkout) -> None:
    """Each line's part of the total, shipping and tax included, in proportion to what the lines cost."""
    items = list(checkout.items.order_by("place"))
    weights = [item.amount_minor for item in items]
    if not any(weights):
        weights = [item.quantity for item in items]
    shares = share_out(whole_minor=checkout.total_minor, weights=weights)
    for item, share_minor in zip(items, shares, strict=True):
        CheckoutItem.objects.filter(pk=item.pk).update(share_minor=share_minor)
