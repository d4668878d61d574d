"""Value that changes its account, and value that is taken away."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import connection
from moneyed import Money

from ledger.errors import InsufficientCredit, SameAccount
from ledger.models import Actor, CounterAccount, Lot, Transaction, TransactionType
from ledger.models.identifiers import new_document_id
from ledger.money import from_minor
from ledger.operations.atomic import operation
from ledger.operations.credit import positive_minor
from ledger.operations.endings import Ending
from ledger.operations.reasons import require_why
from ledger.posting import (
    UNEXPLAINED,
    Movement,
    NewLot,
    Why,
    lock_account,
    lock_accounts,
    post,
    post_many,
    read_lots,
    require_currency,
    require_movable,
    require_same_mode,
    take_from_lots,
)

# What the column takes.
_LONGEST_KEY = 255


@operation
def transfer_credit(
    *,
    source_id: int,
    target_id: int,
    amount: Money,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
    ending: Ending | None = None,
) -> tuple[Transaction, Transaction]:
    """
    Move credit to another account of the same currency. Each piece keeps its funding and its expiry.

    Two transactions through TRANSFERS with one reference, which is made if none is given. The key marks the first leg
    and, with `:in` behind it, the second; a key too long for that is digested there.

    :param amount: positive, in both accounts' currency.
    :param ending: when all credit of the target ends, instead of each piece's own expiry.
    :raises SameAccount: if both are one.
    :raises InsufficientCredit: if less can be spent from the source at `now`.
    :raises AmountNotPositive, AmountNotExact, CurrencyMismatch: for such an amount.
    :raises AccountNotFound: if there is no such account, or one of them is a test account and the other is not.
    :raises AccountNotOpen, MovementKeyUsed, AmountTooLarge: as `posting.post`.
    """
    amount_minor = positive_minor(amount)
    with connection.cursor() as cursor:
        accounts = lock_accounts(cursor, {source_id, target_id})
        source, target = accounts[source_id], accounts[target_id]
        if source.id == target.id:
            raise SameAccount(account_number=source.number)
        require_same_mode(source, target)
        for account in (source, target):
            require_movable(account, actor)
            require_currency(account, amount.currency.code)
        # Both sides of a move have one date.
        at = max(source.moment(now), target.moment(now))
        chosen = take_from_lots(cursor, source, amount_minor, at)
        why = replace(why, reference=why.reference or f"move-{new_document_id()}")
        common: dict[str, Any] = {
            "currency": amount.currency.code,
            "type": TransactionType.TRANSFER.value,
            "counter_account": CounterAccount.TRANSFERS.value,
            "actor": actor,
            "now": now,
            "at": at,
        }
        out = Movement(
            account_id=source.id,
            amount_minor=-amount_minor,
            uses=[lot.use(taken) for lot, taken in chosen],
            why=why,
            **common,
        )
        into = Movement(
            account_id=target.id,
            amount_minor=amount_minor,
            lots=[
                NewLot(taken, lot.funding, ending.at if ending else lot.expires_at, lot.given_by)
                for lot, taken in chosen
            ],
            why=replace(why, key=_key_of_second_leg(why.key) if why.key else None),
            **common,
        )
        first, second = post_many(cursor, [out, into], accounts)
    return first, second


def _key_of_second_leg(key: str) -> str:
    longer = f"{key}:in"
    return longer if len(longer) <= _LONGEST_KEY else f"{sha256(key.encode()).hexdigest()}:in"


@operation
def void_credit(
    *,
    account_id: int,
    actor: Actor,
    now: datetime,
    why: Why = UNEXPLAINED,
) -> Transaction | None:
    """
    Take all value from an account, expired credit too, against ADJUSTMENTS. None if it has none.

    :raises InsufficientCredit: while a hold sets some of it aside.
    :raises ReasonMissing, ReasonUnknown, ReasonNeedsNote, ReasonNeedsOrder: if it is not said why.
    :raises AccountNotFound, AccountNotOpen, MovementKeyUsed: as `posting.post`.
    """
    require_why(why=why)
    with connection.cursor() as cursor:
        account = lock_account(cursor, account_id)
        require_movable(account, actor)
        if account.held_minor:
            raise InsufficientCredit(
                account_number=account.number,
                available=from_minor(account.balance_minor - account.held_minor, account.currency),
                requested=from_minor(account.balance_minor, account.currency),
            )
        if not account.balance_minor:
            return None
        lots = read_lots(cursor, Lot.objects.filter(account_id=account.id).open().values_list("pk", flat=True))
        return post(
            cursor,
            Movement(
                account_id=account.id,
                currency=account.currency,
                type=TransactionType.VOID.value,
                amount_minor=-account.balance_minor,
                counter_account=CounterAccount.ADJUSTMENTS.value,
                uses=[lot.use(lot.remaining_minor) for lot in lots.values()],
                actor=actor,
                now=now,
                why=why,
            ),
            account,
        )
