"""Locks, and what is read under them: the account in one statement, its lots in the next, so that none is stale."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg.types.numeric import Int8

from ledger.errors import AccountNotFound, AccountNotOpen, CurrencyMismatch, CustomerNotActive, InsufficientCredit
from ledger.models import AccountStatus, Actor, ActorKind, CustomerStatus
from ledger.money import from_minor
from ledger.posting.movements import LockedAccount, OpenLot

#: What a locking SELECT ends in. Not FOR UPDATE, which would wait for the key-share locks that foreign keys take.
LOCK = {"postgresql": " FOR NO KEY UPDATE", "sqlite": ""}
# Lots are read in portions: an account may have thousands, and a spend rarely eats more than one.
_FIRST_LOTS, _MORE_LOTS = 8, 200
#: The columns of an account that a LockedAccount is made of, in its order.
LOCKED_COLUMNS = (
    "id", "number", "kind", "customer_id", "currency", "status", "balance_minor", "held_minor", "sequence", "test_mode",
    "last_entry_at",
)  # fmt: skip
#: Up to when time is closed, read behind all of an account's columns. Whoever reads it keeps a cut from being taken
#: until its transaction ends; on SQLite, where one writes at a time, by being in a transaction.
CLOSED_UNTIL = {
    # By itself, and not once for each row.
    "postgresql": "(SELECT ledger_last_boundary())",
    "sqlite": "(SELECT MAX(boundary) FROM ledger_cut)",
}
_LOT_COLUMNS = "id, account_id, remaining_minor, reserved_minor, funding, expires_at, given_by"


@cache
def vendor() -> str:
    """Which database the books are in, as long as the program runs: a posting would ask its connection ten times."""
    return connection.vendor


def moment(value: datetime | None) -> Any:
    """A time as both databases store and compare it; a raw cursor would write another text on SQLite."""
    return value if vendor() == "postgresql" else connection.ops.adapt_datetimefield_value(value)


def aware(value: datetime | str | None) -> datetime | None:
    """A time as it was read: SQLite hands out naive ones, or their text, which stand for UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def bind(values: Sequence[Any]) -> list[Any]:
    """
    Values as a statement takes them.

    The driver gives PostgreSQL an integer in the smallest type that holds it, and a statement with other types is
    another statement: it would be planned again for each mixture of small and large numbers.
    """
    if vendor() != "postgresql":
        return list(values)
    return [Int8(value) if type(value) is int else value for value in values]


def lock_account(cursor: CursorWrapper, account_id: int) -> LockedAccount:
    """
    Lock one account and read it as it is now.

    :raises AccountNotFound: if there is none.
    """
    return lock_accounts(cursor, [account_id])[account_id]


def lock_accounts(cursor: CursorWrapper, account_ids: Iterable[int]) -> dict[int, LockedAccount]:
    """
    Lock accounts in primary-key order, so that two operations never wait for each other in a circle.

    :raises AccountNotFound: if one of them does not exist.
    """
    wanted = sorted(set(account_ids))
    cursor.execute(
        f"SELECT {', '.join(LOCKED_COLUMNS)}, {CLOSED_UNTIL[vendor()]} "
        f"FROM ledger_account WHERE id IN ({marks(wanted)}) ORDER BY id{LOCK[vendor()]}",
        bind(wanted),
    )
    found = {row[0]: locked_account(row) for row in cursor.fetchall()}
    for account_id in wanted:
        if account_id not in found:
            raise AccountNotFound(account=str(account_id))
    return found


def locked_account(row: Sequence[Any]) -> LockedAccount:
    """An account whose `LOCKED_COLUMNS` were read under its lock, and behind them `CLOSED_UNTIL`."""
    values: list[Any] = [*row[:-2], *map(aware, row[-2:])]
    return LockedAccount(*values)


def require_movable(account: LockedAccount, actor: Actor) -> None:
    """
    Refuse an account that this actor may not move.

    :raises AccountNotOpen: if it is closed, or frozen and the actor is not staff.
    """
    frozen_to_actor = account.status == AccountStatus.FROZEN and actor.kind != ActorKind.STAFF
    if account.status == AccountStatus.CLOSED or frozen_to_actor:
        raise AccountNotOpen(account_number=account.number, status=account.status)


