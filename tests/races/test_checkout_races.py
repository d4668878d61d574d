"""Checkouts at the same moment: credit is set aside and deducted once, whatever comes together."""

import random
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest

from giftcards.operations import expire_cards, redeem_card
from ledger.errors import ExpiryInThePast, InsufficientCredit
from ledger.models import Account, Hold
from ledger.operations import expire_credit, spend_credit
from storecredit.checkouts.errors import AlreadyOrdered, RefundTooLarge, SessionUpdateNotAllowed
from storecredit.checkouts.models import Order, WebhookEvent
from storecredit.checkouts.operations import (
    approve_credit_line,
    delete_checkout,
    expire_checkouts,
    process_events,
    receive_event,
    refund_order,
    sign,
    store_event,
    webhooks,
)
from tests.checkouts.events import (
    ORDER,
    SECRET,
    SESSION,
    accepted,
    cancelled,
    credit,
    deductions,
    given_secret,
    refunded,
)
from tests.checkouts.stage import (
    ACT,
    all_is_well,
    attach,
    charges_of,
    entries_for,
    given_checkout,
    given_credit_source,
    order,
    send,
)
from tests.giftcards.cards import account_of, given_card, seen
from tests.races.together import together
from tests.scenarios import API, NOW, SYSTEM, balance_of, days, given_credit, held_in, money, spendable_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _the_books_are_clean() -> Iterator[None]:
    yield
    assert all_is_well()


def attaching(account: Account, amount: str) -> Callable[..., Any]:
    """A checkout of its own that is about to attach so much of the line."""
    checkout, source = given_checkout(total=amount), given_credit_source(amount, account=account)
    return partial(attach, checkout, source)


def test_two_checkouts_want_the_last_ten_and_one_gets_them():
    account = given_credit("10.00 GBP")

    outcomes = together(*[attaching(account, "10.00 GBP") for _ in range(2)])

    assert (len(outcomes.done), outcomes.count(InsufficientCredit)) == (1, 1)
    assert (held_in(account), spendable_in(account)) == ("10.00", "0.00")


def test_credit_that_timed_out_is_had_by_one_of_those_who_wait_for_it():
    account = given_credit("10.00 GBP")
    attaching(account, "10.00 GBP")()
    later = NOW + timedelta(minutes=30)
    jobs = [partial(attaching(account, "10.00 GBP"), now=later) for _ in range(4)]

    outcomes = together(*jobs, partial(expire_checkouts, actor=SYSTEM, now=later))

    assert outcomes.count(InsufficientCredit) == 3
    assert sorted(Hold.objects.values_list("status", flat=True)) == ["EXPIRED", "OPEN"]


def test_a_source_is_set_aside_once_though_it_is_attached_from_everywhere():
    account = given_credit("50.00 GBP")
    checkout, source = given_checkout(), given_credit_source("10.00 GBP", account=account)

    outcomes = together(*[partial(attach, checkout, source)] * 6)

    assert (len(outcomes.done), held_in(account), Hold.objects.count()) == (6, "10.00", 1)


def test_attaching_spending_and_sweeping_take_no_more_than_there_is():
    card = given_card("60.00 GBP", expires_on=days(3).date(), time_zone="UTC")
    account = account_of(card)
    spend = partial(redeem_card, card=seen(card), amount=money("10.00 GBP"), actor=API, now=NOW)
    jobs = [attaching(account, "10.00 GBP") for _ in range(6)]

    sweeps: list[Callable[[], Any]] = [
        partial(expire_cards, actor=SYSTEM, now=NOW),
        partial(expire_credit, actor=SYSTEM, now=NOW),
    ]

    outcomes = together(*jobs, *[spend] * 6, *sweeps)

    assert outcomes.count(InsufficientCredit) == 6
    stored = Account.objects.get(pk=account.pk)
    assert (stored.balance_minor - stored.held_minor, spendable_in(account)) == (0, "0.00")


def test_attaching_races_the_sweep_of_the_credit_it_wants():
    account = given_credit("20.00 GBP", expires_at=days(1))
    checkout, source = given_checkout(), given_credit_source("15.00 GBP", account=account)

    outcomes = together(
        partial(attach, checkout, source),
        partial(spend_credit, account_id=account.pk, amount=money("10.00 GBP"), actor=API, now=NOW),
        *[partial(expire_credit, actor=SYSTEM, now=days(1))] * 2,
    )

    stored = Account.objects.get(pk=account.pk)
    # Behind the sweep the account stands on the day after, when there is no credit, and no time left to hold any.
    assert outcomes.count(InsufficientCredit) + outcomes.count(ExpiryInThePast) >= 1
    assert 0 <= stored.held_minor <= stored.balance_minor
    assert held_in(account) in {"0.00", "15.00"}


