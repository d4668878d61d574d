"""Which actions a card takes in which state. A refusal names the state and leaves every row as it was."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from giftcards.errors import CardNotUsable
from giftcards.models import CardState
from giftcards.operations import (
    NewCard,
    assign_card,
    block_card,
    expire_cards,
    extend_card,
    move_card_to_store_credit,
    redeem_card,
    refund_redemption,
    reload_card,
    replace_card,
    reveal_code,
    reverse_card_transaction,
    unblock_card,
    void_card,
)
from ledger.operations import ActorKind, Why
from tests.giftcards.cards import LONG_AGO, account_of, given_card, given_card_in, given_redemption, row_of, seen
from tests.giftcards.cards import timeline as timeline_of
from tests.scenarios import API, NOW, STAFF, SYSTEM, days, given_customer, money, refused

pytestmark = pytest.mark.django_db

Action = Callable[[NewCard], Any]
WHY: dict[str, Any] = {"actor": STAFF, "now": NOW, "why": Why(note="because")}
ONE = money("1.00 GBP")

ACTIONS: dict[str, Action] = {
    "redeemed": lambda card: redeem_card(card=seen(card), amount=ONE, **WHY),
    "reloaded": lambda card: reload_card(card=seen(card), amount=ONE, **WHY),
    "blocked": lambda card: block_card(card_id=card.id, **WHY),
    "unblocked": lambda card: unblock_card(card_id=card.id, **WHY),
    "voided": lambda card: void_card(card_id=card.id, **WHY),
    "replaced": lambda card: replace_card(card_id=card.id, **WHY),
    "extended": lambda card: extend_card(card_id=card.id, expires_on=date(2027, 1, 1), time_zone="UTC", **WHY),
    "assigned": lambda card: assign_card(card_id=card.id, customer_id=given_customer().pk, **WHY),
    "moved": lambda card: move_card_to_store_credit(card_id=card.id, customer_id=given_customer().pk, **WHY),
}
TAKES = {
    CardState.PENDING: {"blocked", "voided", "replaced", "extended", "assigned"},
    CardState.ACTIVE: {"redeemed", "reloaded", "blocked", "voided", "replaced", "extended", "assigned", "moved"},
    CardState.BLOCKED: {"unblocked", "voided", "replaced", "extended", "assigned"},
    CardState.EXPIRED: {"voided", "assigned"},
    CardState.VOIDED: set(),
}


@pytest.mark.parametrize("state", list(CardState))
@pytest.mark.parametrize("action", list(ACTIONS))
def test_an_action_is_taken_in_its_states_and_refused_with_the_present_one_in_all_others(state: CardState, action: str):
    card = given_card_in(state)
    given_customer()

    if action in TAKES[state]:
        before = len(timeline_of(card))
        ACTIONS[action](card)
        assert len(timeline_of(card)) > before
        return
    # The customer that some actions name is made first: it is not what must not move.
    act = ACTIONS[action] if action not in {"assigned", "moved"} else _with_customer(action)
    with refused(CardNotUsable) as caught:
        act(card)

    assert (caught.value.state, caught.value.verb) == (state.label, action)
    assert str(caught.value) == f"Card ****{card.code[-4:]} is {state.label.lower()} and cannot be {action}."


@pytest.mark.parametrize("state", list(CardState))
def test_a_code_is_revealed_in_every_state(state: CardState):
    card = given_card_in(state)

    assert reveal_code(card_id=card.id, **WHY) == card.code
    assert timeline_of(card)[-1][0] == "REVEALED"


def test_a_card_past_its_day_is_expired_before_any_sweep_has_marked_it():
    card = given_card(now=LONG_AGO, expires_on=days(-2).date(), time_zone="UTC")

    with refused(CardNotUsable) as caught:
        redeem_card(card=seen(card), amount=ONE, actor=API, now=NOW)

    assert (caught.value.state, row_of(card).state) == ("Expired", "ACTIVE")


def _with_customer(action: str) -> Action:
    customer = given_customer()
    if action == "assigned":
        return lambda card: assign_card(card_id=card.id, customer_id=customer.pk, **WHY)
    return lambda card: move_card_to_store_credit(card_id=card.id, customer_id=customer.pk, **WHY)


# What comes back to a card


def test_nobody_but_staff_gives_back_to_a_blocked_card():
    card = given_card()
    entry = given_redemption("5.00 GBP", card=card)
    block_card(card_id=card.id, **WHY)

    for undo in (
        lambda: refund_redemption(transaction_id=entry.id, amount=ONE, actor=API, now=NOW),
        lambda: reverse_card_transaction(card=seen(card), transaction_id=entry.id, actor=API, now=NOW),
    ):
        with refused(CardNotUsable) as caught:
            undo()
        assert caught.value.state == "Blocked"


def test_a_refund_by_staff_leaves_a_blocked_card_blocked_even_after_its_last_day():
    card = given_card(now=LONG_AGO, expires_on=days(-2).date(), time_zone="UTC")
    entry = given_redemption("5.00 GBP", card=card, now=LONG_AGO)
    block_card(card_id=card.id, actor=STAFF, now=LONG_AGO, why=Why(note="reported lost"))
    assert STAFF.kind == ActorKind.STAFF

    refund_redemption(transaction_id=entry.id, amount=ONE, actor=STAFF, now=NOW)

    assert (row_of(card).state, account_of(card).status) == ("BLOCKED", "FROZEN")


def test_a_refund_onto_an_expired_card_moves_its_expiry_to_the_new_credits():
    card = given_card(now=LONG_AGO, expires_on=days(-2).date(), time_zone="America/Los_Angeles")
    entry = given_redemption("5.00 GBP", card=card, now=LONG_AGO)
    expire_cards(actor=SYSTEM, now=NOW)

    refund_redemption(transaction_id=entry.id, amount=money("5.00 GBP"), actor=API, now=NOW)

    its = seen(card)
    assert (its.state, its.spendable_minor) == (CardState.ACTIVE, 500)
    assert its.expires_on == date(2026, 6, 3)
    assert its.expires_at is not None
    assert its.expires_at.isoformat() == "2026-06-04T07:00:00+00:00"
    lots = [lot.expires_at for lot in account_of(card).lots.filter(remaining_minor__gt=0)]
    assert lots == [its.expires_at]
    assert [kind for kind, *_ in timeline_of(card)][-3:] == ["EXPIRE", "REFUND", "EXTENDED"]
    given_redemption("5.00 GBP", card=card)
