"""What is decided about a card: each takes its account's lock, reads the card again, and leaves a line of history."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from giftcards.errors import CardHasNoCustomer, CardNotUsable
from giftcards.models import CardState, EventKind, GiftCard
from giftcards.models.codes import open_code
from giftcards.operations.events import write_events
from giftcards.operations.expiry import change_expiry, is_over
from giftcards.operations.locks import lock_card, lock_card_and
from giftcards.operations.making import NewCard, create_card
from giftcards.queries import get_card_by_id
from ledger.errors import CustomerNotFound, ReasonMissing
from ledger.money import from_minor
from ledger.operations import (
    UNEXPLAINED,
    AccountKind,
    AccountStatus,
    Actor,
    Ending,
    Why,
    open_account,
    operation,
    set_account_status,
    transfer_credit,
    void_credit,
)
from ledger.queries import Account, Customer, Transaction

_ALIVE = frozenset({CardState.PENDING, CardState.ACTIVE, CardState.BLOCKED})


@operation
def block_card(*, card_id: UUID, actor: Actor, now: datetime, why: Why = UNEXPLAINED) -> GiftCard:
    """
    Stop a card from being spent or reloaded until it is unblocked.

    :raises CardNotFound: if there is none.
    :raises CardNotUsable: if it is not active or not yet valid.
    :raises ReasonMissing: if it is not said why.
    """
    _require_why(why)
    card = lock_card(card_id=card_id)
    _require_state(card, now, "blocked", CardState.ACTIVE, CardState.PENDING)
    set_account_status(account_id=card.account_id, status=AccountStatus.FROZEN, actor=actor, now=now, note=why.note)
    return _set_state(card, CardState.BLOCKED, EventKind.BLOCKED, actor, now, why)


@operation
def unblock_card(*, card_id: UUID, actor: Actor, now: datetime, why: Why = UNEXPLAINED) -> GiftCard:
    """
    Let a blocked card be spent again.

    :raises CardNotFound: if there is none.
    :raises CardNotUsable: if it is not blocked.
    """
    card = lock_card(card_id=card_id)
    _require_state(card, now, "unblocked", CardState.BLOCKED)
    set_account_status(account_id=card.account_id, status=AccountStatus.OPEN, actor=actor, now=now, note=why.note)
    return _set_state(card, CardState.ACTIVE, EventKind.UNBLOCKED, actor, now, why)


@operation
def void_card(
    *,
    card_id: UUID,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
) -> Transaction | None:
    """
    Take all value from a card for good. None if it had none.

    :raises CardNotFound: if there is none.
    :raises CardNotUsable: if it is voided already.
    :raises InsufficientCredit: while a hold sets some of its value aside.
    :raises ReasonMissing: if it is not said why.
    """
    _require_why(why)
    card = lock_card(card_id=card_id)
    if card.state == CardState.VOIDED:
        raise CardNotUsable(card=card.masked_code, state=CardState.VOIDED.label, verb="voided")
    set_account_status(account_id=card.account_id, status=AccountStatus.OPEN, actor=actor, now=now, note=why.note)
    transaction = void_credit(account_id=card.account_id, actor=actor, now=now, why=why)
    # An entry voids the card by the line that it leaves in the card's history.
    if transaction is None:
        write_events(
            card_ids=[card.id],
            kind=EventKind.VOIDED,
            changes={"state": CardState.VOIDED},
            actor=actor,
            now=now,
            why=why,
        )
    set_account_status(account_id=card.account_id, status=AccountStatus.CLOSED, actor=actor, now=now, note=why.note)
    return transaction


@operation
def replace_card(
    *,
    card_id: UUID,
    actor: Actor,
    now: datetime,
    code: str | None = None,
    why: Why = UNEXPLAINED,
) -> NewCard:
    """
    Give the bearer of a lost card a new one: the old one is voided, its value moves, both are linked.

    What has expired stays behind and is voided with the old card.

    :raises CardNotFound: if there is none.
    :raises CardNotUsable: if it is voided or expired.
    :raises CodeMalformed, CodeTaken: for such a number of the new one.
    :raises InsufficientCredit: while a hold sets some of its value aside.
    :raises ReasonMissing: if it is not said why.
    """
    _require_why(why)
    card = lock_card(card_id=card_id)
    _require_living(card, now, "replaced")
    seen = get_card_by_id(card_id=card.id, now=now)
    new = create_card(
        amount=from_minor(0, seen.currency),
        actor=actor,
        now=now,
        code=code,
        expires_on=card.expires_on,
        time_zone=card.time_zone,
        valid_from=card.valid_from,
        must_redeem_whole=card.must_redeem_whole,
        reloadable=card.reloadable,
        customer_id=card.customer_id,
        customer_only=card.customer_only,
        recipient_name=card.recipient_name,
        recipient_email=card.recipient_email,
        metadata=card.metadata,
        why=replace(why, details={"replaces": str(card.id)}),
        test_mode=card.test_mode,
        lives_again=card.lives_again,
        comes_back=True,
    )
    if card.state == CardState.BLOCKED:
        set_account_status(account_id=card.account_id, status=AccountStatus.OPEN, actor=actor, now=now, note=why.note)
    if seen.spendable_minor:
        transfer_credit(
            source_id=card.account_id,
            target_id=new.account_id,
            amount=from_minor(seen.spendable_minor, seen.currency),
            actor=actor,
            now=now,
            why=replace(why, reference=f"replace-{card.id}"),
            ending=Ending(card.expires_at),
        )
    write_events(
        card_ids=[card.id],
        kind=EventKind.REPLACED,
        changes={"state": CardState.BLOCKED, "replaced_by_id": new.id},
        actor=actor,
        now=now,
        why=replace(why, details={"replaced_by": str(new.id)}),
    )
    # The key is that of the move.
    void_card(card_id=card.id, actor=actor, now=now, why=replace(why, key=None))
    return new


@operation
def extend_card(
    *,
    card_id: UUID,
    expires_on: date,
    actor: Actor,
    now: datetime,
    time_zone: str | None = None,
    why: Why = UNEXPLAINED,
) -> datetime | None:
    """
    Move a card's last day to a later one, and that of its credit with it: the first moment after it.

    :raises CardNotFound: if there is none.
    :raises CardNotUsable: if it is voided or expired.
    :raises ExpiryNotLater, TimeZoneUnknown: for such a day or zone.
    """
    card = lock_card(card_id=card_id)
    _require_living(card, now, "extended")
    ending = change_expiry(
        card=card,
        expires_on=expires_on,
        time_zone=time_zone or card.time_zone,
        actor=actor,
        now=now,
        why=why,
    )
    return ending.at


@operation
def assign_card(
    *,
    card_id: UUID,
    customer_id: int | None,
    actor: Actor,
    now: datetime,
    customer_only: bool = False,
    why: Why = UNEXPLAINED,
) -> GiftCard:
    """
    Say whose card it is, or with None that it is its bearer's.

    :param customer_only: nobody else may spend it.
    :raises CardNotFound: if there is none.
    :raises CardNotUsable: if it is voided.
    :raises CustomerNotFound: if there is no such customer, or one of the other mode.
    """
    card = lock_card(card_id=card_id)
    _require_state(card, now, "assigned", *_ALIVE, CardState.EXPIRED)
    _require_customer(customer_id, test_mode=card.test_mode)
    card.customer_id = customer_id
    card.customer_only = customer_only and customer_id is not None
    write_events(
        card_ids=[card.id],
        kind=EventKind.ASSIGNED,
        changes={"customer_id": customer_id, "customer_only": card.customer_only},
        actor=actor,
        now=now,
        why=replace(why, details={"customer": customer_id, "customer_only": card.customer_only}),
    )
    Account.objects.filter(pk=card.account_id).update(customer_id=customer_id)
    return card


@operation
def move_card_to_store_credit(
    *,
    card_id: UUID,
    actor: Actor,
    now: datetime,
    customer_id: int | None = None,
    why: Why = UNEXPLAINED,
) -> tuple[Transaction, Transaction]:
    """
    Move all that can be spent from a card to its customer's store credit, or to the named customer's.

    :raises CardNotFound: if there is none.
    :raises CardNotUsable: if it is not active.
    :raises CardHasNoCustomer: if neither the card nor the caller names one.
    :raises AmountNotPositive: if it has nothing to move.
    :raises MovementKeyUsed: if the key has been used.
    """

    def store_credit(card: GiftCard) -> list[int]:
        owner_id = customer_id or card.customer_id
        if owner_id is None or card.state_at(now) != CardState.ACTIVE:
            return []
        currency = get_card_by_id(card_id=card.id, now=now).currency
        kind = AccountKind.STORE_CREDIT
        return [open_account(kind=kind, currency=currency, now=now, customer_id=owner_id, test_mode=card.test_mode)]

    card = lock_card_and(card_id=card_id, also=store_credit)
    _require_state(card, now, "moved", CardState.ACTIVE)
    if customer_id is None and card.customer_id is None:
        raise CardHasNoCustomer(card=card.masked_code)
    seen = get_card_by_id(card_id=card.id, now=now)
    (target_id,) = store_credit(card)
    return transfer_credit(
        source_id=card.account_id,
        target_id=target_id,
        amount=seen.spendable,
        actor=actor,
        now=now,
        why=why,
    )


@operation
def reveal_code(*, card_id: UUID, actor: Actor, now: datetime, why: Why = UNEXPLAINED) -> str:
    """
    A card's plain code. Who saw it and why stays in the card's history.

    :raises CardNotFound: if there is none.
    :raises ReasonMissing: if it is not said why.
    :raises CodeUnreadable: if its key is not in the environment any more.
    """
    _require_why(why)
    card = lock_card(card_id=card_id)
    code = open_code(card.sealed_code)
    write_events(
        card_ids=[card.id],
        kind=EventKind.REVEALED,
        actor=actor,
        now=now,
        why=why,
    )
    return code


def _require_state(card: GiftCard, now: datetime, verb: str, *allowed: CardState) -> None:
    state = card.state_at(now)
    if state not in allowed:
        raise CardNotUsable(card=card.masked_code, state=state.label, verb=verb)


def _require_living(card: GiftCard, now: datetime, verb: str) -> None:
    """A card that was blocked is over with its last day as any other is."""
    _require_state(card, now, verb, *_ALIVE)
    if is_over(card, now):
        raise CardNotUsable(card=card.masked_code, state=CardState.EXPIRED.label, verb=verb)


def _require_customer(customer_id: int | None, *, test_mode: bool) -> None:
    if customer_id is not None and not Customer.objects.filter(pk=customer_id, test_mode=test_mode).exists():
        raise CustomerNotFound(identifier=str(customer_id))


def _require_why(why: Why) -> None:
    if why.reason is None and not why.note.strip():
        raise ReasonMissing


def _set_state(
    card: GiftCard,
    state: CardState,
    kind: EventKind,
    actor: Actor,
    now: datetime,
    why: Why,
) -> GiftCard:
    card.state = state
    write_events(card_ids=[card.id], kind=kind, changes={"state": state}, actor=actor, now=now, why=why)
    return card
