"""
One primary source and two lines of credit, worked through: which tender pays, and which gets money back.

An order of 100: 20 from the first line, 30 from the second, 50 by card; ten units of 10. Captures go to the lines
first, in the order in which they were attached, then to the card; what is cancelled or refunded goes the other way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from giftcards.operations import block_card, replace_card, void_card
from ledger.models import Account
from ledger.operations import AccountStatus, Why, reverse_transaction
from storecredit.checkouts.errors import (
    ItemNotFound,
    ItemsMissing,
    NothingToCancel,
    OrderNotFound,
    PercentOutOfRange,
    QuantityTooLarge,
    RefundAmbiguous,
    RefundCurrencyMismatch,
    RefundNotFound,
    RefundTooLarge,
)
from storecredit.checkouts.models import Order, UnreturnedCredit
from storecredit.checkouts.operations import (
    FulfillmentLine,
    RefundLine,
    cancel_order,
    fulfill,
    refund_order,
    settle_unreturned_credit,
)
from storecredit.checkouts.queries import (
    OrderDetail,
    get_order,
    get_refund,
    list_refund_page,
    list_unreturned_credit,
)
from tests.checkouts.stage import (
    ACT,
    all_is_well,
    attach,
    charges_of,
    given_checkout,
    given_credit_source,
    given_order_paid_by,
    given_tender,
    item,
    order,
    refused,
    send,
)
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import NOW, STAFF, balance_of, given_credit, given_customer, history_of, money, set_status

pytestmark = pytest.mark.django_db


@dataclass
class Stage:
    """The order, and the two accounts that its credit came from."""

    placed: OrderDetail
    first: Account
    second: Account

    def refund(self, **what: Any):
        said = {"currency": "GBP"} | ACT | what
        return refund_order(order_id=self.placed.order.pk, **said)

    def send(self, quantity: int = 0, cancel: int = 0):
        return send(self.placed, quantity=quantity, cancel=cancel)

    def cancel(self):
        return cancel_order(order_id=self.placed.order.pk, **ACT)

    def units(self, count: int) -> list[RefundLine]:
        return [RefundLine(self.placed.items[0].pk, count)]


@pytest.fixture
def stage(db: None) -> Stage:
    first, second = given_credit("20.00 GBP"), given_credit("30.00 GBP")
    checkout = given_checkout(item("10.00 GBP", 10))
    attach(checkout, given_credit_source("20.00 GBP", account=first))
    attach(checkout, given_credit_source("30.00 GBP", account=second))
    attach(checkout, given_tender("50.00 GBP"))
    return Stage(order(checkout), first, second)


Steps = Callable[[Stage], object]

#: What is done; then captured, cancelled and refunded of the first line, the second and the card, and what the lines
#: then have.
TABLE: dict[str, tuple[list[Steps], list[tuple[int, int, int]], tuple[int, int]]] = {
    "nothing yet": ([], [(0, 0, 0), (0, 0, 0), (0, 0, 0)], (0, 0)),
    "one unit is sent: the first line pays": (
        [lambda s: s.send(1)],
        [(10, 0, 0), (0, 0, 0), (0, 0, 0)],
        (0, 0),
    ),
    "four units are sent: the second line pays after the first": (
        [lambda s: s.send(4)],
        [(20, 0, 0), (20, 0, 0), (0, 0, 0)],
        (0, 0),
    ),
    "seven units are sent in two parcels: the card pays last": (
        [lambda s: s.send(3), lambda s: s.send(4)],
        [(20, 0, 0), (30, 0, 0), (20, 0, 0)],
        (0, 0),
    ),
    "all is sent": ([lambda s: s.send(10)], [(20, 0, 0), (30, 0, 0), (50, 0, 0)], (0, 0)),
    "two units are cancelled: the card is spared": (
        [lambda s: s.send(cancel=2)],
        [(0, 0, 0), (0, 0, 0), (0, 20, 0)],
        (0, 0),
    ),
    "six units are cancelled: the second line gets 10 back": (
        [lambda s: s.send(cancel=6)],
        [(0, 0, 0), (0, 10, 0), (0, 50, 0)],
        (0, 10),
    ),
    "nine units are cancelled: the first line gets 10 back last": (
        [lambda s: s.send(cancel=9)],
        [(0, 10, 0), (0, 30, 0), (0, 50, 0)],
        (10, 30),
    ),
    "three sent and six cancelled in one go": (
        [lambda s: s.send(3, cancel=6)],
        [(20, 0, 0), (10, 10, 0), (0, 50, 0)],
        (0, 10),
    ),
    "three sent, the rest of the order cancelled": (
        [lambda s: s.send(3), lambda s: s.cancel()],
        [(20, 0, 0), (10, 20, 0), (0, 50, 0)],
        (0, 20),
    ),
    "the whole order cancelled": (
        [lambda s: s.cancel()],
        [(0, 20, 0), (0, 30, 0), (0, 50, 0)],
        (20, 30),
    ),
    "refund of 40 by amount: the card gets it": (
        [lambda s: s.send(10), lambda s: s.refund(amount=money("40 GBP"))],
        [(20, 0, 0), (30, 0, 0), (50, 0, 40)],
        (0, 0),
    ),
    "refund of 60 by amount: the second line gets what passes the card": (
        [lambda s: s.send(10), lambda s: s.refund(amount=money("60 GBP"))],
        [(20, 0, 0), (30, 0, 10), (50, 0, 50)],
        (0, 10),
    ),
    "refunds of 60 and 30: the first line gets money last": (
        [
            lambda s: s.send(10),
            lambda s: s.refund(amount=money("60 GBP")),
            lambda s: s.refund(amount=money("30 GBP")),
        ],
        [(20, 0, 10), (30, 0, 30), (50, 0, 50)],
        (10, 30),
    ),
    "refund of 10 percent": (
        [lambda s: s.send(10), lambda s: s.refund(percent=Decimal(10))],
        [(20, 0, 0), (30, 0, 0), (50, 0, 10)],
        (0, 0),
    ),
    "refund of 100 percent of what was sent": (
        [lambda s: s.send(4), lambda s: s.refund(percent=Decimal(100))],
        [(20, 0, 20), (20, 0, 20), (0, 0, 0)],
        (20, 20),
    ),
    "refund of seven units": (
        [lambda s: s.send(10), lambda s: s.refund(items=s.units(7))],
        [(20, 0, 0), (30, 0, 20), (50, 0, 50)],
        (0, 20),
    ),
    "refund of all units, in three goes": (
        [
            lambda s: s.send(10),
            lambda s: s.refund(items=s.units(3)),
            lambda s: s.refund(items=s.units(3)),
            lambda s: s.refund(items=s.units(4)),
        ],
        [(20, 0, 20), (30, 0, 30), (50, 0, 50)],
        (20, 30),
    ),
    "part sent, part cancelled, part refunded": (
        [lambda s: s.send(6, cancel=2), lambda s: s.refund(amount=money("25 GBP"))],
        [(20, 0, 0), (30, 0, 15), (10, 20, 10)],
        (0, 15),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_moves_each_tender_as_the_table_says(stage, name):
    steps, tenders, lines = TABLE[name]

    for step in steps:
        step(stage)

    amounts = ("20.00", "30.00", "50.00")
    assert charges_of(stage.placed.order.pk) == [
        (amount, *(f"{part}.00" for part in parts)) for amount, parts in zip(amounts, tenders, strict=True)
    ]
    assert (balance_of(stage.first), balance_of(stage.second)) == tuple(f"{line}.00" for line in lines)
    assert all_is_well()


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({"amount": money("40.01 GBP")}, RefundTooLarge),
        ({"amount": money("1 EUR"), "currency": "EUR"}, RefundCurrencyMismatch),
        ({"amount": money("1 GBP"), "currency": "EUR"}, RefundCurrencyMismatch),
        ({"amount": money("1 EUR")}, RefundCurrencyMismatch),
        ({}, RefundAmbiguous),
        ({"amount": money("1 GBP"), "percent": Decimal(1)}, RefundAmbiguous),
        ({"percent": Decimal(0)}, PercentOutOfRange),
        ({"percent": Decimal("100.0001")}, PercentOutOfRange),
        ({"percent": Decimal("0.00001")}, PercentOutOfRange),
        ({"percent": Decimal("NaN")}, PercentOutOfRange),
        ({"items": []}, ItemsMissing),
    ],
)
def test_refuses_a_refund_that_cannot_be(stage, what, error):
    stage.send(4)

    with refused(error):
        stage.refund(**what)


def test_never_refunds_more_than_was_captured_however_it_is_asked_for(stage):
    stage.send(4)
    stage.refund(amount=money("40 GBP"))

    for what in ({"amount": money("0.01 GBP")}, {"percent": Decimal(1)}, {"items": stage.units(1)}):
        with refused(RefundTooLarge):
            stage.refund(**what)
    with refused(QuantityTooLarge):
        stage.refund(items=stage.units(5))


def test_sends_and_cancels_no_unit_twice(stage):
    stage.send(7, cancel=2)

    for quantity, cancel in ((2, 0), (0, 2), (1, 1)):
        with refused(QuantityTooLarge):
            stage.send(quantity, cancel)
    with refused(ItemsMissing):
        stage.send()
    with refused(ItemsMissing):
        fulfill(order_id=stage.placed.order.pk, items=[], **ACT)
    with refused(ItemNotFound):
        fulfill(order_id=stage.placed.order.pk, items=[FulfillmentLine(stage.placed.checkout.pk, 1)], **ACT)


def test_follows_the_order_to_its_end(stage):
    stage.send(cancel=4)
    assert Order.objects.get().state == "ACCEPTED"

    stage.send(6)

    assert Order.objects.get().state == "FULFILLED"
    with refused(NothingToCancel):
        stage.cancel()


def test_calls_an_order_cancelled_of_which_nothing_was_sent(stage):
    detail = stage.cancel()

    assert (detail.order.state, detail.order.cancelled_at) == ("CANCELLED", NOW)
    assert [charge.state for charge in detail.charges] == ["CANCELLED"] * 3
    with refused(NothingToCancel):
        stage.cancel()


def test_costs_units_that_do_not_divide_to_the_last_cent():
    checkout = given_checkout(item("3.33 GBP", 3), total_shipping=money("0.01 GBP"))
    attach(checkout, given_tender("10.00 GBP"))
    placed = order(checkout)

    captured = []
    for _ in range(3):
        send(placed, quantity=1)
        captured.append(charges_of(placed.order.pk)[0][1])

    assert captured == ["3.33", "6.67", "10.00"]
    assert all_is_well()


def test_links_what_comes_back_to_the_spend_and_the_refund_to_its_movements(stage):
    stage.send(10)

    refund = stage.refund(amount=money("60 GBP"), reason="Broken")

    moves = {move.charge.place: (move.amount_minor, move.transaction) for move in refund.movements.all()}
    assert (moves[3], moves[2][0]) == ((5000, None), 1000)
    back = moves[2][1]
    spend = stage.placed.charges[1].transaction
    assert (back.reverses_id, back.reference, back.account_id) == (spend.pk, stage.placed.order.pk, stage.second.pk)
    assert get_refund(refund_id=refund.pk, test_mode=False).reason == "Broken"
    found, has_more = list_refund_page(test_mode=False, at_most=10, order_id=stage.placed.order.pk)
    assert ([each.pk for each in found], has_more) == ([refund.pk], False)
    with refused(RefundNotFound):
        get_refund(refund_id=refund.pk, test_mode=True)


def test_hides_the_other_modes_orders(stage):
    with refused(OrderNotFound):
        cancel_order(order_id=stage.placed.order.pk, **ACT | {"test_mode": True})
    with refused(OrderNotFound):
        get_order(order_id=stage.placed.order.pk, test_mode=True)


# Where the account cannot take it


def test_gives_back_to_the_card_that_replaced_a_lost_one():
    lost = given_card("10.00 GBP")
    placed = given_order_paid_by(account_of(lost), "4.00 GBP")
    fresh = replace_card(card_id=lost.id, actor=STAFF, now=NOW, why=Why(note="lost"))

    cancel_order(order_id=placed.order.pk, **ACT)

    assert balance_of(account_of(fresh)) == "10.00"
    assert all_is_well()


def test_gives_back_to_the_store_credit_of_a_voided_cards_customer():
    customer = given_customer()
    card = given_card("10.00 GBP", customer_id=customer.pk)
    placed = given_order_paid_by(account_of(card))
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="printed wrong"))

    cancel_order(order_id=placed.order.pk, **ACT)

    assert history_of(Account.objects.get(customer=customer, kind="STORE_CREDIT")) == [("REFUND", "10.00")]
    assert all_is_well()


@pytest.mark.parametrize("reason", ["closed", "frozen", "voided", "blocked", "reversed"])
def test_hands_to_staff_what_no_account_can_take(reason):
    card = given_card("10.00 GBP") if reason in {"voided", "blocked"} else None
    account = account_of(card) if card else given_credit("10.00 GBP")
    placed = given_order_paid_by(account)
    if reason in {"closed", "frozen"}:
        set_status(account_id=account.pk, status=AccountStatus(reason.upper()))
    elif card:
        put_away = void_card if reason == "voided" else block_card
        put_away(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="why"))
    else:
        spend_id = placed.charges[0].transaction_id
        assert spend_id is not None
        reverse_transaction(transaction_id=spend_id, actor=STAFF, now=NOW, why=Why(note="by hand"))

    cancel_order(order_id=placed.order.pk, **ACT)

    assert charges_of(placed.order.pk) == [("10.00", "0.00", "10.00", "0.00")]
    waiting = list_unreturned_credit().get()
    assert (waiting.amount_minor, waiting.reference, waiting.account_id) == (1000, placed.order.pk, account.pk)
    assert waiting.charge_movement.transaction is None
    assert balance_of(account) == ("10.00" if reason == "reversed" else "0.00")
    assert all_is_well()

    settle_unreturned_credit(unreturned_id=waiting.pk, resolution="Sent a new card", actor=STAFF, now=NOW)

    assert not list_unreturned_credit().exists()
    assert UnreturnedCredit.objects.get().resolved_by == "alice"
