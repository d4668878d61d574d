"""Checkouts, orders, sources and refunds as the doors show them, page by page; those of the other mode are none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Prefetch, Q, QuerySet

from storecredit.checkouts.errors import CheckoutNotFound, OrderNotFound, RefundNotFound, SourceNotFound
from storecredit.checkouts.models import (
    Charge,
    ChargeMovement,
    Checkout,
    CheckoutItem,
    CheckoutStatus,
    Order,
    Refund,
    Source,
)
from storecredit.checkouts.queries.funding import Session, list_attached, read_funding, session_of

Row = TypeVar("Row", bound=Model)
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
    """A checkout's row with what belongs to it."""
    funding = read_funding(checkout, now)
    order = getattr(checkout, "order", None)
    return CheckoutDetail(
        checkout=checkout,
        items=list(checkout.items.order_by("place")),
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
    found = _orders(test_mode).filter(pk=order_id).first() if order_id.isascii() and order_id.isdigit() else None
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


def list_order_page(
    *, test_mode: bool, at_most: int, starting_after: str | None = None, ending_before: str | None = None
) -> tuple[list[OrderDetail], bool]:
    """
    Orders, newest first, and whether there are more in the direction asked for.

    :param starting_after: only those older than this one.
    :param ending_before: only those newer than this one, the nearest of them.
    :raises OrderNotFound: if the order named is none.
    """
    rows, has_more = _page(_orders(test_mode), at_most, starting_after, ending_before)
    return [order_detail_of(row) for row in rows], has_more


def get_refund(*, refund_id: UUID, test_mode: bool) -> Refund:
    """
    A refund with its order, items and movements at hand.

    :raises RefundNotFound: if there is none.
    """
    found = _refunds(test_mode).filter(pk=refund_id).first()
    if found is None:
        raise RefundNotFound(refund=str(refund_id))
    return found


def list_refund_page(
    *,
    test_mode: bool,
    at_most: int,
    order_id: str | None = None,
    starting_after: UUID | None = None,
    ending_before: UUID | None = None,
) -> tuple[list[Refund], bool]:
    """
    Refunds, of one order or of all, newest first, and whether there are more in the direction asked for.

    :raises RefundNotFound: if the refund named is none.
    """
    rows = _refunds(test_mode)
    if order_id is not None:
        rows = rows.filter(order_id=order_id) if order_id.isascii() and order_id.isdigit() else rows.none()
    return _page(rows, at_most, starting_after, ending_before)


def _orders(test_mode: bool) -> QuerySet[Order]:
    movements = ChargeMovement.objects.select_related(_ASKED).order_by("created_at", "pk")
    charges = Charge.objects.order_by("place").prefetch_related(Prefetch("movements", movements))
    lines = Prefetch("checkout__items", CheckoutItem.objects.order_by("place"), to_attr="lines")
    attached = Prefetch("checkout__sources", list_attached(), to_attr="attached")
    rows = Order.objects.filter(test_mode=test_mode).select_related("checkout__customer")
    return rows.prefetch_related(Prefetch("charges", charges), lines, attached)


def _refunds(test_mode: bool) -> QuerySet[Refund]:
    rows = Refund.objects.filter(order__test_mode=test_mode).select_related("order")
    movements = ChargeMovement.objects.select_related("charge__source", _ASKED)
    return rows.prefetch_related("items__item", Prefetch("movements", movements))


def _page(
    rows: QuerySet[Row], at_most: int, starting_after: object | None, ending_before: object | None
) -> tuple[list[Row], bool]:
    if ending_before is not None:
        mark = _mark(rows, ending_before)
        newer = rows.filter(Q(created_at__gt=mark.created_at) | Q(created_at=mark.created_at, pk__gt=mark.pk))
        found = list(newer.order_by("created_at", "pk")[: at_most + 1])
        return found[:at_most][::-1], len(found) > at_most
    if starting_after is not None:
        mark = _mark(rows, starting_after)
        rows = rows.filter(Q(created_at__lt=mark.created_at) | Q(created_at=mark.created_at, pk__lt=mark.pk))
    found = list(rows.order_by("-created_at", "-pk")[: at_most + 1])
    return found[:at_most], len(found) > at_most


def _mark(rows: QuerySet[Row], key: object) -> "Order | Refund":
    found = rows.filter(pk=key).first()
    if isinstance(found, Order | Refund):
        return found
    if rows.model is Order:
        raise OrderNotFound(order=str(key))
    raise RefundNotFound(refund=str(key))
