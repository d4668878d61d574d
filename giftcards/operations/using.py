"""Value goes onto a card, value goes off it, and what was spent comes back."""

from datetime import date, datetime
from uuid import UUID

from moneyed import Money

from giftcards.errors import CardNotUsable, MustRedeemWhole, NotAnEventOfCards, NotReloadable, RestrictedToCustomer
from giftcards.models import CardState, GiftCard
from giftcards.operations.expiry import change_expiry, ending_for_return
from giftcards.operations.locks import lock_card, lock_card_for_use, lock_line_of_cards
from giftcards.operations.undoing import undo_transaction
from giftcards.queries import Card
from ledger.errors import AccountNotOpen, NotWhole
from ledger.operations import (
    UNEXPLAINED,
    AccountKind,
    Actor,
    Funding,
    TransactionType,
    Why,
    add_credit,
    open_account,
    operation,
    refund_spend,
    spend_credit,
)
from ledger.queries import Transaction, get_transaction


@operation
def redeem_card(
    *,
    card: Card,
    amount: Money,
    actor: Actor,
    now: datetime,
    customer_id: int | None = None,
    why: Why = UNEXPLAINED,
) -> Transaction:
    """
    Spend part of a card's value, or the whole.

    :param amount: positive, in the card's currency; the transaction carries it negative.
    :param customer_id: who spends it, for a card that only its customer may spend.
    :raises CardNotUsable: if the card is blocked, voided, expired or not yet valid at `now`.
    :raises RestrictedToCustomer: if it belongs to another customer alone.
    :raises MustRedeemWhole: if it is spent in one piece and `amount` is another.
    :raises InsufficientCredit: if less than `amount` can be spent at `now`.
    :raises AmountNotPositive, AmountNotExact, CurrencyMismatch, MovementKeyUsed: as `ledger.operations.spend_credit`.
    """
    # Whatever was read before the lock may be of yesterday: the card is what it is now.
    its = lock_card_for_use(card_id=card.id, now=now)
    _require_usable(card, its.state, "redeemed")
    if its.customer_only and customer_id != its.customer_id:
        raise RestrictedToCustomer(card=card.masked_code)
    try:
        return spend_credit(
            account_id=its.account.id,
            amount=amount,
            actor=actor,
            now=now,
            why=why,
            whole=its.must_redeem_whole,
            locked=its.account,
        )
    except NotWhole as error:
        raise MustRedeemWhole(card=card.masked_code, available=error.available) from error
    except AccountNotOpen as error:
        raise _taken_away(card, error, "redeemed") from error


@operation
def reload_card(
    *,
    card: Card,
    amount: Money,
    actor: Actor,
    now: datetime,
    expires_on: date | None = None,
    time_zone: str | None = None,
    funding: Funding = Funding.PAID,
    why: Why = UNEXPLAINED,
    comes_back: bool = False,
) -> Transaction:
    """
    Put more value on a card, and move its expiry if a later day is given.

    :param amount: positive, in the card's currency.
    :param comes_back: as `ledger.operations.add_credit`.
    :raises CardNotUsable: if the card is blocked, voided, expired or not yet valid at `now`.
    :raises NotReloadable: if it was made to be spent once.
    :raises ExpiryNotLater, TimeZoneUnknown: for such a day or zone.
    :raises AmountNotPositive, AmountNotExact, AmountTooLarge, CurrencyMismatch, MovementKeyUsed: as
        `ledger.operations.add_credit`.
    """
    if expires_on is None:
        its = lock_card_for_use(card_id=card.id, now=now)
        _require_reloadable(card, its.state, its.reloadable)
        ending = its.ending
    else:
        row = lock_card(card_id=card.id)
        _require_reloadable(card, row.state_at(now), row.reloadable)
        zone = time_zone or row.time_zone
        ending = change_expiry(card=row, expires_on=expires_on, time_zone=zone, actor=actor, now=now, why=why)
    try:
        return add_credit(
            account_id=card.account_id,
            amount=amount,
            type=TransactionType.LOAD,
            actor=actor,
            now=now,
            why=why,
            funding=None if why.reason else funding,
            ending=ending,
            comes_back=comes_back,
        )
    except AccountNotOpen as error:
        raise _taken_away(card, error, "reloaded") from error


