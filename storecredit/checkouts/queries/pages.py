"""
Lists as the doors page through them: newest first, beside one of their rows.

Each order in which a list is read has an index, also of what belongs to one customer, account, checkout or order. Of
what many rows have in common (a currency, a type, a state) a list is read until the page is full: an index that begins
with it would tempt a planner that has counted nothing. See docs/decisions/plans.md.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import DateTimeField, F, Func, Lookup, Model, Q, QuerySet, Subquery, Value
from django.db.models.lookups import GreaterThan, LessThan

from ledger.errors import CustomerNotFound, DomainError
from ledger.queries import get_customer
from ledger.querysets import met_by_many, page_of
from storecredit.checkouts.errors import (
    CheckoutNotFound,
    FulfillmentNotFound,
    OrderNotFound,
    RefundNotFound,
    SourceNotFound,
)
from storecredit.checkouts.models import (
    Checkout,
    Fulfillment,
    Order,
    Refund,
    Source,
    SourceState,
    SourceType,
)
from storecredit.checkouts.queries.details import (
    CheckoutDetail,
    OrderDetail,
    checkouts_of,
    detail_of,
    fulfillments_of,
    order_detail_of,
    orders_of,
    refunds_of,
    sources_of,
)
from storecredit.checkouts.queries.lines import find_line

Row = TypeVar("Row", bound=Model)
#: What bounds the moment at which something was made: `("gte", moment)`, `("lt", moment)`.
Bounds = Sequence[tuple[str, datetime]]
_NEWEST_FIRST: Final = ("-created_at", "-pk")
_OLDEST_FIRST: Final = ("created_at", "pk")
_UNKNOWN: Final[Mapping[type[Model], Callable[[str], DomainError]]] = {
    Checkout: lambda key: CheckoutNotFound(checkout=key),
    Fulfillment: lambda key: FulfillmentNotFound(fulfillment=key),
    Order: lambda key: OrderNotFound(order=key),
    Refund: lambda key: RefundNotFound(refund=key),
    Source: lambda key: SourceNotFound(source=key),
}


class _Place(Func):
    """Where a row stands in the list. Two places are compared as one, so that an index begins at one of them."""

    template = "(%(expressions)s)"
    output_field = DateTimeField()


def list_checkout_page(
    *,
    test_mode: bool,
    now: datetime,
    at_most: int,
    created: Bounds = (),
    currency: str | None = None,
    customer: str | None = None,
    upstream_id: str | None = None,
    email: str | None = None,
    starting_after: UUID | None = None,
    ending_before: UUID | None = None,
) -> tuple[list[CheckoutDetail], bool]:
    """
    Checkouts that can be read at `now`, newest first, and whether there are more in the direction asked for.

    :param customer: number or document id of whose checkouts alone; of nobody there are none.
    :param starting_after: only those older than this one, which may have been given up since.
    :param ending_before: only those newer than this one, the nearest of them.
    :raises CheckoutNotFound: if the checkout named there is none of this mode.
    """
    all_rows = checkouts_of(test_mode)
    rows = _narrow(all_rows.alive(now), created, upstream_id=upstream_id, email=email)
    rows = _narrow_to_many(rows, currency=currency)
    if customer is not None:
        try:
            rows = rows.filter(customer=get_customer(identifier=customer, test_mode=test_mode))
        except CustomerNotFound:
            rows = rows.none()
    found, has_more = _page(rows, all_rows, at_most, starting_after, ending_before)
    return [detail_of(row, now) for row in found], has_more


def list_source_page(
    *,
    test_mode: bool,
    now: datetime,
    at_most: int,
    created: Bounds = (),
    type: SourceType | None = None,
    state: SourceState | None = None,
    currency: str | None = None,
    upstream_id: str | None = None,
    payment_session_id: UUID | None = None,
    starting_after: UUID | None = None,
    ending_before: UUID | None = None,
) -> tuple[list[Source], bool]:
    """
    Sources, newest first, and whether there are more in the direction asked for; `state_at(now)` is the state that a
    reader meets.

    :param state: only those that a reader meets in this state at `now`.
    :param upstream_id: number of the account, or of the gift card, that is the line of credit; of no line there are
        none.
    :param payment_session_id: only those of the checkout with this payment session.
    :param starting_after: only those older than this one.
    :param ending_before: only those newer than this one, the nearest of them.
    :raises SourceNotFound: if the source named there is none of this mode.
    :raises LookUpsStopped: if a line is named by somebody who has guessed too often.
    """
    all_rows = sources_of(test_mode)
    rows = _narrow_to_many(_narrow(all_rows, created), type=type, currency=currency)
    if payment_session_id is not None:
        # Looked up by itself: a join of the two may begin with all checkouts.
        checkouts = Checkout.objects.filter(session_id=payment_session_id)
        rows = rows.filter(checkout_id=Subquery(checkouts.values("pk")[:1]))
    if upstream_id is not None:
        line = find_line(upstream_id=upstream_id, test_mode=test_mode, now=now)
        rows = rows.none() if line is None else rows.filter(account=line)
    if state is not None:
        rows = rows.filter(met_by_many(_standing_as(state, now)))
    return _page(rows, all_rows, at_most, starting_after, ending_before)


def list_fulfillment_page(
    *,
    test_mode: bool,
    at_most: int,
    created: Bounds = (),
    order_id: str | None = None,
    starting_after: UUID | None = None,
    ending_before: UUID | None = None,
) -> tuple[list[Fulfillment], bool]:
    """
    Fulfilments, of one order or of all, newest first, and whether there are more in the direction asked for.

    :raises FulfillmentNotFound: if the fulfilment named is none.
    """
    all_rows = fulfillments_of(test_mode)
    rows = _narrow(all_rows, created, order_id=order_id)
    return _page(rows, all_rows, at_most, starting_after, ending_before)


def list_order_page(
    *,
    test_mode: bool,
    at_most: int,
    created: Bounds = (),
    starting_after: str | None = None,
    ending_before: str | None = None,
) -> tuple[list[OrderDetail], bool]:
    """
    Orders, newest first, and whether there are more in the direction asked for.

    :param starting_after: only those older than this one.
    :param ending_before: only those newer than this one, the nearest of them.
    :raises OrderNotFound: if the order named is none.
    """
    all_rows = orders_of(test_mode)
    rows, has_more = _page(_narrow(all_rows, created), all_rows, at_most, starting_after, ending_before)
    return [order_detail_of(row) for row in rows], has_more


def list_refund_page(
    *,
    test_mode: bool,
    at_most: int,
    created: Bounds = (),
    order_id: str | None = None,
    starting_after: UUID | None = None,
    ending_before: UUID | None = None,
) -> tuple[list[Refund], bool]:
    """
    Refunds, of one order or of all, newest first, and whether there are more in the direction asked for.

    :raises RefundNotFound: if the refund named is none.
    """
    all_rows = refunds_of(test_mode)
    rows = _narrow(all_rows, created, order_id=order_id)
    return _page(rows, all_rows, at_most, starting_after, ending_before)


def _narrow(rows: Any, created: Bounds, **values: object) -> Any:
    """The rows made within bounds that have these values; None: any."""
    for lookup, moment in created:
        rows = rows.filter(**{f"created_at__{lookup}": moment})
    return rows.filter(**{name: value for name, value in values.items() if value is not None})


def _narrow_to_many(rows: Any, **values: object) -> Any:
    """The rows that have these values, which many have; None: any."""
    wanted = {name: value for name, value in values.items() if value is not None}
    return rows.filter(met_by_many(Q(**wanted))) if wanted else rows


def _standing_as(state: SourceState, now: datetime) -> Q:
    """That a reader meets a source in a state at `now`: named one by one, as in `with_lapsed_credit`."""
    if state == SourceState.CONSUMED:
        return Q(state=state)
    if state == SourceState.CHARGEABLE:
        is_set_aside = Q(hold__status="OPEN", hold__expires_at__gt=now)
        return Q(state=state) & (Q(hold__isnull=True) | is_set_aside)
    has_timed_out = Q(hold__status__in=["CAPTURED", "RELEASED", "EXPIRED"]) | Q(hold__expires_at__lte=now)
    return Q(state=state) | (Q(state=SourceState.CHARGEABLE) & has_timed_out)


def _page(
    rows: QuerySet[Row],
    all_rows: QuerySet[Row],
    at_most: int,
    starting_after: object | None,
    ending_before: object | None,
) -> tuple[list[Row], bool]:
    """
    Some of the rows, beside one of all, and whether there are more.

    :raises DomainError: if that one is none.
    """
    forward = ending_before is None
    key = starting_after if forward else ending_before
    if key is not None:
        rows = rows.filter(_beyond(all_rows, key, forward=forward))
    found = list(page_of(rows.order_by(*_NEWEST_FIRST if forward else _OLDEST_FIRST), first=0, at_most=at_most + 1))
    page = found[:at_most]
    return page if forward else page[::-1], len(found) > at_most


def _beyond(all_rows: QuerySet[Row], key: object, *, forward: bool) -> "Lookup[bool]":
    mark = all_rows.filter(pk=key).values_list("created_at", "pk").first()
    if mark is None:
        raise _UNKNOWN[all_rows.model](str(key))
    compare = LessThan if forward else GreaterThan
    fields: Any = all_rows.model._meta
    there = _Place(Value(mark[0], fields.get_field("created_at")), Value(mark[1], fields.pk))
    return compare(_Place(F("created_at"), F("pk")), there)
