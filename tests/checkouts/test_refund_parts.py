"""Parts of what was captured, by percentage and by unit, add up to all of it."""

from decimal import Decimal
from typing import Any

import pytest

from ledger.money import to_minor
from storecredit.checkouts.errors import (
    RefundTooLarge,
)
from storecredit.checkouts.models import ChargeMovement, Refund, made_by
from storecredit.checkouts.operations import (
    NewItem,
    RefundLine,
    refund_order,
)
from storecredit.checkouts.queries import (
    OrderDetail,
)
from tests.checkouts.stage import (
    ACT,
    all_is_well,
    attach,
    charges_of,
    given_checkout,
    given_tender,
    item,
    order,
    refused,
    send,
    text,
)
from tests.scenarios import NOW, money

pytestmark = pytest.mark.django_db


def given_captured(amount: str, units: int = 1) -> OrderDetail:
    """An order over the amount, paid for by card and sent whole."""
    total = money(amount)
    lines = [NewItem(sku_id="sku-1", quantity=units, aggregate_price=total)]
    placed = order(attach(given_checkout(*lines), given_tender(amount)))
    send(placed, quantity=units)
    return placed


def refund_parts(of: OrderDetail, *asked: dict[str, Any]) -> list[str]:
    """What each of the refunds comes to."""
    currency = of.order.currency
    made = [refund_order(order_id=of.order.pk, currency=currency, **what, **ACT) for what in asked]
    return [text(refund.amount_minor, currency) for refund in made]


@pytest.mark.parametrize(
    ("total", "percentages", "parts"),
    [
        ("19.99 USD", ["50", "50"], ["10.00", "9.99"]),
        ("19.99 USD", ["33.3333", "33.3333", "33.3334"], ["6.66", "6.67", "6.66"]),
        ("0.05 USD", ["25"] * 4, ["0.01", "0.02", "0.01", "0.01"]),
        ("7 JPY", ["50", "50"], ["4", "3"]),
        ("1001 JPY", ["10"] * 10, ["100"] * 4 + ["101"] + ["100"] * 5),
        ("1.001 KWD", ["12.5"] * 8, ["0.125"] * 3 + ["0.126"] + ["0.125"] * 4),
    ],
)
def test_percentages_that_come_to_100_give_back_all(total, percentages, parts):
    placed = given_captured(total)

    asked = [{"percent": Decimal(percent)} for percent in percentages]

    assert refund_parts(placed, *asked) == parts
    assert charges_of(placed.order.pk) == [(text_of(total), text_of(total), text_of("0 " + total[-3:]), text_of(total))]
    assert all_is_well()


def text_of(amount: str) -> str:
    return text(to_minor(money(amount)), amount[-3:])


def test_a_percentage_is_of_what_was_captured_by_then():
    placed = order(attach(given_checkout(item("10.01 GBP", 2)), given_tender("20.02 GBP")))

    send(placed, quantity=1)
    first = refund_parts(placed, {"percent": Decimal(50)})
    send(placed, quantity=1)

    assert first + refund_parts(placed, {"percent": Decimal(50)}) == ["5.01", "10.01"]


@pytest.mark.parametrize(("sent_since", "part"), [(0, "9.99"), (1, "19.99")])
def test_a_percentage_from_before_it_was_kept_of_what_counts_as_it_was_rounded(sent_since, part):
    placed = order(attach(given_checkout(item("19.99 USD", 2)), given_tender("39.98 USD")))
    send(placed, quantity=1)
    old = Refund.objects.create(
        order=placed.order, amount_minor=1000, percent=Decimal(50), **made_by(ACT["actor"], NOW)
    )
    ChargeMovement.objects.create(
        charge=placed.charges[0], kind="REFUND", amount_minor=1000, refund=old, **made_by(ACT["actor"], NOW)
    )
    if sent_since:
        send(placed, quantity=sent_since)

    assert refund_parts(placed, {"percent": Decimal(50)}) == [part]


def test_a_percentage_beside_an_amount_loses_to_it_what_rounding_alone_would_take():
    placed = given_captured("19.99 USD")

    assert refund_parts(placed, {"amount": money("10.00 USD")}, {"percent": Decimal(50)}) == ["10.00", "9.99"]
    with refused(RefundTooLarge):
        refund_parts(placed, {"percent": Decimal(50)})


def test_units_cost_parts_that_add_up_to_what_was_captured_for_them():
    placed = given_captured("10.00 GBP", units=6)

    one_each = [{"items": [RefundLine(placed.items[0].pk, 1)]}] * 6

    assert refund_parts(placed, *one_each) == ["1.67", "1.66", "1.67", "1.67", "1.66", "1.67"]
    assert all_is_well()