def require_currency(account: LockedAccount, currency: str) -> None:
    """
    Refuse an amount in another currency than the account's.

    :raises CurrencyMismatch: if they differ.
    """
    if account.currency != currency:
        raise CurrencyMismatch(account_number=account.number, account_currency=account.currency, currency=currency)


def require_active_customer(cursor: CursorWrapper, account: LockedAccount) -> None:
    """
    Refuse new credit to somebody who is given none.

    :raises CustomerNotActive: if the account's customer is banned or archived.
    """
    # Whoever changes the status waits, or is waited for and seen.
    lock = " FOR SHARE" if vendor() == "postgresql" else ""
    cursor.execute(f"SELECT number, status FROM ledger_customer WHERE id = %s{lock}", bind([account.customer_id]))
    for number, status in cursor.fetchall():
        if status in {CustomerStatus.BANNED, CustomerStatus.ARCHIVED}:
            raise CustomerNotActive(number=number, status=status)


def require_same_mode(one: LockedAccount, other: LockedAccount) -> None:
    """
    Refuse to move value between test money and live money: to either, the other does not exist.

    :raises AccountNotFound: if one account is a test account and the other is not.
    """
    if one.test_mode != other.test_mode:
        raise AccountNotFound(account=other.number)


def take_from_lots(
    cursor: CursorWrapper, account: LockedAccount, amount_minor: int, now: datetime
) -> list[tuple[OpenLot, int]]:
    """
    Choose the lots that pay an amount, in spend order: soonest expiry first, never-expiring last, then oldest.

    :raises InsufficientCredit: if the unexpired, unreserved credit is less than the amount.
    """
    chosen: list[tuple[OpenLot, int]] = []
    wanted = amount_minor
    while wanted:
        portion = _MORE_LOTS if chosen else _FIRST_LOTS
        lots = _read_live_lots(cursor, account.id, now, limit=portion, offset=len(chosen))
        for lot in lots:
            taken = min(lot.free_minor, wanted)
            chosen.append((lot, taken))
            wanted -= taken
            if not wanted:
                break
        if wanted and len(lots) < portion:
            raise InsufficientCredit(
                account_number=account.number,
                available=from_minor(amount_minor - wanted, account.currency),
                requested=from_minor(amount_minor, account.currency),
            )
    return chosen


def _read_live_lots(cursor: CursorWrapper, account_id: int, now: datetime, limit: int, offset: int) -> list[OpenLot]:
    # How many is said in the statement itself: of a number that it does not know the planner thinks so much that it
    # would plan the statement anew each time.
    cursor.execute(
        f"SELECT {_LOT_COLUMNS} FROM ledger_lot "
        "WHERE account_id = %s AND remaining_minor > 0 AND remaining_minor > reserved_minor "
        "AND (expires_at IS NULL OR expires_at > %s) "
        f"ORDER BY expires_at NULLS LAST, id LIMIT {limit}{' OFFSET %s' if offset else ''}",
        bind([account_id, moment(now), *([offset] if offset else [])]),
    )
    return [_lot(row) for row in cursor.fetchall()]


def read_lots(cursor: CursorWrapper, lot_ids: Iterable[int]) -> dict[int, OpenLot]:
    """Named lots as they are now; their account must be locked."""
    wanted = sorted(set(lot_ids))
    if not wanted:
        return {}
    cursor.execute(f"SELECT {_LOT_COLUMNS} FROM ledger_lot WHERE id IN ({marks(wanted)}) ORDER BY id", bind(wanted))
    return {lot.id: lot for lot in map(_lot, cursor.fetchall())}


def read_expired_lots(cursor: CursorWrapper, account_ids: Sequence[int], now: datetime) -> list[OpenLot]:
    """Lots of locked accounts that have expired at `now` and have credit that no hold has set aside."""
    cursor.execute(
        f"SELECT {_LOT_COLUMNS} FROM ledger_lot "
        f"WHERE account_id IN ({marks(account_ids)}) AND remaining_minor > 0 AND remaining_minor > reserved_minor "
        "AND expires_at <= %s ORDER BY account_id, id",
        bind([*account_ids, moment(now)]),
    )
    return [_lot(row) for row in cursor.fetchall()]


def marks(values: Sequence[Any]) -> str:
    """As many placeholders as there are values."""
    return ", ".join(["%s"] * len(values))


def _lot(row: Sequence[Any]) -> OpenLot:
    values: list[Any] = [*row[:5], aware(row[5]), row[6]]
    return OpenLot(*values)
