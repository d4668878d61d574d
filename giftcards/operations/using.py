"""Value goes onto a card, value goes off it, and what was spent comes back."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from moneyed import Money

from giftcards.errors import CardNotUsable, MustRedeemWhole, NotReloadable, RestrictedToCustomer
from giftcards.models import CardState, EventKind, GiftCard
from giftcards.operations.days import end_of_day, today_in
from giftcards.operations.events import write_events
from giftcards.operations.locks import lock_card
from giftcards.operations.states import change_expiry
from giftcards.queries import Card, get_card_of_account
from ledger.errors import AccountNotOpen, NotWhole
from ledger.operations import (
    AccountKind,
    Actor,
    Funding,
    TransactionType,
    add_credit,
    extend_credit,
    lock_account_rows,
    open_account,
    operation,
    refund_spend,
    reverse_transaction,
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
    reason: str | None = None,
    note: str = "",
    reference: str = "",
    key: str | None = None,
    details: dict[str, Any] | None = None,
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
    _require_usable(card, "redeemed")
    if card.customer_only and customer_id != card.customer_id:
        raise RestrictedToCustomer(card=card.masked_code)
    try:
        return spend_credit(
            account_id=card.account_id,
            amount=amount,
            actor=actor,
            now=now,
            reason=reason,
            note=note,
            reference=reference,
            key=key,
            details=details,
            whole=card.must_redeem_whole,
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
    reason: str | None = None,
    note: str = "",
    reference: str = "",
    key: str | None = None,
    details: dict[str, Any] | None = None,
) -> Transaction:
    """
    Put more value on a card, and move its expiry if a later day is given.

    :param amount: positive, in the card's currency.
    :raises CardNotUsable: if the card is blocked, voided, expired or not yet valid at `now`.
    :raises NotReloadable: if it was made to be spent once.
    :raises ExpiryNotLater, TimeZoneUnknown: for such a day or zone.
    :raises AmountNotPositive, AmountNotExact, AmountTooLarge, CurrencyMismatch, MovementKeyUsed: as
        `ledger.operations.add_credit`.
    """
    _require_usable(card, "reloaded")
    if not card.reloadable:
        raise NotReloadable(card=card.masked_code)
    if expires_on is None:
        expires_at = _read_expiry(card)
    else:
        row = lock_card(card_id=card.id)
        zone = time_zone or row.time_zone
        expires_at = change_expiry(
            card=row, expires_on=expires_on, time_zone=zone, actor=actor, now=now, reason=reason, note=note
        )
    try:
        return add_credit(
            account_id=card.account_id,
            amount=amount,
            type=TransactionType.LOAD,
            actor=actor,
            now=now,
            reason=reason,
            funding=None if reason else funding,
            expires_at=expires_at,
            note=note,
            reference=reference,
            key=key,
            details=details,
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
    reason: str | None = None,
    note: str = "",
    key: str | None = None,
    details: dict[str, Any] | None = None,
) -> Transaction:
    """
    Undo the whole of one movement of a card, once. On an expired card what comes back lives a while longer, and the
    card with it.

    :raises CardNotUsable: if the card is blocked or voided.
    :raises NotReversible, AlreadyReversed, CreditAlreadySpent, ReasonMissing, MovementKeyUsed: as
        `ledger.operations.reverse_transaction`.
    """
    if card.state in {CardState.VOIDED, CardState.BLOCKED}:
        raise CardNotUsable(card=card.masked_code, state=card.state.label, verb="refunded")
    try:
        transaction = reverse_transaction(
            transaction_id=transaction_id, actor=actor, now=now, reason=reason, note=note, key=key, details=details
        )
    except AccountNotOpen as error:
        raise _taken_away(card, error, "refunded") from error
    _follow_second_life(card, transaction, actor, now)
    return transaction


@operation
def refund_redemption(
    *,
    transaction_id: UUID,
    amount: Money,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    note: str = "",
    reference: str = "",
    key: str | None = None,
    details: dict[str, Any] | None = None,
) -> Transaction:
    """
    Give back part or all of a redemption: to the card; if that was voided, to its replacement, else to its customer's
    store credit.

    :param amount: positive, in the card's currency; all refunds together never exceed the redemption.
    :raises CardNotUsable: if the card is blocked and the actor is not staff, or was voided and neither a replacement
        nor a customer is known.
    :raises TransactionNotFound, NotReversible, RefundExceedsSpend, AmountNotPositive, AmountNotExact, CurrencyMismatch,
        MovementKeyUsed: as `ledger.operations.refund_spend`.
    """
    spend = get_transaction(transaction_id=transaction_id)
    card = get_card_of_account(account_id=spend.account_id, now=now)
    to_account_id = card.account_id if card.state != CardState.VOIDED else _find_heir(card, now)
    try:
        transaction = refund_spend(
            transaction_id=transaction_id,
            amount=amount,
            actor=actor,
            now=now,
            to_account_id=to_account_id,
            reason=reason,
            note=note,
            reference=reference,
            key=key,
            details=details,
        )
    except AccountNotOpen as error:
        raise _taken_away(card, error, "refunded") from error
    if to_account_id == card.account_id:
        _follow_second_life(card, transaction, actor, now)
    return transaction


def _read_expiry(card: Card) -> datetime | None:
    """Read again under the lock: somebody may have moved the last day since the card was read."""
    lock_account_rows(account_ids=[card.account_id])
    return GiftCard.objects.values_list("expires_at", flat=True).get(pk=card.id)


def _require_usable(card: Card, verb: str) -> None:
    if card.state != CardState.ACTIVE:
        raise CardNotUsable(card=card.masked_code, state=card.state.label, verb=verb)


def _taken_away(card: Card, error: AccountNotOpen, verb: str) -> CardNotUsable:
    """The card was blocked or voided after it was read and before its account was locked."""
    state = CardState.VOIDED if error.status == "CLOSED" else CardState.BLOCKED
    return CardNotUsable(card=card.masked_code, state=state.label, verb=verb)


def _find_heir(card: Card, now: datetime) -> int:
    seen = GiftCard.objects.select_related("replaced_by").get(pk=card.id)
    while seen.replaced_by is not None:
        seen = seen.replaced_by
        if seen.state != CardState.VOIDED:
            return seen.account_id
    if seen.customer_id is None:
        raise CardNotUsable(card=card.masked_code, state=CardState.VOIDED.label, verb="refunded")
    return open_account(
        kind=AccountKind.STORE_CREDIT,
        currency=card.currency,
        now=now,
        customer_id=seen.customer_id,
        test_mode=card.test_mode,
    )


def _follow_second_life(card: Card, transaction: Transaction, actor: Actor, now: datetime) -> None:
    """A card that had expired lives as long as the credit that came back to it, through the last day's end."""
    if card.expires_at is None or card.expires_at > now:
        return
    moments = [lot.expires_at for lot in transaction.lots.all() if lot.expires_at is not None]
    if not moments:
        return
    # A moment that is itself a midnight belongs to the day before.
    expires_on = today_in(card.time_zone, max(moments) - timedelta(microseconds=1))
    expires_at = end_of_day(expires_on, card.time_zone)
    extend_credit(account_id=card.account_id, expires_at=expires_at, now=now, locked=True)
    # Read again: the entry has locked the account since the card was read. A blocked card stays blocked.
    row = GiftCard.objects.get(pk=card.id)
    row.expires_on, row.expires_at = expires_on, expires_at
    row.state = CardState.ACTIVE if row.state == CardState.EXPIRED else CardState(row.state)
    row.save(update_fields=["expires_on", "expires_at", "state"])
    write_events(
        card_ids=[card.id],
        kind=EventKind.EXTENDED,
        state_after=CardState(row.state),
        actor=actor,
        now=now,
        note="Credit came back after the card had expired.",
        details={"expires_on": expires_on.isoformat()},
    )
