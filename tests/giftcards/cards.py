"""Small verbs that put cards on a test's stage and read their histories afterwards."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from giftcards.models import CardEvent, CardState, GiftCard
from giftcards.operations import (
    NewCard,
    block_card,
    expire_cards,
    redeem_card,
    void_card,
)
from giftcards.queries import Card, get_card_by_id
from ledger.models import Account, Lot
from ledger.money import from_minor
from ledger.operations import Why
from ledger.posting import Movement, NewLot, Use, lock_account, post_many
from ledger.queries import Transaction
from tests.factories.giftcards import NewCardFactory
from tests.scenarios import NOW, STAFF, SYSTEM, days, money

LONG_AGO = days(-30)


def given_card(amount: str = "25.00 GBP", *, now: datetime = NOW, **fields: Any) -> NewCard:
    """A card with its first value; the fields are those of `create_card`."""
    return NewCardFactory.create(amount=money(amount), now=now, **fields)


def given_card_in(state: CardState) -> NewCard:
    """A card of 25 GBP that stands in this state at NOW."""
    if state == CardState.PENDING:
        return given_card(valid_from=days(1))
    if state == CardState.EXPIRED:
        card = given_card(now=LONG_AGO, expires_on=days(-2).date(), time_zone="UTC")
        expire_cards(actor=SYSTEM, now=NOW)
        return card
    card = given_card()
    if state == CardState.BLOCKED:
        block_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="reported lost"))
    if state == CardState.VOIDED:
        void_card(card_id=card.id, actor=STAFF, now=NOW, why=Why(note="printed wrong"))
    return card


def seen(card: NewCard, *, now: datetime = NOW) -> Card:
    """What the doors see of a card."""
    return get_card_by_id(card_id=card.id, now=now)


def row_of(card: NewCard) -> GiftCard:
    """The card's row as it is stored."""
    return GiftCard.objects.get(pk=card.id)


def account_of(card: NewCard) -> Account:
    """The account that the card stands on."""
    return Account.objects.get(pk=card.account_id)


def given_redemption(amount: str, *, card: NewCard, now: datetime = NOW, **more: Any) -> Transaction:
    """A purchase paid from the card."""
    return redeem_card(card=seen(card, now=now), amount=money(amount), actor=STAFF, now=now, **more)


def given_entries(count: int, *, card: NewCard, at_once: int = 500) -> None:
    """So many further entries on the card through the posting itself: 1.00 is put on it and spent, over and over."""
    for first in range(0, count, 2 * at_once):
        pairs = min(at_once, (count - first) // 2)
        with transaction.atomic(), connection.cursor() as cursor:
            _post(cursor, card, [_entry(card, "LOAD", 100, lots=[NewLot(100, "PAID")]) for _ in range(pairs)])
            newest = Lot.objects.filter(account_id=card.account_id).order_by("-id").values_list("pk", flat=True)
            _post(cursor, card, [_entry(card, "REDEEM", -100, uses=[Use(lot, 100, 0)]) for lot in newest[:pairs]])


def _post(cursor: CursorWrapper, card: NewCard, movements: list[Movement]) -> None:
    account = lock_account(cursor, card.account_id)
    post_many(cursor, movements, {account.id: account})


def _entry(card: NewCard, type: str, amount_minor: int, **lots: Any) -> Movement:
    return Movement(
        account_id=card.account_id,
        currency="GBP",
        type=type,
        amount_minor=amount_minor,
        counter_account="SALES" if amount_minor < 0 else "CASH",
        actor=STAFF,
        now=NOW,
        **lots,
    )


def timeline(card: NewCard) -> list[tuple[str, str, str, str]]:
    """Kind, amount, balance and state after each event, oldest first."""
    currency = account_of(card).currency
    events = CardEvent.objects.filter(card_id=card.id).order_by("id")
    return [
        (event.kind, _text(event.amount_minor, currency), _text(event.balance_after_minor, currency), event.state_after)
        for event in events
    ]


def totals(card: NewCard, *, now: datetime = NOW) -> tuple[str, str, str, str]:
    """What was sold, redeemed, stands on it and can be spent."""
    its = seen(card, now=now)
    amounts = (its.sold_minor, its.redeemed_minor, its.balance_minor, its.spendable_minor)
    sold, redeemed, balance, spendable = (_text(amount, its.currency) for amount in amounts)
    return sold, redeemed, balance, spendable


def _text(amount_minor: int, currency: str) -> str:
    return str(from_minor(amount_minor, currency).amount)
