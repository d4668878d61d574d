"""The reversal of an entry whatever it moved: where it moved a card's value, the card has a say in it."""

from datetime import datetime
from uuid import UUID

from giftcards.errors import CardNotUsable
from giftcards.models import CardState, GiftCard
from giftcards.operations.expiry import ending_for_return
from giftcards.operations.locks import lock_card
from ledger.errors import NotReversible
from ledger.operations import (
    UNEXPLAINED,
    Actor,
    TransactionType,
    Why,
    lock_account_rows,
    operation,
    reverse_transaction,
)
from ledger.queries import Transaction, find_other_side, get_transaction

_GONE = {CardState.VOIDED, CardState.BLOCKED}


@operation
def undo_transaction(
    *,
    transaction_id: UUID,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
    target: Transaction | None = None,
    is_approved: bool = False,
) -> Transaction:
    """
    Undo the whole of one entry, once, on store credit and cards alike; a transfer on both its sides. A card that was
    over lives once more for what comes back to it.

    :param target: the transaction, if it was read before: it never changes.
    :param is_approved: somebody asked for it and another person approved it.
    :raises CardNotUsable: if a card that it concerns is blocked or voided.
    :raises TransactionNotFound, BooksClosed, NotReversible, AlreadyReversed, CreditAlreadySpent, ReasonMissing,
        ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder, AccountNotOpen, MovementKeyUsed, AmountTooLarge: as
        `ledger.operations.reverse_transaction`.
    """
    target = target or get_transaction(transaction_id=transaction_id)
    sides = _sides_of(target)
    cards = _lock_cards(target, sides)
    for one in cards.values():
        if one.state in _GONE:
            raise CardNotUsable(card=one.masked_code, state=CardState(one.state).label, verb=_verb(target))
    gets_back = next((side.account_id for side in sides if side.amount_minor < 0), None)
    receiver = cards.get(gets_back or target.account_id)
    with ending_for_return(receiver, actor, now, gives_back=gets_back is not None) as ending:
        return reverse_transaction(
            transaction_id=target.pk,
            actor=actor,
            now=now,
            why=why,
            ending=ending,
            is_approved=is_approved,
        )


def _sides_of(target: Transaction) -> list[Transaction]:
    """
    The entry, and where it is one of two, the other.

    :raises NotReversible: if that is not found.
    """
    if target.type != TransactionType.TRANSFER:
        return [target]
    other = find_other_side(transfer=target)
    if other is None:
        raise NotReversible(number=target.number, type=target.type)
    return [target, other]


def _lock_cards(target: Transaction, sides: list[Transaction]) -> dict[int, GiftCard]:
    """The cards whose value moves, by account, locked with every account that the reversal locks, in one go."""
    account_ids = {side.account_id for side in sides}
    card_ids = dict(GiftCard.objects.filter(account_id__in=account_ids).values_list("account_id", "pk"))
    if not card_ids:
        return {}
    spent_from = {target.reverses.account_id} if target.reverses is not None else set()
    if len(account_ids | spent_from) > 1:
        lock_account_rows(account_ids=account_ids | spent_from)
    return {account_id: lock_card(card_id=card_ids[account_id]) for account_id in sorted(card_ids)}


def _verb(target: Transaction) -> str:
    return "moved back" if target.type == TransactionType.TRANSFER else "refunded"