def test_a_checkout_is_ordered_once_or_deleted():
    account = given_credit("10.00 GBP")
    checkout = given_checkout(total="10.00 GBP")
    attach(checkout, given_credit_source("10.00 GBP", account=account))
    delete = partial(delete_checkout, checkout_id=checkout.checkout.pk, **ACT)

    outcomes = together(*[partial(order, checkout)] * 5, delete)

    ordered = Order.objects.count()
    assert ordered in {0, 1}
    assert outcomes.count(AlreadyOrdered) == 4 * ordered
    assert outcomes.count(SessionUpdateNotAllowed) == ordered
    assert (balance_of(account), held_in(account)) == ("0.00" if ordered else "10.00", "0.00")


def test_refunds_at_once_give_back_no_more_than_was_captured():
    account = given_credit("10.00 GBP")
    checkout = given_checkout(total="10.00 GBP")
    attach(checkout, given_credit_source("10.00 GBP", account=account))
    placed = order(checkout)
    send(placed, quantity=1)
    refund = partial(refund_order, order_id=placed.order.pk, currency="GBP", amount=money("4.00 GBP"), **ACT)

    outcomes = together(*[refund] * 5)

    assert (len(outcomes.done), outcomes.count(RefundTooLarge)) == (2, 3)
    assert charges_of(placed.order.pk) == [("10.00", "10.00", "0.00", "8.00")]
    assert balance_of(account) == "8.00"


def test_orders_that_share_two_lines_do_not_wait_for_each_other_in_a_circle():
    lines = [given_credit("100.00 GBP"), given_credit("100.00 GBP")]
    jobs = []
    for place in range(6):
        checkout = given_checkout(total="10.00 GBP")
        for account in lines if place % 2 else lines[::-1]:
            attach(checkout, given_credit_source("5.00 GBP", account=account))
        jobs.append(partial(order, checkout))

    assert len(together(*jobs).done) == 6
    assert [balance_of(account) for account in lines] == ["70.00", "70.00"]


# The vendor's events


class Killed(BaseException):
    """The process was stopped there."""


def take_in(body: bytes) -> Any:
    return receive_event(header=sign(body, SECRET, NOW), body=body, actor=SYSTEM, now=NOW)


def killed_before_processing(body: bytes) -> None:
    """The process dies between storing and processing."""
    store_event(body=body, test_mode=False, now=NOW)


def killed_before_commit(body: bytes) -> None:
    """The process dies when all is done but nothing committed."""
    event = store_event(body=body, test_mode=False, now=NOW)
    apply = webhooks._apply

    def die(*args: Any) -> Any:
        apply(*args)
        raise Killed

    dies = pytest.raises(Killed) if event.state == "RECEIVED" else nullcontext()
    with mock.patch.object(webhooks, "_apply", die), dies:
        webhooks.process_event(event_id=event.pk, actor=SYSTEM, now=NOW)


@pytest.mark.parametrize("seed", range(4))
def test_events_delivered_often_in_any_order_at_once_and_with_kills_have_one_effect_each(seed):
    rng = random.Random(seed)
    given_secret()
    first, second = given_credit("50.00 GBP"), given_credit("50.00 GBP")
    approve_credit_line(
        client_id="1", session_id=SESSION, upstream_id=first.number, amount=money("8 GBP").amount, **ACT
    )
    sources = (credit(first, "10.00", "a"), credit(second, "20.00", "b"))
    bodies = [
        accepted(*sources),
        accepted(*sources, type="checkout_session.order.created"),
        refunded(("r1", "4.00"), source_id="a"),
        refunded(("r1", "4.00"), ("r2", "3.00"), source_id="a"),
        refunded(("r3", "15.00"), source_id="b"),
        accepted(credit(second, "1.00", "c"), order_id="other", session="its-own"),
        cancelled("other"),
    ]
    deliveries = [body for body in bodies for _ in range(rng.randint(1, 5))]
    rng.shuffle(deliveries)

    while deliveries:
        at_once = [deliveries.pop() for _ in range(min(len(deliveries), rng.choice([1, 1, 1, 4])))]
        if len(at_once) == 1:
            rng.choice([take_in, take_in, killed_before_processing, killed_before_commit])(at_once[0])
        else:
            outcomes = together(*[partial(take_in, body) for body in at_once])
            assert outcomes.refused == []
    together(*[partial(process_events, actor=SYSTEM, now=NOW)] * 2)

    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"PROCESSED"}
    assert deductions() == [
        ("a", "10.00", "10.00", "7.00", "0.00"),
        ("b", "20.00", "20.00", "15.00", "0.00"),
        ("c", "1.00", "1.00", "1.00", "0.00"),
    ]
    assert (balance_of(first), balance_of(second), held_in(first)) == ("47.00", "45.00", "0.00")
    taken = sorted(amount for type_, amount in entries_for(ORDER) if type_ == "REDEEM")
    assert taken == ["-2.00", "-20.00", "-8.00"]


def test_one_event_from_ten_doors_is_processed_once():
    given_secret()
    account = given_credit("50.00 GBP")
    body = accepted(credit(account, "10.00"))

    outcomes = together(*[partial(take_in, body)] * 10)

    assert {event.state for event in outcomes.done} == {"PROCESSED"}
    assert (WebhookEvent.objects.get().attempts, entries_for(ORDER)) == (1, [("REDEEM", "-10.00")])
