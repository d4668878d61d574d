"""Captured money goes back: by amount, by percentage, or by items."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import floor
from uuid import UUID

from moneyed import Money

from ledger.errors import AmountNotPositive, named_by_place
from ledger.money import from_minor, to_minor
from ledger.operations import Actor, operation
from storecredit.checkouts.errors import (
    ItemNotFound,
    ItemsMissing,
    PercentOutOfRange,
    QuantityTooLarge,
    RefundAmbiguous,
    RefundCurrencyMismatch,
    RefundTooLarge,
)
from storecredit.checkouts.models import CheckoutItem, Order, Refund, RefundItem, made_by
from storecredit.checkouts.operations.charging import list_charges, lock_accounts_of, lock_order
from storecredit.checkouts.operations.charging import refund as refund_charges
from storecredit.checkouts.operations.splitting import next_part
from storecredit.checkouts.queries.details import get_refund

_MOST_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Units of one line whose cost is refunded."""

    item_id: UUID
    quantity: int


@operation
def refund_order(
    *,
    order_id: str,
    currency: str,
    test_mode: bool,
    actor: Actor,
    now: datetime,
    amount: Money | None = None,
    percent: Decimal | None = None,
    items: Sequence[RefundLine] | None = None,
    reason: str = "",
) -> Refund:
    """
    Refund part or all of what an order has captured.

    :param percent: of all that was captured by now, more than 0 and at most 100. Percentages are rounded together, so
        that those that come to 100 give back all.
    :param items: units that were fulfilled; they cost what was captured for them.
    :raises OrderNotFound, ItemNotFound: if there is none of this mode.
    :raises RefundCurrencyMismatch: if it is not in the order's currency.
    :raises RefundAmbiguous: unless exactly one of amount, percent and items is named.
    :raises AmountNotPositive, AmountNotExact, PercentOutOfRange, ItemsMissing: for such an amount.
    :raises QuantityTooLarge: if fewer units were fulfilled and not refunded.
    :raises RefundTooLarge: if less is captured and not refunded.
    :raises OrderLimitReached: if the order has as many refunds as one can have.
    """
    order = lock_order(order_id=order_id, test_mode=test_mode, for_another="refunds")
    named = Money(0, currency) if amount is None else amount
    if order.currency not in {currency} or named.currency.code != currency:
        raise RefundCurrencyMismatch(order_currency=order.currency, currency=currency)
    if sum(given is not None for given in (amount, percent, items)) != 1:
        raise RefundAmbiguous
    charges = list_charges(order)
    lock_accounts_of(charges)
    captured_minor = sum(charge.captured_minor for charge in charges)
    refundable_minor = sum(charge.refundable_minor for charge in charges)
    lines: list[tuple[CheckoutItem, int, int]] = []
    if amount is not None:
        amount_minor = to_minor(amount)
    elif percent is not None:
        amount_minor = _percent_of(order, captured_minor, refundable_minor, percent)
    else:
        lines = _cost_lines(order, items or [])
        amount_minor = sum(cost for _, _, cost in lines)
    if amount_minor <= 0:
        raise AmountNotPositive(amount=from_minor(amount_minor, order.currency))
    if amount_minor > refundable_minor:
        raise RefundTooLarge(
            refundable=from_minor(refundable_minor, order.currency),
            requested=from_minor(amount_minor, order.currency),
        )
    refund = Refund.objects.create(
        order=order,
        amount_minor=amount_minor,
        percent=percent,
        percent_of_minor=captured_minor if percent is not None else None,
        reason=reason,
        **made_by(actor, now),
    )
    for row, quantity, cost_minor in lines:
        row.refunded_quantity += quantity
        row.refunded_minor += cost_minor
        row.save()
        RefundItem.objects.create(refund=refund, item=row, quantity=quantity, amount_minor=cost_minor)
    refund_charges(charges, amount_minor, refund, actor, now)
    order.updated_at = now
    order.save(update_fields=["updated_at"])
    return get_refund(refund_id=refund.pk, test_mode=test_mode)


def _percent_of(order: Order, captured_minor: int, refundable_minor: int, percent: Decimal) -> int:
    exponent = percent.as_tuple().exponent
    if not percent.is_finite() or not 0 < percent <= 100 or not isinstance(exponent, int) or exponent < -_MOST_DECIMALS:
        raise PercentOutOfRange(percent=percent)
    exact = Fraction(percent) * captured_minor / 100
    before = order.refunds.filter(percent__isnull=False)
    amount_minor = next_part(
        total=exact + sum(_exactly(one, captured_minor) for one in before),
        before_minor=sum(one.amount_minor for one in before),
    )
    # What rounding alone puts beyond what is left is left out.
    return min(amount_minor, refundable_minor) if floor(exact) <= refundable_minor else amount_minor


def _exactly(refund: Refund, captured_minor: int) -> Fraction:
    """What the refund's percentage came to before it was rounded."""
    of_minor = captured_minor if refund.percent_of_minor is None else refund.percent_of_minor
    exact = Fraction(refund.percent or 0) * of_minor / 100
    # Where it was not kept: it was rounded on its own, so that what is further off than this was of something else.
    is_known = refund.percent_of_minor is not None or abs(exact - refund.amount_minor) <= Fraction(1, 2)
    return exact if is_known else Fraction(refund.amount_minor)


def _cost_lines(order: Order, items: Sequence[RefundLine]) -> list[tuple[CheckoutItem, int, int]]:
    if not items or len({line.item_id for line in items}) < len(items):
        raise ItemsMissing
    rows = {row.pk: row for row in order.checkout.items.all()}
    costs = []
    for place, line in enumerate(items):
        with named_by_place(place):
            costs.append(_cost_line(rows, line))
    return costs


def _cost_line(rows: dict[UUID, CheckoutItem], line: RefundLine) -> tuple[CheckoutItem, int, int]:
    row = rows.get(line.item_id)
    if row is None:
        raise ItemNotFound(item=str(line.item_id))
    left = row.fulfilled_quantity - row.refunded_quantity
    if line.quantity < 1:
        raise ItemsMissing
    if line.quantity > left:
        raise QuantityTooLarge(item=str(row.pk), left=left, requested=line.quantity)
    total = Fraction(row.captured_minor * (row.refunded_quantity + line.quantity), row.fulfilled_quantity)
    return row, line.quantity, next_part(total=total, before_minor=row.refunded_minor)
