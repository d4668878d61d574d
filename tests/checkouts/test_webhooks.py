"""What the vendor's events do, once each, in whatever order they come."""

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from giftcards.operations import block_card
from ledger.models import Account
from ledger.operations import AccountStatus, Why, refund_spend
from storecredit.checkouts.errors import (
    AlreadySettled,
)
from storecredit.checkouts.models import CreditDeduction, WebhookEvent
from storecredit.checkouts.operations import (
    approve_credit_line,
    process_event,
    settle_shortfall,
)
from storecredit.checkouts.queries import list_failed_events, list_shortfalls
from tests.checkouts.events import (
    ORDER,
    SESSION,
    accepted,
    cancelled,
    credit,
    deductions,
    deliver,
    event,
    given_secret,
    refunded,
)
from tests.checkouts.stage import ACT, all_is_well, entries_for, refused
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import (
    NOW,
    STAFF,
    SYSTEM,
    balance_of,
    given_account,
    given_credit,
    held_in,
    money,
    nothing_moves,
    set_status,
)

pytestmark = pytest.mark.django_db
FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _a_secret(db: None) -> None:
    given_secret()


def test_deducts_each_line_of_an_accepted_order_under_its_id():
    account, card = given_credit("50.00 GBP"), account_of(given_card("25.00 GBP"))

    stored = deliver(accepted(credit(account, "12.50", "a"), credit(card, "25.00", "b")))

    assert (stored.state, stored.order_id, stored.attempts) == ("PROCESSED", ORDER, 1)
    assert entries_for(ORDER) == [("REDEEM", "-12.50"), ("REDEEM", "-25.00")]
    assert (balance_of(account), balance_of(card)) == ("37.50", "0.00")
    assert all_is_well()


@pytest.mark.parametrize("again", ["the same event", "another event", "the session's event"])
def test_deducts_an_order_once_for_ever(again):
    account = given_credit("50.00 GBP")
    body = accepted(credit(account, "12.50"))
    deliver(body)
    second = {
        "the same event": body,
        "another event": accepted(credit(account, "12.50")),
        "the session's event": accepted(credit(account, "12.50"), type="checkout_session.order.created"),
    }[again]

    with nothing_moves():
        assert deliver(second).state == "PROCESSED"

    assert entries_for(ORDER) == [("REDEEM", "-12.50")]


def test_takes_what_there_is_and_tells_staff_what_was_short():
    account = given_credit("10.00 GBP")

    deliver(accepted(credit(account, "12.50")))

    assert deductions() == [("source-1", "12.50", "10.00", "0.00", "2.50")]
    assert list_shortfalls().get().why_short == "Less could be spent."
    assert all_is_well()

    settle_shortfall(deduction_id=CreditDeduction.objects.get().pk, resolution="Written off", actor=STAFF, now=NOW)
    assert not list_shortfalls().exists()
    with refused(AlreadySettled):
        settle_shortfall(deduction_id=CreditDeduction.objects.get().pk, resolution="Again", actor=STAFF, now=NOW)


@pytest.mark.parametrize(
    "line", ["unknown", "another currency", "frozen", "blocked card", "card not yet valid", "empty"]
)
def test_records_a_line_that_gives_nothing_as_short(line):
    if line == "unknown":
        number = "SC0"
    elif line in {"blocked card", "card not yet valid"}:
        card = given_card("25.00 GBP", valid_from=NOW + FIVE_MINUTES if line == "card not yet valid" else None)
        if line == "blocked card":
            block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))
        number = account_of(card).number
    else:
        account = given_credit("25.00 EUR") if line == "another currency" else given_account()
        if line == "frozen":
            given_credit("25.00 GBP", to=account)
            set_status(account_id=account.pk, status=AccountStatus.FROZEN)
        number = account.number

    with nothing_moves():
        assert deliver(accepted(credit(number, "5.00"))).state == "PROCESSED"

    assert deductions() == [("source-1", "5.00", "0.00", "0.00", "5.00")]
    assert list_shortfalls().get().why_short
    assert all_is_well()