@operation
def reverse_card_transaction(
    *,
    card: Card,
    transaction_id: UUID,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
) -> Transaction:
    """
    Undo the whole of one movement of a card, once, as `undo_transaction`.

    :raises CardNotUsable: if the card is blocked or voided, or another one that the movement concerns.
    :raises NotAnEventOfCards: if it is not a movement of this card.
    """
    target = get_transaction(transaction_id=transaction_id)
    if target.account_id != card.account_id:
        raise NotAnEventOfCards
    try:
        return undo_transaction(
            transaction_id=transaction_id,
            actor=actor,
            now=now,
            why=why,
            target=target,
        )
    except AccountNotOpen as error:
        raise _taken_away(card, error, "refunded") from error


@operation
def refund_redemption(
    *,
    transaction_id: UUID,
    amount: Money,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
) -> Transaction:
    """
    Give back part or all of a redemption: to the card; if that was voided, to its replacement, else to its customer's
    store credit. A card that was over lives once more for it, for the whole second life from `now`.

    :param amount: positive, in the card's currency; all refunds together never exceed the redemption.
    :raises CardNotUsable: if the card is blocked and the actor is not staff, or was voided and neither a replacement
        nor a customer is known.
    :raises TransactionNotFound, NotReversible, RefundExceedsSpend, AmountNotPositive, AmountNotExact, CurrencyMismatch,
        MovementKeyUsed: as `ledger.operations.refund_spend`.
    """
    spend = get_transaction(transaction_id=transaction_id)
    line, card, to_account_id = _lock_receiver(spend, now)
    try:
        with ending_for_return(card, actor, now) as ending:
            return refund_spend(
                transaction_id=transaction_id,
                amount=amount,
                actor=actor,
                now=now,
                to_account_id=to_account_id,
                why=why,
                ending=ending,
                spend=spend,
            )
    except AccountNotOpen as error:
        raise _taken_away(line[0], error, "refunded") from error


def _require_usable(card: Card, state: CardState, verb: str) -> None:
    if state != CardState.ACTIVE:
        raise CardNotUsable(card=card.masked_code, state=state.label, verb=verb)


def _require_reloadable(card: Card, state: CardState, reloadable: bool) -> None:
    _require_usable(card, state, "reloaded")
    if not reloadable:
        raise NotReloadable(card=card.masked_code)


def _taken_away(card: Card | GiftCard, error: AccountNotOpen, verb: str) -> CardNotUsable:
    """Its account is frozen or closed, as that of a blocked or a voided card is."""
    state = CardState.VOIDED if error.status == "CLOSED" else CardState.BLOCKED
    return CardNotUsable(card=card.masked_code, state=state.label, verb=verb)


def _lock_receiver(spend: Transaction, now: datetime) -> tuple[list[GiftCard], GiftCard | None, int]:
    """
    The card that a spend was made with and those that replaced it, all locked; the first of them that is not voided;
    and the account that takes back what was spent: that card's, or without one the last one's customer's store credit.

    :raises CardNotUsable: if all are voided and no customer is known.
    """

    def store_credit(cards: list[GiftCard]) -> list[int]:
        last = cards[-1]
        if last.customer_id is None or any(card.state != CardState.VOIDED for card in cards):
            return []
        account_id = open_account(
            kind=AccountKind.STORE_CREDIT,
            currency=spend.currency,
            now=now,
            customer_id=last.customer_id,
            test_mode=last.test_mode,
        )
        return [account_id]

    line = lock_line_of_cards(account_id=spend.account_id, also=store_credit)
    for card in line:
        if card.state != CardState.VOIDED:
            return line, card, card.account_id
    for account_id in store_credit(line):
        return line, None, account_id
    raise CardNotUsable(card=line[0].masked_code, state=CardState.VOIDED.label, verb="refunded")
