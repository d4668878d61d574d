"""A checkout at the vendor asks for credit; its order takes what was set aside first."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from ledger.errors import AmountNotExact, AmountNotPositive
from ledger.models import Hold
from ledger.operations import AccountStatus
from storecredit.checkouts.models import CalloutHold
from storecredit.checkouts.operations import approve_credit_line, release_credit_line, release_stuck_hold
from tests.checkouts.events import ORDER, SESSION, accepted, credit, deductions, deliver, given_secret
from tests.checkouts.stage import ACT, all_is_well, entries_for, refused
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import (
    NOW,
    STAFF,
    balance_of,
    given_account,
    given_credit,
    given_customer,
    given_spend,
    held_in,
    money,
    set_status,
    spendable_in,
)

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(hours=24)


def ask(account: Any, amount: str, *, client: str = "1", session: str = SESSION, now: Any = NOW) -> str | None:
    """What is approved, None for nothing."""
    number = account if isinstance(account, str) else account.number
    answer = approve_credit_line(
        client_id=client,
        session_id=session,
        upstream_id=number,
        amount=money(f"{amount} GBP").amount,
        **ACT | {"now": now},
    )
    assert (answer.upstream_id, answer.approved) == (number, answer.amount is not None)
    return str(answer.amount.amount) if answer.amount else None


def test_approves_what_is_asked_for_and_sets_it_aside_for_a_day():
    account = given_credit("50.00 GBP")

    assert ask(account, "20.00") == "20.00"

    assert (held_in(account), Hold.objects.get().expires_at) == ("20.00", NOW + ONE_DAY)


def test_approves_no_more_than_there_is():
    account = given_credit("12.00 GBP")

    assert (ask(account, "20.00"), held_in(account)) == ("12.00", "12.00")


def test_replaces_what_the_same_session_asked_for_before():
    account = given_credit("50.00 GBP")

    assert [ask(account, "20.00"), ask(account, "45.00"), ask(account, "60.00")] == ["20.00", "45.00", "50.00"]

    assert (held_in(account), CalloutHold.objects.count()) == ("50.00", 1)


def test_keeps_sessions_and_clients_apart():
    account = given_credit("50.00 GBP")
    ask(account, "20.00")

    assert (ask(account, "20.00", client="2"), ask(account, "20.00", session="other")) == ("20.00", "10.00")
    assert ask(account, "1.00", client="3") is None


def test_does_not_approve_what_cannot_be_used():
    frozen = given_credit("50.00 GBP")
    set_status(account_id=frozen.pk, status=AccountStatus.FROZEN)
    owner = given_customer()
    restricted = account_of(given_card("25.00 GBP", customer_id=owner.pk, customer_only=True))
    early = account_of(given_card("25.00 GBP", valid_from=NOW + ONE_DAY))
    whole = account_of(given_card("25.00 GBP", must_redeem_whole=True))

    assert [ask(line, "5.00") for line in (frozen, restricted, early, whole, given_account(), "SC0", "\0")] == [
        None
    ] * 7
    assert ask(whole, "30.00") == "25.00"


@pytest.mark.parametrize(
    ("amount", "error"), [("0", AmountNotPositive), ("-1", AmountNotPositive), ("0.001", AmountNotExact)]
)
def test_refuses_such_amounts(amount, error):
    account = given_credit("50.00 GBP")

    with refused(error):
        ask(account, amount)


def test_releases_a_clients_own_holds_on_the_line():
    account = given_credit("50.00 GBP")
    ask(account, "20.00")
    ask(account, "10.00", session="other")
    ask(account, "5.00", client="2")

    release = partial(release_credit_line, client_id="1", upstream_id=account.number, **ACT)
    assert [release(), release()] == [2, 0]

    assert held_in(account) == "5.00"
    assert release_credit_line(client_id="1", upstream_id="SC0", **ACT) == 0


def test_lets_the_order_take_what_was_set_aside_before_what_is_available():
    given_secret()
    account = given_credit("50.00 GBP")
    ask(account, "20.00")
    given_spend("25.00 GBP", account=account)

    deliver(accepted(credit(account, "24.00")))

    assert entries_for(ORDER) == [("REDEEM", "-20.00"), ("REDEEM", "-4.00")]
    assert deductions() == [("source-1", "24.00", "24.00", "0.00", "0.00")]
    assert (balance_of(account), held_in(account)) == ("1.00", "0.00")
    assert all_is_well()


def test_frees_what_the_order_did_not_use_and_shares_a_hold_among_its_sources():
    given_secret()
    account = given_credit("50.00 GBP")
    ask(account, "50.00")

    deliver(accepted(credit(account, "10.00", "a"), credit(account, "15.00", "b")))

    assert entries_for(ORDER) == [("REDEEM", "-10.00"), ("REDEEM", "-15.00")]
    assert (spendable_in(account), held_in(account)) == ("25.00", "0.00")
    assert all_is_well()


def test_finds_the_hold_by_the_checkout_session_too_and_leaves_others_alone():
    given_secret()
    account = given_credit("30.00 GBP")
    ask(account, "10.00", session="drop-in")
    ask(account, "20.00", session="somebody-else")

    deliver(accepted(credit(account, "15.00"), checkoutSessionId="drop-in", type="checkout_session.order.created"))

    assert deductions() == [("source-1", "15.00", "10.00", "0.00", "5.00")]
    assert held_in(account) == "20.00"


def test_counts_a_hold_that_timed_out_as_available():
    given_secret()
    account = given_credit("30.00 GBP")
    ask(account, "10.00")

    deliver(accepted(credit(account, "30.00")), now=NOW + ONE_DAY)

    assert entries_for(ORDER) == [("REDEEM", "-30.00")]
    assert Hold.objects.get().status == "EXPIRED"


def test_lets_staff_release_a_callouts_hold():
    account = given_credit("30.00 GBP")
    ask(account, "10.00")

    release_stuck_hold(hold_id=Hold.objects.get().pk, reason="The shop called", actor=STAFF, now=NOW)

    assert held_in(account) == "0.00"
    assert CalloutHold.objects.get().released_why == "The shop called"
