"""What undoes a transaction: a reversal the whole of it once, refunds of a spend up to what it took."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, OuterRef
from moneyed import Money

from ledger.errors import (
    AlreadyReversed,
    BooksClosed,
    CreditAlreadySpent,
    NotReversible,
    RefundExceedsSpend,
    TransactionNotFound,
)
from ledger.models import AccountKind, AccountStatus, Actor, BooksClosing, Transaction, TransactionType
from ledger.money import from_minor
from ledger.operations.atomic import operation
from ledger.operations.credit import positive_minor
from ledger.operations.endings import Ending, second_life
from ledger.operations.reasons import require_why
from ledger.posting import (
    UNEXPLAINED,
    LockedAccount,
    Movement,
    NewLot,
    OpenLot,
    Use,
    Why,
    lock_accounts,
    post,
    post_many,
    read_lots,
    require_currency,
    require_movable,
    require_return,
    require_same_mode,
)
from ledger.queries.survivors import find_heir_id
from ledger.queries.undoing import credit_brought_in, find_other_side, sum_undone_minor
from ledger.rowwise import row_by_row


@operation
def reverse_transaction(
    *,
    transaction_id: UUID,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
    ending: Ending | None = None,
    is_approved: bool = False,
) -> Transaction:
    """
    Undo the whole of one transaction, once. A reason or a note says why.

    Reversed credit leaves the lot that it came in with; a reversed spend returns to the lots it came from, and where
    such a lot has expired, as a new one that lives a while longer. A transfer is reversed as a pair, whichever side is
    named; a refund while what it gave back is unspent, and the spend can then be refunded again.

    :param ending: when all credit of the account ends, which then is open.
    :param is_approved: somebody asked for it and another person approved it, which what was reported needs.
    :raises TransactionNotFound: if there is none.
    :raises BooksClosed: if the month of the transaction is closed and nobody approved it.
    :raises NotReversible: for a reversal, or a transfer of which the other side is not found.
    :raises AlreadyReversed: if it was reversed or refunded.
    :raises CreditAlreadySpent: if the credit that it brought in is not all there and free.
    :raises ReasonMissing, ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder: if it is not said why.
    :raises DomainError: if it gives back more than a person gives alone: `ledger.posting.giving`.
    :raises AccountNotOpen, MovementKeyUsed, AmountTooLarge: as `posting.post`.
    """
    target = _require_transaction(transaction_id, is_open=not is_approved)
    why = replace(why, reference=target.reference)
    require_why(why=why)
    if target.type == TransactionType.REVERSE:
        raise NotReversible(number=target.number, type=target.type)
    if target.type == TransactionType.TRANSFER:
        return _reverse_transfer(target, actor, now, why=why, ending=ending)
    with connection.cursor() as cursor:
        # A refund's reversal lets the spend be refunded again: the spend's account is locked too.
        spent_from = {target.reverses.account_id} if target.reverses is not None else set()
        account = lock_accounts(cursor, {target.account_id, *spent_from})[target.account_id]
        require_movable(account, actor)
        if sum_undone_minor(transaction=target):
            raise AlreadyReversed(number=target.number)
        at = account.moment(now)
        lots: Sequence[NewLot] = ()
        uses: Sequence[Use]
        if target.amount_minor > 0:
            uses = _take_back(cursor, target)
        else:
            require_return(actor=actor, back_minor=-target.amount_minor, account=account)
            uses, lots = _give_back(cursor, target, account, -target.amount_minor, 0, at, ending)
        return post(
            cursor,
            Movement(
                account_id=account.id,
                currency=target.currency,
                type=TransactionType.REVERSE.value,
                amount_minor=-target.amount_minor,
                counter_account=target.counter_account,
                lots=lots,
                uses=uses,
                reverses_id=target.id,
                actor=actor,
                now=now,
                at=at,
                why=why,
            ),
            account,
        )


@operation
def refund_spend(
    *,
    transaction_id: UUID,
    amount: Money,
    actor: Actor,
    now: datetime,
    to_account_id: int | None = None,
    why: Why = UNEXPLAINED,
    ending: Ending | None = None,
    spend: Transaction | None = None,
) -> Transaction:
    """
    Give back part or all of a spend: to the lots it came from, last one first. If the spend's customer was merged into
    another since, to that other's store credit.

    :param amount: positive, in the spend's currency; all refunds together never exceed the spend.
    :param to_account_id: another account of the same currency, where the spend's own cannot take it back.
    :param ending: when all credit of the account that takes it back ends.
    :param spend: the transaction, if it was read before: it never changes.
    :raises TransactionNotFound: if there is none.
    :raises NotReversible: if it is not a spend.
    :raises RefundExceedsSpend: if less than `amount` is left to refund.
    :raises AmountNotPositive, AmountNotExact, CurrencyMismatch: for such an amount.
    :raises AccountNotFound: if there is no such account, or one is a test account and the other is not.
    :raises DomainError: if with it more of the spend goes back than a person gives alone: `ledger.posting.giving`.
    :raises AccountNotOpen, MovementKeyUsed: as `posting.post`.
    """
    target = spend or _require_transaction(transaction_id)
    if target.type != TransactionType.REDEEM:
        raise NotReversible(number=target.number, type=target.type)
    amount_minor = positive_minor(amount)
    with connection.cursor() as cursor:
        # Both accounts are locked: the spend's own keeps two refunds of it apart, wherever they go.
        accounts = lock_accounts(cursor, {target.account_id, to_account_id or target.account_id})
        if to_account_id is None and accounts[target.account_id].status == AccountStatus.CLOSED:
            # Nothing but another refund of this spend waits for the closed one.
            to_account_id = find_heir_id(account_id=target.account_id)
            accounts |= lock_accounts(cursor, {to_account_id or target.account_id})
        account = accounts[to_account_id or target.account_id]
        require_movable(account, actor)
        require_currency(account, amount.currency.code)
        require_currency(accounts[target.account_id], amount.currency.code)
        require_same_mode(accounts[target.account_id], account)
        undone_minor = sum_undone_minor(transaction=target)
        refundable_minor = -target.amount_minor - undone_minor
        if amount_minor > refundable_minor:
            raise RefundExceedsSpend(
                number=target.number,
                refundable=from_minor(refundable_minor, target.currency),
                requested=amount,
            )
        require_return(actor=actor, back_minor=undone_minor + amount_minor, account=account)
        # Not before the spend, nor before what has happened since to the account that gets it back.
        at = max(each.moment(now) for each in accounts.values())
        uses, lots = _give_back(cursor, target, account, amount_minor, undone_minor, at, ending)
        return post(
            cursor,
            Movement(
                account_id=account.id,
                currency=target.currency,
                type=TransactionType.REFUND.value,
                amount_minor=amount_minor,
                counter_account=target.counter_account,
                lots=lots,
                uses=uses,
                reverses_id=target.id,
                actor=actor,
                now=now,
                at=at,
                why=replace(why, reference=why.reference or target.reference),
            ),
            account,
        )


def _require_transaction(transaction_id: UUID, *, is_open: bool = False) -> Transaction:
    closed = BooksClosing.objects.filter(cut__boundary__gt=OuterRef("created_at"))
    found = Transaction.objects.filter(pk=transaction_id).annotate(is_closed=Exists(closed)).first()
    if found is None:
        raise TransactionNotFound(transaction=str(transaction_id))
    if is_open and found.is_closed:
        raise BooksClosed(number=found.number)
    return found


def _take_back(cursor: CursorWrapper, target: Transaction) -> list[Use]:
    """All that the transaction brought in, from the lots it made and those it gave back to."""
    came = credit_brought_in(target)
    lots = read_lots(cursor, came)
    free_minor = sum(min(lot.free_minor, came[lot.id]) for lot in lots.values())
    if free_minor < target.amount_minor:
        raise CreditAlreadySpent(
            number=target.number,
            remaining=from_minor(free_minor, target.currency),
            amount=from_minor(target.amount_minor, target.currency),
        )
    return [lot.use(came[lot.id]) for lot in lots.values()]


def _reverse_transfer(
    target: Transaction,
    actor: Actor,
    now: datetime,
    *,
    why: Why,
    ending: Ending | None,
) -> Transaction:
    """Both sides or neither: the credit leaves where it went and returns to the lots from which it came."""
    other = find_other_side(transfer=target)
    if other is None:
        raise NotReversible(number=target.number, type=target.type)
    out, into = (target, other) if target.amount_minor < 0 else (other, target)
    with connection.cursor() as cursor:
        accounts = lock_accounts(cursor, {out.account_id, into.account_id})
        for side in (out, into):
            require_movable(accounts[side.account_id], actor)
            if sum_undone_minor(transaction=side):
                raise AlreadyReversed(number=side.number)
        at = max(account.moment(now) for account in accounts.values())
        taken = _take_back(cursor, into)
        source = accounts[out.account_id]
        require_return(actor=actor, back_minor=-out.amount_minor, account=source)
        uses, lots = _give_back(cursor, out, source, -out.amount_minor, 0, at, ending)
        if lots and source.kind == AccountKind.GIFT_CARD and ending is None:
            # What is on a card ends with it, and a card that is over is not woken by this.
            raise NotReversible(number=target.number, type=target.type)
        common: dict[str, Any] = {
            "currency": target.currency,
            "type": TransactionType.REVERSE.value,
            "counter_account": target.counter_account,
            "actor": actor,
            "now": now,
            "at": at,
        }
        for_other_side = replace(why, key=_other_key(why.key))
        leaves = Movement(
            account_id=into.account_id,
            amount_minor=-into.amount_minor,
            uses=taken,
            reverses_id=into.id,
            why=why if into is target else for_other_side,
            **common,
        )
        returns = Movement(
            account_id=out.account_id,
            amount_minor=-out.amount_minor,
            uses=uses,
            lots=lots,
            reverses_id=out.id,
            why=why if out is target else for_other_side,
            **common,
        )
        # The one that was named comes first: what it says of itself holds for the other.
        named_first = [leaves, returns] if into is target else [returns, leaves]
        return post_many(cursor, named_first, accounts)[0]


def _other_key(key: str | None) -> str | None:
    return None if key is None else f"{key[:200]}:other-side"


def _give_back(
    cursor: CursorWrapper,
    target: Transaction,
    account: LockedAccount,
    amount_minor: int,
    undone_minor: int,
    now: datetime,
    ending: Ending | None,
) -> tuple[list[Use], list[NewLot]]:
    """
    Where a refund goes: back along the spend's lots, last one first, behind what earlier refunds gave back.

    So much of the spend has been undone before: `undone_minor`, read under the lock.
    A lot that has expired, that belongs to another account or that does not end with its account comes back as a new
    one.
    """
    taken = list(target.lot_uses.filter(amount_minor__gt=0).order_by("-id").values_list("lot_id", "amount_minor"))
    lots = read_lots(cursor, [lot_id for lot_id, _ in taken])
    back = _given_back_so_far(target) if undone_minor else {}
    # What came back as new credit is taken for that of the last lots.
    skipped_minor = undone_minor - sum(back.values())
    uses: list[Use] = []
    new_lots: list[NewLot] = []
    for lot_id, taken_minor in taken:
        room_minor = taken_minor - back.get(lot_id, 0)
        passed_minor = min(skipped_minor, room_minor)
        skipped_minor -= passed_minor
        given_minor = min(room_minor - passed_minor, amount_minor)
        amount_minor -= given_minor
        if not given_minor:
            continue
        lot = lots[lot_id]
        ends_at = ending.at if ending else _life_of_return(lot, now)
        if lot.account_id == account.id and lot.expires_at == ends_at:
            uses.append(lot.use(-given_minor))
        else:
            new_lots.append(NewLot(given_minor, lot.funding, ends_at, lot.given_by))
    return uses, new_lots


def _given_back_so_far(target: Transaction) -> dict[int, int]:
    """What refunds that were not reversed gave back to each lot, in minor units."""
    refunds = row_by_row(Transaction.objects.filter(reverses_id=target.id)).filter(reversals__isnull=True)
    back: dict[int, int] = {}
    given = refunds.filter(lot_uses__amount_minor__lt=0)
    for lot_id, amount_minor in given.values_list("lot_uses__lot_id", "lot_uses__amount_minor"):
        back[lot_id] = back.get(lot_id, 0) - amount_minor
    return back


def _life_of_return(lot: OpenLot, now: datetime) -> datetime | None:
    return lot.expires_at if lot.expires_at is None or lot.expires_at > now else second_life(now=now)