@pytest.mark.parametrize("code", ["TILL-0001", "6036280000000000"])
def test_deducts_from_a_card_by_its_own_number_which_is_kept_nowhere(code):
    card = account_of(given_card("25.00 GBP", code=code))

    stored = deliver(accepted(credit(code, "5.00")))

    assert (stored.state, balance_of(card)) == ("PROCESSED", "20.00")
    assert CreditDeduction.objects.get().upstream_id == card.number
    assert code.encode() not in bytes(WebhookEvent.objects.get().body)
    assert process_event(event_id=stored.pk, actor=SYSTEM, now=NOW).state == "PROCESSED"
    assert all_is_well()


@pytest.mark.parametrize("told", ["by the customer alone", "in one piece"])
def test_takes_nothing_that_the_cards_own_rules_forbid(told):
    fields: dict[str, Any] = {"must_redeem_whole": True}
    if told == "by the customer alone":
        fields = {"customer_only": True, "customer_id": given_account().customer_id}
    card = account_of(given_card("25.00 GBP", **fields))

    with nothing_moves():
        stored = deliver(accepted(credit(card, "5.00")))

    assert (stored.state, deductions()) == ("PROCESSED", [("source-1", "5.00", "0.00", "0.00", "5.00")])
    words = {"by the customer alone": "may be spent by its customer alone", "in one piece": "is spent in one piece"}
    assert list_shortfalls().get().why_short == f"The gift card {words[told]}."
    assert all_is_well()


@pytest.mark.parametrize(("asked", "short"), [("25.00", "0.00"), ("30.00", "5.00")])
def test_takes_the_whole_of_a_card_that_is_spent_in_one_piece(asked, short):
    card = account_of(given_card("25.00 GBP", must_redeem_whole=True))

    deliver(accepted(credit(card, asked)))

    assert deductions() == [("source-1", asked, "25.00", "0.00", short)]


@pytest.mark.parametrize(("asked", "taken"), [("25.00", "25.00"), ("10.00", "0.00")])
def test_splits_no_card_that_the_callout_has_set_aside_in_one_piece(asked, taken):
    card = account_of(given_card("25.00 GBP", must_redeem_whole=True))
    approve_credit_line(client_id="1", session_id=SESSION, upstream_id=card.number, amount=Decimal("25.00"), **ACT)

    deliver(accepted(credit(card, asked)))

    assert deductions()[0][:3] == ("source-1", asked, taken)
    assert held_in(card) == "0.00"
    assert all_is_well()


@pytest.mark.parametrize(
    "twice",
    [
        lambda line: accepted(credit(line, "10.00"), credit(line, "5.00")),
        lambda line: accepted(credit(line, "10.00", "card-1")),
    ],
    ids=["two lines of credit", "a line and a card"],
)
def test_shows_staff_an_event_that_names_a_source_twice_and_takes_nothing(twice):
    account = given_credit("50.00 GBP")

    with nothing_moves():
        stored = deliver(twice(account))

    assert (stored.state, stored.last_error) == ("FAILED", "The event cannot be read: it names one source twice.")
    assert list_failed_events().get() == stored
    assert deductions() == []


def test_shows_staff_an_event_that_tells_of_one_refund_twice_and_gives_nothing_back():
    account = given_credit("50.00 GBP")
    deliver(accepted(credit(account, "10.00")))

    with nothing_moves():
        stored = deliver(refunded(("refund-1", "4.00"), ("refund-1", "5.00")))

    assert (stored.state, stored.last_error) == ("FAILED", "The event cannot be read: it names one refund twice.")


def test_gives_back_each_refund_once_and_never_more_than_was_taken():
    account = given_credit("50.00 GBP")
    deliver(accepted(credit(account, "10.00")))

    deliver(refunded(("r1", "4.00")))
    deliver(refunded(("r1", "4.00"), ("r2", "3.00")))
    deliver(refunded(("r3", "9.00")))

    assert deductions() == [("source-1", "10.00", "10.00", "10.00", "0.00")]
    assert entries_for(ORDER) == [("REDEEM", "-10.00"), ("REFUND", "4.00"), ("REFUND", "3.00"), ("REFUND", "3.00")]
    assert balance_of(account) == "50.00"
    assert all_is_well()


def test_gives_back_what_was_taken_where_less_was_taken_than_asked_for():
    account = given_credit("6.00 GBP")
    deliver(accepted(credit(account, "10.00")))

    deliver(refunded(("r1", "10.00")))

    assert deductions() == [("source-1", "10.00", "6.00", "6.00", "4.00")]
    assert all_is_well()


