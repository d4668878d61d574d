"""Entries as a history shows them, and an account as it stands beside its newest entries: one statement each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery

from ledger.errors import AccountNotFound
from ledger.guessing import look_up
from ledger.metadata import METADATA, Member
from ledger.models import Account, AccountKind, AccountStatus, Lot, Transaction
from ledger.queries.spendable import SPENDABLE
from ledger.queries.survivors import find_heir_id
from ledger.querysets import fits_looked_up, having_metadata

# A text of another form is no account's number; the same statement is asked for it all the same.
_LONGEST_NUMBER = 32
_STORE_CREDIT = f"""
    SELECT a.id, a.number, a.currency, a.status, a.created_at, c.id, c.document_id, a.balance_minor, a.held_minor,
           {SPENDABLE}, a.sequence, first.amount_minor, last.created_at
      FROM ledger_account a
      JOIN ledger_customer c ON c.id = a.customer_id
      LEFT JOIN ledger_transaction first ON first.account_id = a.id AND first.sequence = 1
      LEFT JOIN ledger_transaction last ON last.account_id = a.id AND last.sequence = a.sequence
     WHERE {{which}} AND a.kind = 'STORE_CREDIT' AND a.test_mode = %s
"""
_BY_NUMBER, _BY_ID = _STORE_CREDIT.format(which="a.number = %s"), _STORE_CREDIT.format(which="a.id = %s")
_STANDING = f"""
    SELECT a.balance_minor, a.held_minor, {SPENDABLE}, a.sequence, t.number
      FROM ledger_account a
      LEFT JOIN (SELECT account_id, sequence, number FROM ledger_transaction
                  WHERE account_id = %s ORDER BY sequence DESC LIMIT %s) t ON t.account_id = a.id
     WHERE a.id = %s ORDER BY t.sequence DESC
"""


@dataclass(frozen=True, slots=True)
class StoreCredit:
    """A customer's store credit in one currency, by the number of its account. Amounts in minor units."""

    account_id: int
    number: str
    currency: str
    status: str
    created_at: datetime
    customer_id: int
    customer_document_id: str
    balance_minor: int
    held_minor: int
    spendable_minor: int
    sequence: int
    starting_minor: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What an account holds, in minor units, and the numbers of its newest entries, newest first.

    `spendable_minor` is what can be spent now: not expired, not held. `sequence` is how many entries it has.
    """

    balance_minor: int
    held_minor: int
    spendable_minor: int
    sequence: int
    numbers: tuple[int, ...]


def list_entries(
    *, kinds: Iterable[str] = (), test_mode: bool | None = None, account_id: int | None = None
) -> QuerySet[Transaction]:
    """
    Entries of one account, or of all accounts of these kinds and this mode, oldest first, with their accounts and what
    they undo at hand.

    `credit_expires_at` is the earliest expiry of the credit that the entry brought in, `undone_credit_expires_at` that
    of the entry which it undoes. It can be filtered by `is_of_card`: whether its account stands behind a gift card.
    """
    account = Account.objects.filter(pk=OuterRef("account_id"))
    found = Transaction.objects.alias(is_of_card=fits_looked_up(account, Q(kind=AccountKind.GIFT_CARD)))
    if account_id is not None:
        found = found.filter(account_id=account_id)
    if test_mode is not None:
        found = found.filter(fits_looked_up(account, Q(test_mode=test_mode, kind__in=list(kinds))))
    return (
        found.select_related("account__customer", "reverses")
        .annotate(
            credit_expires_at=_earliest_expiry("pk"),
            undone_credit_expires_at=_earliest_expiry("reverses_id"),
        )
        .order_by("sequence" if account_id is not None else "number")
    )


def has_metadata(member: Member) -> Q:
    """That an entry's metadata has this member."""
    return having_metadata(member, table="ledger_transactionmetadatum", owner="transaction_id")


def metadata_of(entry: Transaction) -> dict[str, Any]:
    """What a client keeps with an entry; empty if that is nothing."""
    kept: dict[str, Any] = entry.details.get(METADATA) or {}
    return kept


def get_store_credit(*, number: str, test_mode: bool, now: datetime) -> StoreCredit:
    """
    A customer's store-credit account by its number, whose case and hyphens do not matter. Every text runs the same
    statement. Where the customer was merged into another, it is that other's of the same currency.

    :raises AccountNotFound: if no store-credit account of this mode has that number.
    :raises LookUpsStopped: if whoever asks has guessed too often.
    """
    bare = number.replace("-", "").upper()
    asked = bare if len(bare) <= _LONGEST_NUMBER and bare.isascii() and bare.isalnum() else ""
    row = look_up(number, lambda: _find_store_credit(_BY_NUMBER, asked, test_mode, now))
    if row is None:
        raise AccountNotFound(account=asked)
    if row[3] == AccountStatus.CLOSED and (heir_id := find_heir_id(account_id=row[0])) is not None:
        row = _find_store_credit(_BY_ID, heir_id, test_mode, now)
    return _store_credit(row)


def _find_store_credit(statement: str, value: str | int, test_mode: bool, now: datetime) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_moment(now), value, test_mode])
        return cursor.fetchone()


def get_standing(*, account_id: int, now: datetime, newest: int) -> Standing:
    """
    What an account holds at `now`, and the numbers of its `newest` newest entries.

    :raises AccountNotFound: if there is none.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [_moment(now), account_id, newest, account_id])
        rows = cursor.fetchall()
    if not rows:
        raise AccountNotFound(account=str(account_id))
    balance_minor, held_minor, spendable_minor, sequence, _ = rows[0]
    return Standing(
        balance_minor=balance_minor,
        held_minor=held_minor,
        spendable_minor=int(spendable_minor),
        sequence=sequence,
        numbers=tuple(row[4] for row in rows if row[4] is not None),
    )


def _earliest_expiry(entry: str) -> Subquery:
    lots = Lot.objects.filter(transaction_id=OuterRef(entry), expires_at__isnull=False)
    return Subquery(lots.order_by("expires_at", "pk").values("expires_at")[:1])


def _store_credit(row: Any) -> StoreCredit:
    created_at = _aware(row[4])
    return StoreCredit(
        account_id=row[0],
        number=row[1],
        currency=row[2],
        status=row[3],
        created_at=created_at,
        customer_id=row[5],
        customer_document_id=row[6],
        balance_minor=row[7],
        held_minor=row[8],
        spendable_minor=int(row[9]),
        sequence=row[10],
        starting_minor=row[11] or 0,
        changed_at=_aware(row[12]) if row[12] is not None else created_at,
    )


def _moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _aware(value: datetime) -> datetime:
    # SQLite hands out naive times, which stand for UTC.
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value
