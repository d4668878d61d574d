"""Two that take the same two accounts meet after their first lock, wherever that is: neither waits in a circle."""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from giftcards.models import GiftCard
from giftcards.operations import locks as card_locks
from giftcards.operations import move_card_to_store_credit, states, void_card
from ledger.models import Account
from ledger.operations import Why, accounts, atomic, transfer_credit
from ledger.posting.locks import lock_accounts
from storecredit.checkouts.operations import refund_order
from tests.callers import ApiCaller, given_client
from tests.checkouts.stage import ACT, all_is_well, attach, given_checkout, given_credit_source, order, send
from tests.credits.requests import given_policy
from tests.dialects.fabric.calls import CREDIT, ask
from tests.giftcards.cards import account_of, given_card
from tests.races.together import together
from tests.scenarios import NOW, STAFF, balance_of, given_credit, given_customer, money

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def conflicts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The deadlocks that the database broke and an operation tried again."""
    seen: list[Any] = []
    known = atomic.is_conflict

    def noted(error: Any) -> bool:
        is_one = known(error)
        if is_one:
            seen.append(error)
        return is_one

    monkeypatch.setattr(atomic, "is_conflict", noted)
    return seen


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Called before a race: each of the two, once it has its first lock, waits a moment for the other to have one."""
    barriers: list[threading.Barrier] = []
    mine = threading.local()

    def after(lock: Callable[..., Any]) -> Callable[..., Any]:
        def slow(*args: Any, **kwargs: Any) -> Any:
            locked = lock(*args, **kwargs)
            if barriers and getattr(mine, "met", None) is not barriers[-1]:
                mine.met = barriers[-1]
                # Broken where the other one waits for this very lock, as it should.
                with suppress(threading.BrokenBarrierError):
                    barriers[-1].wait(timeout=0.5)
            return locked

        return slow

    monkeypatch.setattr(accounts, "lock_accounts", after(lock_accounts))
    for module in (card_locks, states):
        monkeypatch.setattr(module, "lock_card", after(card_locks.lock_card))
    return lambda: barriers.append(threading.Barrier(2))


@pytest.mark.parametrize("run", range(8))
def test_a_card_is_moved_to_store_credit_while_an_order_takes_both(conflicts: Any, meet: Any, run: int):
    customer = given_customer()
    wallet = given_credit("50.00 GBP", customer=customer)
    card = given_card("100.00 GBP", customer_id=customer.pk)
    checkout = given_checkout(total="90.00 GBP")
    attach(checkout, given_credit_source("50.00 GBP", account=wallet))
    attach(checkout, given_credit_source("40.00 GBP", account=account_of(card)))
    meet()

    outcomes = together(
        partial(move_card_to_store_credit, card_id=card.id, actor=STAFF, now=NOW), partial(order, checkout)
    )

    assert (len(outcomes.done), conflicts) == (2, [])
    assert (balance_of(wallet), balance_of(account_of(card))) == ("60.00", "0.00")
    assert all_is_well()


@pytest.mark.parametrize("run", range(8))
def test_an_order_gives_back_to_a_voided_cards_heir_while_that_pays_another_line(conflicts: Any, meet: Any, run: int):
    """The heir is older than the card: locked after the card it would be locked in the wrong order."""
    customer = given_customer()
    heir = given_credit("10.00 GBP", customer=customer)
    card = given_card("40.00 GBP", customer_id=customer.pk)
    other = given_credit("50.00 GBP")
    checkout = given_checkout(total="90.00 GBP")
    attach(checkout, given_credit_source("50.00 GBP", account=other))
    attach(checkout, given_credit_source("40.00 GBP", account=account_of(card)))
    ordered = order(checkout)
    send(ordered, quantity=1)
    void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="lost"))
    meet()

    outcomes = together(
        partial(refund_order, order_id=ordered.order.pk, currency="GBP", amount=money("90.00 GBP"), **ACT),
        partial(
            transfer_credit, source_id=heir.pk, target_id=other.pk, amount=money("10.00 GBP"), actor=STAFF, now=NOW
        ),
    )

    assert (len(outcomes.done), conflicts) == (2, [])
    assert (balance_of(heir), balance_of(other)) == ("40.00", "60.00")
    assert GiftCard.objects.get(pk=card.id).state == "VOIDED"
    assert all_is_well()


@pytest.mark.parametrize("run", range(4))
def test_clients_ask_for_credits_of_the_same_customers_in_turns(conflicts: Any, run: int):
    given_policy(auto="50.00")
    customers = [given_customer() for _ in range(4)]
    credit = CREDIT | {"type": "STORE_CREDIT", "amount": 10}
    credits = [credit | {"attributes": {"customerId": customer.number}} for customer in customers]
    callers = [ApiCaller(given_client(["credits:request"]).plain) for _ in range(4)]

    outcomes = together(*(partial(ask, caller, *credits[:: (-1) ** number]) for number, caller in enumerate(callers)))

    assert ([answer.status_code for answer in outcomes.done], conflicts) == ([200] * 4, [])
    assert [balance_of(account) for account in Account.objects.all()] == ["40.00"] * 4
