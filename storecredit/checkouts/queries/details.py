"""Checkouts, orders, sources, fulfilments and refunds as the doors show them; those of the other mode are none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from ledger.querysets import fits_looked_up
from storecredit.checkouts.errors import (
    CheckoutNotFound,
    FulfillmentNotFound,
    OrderNotFound,
    RefundNotFound,
    SourceNotFound,
)
from storecredit.checkouts.models import (
    Charge,
    ChargeMovement,
    Checkout,
    CheckoutItem,
    CheckoutStatus,
    Fulfillment,
    Order,
    Refund,
    Source,
)
from storecredit.checkouts.queries.funding import Session, list_attached, read_funding, session_of
from storecredit.checkouts.querysets import CheckoutQuerySet

#: The request that says whether what was handed to staff has been paid.
_ASKED = "unreturned__credit_request"


@dataclass(frozen=True, slots=True)
class CheckoutDetail:
    """A checkout with its lines, the sources that pay and its payment session."""

    checkout: Checkout
    items: Sequence[CheckoutItem]
    sources: Sequence[Source]
    session: Session
    #: The order that it became.
    order_id: str | None

    @property
    def subtotal_minor(self) -> int:
        """What the lines cost together, in minor units."""
        return sum(item.amount_minor for item in self.items)


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """An order with its lines, charges (each with `movements.all()`, oldest first), sources and payment session."""

    order: Order
    checkout: Checkout
    items: Sequence[CheckoutItem]
    charges: Sequence[Charge]
    sources: Sequence[Source]
    session: Session

    @property
    def subtotal_minor(self) -> int:
        """What the lines cost together, in minor units."""
        return sum(item.amount_minor for item in self.items)


def get_checkout(*, checkout_id: UUID, test_mode: bool, now: datetime) -> CheckoutDetail:
    """
    An open or ordered checkout as it stands at `now`.

    :raises CheckoutNotFound: if there is none; a deleted or expired one is none.
    """
    checkout = Checkout.objects.filter(pk=checkout_id, test_mode=test_mode).select_related("customer", "order").first()
    if checkout is None or not is_alive(checkout, now):
        raise CheckoutNotFound(checkout=str(checkout_id))
    return detail_of(checkout, now)


def is_alive(checkout: Checkout, now: datetime) -> bool:
    """Whether a checkout can be read: ordered, or open and not given up, swept or not."""
    if checkout.status == CheckoutStatus.OPEN:
        return checkout.expires_at > now
    return checkout.status == CheckoutStatus.ORDERED


def detail_of(checkout: Checkout, now: datetime) -> CheckoutDetail:
    """A checkout's row with what belongs to it, which one of `checkouts_of` has at hand."""
    shown: Any = checkout
    attached, lines = getattr(shown, "attached", None), getattr(shown, "lines", None)
    funding = read_funding(checkout, now, attached=attached)
    order = getattr(checkout, "order", None)
    return CheckoutDetail(
        checkout=checkout,
        items=list(checkout.items.order_by("place")) if lines is None else lines,
        sources=_as_paying(funding.paying, funding.primary, funding.primary_minor),
        session=session_of(checkout, funding),
        order_id=order.pk if order else None,
    )


def _as_paying(sources: Sequence[Source], primary: Source | None, primary_minor: int) -> Sequence[Source]:
    if primary is not None:
        primary.contributed_minor = primary_minor
    return sources


def get_source(*, source_id: UUID, test_mode: bool) -> Source:
    """
    A source with its checkout and hold at hand; `state_at(now)` is the state that a reader meets.

    :raises SourceNotFound: if there is none.
    """
    related = ("checkout", "hold", "account")
    found = Source.objects.filter(pk=source_id, test_mode=test_mode).select_related(*related).first()
    if found is None:
        raise SourceNotFound(source=str(source_id))
    return found


def get_order(*, order_id: str, test_mode: bool) -> OrderDetail:
    """
    An order as it stands.

    :raises OrderNotFound: if there is none.
    """
    found = orders_of(test_mode).filter(pk=order_id).first() if order_id.isascii() and order_id.isdigit() else None
    if found is None:
        raise OrderNotFound(order=order_id)
    return order_detail_of(found)


def order_detail_of(order: Order) -> OrderDetail:
    """One of `_orders` with what belongs to it."""
    checkout: Any = order.checkout
    funding = read_funding(checkout, order.created_at, attached=checkout.attached)
    return OrderDetail(
        order=order,
        checkout=checkout,
        items=checkout.lines,
        charges=list(order.charges.all()),
        sources=_as_paying(funding.paying, funding.primary, funding.primary_minor),
        session=session_of(order.checkout, funding),
    )


def get_refund(*, refund_id: UUID, test_mode: bool) -> Refund:
    """
    A refund with its order, items and movements at hand.

    :raises RefundNotFound: if there is none.
    """
    found = refunds_of(test_mode).filter(pk=refund_id).first()
    if found is None:
        raise RefundNotFound(refund=str(refund_id))
    return found


def get_fulfillment(*, fulfillment_id: UUID, test_mode: bool) -> Fulfillment:
    """
    A fulfilment with its order and lines at hand.

    :raises FulfillmentNotFound: if there is none.
    """
    found = fulfillments_of(test_mode).filter(pk=fulfillment_id).first()
    if found is None:
        raise FulfillmentNotFound(fulfillment=str(fulfillment_id))
    return found


def checkouts_of(test_mode: bool) -> CheckoutQuerySet:
    """The checkouts of a mode, with what `detail_of` needs."""
    lines = Prefetch("items", CheckoutItem.objects.order_by("place"), to_attr="lines")
    attached = Prefetch("sources", list_attached(), to_attr="attached")
    rows: CheckoutQuerySet = Checkout.objects.filter(test_mode=test_mode)
    return rows.prefetch_related("customer", "order", lines, attached)


def sources_of(test_mode: bool) -> QuerySet[Source]:
    """The sources of a mode, with what is shown of them."""
    return Source.objects.filter(test_mode=test_mode).prefetch_related("checkout", "hold")


def fulfillments_of(test_mode: bool) -> QuerySet[Fulfillment]:
    """The fulfilments of a mode, with what is shown of them."""
    rows = Fulfillment.objects.filter(_of_order_in(test_mode))
    return rows.select_related("order").prefetch_related("items")


def orders_of(test_mode: bool) -> QuerySet[Order]:
    """The orders of a mode, with what `order_detail_of` needs."""
    movements = ChargeMovement.objects.select_related(_ASKED).order_by("created_at", "pk")
    charges = Charge.objects.order_by("place").prefetch_related(Prefetch("movements", movements))
    lines = Prefetch("checkout__items", CheckoutItem.objects.order_by("place"), to_attr="lines")
    attached = Prefetch("checkout__sources", list_attached(), to_attr="attached")
    rows = Order.objects.filter(test_mode=test_mode).select_related("checkout__customer")
    return rows.prefetch_related(Prefetch("charges", charges), lines, attached)


def refunds_of(test_mode: bool) -> QuerySet[Refund]:
    """The refunds of a mode, with what is shown of them."""
    rows = Refund.objects.filter(_of_order_in(test_mode)).select_related("order")
    movements = ChargeMovement.objects.select_related("charge__source", _ASKED)
    return rows.prefetch_related("items__item", Prefetch("movements", movements))


def _of_order_in(test_mode: bool) -> Subquery:
    return fits_looked_up(Order.objects.filter(pk=OuterRef("order_id")), Q(test_mode=test_mode))
