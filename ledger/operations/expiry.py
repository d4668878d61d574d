"""
Expiry: credit that nobody spent in time leaves the books.

Expired credit cannot be spent whether it was swept or not; the sweep books it back to the counter account that gave
it, or to BREAKAGE if it was paid for. What a hold has set aside waits until the hold ends.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import F

from ledger.models import AccountStatus, Actor, Lot, Transaction, TransactionType
from ledger.models.reasons import expires_to
from ledger.operations.atomic import operation
from ledger.posting import LockedAccount, Movement, OpenLot, Why, lock_accounts, post_many, read_expired_lots

_ACCOUNTS_AT_ONCE = 200


@dataclass
class ExpirySummary:
    """What one sweep booked: how many lots, and how much in minor units per currency."""

    lots: int = 0
    amount_minor: dict[str, int] = field(default_factory=dict)

    def add(self, transactions: list[Transaction]) -> None:
        self.lots += len(transactions)
        for transaction in transactions:
            booked = self.amount_minor.get(transaction.currency, 0)
            self.amount_minor[transaction.currency] = booked - transaction.amount_minor


def expire_credit(
    *, actor: Actor, now: datetime, progress: Callable[[ExpirySummary], None] = lambda summary: None
) -> ExpirySummary:
    """
    Book all credit that has expired at `now` and that no hold sets aside, in batches of accounts.

    Safe twice and in parallel: each batch works under its accounts' locks, and each movement has its key. Frozen
    accounts wait until they are open again.
    """
    summary = ExpirySummary()
    last_account_id = 0
    while account_ids := _list_due_accounts(now, after=last_account_id):
        summary.add(_expire_batch(account_ids=account_ids, actor=actor, now=now))
        last_account_id = account_ids[-1]
        progress(summary)
    return summary


@operation
def expire_credit_of(*, account_id: int, actor: Actor, now: datetime) -> ExpirySummary:
    """
    Book the credit of one account that has expired at `now` and that no hold sets aside, without waiting for the sweep.

    :raises AccountNotFound: if there is none.
    :raises AccountNotOpen: if some has expired, and the account is closed, or frozen and the actor is not staff.
    """
    summary = ExpirySummary()
    with connection.cursor() as cursor:
        accounts = lock_accounts(cursor, [account_id])
        lots = read_expired_lots(cursor, [account_id], now)
        expiries = [_expiry(lot, accounts[account_id], actor, now) for lot in lots]
        summary.add(post_many(cursor, expiries, accounts) if expiries else [])
    return summary


def count_expired_lots(*, now: datetime) -> int:
    """How many lots the next sweep would book."""
    return _due(now).count()


def _due(now: datetime):  # type: ignore[no-untyped-def]  # a queryset of this app's own class
    return Lot.objects.expired(now).filter(remaining_minor__gt=F("reserved_minor"), account__status=AccountStatus.OPEN)


def _list_due_accounts(now: datetime, *, after: int) -> list[int]:
    due = _due(now).filter(account_id__gt=after).order_by("account_id").values_list("account_id", flat=True)
    return list(due.distinct()[:_ACCOUNTS_AT_ONCE])


@operation
def _expire_batch(*, account_ids: list[int], actor: Actor, now: datetime) -> list[Transaction]:
    with connection.cursor() as cursor:
        accounts = lock_accounts(cursor, account_ids)
        still_open = [account.id for account in accounts.values() if account.status == AccountStatus.OPEN]
        if not still_open:
            return []
        lots = read_expired_lots(cursor, still_open, now)
        return post_many(cursor, [_expiry(lot, accounts[lot.account_id], actor, now) for lot in lots], accounts)


def _expiry(lot: OpenLot, account: LockedAccount, actor: Actor, now: datetime) -> Movement:
    return Movement(
        account_id=account.id,
        currency=account.currency,
        type=TransactionType.EXPIRE.value,
        amount_minor=-lot.free_minor,
        counter_account=expires_to(lot.given_by),
        uses=[lot.use(lot.free_minor)],
        actor=actor,
        now=now,
        # The account's place in its history is part of the key: a lot is swept again when a hold lets go of the rest,
        # or when a refund fills it again by a clock that is behind.
        why=Why(key=f"expire:lot:{lot.id}:{account.sequence}"),
    )