def test_leaves_refunds_of_other_tender_and_refunds_under_way_alone():
    account = given_credit("50.00 GBP")
    deliver(accepted(credit(account, "10.00")))
    pending = [{"id": "r1", "amount": 4.0, "state": "pending"}]

    with nothing_moves():
        assert deliver(refunded(("r1", "4.00"), source_id="card-1")).state == "PROCESSED"
        assert deliver(refunded(refunds=pending)).state == "PROCESSED"


def test_reads_refunds_from_an_orders_charges_and_from_a_bare_refund():
    account = given_credit("50.00 GBP")
    deliver(accepted(credit(account, "10.00")))
    charge = {"id": "c", "sourceId": "source-1", "refunds": [{"amount": 1.5, "state": "complete", "createdTime": "x"}]}

    deliver(event("order.charge.refund.complete", {"id": ORDER, "payment": {"charges": [charge]}}))
    deliver(event("order.charge.refund.complete", {"id": "r9", "orderId": ORDER, "sourceId": "source-1", "amount": 2}))

    assert entries_for(ORDER) == [("REDEEM", "-10.00"), ("REFUND", "1.50"), ("REFUND", "2.00")]


def test_gives_everything_back_when_the_order_is_cancelled():
    account, card = given_credit("50.00 GBP"), account_of(given_card("25.00 GBP"))
    deliver(accepted(credit(account, "12.50", "a"), credit(card, "25.00", "b")))
    deliver(refunded(("r1", "2.50"), source_id="a"))

    deliver(cancelled())
    deliver(cancelled())

    assert (balance_of(account), balance_of(card)) == ("50.00", "25.00")
    assert deductions() == [("a", "12.50", "12.50", "12.50", "0.00"), ("b", "25.00", "25.00", "25.00", "0.00")]
    assert all_is_well()


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_ends_alike_in_whatever_order_events_come(order):
    account = given_credit("50.00 GBP")
    bodies = [
        accepted(credit(account, "10.00")),
        accepted(credit(account, "10.00"), type="checkout_session.order.created"),
        refunded(("r1", "4.00")),
        refunded(("r1", "4.00"), ("r2", "3.00")),
    ]

    for place in order:
        deliver(bodies[place])

    assert deductions() == [("source-1", "10.00", "10.00", "7.00", "0.00")]
    assert balance_of(account) == "47.00"
    assert all_is_well()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_ends_with_everything_given_back_wherever_the_cancellation_comes(order):
    account = given_credit("50.00 GBP")
    bodies = [accepted(credit(account, "10.00")), refunded(("r1", "4.00")), cancelled()]

    for place in order:
        deliver(bodies[place])

    assert deductions() == [("source-1", "10.00", "10.00", "10.00", "0.00")]
    assert balance_of(account) == "50.00"
    assert all_is_well()


def test_hands_to_staff_what_a_closed_line_cannot_take_back():
    account = given_credit("10.00 GBP")
    deliver(accepted(credit(account, "10.00")))
    set_status(account_id=account.pk, status=AccountStatus.CLOSED)

    deliver(cancelled())

    assert deductions() == [("source-1", "10.00", "10.00", "10.00", "0.00")]
    assert Account.objects.get(pk=account.pk).unreturned_credit.get().amount_minor == 1000
    assert all_is_well()


@pytest.mark.parametrize("told", ["refund", "cancellation"])
def test_gives_back_what_a_refund_by_hand_has_left_and_hands_the_rest_to_staff(told):
    account = given_credit("100.00 GBP")
    deliver(accepted(credit(account, "100.00")))
    spend = Account.objects.get(pk=account.pk).transactions.get(type="REDEEM")
    refund_spend(transaction_id=spend.pk, amount=money("30.00 GBP"), actor=STAFF, now=NOW, why=Why(note="by hand"))

    deliver(refunded(("refund-1", "100.00")) if told == "refund" else cancelled())

    assert entries_for(ORDER) == [("REDEEM", "-100.00"), ("REFUND", "30.00"), ("REFUND", "70.00")]
    assert deductions() == [("source-1", "100.00", "100.00", "100.00", "0.00")]
    unreturned = Account.objects.get(pk=account.pk).unreturned_credit.get()
    assert unreturned.credit_request is not None
    assert (unreturned.amount_minor, unreturned.credit_request.amount_minor) == (3000, 3000)
    assert all_is_well()


# What is wrong with them
