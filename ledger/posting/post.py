"""The primitive itself: nothing else writes a transaction, moves a balance or touches a lot."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from ledger.errors import AmountTooLarge, ExpiryInThePast, MovementKeyUsed
from ledger.models import Transaction, made_by
from ledger.models.identifiers import new_document_id, new_uuid7
from ledger.money import from_minor
from ledger.posting.ahead import Ahead, in_batches, insert_rows, list_rows_before, write_ahead
from ledger.posting.giving import count_movements, is_given_alone
from ledger.posting.locks import (
    aware,
    bind,
    lock_account,
    marks,
    moment,
    require_active_customer,
    require_currency,
    require_movable,
    vendor,
)
from ledger.posting.movements import LockedAccount, Movement

#: The largest balance, in minor units: the last integer that every JSON reader counts exactly.
LARGEST_BALANCE_MINOR = 2**53 - 1

_NUMBER = {
    "postgresql": "nextval('ledger_transaction_number_seq')",
    # One writer at a time, so that counting on from the last number is safe; a batch counts on by its place in it.
    "sqlite": "(SELECT COALESCE(MAX(number), 0) + 1 FROM ledger_transaction)",
}
# Up to when time is closed; asked for once, whatever the statement does with it.
_CLOSED = {
    "postgresql": "(SELECT ledger_last_boundary() AS until OFFSET 0) closed",
    "sqlite": "(SELECT MAX(boundary) AS until FROM ledger_cut) closed",
}
# Before this no entry of the account is dated: its last entry, or the last cut.
_FLOOR = {
    "postgresql": "GREATEST(a.last_entry_at, closed.until)",
    "sqlite": "MAX(COALESCE(a.last_entry_at, ''), COALESCE(closed.until, ''))",
}
# When an entry is dated: what the caller's clock says may be too early.
_DATE = {
    "postgresql": f"GREATEST(%s, {_FLOOR['postgresql']})",
    "sqlite": f"MAX(%s, {_FLOOR['sqlite']})",
}
# What an entry tells besides, of which the caller's clock is a part if it was too early.
_DETAILS = {
    "postgresql": (
        "CASE WHEN dated.at > %s THEN %s::jsonb || jsonb_build_object('clock', %s::text) ELSE %s::jsonb END"
    ),
    "sqlite": "CASE WHEN dated.at > %s THEN json_set(%s, '$.clock', %s) ELSE %s END",
}
_COLUMNS = (
    "number, id, document_id, account_id, sequence, balance_after_minor, type, amount_minor, currency, "
    "counter_account, reverses_id, hold_id, reason_id, reference, note, actor_kind, actor_id, actor_label, door, key, "
    "request_id, details, created_at"
)
_LOCK_ALONE = {"postgresql": " FOR NO KEY UPDATE OF a", "sqlite": ""}
# Whoever changes the customer's status waits, or is waited for and seen.
_LOCK_WITH_CUSTOMER = {"postgresql": " FOR NO KEY UPDATE OF a FOR SHARE OF c", "sqlite": ""}
_FIELDS = [field.attname for field in Transaction._meta.concrete_fields]


def post(cursor: CursorWrapper, movement: Movement, account: LockedAccount | None = None) -> Transaction:
    """
    Write one movement of money.

    A movement that takes from lots needs the account as it was locked. One that only brings credit in does not: then
    one statement locks the account, tests it, numbers the entry and moves the balance.

    :raises AccountNotFound: if there is no such account.
    :raises AccountNotOpen: if it is closed, or frozen and the actor is not staff.
    :raises CurrencyMismatch: if it is kept in another currency.
    :raises CustomerNotActive: if the movement is for a customer, who is banned or archived.
    :raises MovementKeyUsed: if a transaction with this key exists.
    :raises AmountTooLarge: if the balance would pass what an account can hold.
    :raises ExpiryInThePast: if credit that comes in would have expired at the account's last entry.
    :raises DomainError: if it is more than a person may give alone: `ledger.posting.giving`.
    """
    if account is None and is_given_alone(movement):
        # The account before the person's day, here as where it was locked before: two of theirs never wait in a circle.
        account = lock_account(cursor, movement.account_id)
        _require_takable(cursor, movement, account)
        return post_many(cursor, [movement], {account.id: account})[0]
    if account is None:
        return _post_unlocked(cursor, movement)
    if movement.is_for_customer:
        require_active_customer(cursor, account)
    return post_many(cursor, [movement], {account.id: account})[0]


def post_many(
    cursor: CursorWrapper, movements: Sequence[Movement], accounts: dict[int, LockedAccount]
) -> list[Transaction]:
    """
    Write movements of locked accounts with three statements a batch; those of one account follow each other.

    :raises AccountNotOpen, CurrencyMismatch, MovementKeyUsed, AmountTooLarge, DomainError: as `post`.
    """
    balances = {account.id: account.balance_minor for account in accounts.values()}
    sequences = {account.id: account.sequence for account in accounts.values()}
    moments: dict[int, datetime] = {}
    entries: list[Transaction] = []
    for movement in movements:
        account = accounts[movement.account_id]
        require_movable(account, movement.actor)
        require_currency(account, movement.currency)
        balances[account.id] += movement.amount_minor
        sequences[account.id] += 1
        _require_countable(movement, balances[account.id])
        entry = _entry(movement, sequences[account.id], balances[account.id])
        _date(entry, movement, moments.get(account.id) or account.moment(movement.now))
        moments[account.id] = entry.created_at
        entries.append(entry)
    count_movements(movements, accounts)
    pairs = list(zip(entries, movements, strict=True))
    if len(pairs) == 1:
        _insert_transactions(cursor, entries, ahead=write_ahead(cursor, list_rows_before(pairs)))
        return entries
    for into, rows in list_rows_before(pairs).items():
        insert_rows(cursor, into, rows)
    for batch in in_batches(entries):
        _insert_transactions(cursor, batch)
    return entries


def _post_unlocked(cursor: CursorWrapper, movement: Movement) -> Transaction:
    entry = _entry(movement, sequence=0, balance_after_minor=0)
    allowed = "a.status IN ('OPEN', 'FROZEN')" if movement.actor.kind == "STAFF" else "a.status = 'OPEN'"
    source, lock = f"{_CLOSED[vendor()]} CROSS JOIN ledger_account a", _LOCK_ALONE[vendor()]
    if movement.is_for_customer:
        source += " JOIN ledger_customer c ON c.id = a.customer_id"
        allowed += " AND c.status NOT IN ('banned', 'archived')"
        lock = _LOCK_WITH_CUSTOMER[vendor()]
    soonest = min((lot.expires_at for lot in movement.lots if lot.expires_at is not None), default=None)
    if soonest is not None:
        allowed += f" AND COALESCE({_FLOOR[vendor()]} < %s, TRUE)"
    *tail, details, at = _tail(entry)
    dated = Ahead(
        f"WITH dated AS (SELECT a.id, a.sequence, a.balance_minor, {_DATE[vendor()]} AS at FROM {source} "
        f"WHERE a.id = %s AND a.currency = %s AND {allowed} AND a.balance_minor <= %s {lock})",
        values=[
            at,
            movement.account_id,
            movement.currency,
            *([moment(soonest)] if soonest else []),
            LARGEST_BALANCE_MINOR - movement.amount_minor,
        ],
    )
    ahead = write_ahead(cursor, list_rows_before([(entry, movement)]), dated)
    cursor.execute(
        f"{ahead.text} INSERT INTO ledger_transaction ({_COLUMNS}) "
        f"SELECT {_NUMBER[vendor()]}, %s, %s, dated.id, dated.sequence + 1, dated.balance_minor + %s, {marks(tail)}, "
        f"{_DETAILS[vendor()]}, dated.at FROM dated WHERE {ahead.is_written} "
        "ON CONFLICT (key) DO NOTHING RETURNING number, sequence, balance_after_minor, created_at",
        bind(
            [
                *ahead.values,
                entry.id.hex,
                entry.document_id,
                movement.amount_minor,
                *tail,
                *(at, details, movement.now.isoformat(), details),
            ]
        ),
    )
    rows = cursor.fetchall()
    if not rows:
        _refuse(cursor, movement)
    entry.number, entry.sequence, entry.balance_after_minor = rows[0][:3]
    _date(entry, movement, aware(rows[0][3]))
    return entry


def _date(entry: Transaction, movement: Movement, earliest: datetime | None) -> None:
    """
    Date an entry by its caller's clock, unless that is too early; then it keeps what the clock said.

    :param earliest: an account's entries never go back in time, nor into a time that is closed.
    """
    entry.created_at = max(each for each in (movement.now, movement.at, earliest) if each is not None)
    if entry.created_at != movement.now:
        entry.details = _clocked(movement)


def _clocked(movement: Movement) -> dict[str, Any]:
    return {**movement.details, "clock": movement.now.isoformat()}


def _refuse(cursor: CursorWrapper, movement: Movement) -> None:
    _require_takable(cursor, movement, lock_account(cursor, movement.account_id))
    raise MovementKeyUsed(key=movement.why.key or "")


def _require_takable(cursor: CursorWrapper, movement: Movement, account: LockedAccount) -> None:
    """What `_post_unlocked` asks in its statement of an account that is brought credit."""
    require_movable(account, movement.actor)
    require_currency(account, movement.currency)
    if movement.is_for_customer:
        require_active_customer(cursor, account)
    _require_countable(movement, account.balance_minor + movement.amount_minor)
    at = account.moment(movement.now)
    if any(lot.expires_at is not None and lot.expires_at <= at for lot in movement.lots):
        raise ExpiryInThePast


def _require_countable(movement: Movement, balance_minor: int) -> None:
    if balance_minor > LARGEST_BALANCE_MINOR:
        raise AmountTooLarge(amount=from_minor(movement.amount_minor, movement.currency))


def _entry(movement: Movement, sequence: int, balance_after_minor: int) -> Transaction:
    values = {
        "id": new_uuid7(),
        "number": None,  # the database draws it
        "document_id": new_document_id(),
        "account_id": movement.account_id,
        "sequence": sequence,
        "type": movement.type,
        "amount_minor": movement.amount_minor,
        "balance_after_minor": balance_after_minor,
        "currency": movement.currency,
        "counter_account": movement.counter_account,
        "reverses_id": movement.reverses_id,
        "hold_id": movement.hold_id,
        "reason_id": movement.why.reason,
        "reference": movement.why.reference,
        "note": movement.why.note,
        "key": movement.why.key,
        "details": movement.details,
        **made_by(movement.actor, movement.now),
    }
    # As a row that was read: it is one when its number comes back, and this costs a third of naming each field.
    return Transaction.from_db(connection.alias, _FIELDS, [values[name] for name in _FIELDS])


_TAIL = (
    "type", "amount_minor", "currency", "counter_account", "reverses_id", "hold_id", "reason_id", "reference", "note",
    "actor_kind", "actor_id", "actor_label", "door", "key", "request_id", "details", "created_at",
)  # fmt: skip


def _tail(entry: Transaction) -> list[Any]:
    values = [getattr(entry, name) for name in _TAIL[:-2]]
    values[4:6] = [value.hex if isinstance(value, UUID) else None for value in values[4:6]]
    values[9] = str(values[9])
    return [*values, json.dumps(entry.details), moment(entry.created_at)]


def _refuse_used_keys(cursor: CursorWrapper, entries: Sequence[Transaction]) -> None:
    """
    Find a used key before the insert, where a row that is left out would break the chain of the next one.

    :raises MovementKeyUsed: if a transaction with one of the keys exists.
    """
    keys = [entry.key for entry in entries if entry.key]
    if not keys or len({entry.account_id for entry in entries}) == len(entries):
        return
    cursor.execute(f"SELECT key FROM ledger_transaction WHERE key IN ({marks(keys)}) ORDER BY key LIMIT 1", keys)
    if rows := cursor.fetchall():
        raise MovementKeyUsed(key=rows[0][0])


def _insert_transactions(cursor: CursorWrapper, entries: Sequence[Transaction], ahead: Ahead | None = None) -> None:
    _refuse_used_keys(cursor, entries)
    number = _NUMBER[vendor()]
    row = f"({number}, {marks(_TAIL)}, %s, %s, %s, %s, %s)"
    values: list[Any] = []
    rows = []
    for place, entry in enumerate(entries):
        rows.append(row if vendor() == "postgresql" else row.replace("+ 1", f"+ {place + 1}"))
        values += [
            entry.id.hex,
            entry.document_id,
            entry.account_id,
            entry.sequence,
            entry.balance_after_minor,
            *_tail(entry),
        ]
    written = f"VALUES {', '.join(rows)}"
    if ahead is not None and ahead.text:
        written = f"SELECT {rows[0][1:-1]} WHERE {ahead.is_written}"
        values = [*ahead.values, *values]
    cursor.execute(
        f"{ahead.text if ahead else ''} INSERT INTO ledger_transaction ({_COLUMNS}) {written} "
        "ON CONFLICT (key) DO NOTHING RETURNING document_id, number",
        bind(values),
    )
    numbers = dict(cursor.fetchall())
    for entry in entries:
        if entry.document_id not in numbers:
            raise MovementKeyUsed(key=entry.key or "")
        entry.number = numbers[entry.document_id]
