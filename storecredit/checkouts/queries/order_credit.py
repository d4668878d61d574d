"""What orders have taken from lines of credit and given back, those that ran here and those at the vendor alike."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ledger.queries import Account
from storecredit.checkouts.models import Charge, CreditDeduction

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class OrderCredit:
    """
    One line of credit of one order. Amounts in minor units.

    :param row: the charge, if the order ran here, or the deduction.
    :param settled_minor: what could not be taken and staff have dealt with.
    """

    order_id: str
    source_id: str
    upstream_id: str
    account: Account | None
    currency: str
    taken_minor: int
    given_back_minor: int
    settled_minor: int
    row: Charge | CreditDeduction

    @property
    def kept_minor(self) -> int:
        return self.taken_minor - self.given_back_minor


def find_credit_of_orders(*, order_ids: Collection[str], test_mode: bool) -> dict[tuple[str, str], OrderCredit]:
    """The lines of credit of some orders, by the ids of order and source."""
    charges = _charges(test_mode).filter(order_id__in=order_ids)
    deductions = _deductions(test_mode).filter(order__order_id__in=order_ids)
    found = [*map(_of_charge, charges), *map(_of_deduction, deductions)]
    return {(credit.order_id, credit.source_id): credit for credit in found}


def list_credit_of_orders(
    *, test_mode: bool, first: datetime | None = None, before: datetime | None = None
) -> Iterator[OrderCredit]:
    """The lines of credit of all orders, or of those made in a span of time, a portion in memory at a time."""
    for credit in _within(_charges(test_mode), first, before).iterator(_AT_ONCE):
        yield _of_charge(credit)
    for deduction in _within(_deductions(test_mode), first, before).iterator(_AT_ONCE):
        yield _of_deduction(deduction)


def _charges(test_mode: bool) -> QuerySet[Charge]:
    rows = Charge.objects.filter(source__type="CUSTOMER_CREDIT", order__test_mode=test_mode)
    return rows.select_related("order", "source__account__customer").order_by("pk")


def _deductions(test_mode: bool) -> QuerySet[CreditDeduction]:
    return (
        CreditDeduction.objects.filter(order__test_mode=test_mode)
        .select_related("order", "account__customer")
        .order_by("pk")
    )


def _within(rows: QuerySet[Any], first: datetime | None, before: datetime | None) -> QuerySet[Any]:
    if first is not None:
        rows = rows.filter(created_at__gte=first)
    return rows.filter(created_at__lt=before) if before is not None else rows


def _of_charge(charge: Charge) -> OrderCredit:
    return OrderCredit(
        order_id=charge.order_id,
        source_id=str(charge.source_id),
        upstream_id=charge.source.upstream_id,
        account=charge.source.account,
        currency=charge.order.currency,
        taken_minor=charge.amount_minor,
        given_back_minor=charge.cancelled_minor + charge.refunded_minor,
        settled_minor=0,
        row=charge,
    )


def _of_deduction(deduction: CreditDeduction) -> OrderCredit:
    return OrderCredit(
        order_id=deduction.order.order_id,
        source_id=deduction.source_id,
        upstream_id=deduction.upstream_id,
        account=deduction.account,
        currency=deduction.currency,
        taken_minor=deduction.taken_minor,
        given_back_minor=deduction.given_back_minor,
        settled_minor=deduction.shortfall_minor if deduction.resolved_at else 0,
        row=deduction,
    )
