"""What can be done with a card, step by step, and what its history then says."""

from datetime import date

import pytest

from giftcards.errors import (
    CodeMalformed,
    CodeTaken,
    ExpiryNotLater,
    MustRedeemWhole,
    NotReloadable,
    RestrictedToCustomer,
    TimeZoneUnknown,
)
from giftcards.models import CardEvent, CardState
from giftcards.operations import (
    refund_redemption,
    reload_card,
    reverse_card_transaction,
)
from giftcards.queries import get_card
from ledger.errors import (
    AlreadyReversed,
    AmountNotExact,
    CreditAlreadySpent,
    CurrencyMismatch,
    InsufficientCredit,
    MovementKeyUsed,
    RefundExceedsSpend,
)
from ledger.operations import Why
from tests.giftcards.cards import account_of, given_card, given_redemption, row_of, seen, timeline, totals
from tests.scenarios import (
    API,
    NOW,
    STAFF,
    counter_balances,
    given_customer,
    lots_of,
    money,
    refused,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("amount", "minor"), [("25.00 GBP", 2500), ("2500 JPY", 2500), ("12.345 KWD", 12345), ("0 GBP", 0)]
)
def test_a_card_is_made_with_its_first_value(amount: str, minor: int):
    card = given_card(amount)

    its = get_card(code=card.code, test_mode=False, now=NOW)
    assert (its.id, its.state, its.currency) == (card.id, CardState.ACTIVE, amount.split()[1])
    assert (its.balance_minor, its.spendable_minor, its.sold_minor, its.redeemed_minor) == (minor, minor, minor, 0)
    assert [kind for kind, *_ in timeline(card)] == ["ISSUE" if minor else "ACTIVATED"]


def test_an_amount_is_never_rounded():
    with refused(AmountNotExact):
        given_card("10.5 JPY")


def test_a_card_can_be_given_a_number_and_no_other_can_have_it():
    given_card(code="shop-0001")

    with refused(CodeTaken):
        given_card(code="SHOP0001")
    with refused(CodeMalformed):
        given_card(code="shop 0002")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"expires_on": date(2026, 5, 3), "time_zone": "UTC"}, ExpiryNotLater),
        ({"time_zone": "Mars/Olympus"}, TimeZoneUnknown),
    ],
)
def test_a_card_is_not_made_with_a_day_that_is_over_or_a_place_that_is_none(fields, error):
    with refused(error):
        given_card(**fields)


def test_a_reload_adds_value_and_may_move_the_expiry():
    card = given_card(expires_on=date(2026, 6, 30), time_zone="UTC")

    reload_card(card=seen(card), amount=money("10.00 GBP"), actor=API, now=NOW, expires_on=date(2026, 7, 31))

    assert timeline(card) == [
        ("ISSUE", "25.00", "25.00", "ACTIVE"),
        ("EXTENDED", "0.00", "25.00", "ACTIVE"),
        ("LOAD", "10.00", "35.00", "ACTIVE"),
    ]
    assert totals(card) == ("35.00", "0.00", "35.00", "35.00")
    assert {expires_at for _, expires_at in lots_of(account_of(card))} == {row_of(card).expires_at}
    assert row_of(card).expires_on == date(2026, 7, 31)


def test_a_card_made_to_be_spent_once_is_not_reloaded():
    card = given_card(reloadable=False)

    with refused(NotReloadable):
        reload_card(card=seen(card), amount=money("10.00 GBP"), actor=API, now=NOW)


def test_redeeming_takes_value_and_says_for_what():
    card = given_card()

    entry = given_redemption("10.01 GBP", card=card, why=Why(note="at the till", reference="order 7"))

    assert totals(card) == ("25.00", "10.01", "14.99", "14.99")
    event = CardEvent.objects.get(card_id=card.id, kind="REDEEM")
    assert (event.public_id, event.transaction_id) == (entry.id, entry.id)
    assert (event.reference, event.note, event.actor_label, event.door) == ("order 7", "at the till", "alice", "admin")
    assert counter_balances() == {"CASH GBP": "-25.00", "SALES GBP": "10.01"}


def test_one_penny_more_than_there_is_is_refused():
    card = given_card()

    with refused(InsufficientCredit) as caught:
        given_redemption("25.01 GBP", card=card)

    assert (str(caught.value.available), caught.value.available.amount) == (str(money("25.00 GBP")), 25)


def test_another_currency_is_refused():
    card = given_card()

    with refused(CurrencyMismatch):
        given_redemption("10.00 EUR", card=card)


def test_a_key_moves_a_card_once():
    card = given_card()
    given_redemption("10.00 GBP", card=card, why=Why(key="order-7"))

    with refused(MovementKeyUsed):
        given_redemption("10.00 GBP", card=card, why=Why(key="order-7"))


def test_a_card_that_must_be_redeemed_whole_is_spent_in_one_piece():
    card = given_card(must_redeem_whole=True)

    with refused(MustRedeemWhole):
        given_redemption("24.99 GBP", card=card)
    given_redemption("25.00 GBP", card=card)

    assert totals(card) == ("25.00", "25.00", "0.00", "0.00")


def test_a_restricted_card_is_spent_by_its_customer_alone():
    owner, other = given_customer(), given_customer()
    card = given_card(customer_id=owner.pk, customer_only=True)

    for customer_id in (None, other.pk):
        with refused(RestrictedToCustomer):
            given_redemption("1.00 GBP", card=card, customer_id=customer_id)
    given_redemption("1.00 GBP", card=card, customer_id=owner.pk)

    assert totals(card)[2] == "24.00"


def test_a_redemption_is_reversed_once():
    card = given_card()
    entry = given_redemption("10.00 GBP", card=card)

    reverse_card_transaction(
        card=seen(card), transaction_id=entry.id, actor=STAFF, now=NOW, why=Why(note="rung up twice")
    )
    with refused(AlreadyReversed):
        reverse_card_transaction(card=seen(card), transaction_id=entry.id, actor=STAFF, now=NOW, why=Why(note="again"))

    assert [kind for kind, *_ in timeline(card)] == ["ISSUE", "REDEEM", "REVERSE"]
    assert totals(card) == ("25.00", "0.00", "25.00", "25.00")


def test_a_load_is_reversed_only_while_it_is_unspent():
    card = given_card("5.00 GBP")
    load = reload_card(card=seen(card), amount=money("10.00 GBP"), actor=API, now=NOW)
    given_redemption("12.00 GBP", card=card)

    with refused(CreditAlreadySpent):
        reverse_card_transaction(
            card=seen(card), transaction_id=load.id, actor=STAFF, now=NOW, why=Why(note="not paid")
        )


def test_refunds_of_a_redemption_never_exceed_it():
    card = given_card()
    entry = given_redemption("10.00 GBP", card=card)

    refund_redemption(transaction_id=entry.id, amount=money("6.00 GBP"), actor=API, now=NOW)
    with refused(RefundExceedsSpend):
        refund_redemption(transaction_id=entry.id, amount=money("4.01 GBP"), actor=API, now=NOW)
    refund_redemption(transaction_id=entry.id, amount=money("4.00 GBP"), actor=API, now=NOW)

    assert [kind for kind, *_ in timeline(card)] == ["ISSUE", "REDEEM", "REFUND", "REFUND"]
    assert totals(card) == ("25.00", "0.00", "25.00", "25.00")
