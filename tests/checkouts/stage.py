"""Small verbs that set a checkout's stage and read what it did."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from giftcards import queries as giftcards
from ledger import queries as ledger
from ledger.errors import DomainError
from ledger.models import Account, Transaction
from ledger.money import from_minor
from storecredit.checkouts.models import Charge, ChargeMovement, Source
from storecredit.checkouts.operations import (
    FulfillmentLine,
    NewItem,
    SourceType,
    attach_source,
    fulfill,
    place_order,
)
from storecredit.checkouts.queries import CheckoutDetail, OrderDetail, list_findings
from tests.factories.checkouts import BILL_TO as BILL_TO
from tests.factories.checkouts import CheckoutDetailFactory, SourceFactory
from tests.scenarios import API, NOW, every_row_of, money, nothing_moves

ACT: dict[str, Any] = {"actor": API, "now": NOW, "test_mode": False}


def item(price: str, quantity: int = 1, sku: str = "sku-1") -> NewItem:
    """A line at a price per unit, `"10.00 GBP"`."""
    return NewItem(sku_id=sku, quantity=quantity, price=money(price))


def given_checkout(*items: NewItem, total: str = "100.00 GBP", now: datetime = NOW, **fields: Any) -> CheckoutDetail:
    """A checkout that can be ordered once it is paid for: of the items, or of one that costs the total."""
    lines = items or (item(total),)
    return CheckoutDetailFactory.create(items=lines, now=now, **fields)


def given_credit_source(amount: str, *, account: Account, now: datetime = NOW, **fields: Any) -> Source:
    """A line of credit as a source."""
    return SourceFactory.create(credit=True, worth=money(amount), account=account, now=now, **fields)


def given_tender(
    amount: str, *, type: SourceType = SourceType.CREDIT_CARD, now: datetime = NOW, **fields: Any
) -> Source:
    """External tender as a source: a card unless another is named."""
    return SourceFactory.create(type=type, worth=money(amount), now=now, **fields)


def attach(checkout: CheckoutDetail, source: Source, now: datetime = NOW) -> CheckoutDetail:
    """The source pays for the checkout."""
    return attach_source(checkout_id=checkout.checkout.pk, source_id=source.pk, **ACT | {"now": now})


def order(checkout: CheckoutDetail, now: datetime = NOW) -> OrderDetail:
    """The checkout is ordered."""
    return place_order(checkout_id=checkout.checkout.pk, **ACT | {"now": now})


def given_order_paid_by(account: Account, total: str = "10.00 GBP") -> OrderDetail:
    """An order over 10.00 GBP, or another total, paid for with credit alone."""
    return order(attach(given_checkout(total=total), given_credit_source(total, account=account)))


def send(of: OrderDetail, place: int = 0, quantity: int = 0, cancel: int = 0, now: datetime = NOW) -> Any:
    """Units of the order's line at that place are sent, or cancelled."""
    line = FulfillmentLine(of.items[place].pk, quantity, cancel)
    return fulfill(order_id=of.order.pk, items=[line], **ACT | {"now": now})


def charges_of(order_id: str) -> list[tuple[str, str, str, str]]:
    """Amount, captured, cancelled and refunded of each charge, in the order of attaching."""
    charges = Charge.objects.filter(order_id=order_id).select_related("order").order_by("place")
    return [
        tuple(  # type: ignore[misc]  # of four, for four are named
            text(minor, charge.order.currency)
            for minor in (charge.amount_minor, charge.captured_minor, charge.cancelled_minor, charge.refunded_minor)
        )
        for charge in charges
    ]


def movements_of(order_id: str) -> list[tuple[int, str, str]]:
    """Place of the charge, kind and amount of each movement, in the order in which they were made."""
    movements = ChargeMovement.objects.filter(charge__order_id=order_id).select_related("charge__order")
    return [
        (movement.charge.place, movement.kind, text(movement.amount_minor, movement.charge.order.currency))
        for movement in sorted(movements, key=lambda movement: (movement.created_at, movement.charge.place))
    ]


def entries_for(reference: str) -> list[tuple[str, str]]:
    """Type and amount of what the books say of an order, oldest first."""
    rows = Transaction.objects.filter(reference=reference).order_by("number")
    return [(row.type, text(row.amount_minor, row.currency)) for row in rows]


def text(amount_minor: int, currency: str) -> str:
    """An amount without its currency."""
    return str(from_minor(amount_minor, currency).amount)


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Whatever happens in here leaves every row of the books and of the checkouts as it was."""
    before = _every_row()
    with nothing_moves():
        yield
    assert _every_row() == before


@contextmanager
def refused(error: type[DomainError]) -> Iterator[pytest.ExceptionInfo[Any]]:
    """The operation in here is refused with exactly this error and changes nothing."""
    with nothing_changes(), pytest.raises(error) as caught, transaction.atomic():
        yield caught
    assert type(caught.value) is error


def all_is_well() -> bool:
    """Whether reconciling finds nothing, in the books, the cards and the checkouts."""
    return [*ledger.list_findings(), *giftcards.list_findings(), *list_findings()] == []


def _every_row() -> dict[str, list[dict[str, Any]]]:
    return every_row_of(*apps.get_app_config("checkouts").get_models())
