"""What a customer owns, in one statement however long the history: balances move with each posting."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from ledger.errors import AccountNotFound, CustomerNotFound
from ledger.queries.spendable import SPENDABLE
from ledger.text import fold_number

# Longer than any number or document id: such a text is nobody's, and the database need not see it.
_LONGEST_IDENTIFIER = 64

_COLUMNS = (
    "c.id, c.document_id, c.number, c.entity_type, c.status, c.test_mode, a.currency, a.id, a.number, a.status, "
    f"{SPENDABLE}, a.held_minor, a.balance_minor"
)


# One look-up after the other, each for at most one row: no plan can do without their indexes, and the second and third
# are not even tried where the first finds somebody.
_CALLED = (
    "COALESCE((SELECT {whom} FROM ledger_customer n WHERE n.number = %s AND n.test_mode = %s), "
    "(SELECT {whom} FROM ledger_customer n WHERE n.document_id = %s AND n.test_mode = %s), "
    "(SELECT {whom} FROM ledger_customer n WHERE UPPER(n.number) = %s AND NOT n.twin AND n.test_mode = %s))"
)
# Whoever was merged into another is that other.
_KNOWN_AS = _CALLED.format(whom="COALESCE(n.merged_into_id, n.id)")


@dataclass(frozen=True, slots=True)
class Wallet:
    """
    A customer and the store-credit account in one currency, or the place where it will be. Amounts in minor units.

    `spendable_minor` is what can be spent now: not expired, not held.
    """

    customer_id: int
    document_id: str
    number: str
    entity_type: str
    status: str
    test_mode: bool
    currency: str
    account_id: int | None
    account_number: str | None
    account_status: str | None
    spendable_minor: int
    held_minor: int
    balance_minor: int


def get_wallet(*, customer: str, currency: str, test_mode: bool, now: datetime) -> Wallet:
    """
    A customer's wallet in one currency, by customer number or document id.

    A currency without an account gives a wallet of nothing; so does a text that is no currency.

    :raises CustomerNotFound: if nobody of this mode has that number or document id.
    """
    rows = _read(customer, test_mode, now, "AND a.currency = %s", [currency])
    return _wallet(rows[0], currency)


def list_wallets(*, customer: str, test_mode: bool, now: datetime) -> list[Wallet]:
    """
    A customer's wallets in every currency with an account, by currency; one of no currency if there is none.

    :raises CustomerNotFound: if nobody of this mode has that number or document id.
    """
    return [_wallet(row, row[6] or "") for row in _read(customer, test_mode, now, "", [])]


def _read(customer: str, test_mode: bool, now: datetime, only: str, values: list[Any]) -> list[Any]:
    if not 0 < len(customer) <= _LONGEST_IDENTIFIER or not customer.isprintable():
        raise CustomerNotFound(identifier=customer)
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM ledger_customer c LEFT JOIN ledger_account a "
            f"ON a.customer_id = c.id AND a.kind = 'STORE_CREDIT' {only} "
            f"WHERE c.id = {_KNOWN_AS} ORDER BY a.currency",
            [moment, *values, *_spelled(customer, test_mode)],
        )
        rows = cursor.fetchall()
    if not rows:
        raise CustomerNotFound(identifier=customer)
    return rows


def _spelled(customer: str, test_mode: bool) -> list[Any]:
    return [customer, test_mode, customer, test_mode, fold_number(customer), test_mode]


def find_called_id(*, customer: str, wallet: Wallet) -> int:
    """
    The customer whom a number or document id was given to, whoever they have become: `wallet` is what it leads to now.
    """
    if fold_number(customer) in {fold_number(wallet.number), fold_number(wallet.document_id)}:
        return wallet.customer_id
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_CALLED.format(whom='n.id')}", _spelled(customer, wallet.test_mode))
        return int(cursor.fetchall()[0][0])


def _wallet(row: Any, currency: str) -> Wallet:
    return Wallet(
        customer_id=row[0],
        document_id=row[1],
        number=row[2],
        entity_type=row[3],
        status=row[4],
        test_mode=bool(row[5]),
        currency=currency,
        account_id=row[7],
        account_number=row[8],
        account_status=row[9],
        spendable_minor=int(row[10] or 0),
        held_minor=row[11] or 0,
        balance_minor=row[12] or 0,
    )


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account as a screen shows it. Amounts in minor units; `next_expiry` of credit that has not expired yet."""

    id: int
    number: str
    kind: str
    currency: str
    status: str
    balance_minor: int
    held_minor: int
    spendable_minor: int
    next_expiry: datetime | None


def list_accounts(*, customer_id: int, now: datetime) -> list[AccountBalance]:
    """Every account of a customer, by kind and currency."""
    return _read_balances("a.customer_id", customer_id, now)


def get_account_balance(*, account_id: int, now: datetime) -> AccountBalance:
    """
    One account as a screen shows it.

    :raises AccountNotFound: if there is none.
    """
    found = _read_balances("a.id", account_id, now)
    if not found:
        raise AccountNotFound(account=str(account_id))
    return found[0]


def _read_balances(column: str, value: int, now: datetime) -> list[AccountBalance]:
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.id, a.number, a.kind, a.currency, a.status, a.balance_minor, a.held_minor, {SPENDABLE}, "
            "(SELECT MIN(l.expires_at) FROM ledger_lot l WHERE l.account_id = a.id AND l.remaining_minor > 0 "
            f"AND l.expires_at > %s) FROM ledger_account a WHERE {column} = %s ORDER BY a.kind DESC, a.currency, a.id",
            [moment, moment, value],
        )
        return [AccountBalance(*(*row[:7], int(row[7]), _aware(row[8]))) for row in cursor.fetchall()]


def _aware(value: Any) -> datetime | None:
    # SQLite computes a minimum of times as text, in UTC.
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
