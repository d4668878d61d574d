"""
Raw SQL that goes round the Python code, and what must come of it: a refusal under the rule's own name.

The rows are made as the posting makes them; a test spoils one value or one step.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import UniqueConstraint

from ledger import triggers
from ledger.models import Account, Hold, Lot
from ledger.models.identifiers import new_document_id, new_uuid7
from tests.scenarios import NOW, days, nothing_moves


def run(sql: str, *values: Any) -> None:
    """One statement as it stands, on a bare cursor."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def insert(table: str, *, verb: str = "INSERT", **columns: Any) -> None:
    """One row, column by column."""
    marks = ", ".join(["%s"] * len(columns))
    values = [value.hex if isinstance(value, UUID) else value for value in columns.values()]
    run(f"{verb} INTO {table} ({', '.join(columns)}) VALUES ({marks})", *values)


def moment(value: Any) -> Any:
    """A time as this database keeps it."""
    return connection.ops.adapt_datetimefield_value(value)


def rules_of(app_label: str, vendor: str) -> set[str]:
    """The names under which an app's triggers refuse on a database."""
    shipped = triggers.list_triggers(app_label, vendor)
    by_own_name = {trigger.name for trigger in shipped if "TG_NAME" in trigger.sql}
    return by_own_name | set(re.findall(r"(?:CONSTRAINT = |ABORT, )'(\w+)'", "".join(each.sql for each in shipped)))


def lot_row(account: Account, transaction_id: UUID, amount: int, **spoilt: Any) -> dict[str, Any]:
    """A lot as an issue writes it."""
    spoilt = {"first_expires_at": spoilt.get("expires_at")} | spoilt
    return {
        "account_id": account.pk,
        "transaction_id": transaction_id,
        "amount_minor": amount,
        "remaining_minor": amount,
        "reserved_minor": 0,
        "funding": "GOODWILL",
        "expires_at": None,
        "given_by": "GOODWILL",
        "currency": account.currency,
        "born_at": moment(max(NOW, account.last_entry_at or NOW)),
    } | spoilt


def expiry_row(lot: Lot, after: Any, **spoilt: Any) -> dict[str, Any]:
    """A change of a lot's expiry as an operation writes it."""
    return {
        "lot_id": lot.pk,
        "before": moment(lot.expires_at),
        "after": moment(after),
        "note": "asked for it",
        "actor_kind": "STAFF",
        "actor_id": "7",
        "actor_label": "alice",
        "door": "admin",
        "request_id": "",
        "created_at": moment(NOW),
    } | spoilt


def use_row(lot: Lot, transaction_id: UUID, amount: int, **spoilt: Any) -> dict[str, Any]:
    """A use as a spend writes it."""
    return {
        "lot_id": lot.pk,
        "transaction_id": transaction_id,
        "amount_minor": amount,
        "remaining_after_minor": lot.remaining_minor - amount,
    } | spoilt


def transaction_row(account: Account, transaction_id: UUID, amount: int, **spoilt: Any) -> dict[str, Any]:
    """A transaction that follows the account's last one."""
    account.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM ledger_transaction")
        number = cursor.fetchall()[0][0]
    return {
        "id": transaction_id,
        "number": number,
        "document_id": new_document_id(),
        "account_id": account.pk,
        "sequence": account.sequence + 1,
        "balance_after_minor": account.balance_minor + amount,
        "type": "ISSUE" if amount > 0 else "REDEEM",
        "amount_minor": amount,
        "currency": account.currency,
        "counter_account": "GOODWILL" if amount > 0 else "SALES",
        "reverses_id": None,
        "hold_id": None,
        "reason_id": None,
        "reference": "",
        "note": "",
        "actor_kind": "API",
        "actor_id": "1",
        "actor_label": "web shop",
        "door": "api:tiquo",
        "key": None,
        "request_id": "",
        "details": "{}",
        "created_at": moment(max(NOW, account.last_entry_at or NOW)),
    } | spoilt


def post_by_hand(
    account: Account,
    amount: int,
    *,
    lots: Sequence[dict[str, Any]] | None = None,
    uses: Sequence[tuple[Lot, int]] = (),
    verb: str = "INSERT",
    transaction_id: UUID | None = None,
    **spoilt: Any,
) -> UUID:
    """A whole posting, statement by statement; one lot of the amount unless it takes from lots."""
    transaction_id = transaction_id or new_uuid7()
    if lots is None:
        lots = [] if uses else [lot_row(account, transaction_id, amount)]
    row = transaction_row(account, transaction_id, amount, **spoilt)
    of_its_entry = {"transaction_id": transaction_id, "born_at": row["created_at"], "currency": row["currency"]}
    for lot in lots:
        insert("ledger_lot", verb=verb, **lot | of_its_entry)
    for lot_used, taken in uses:
        insert("ledger_lotuse", verb=verb, **use_row(lot_used, transaction_id, taken))
    insert("ledger_transaction", verb=verb, **row)
    return transaction_id


def hold_by_hand(account: Account, parts: Sequence[tuple[Lot, int]], amount: int | None = None, **spoilt: Any) -> UUID:
    """A whole hold, its lots first."""
    hold_id = new_uuid7()
    for lot, part in parts:
        insert("ledger_holdlot", hold_id=hold_id, lot_id=lot.pk, amount_minor=part, captured_minor=0)
    insert(
        "ledger_hold",
        **hold_row(account, hold_id, sum(part for _, part in parts) if amount is None else amount) | spoilt,
    )
    return hold_id


def hold_row(account: Account, hold_id: UUID, amount: int) -> dict[str, Any]:
    """A hold as it is placed."""
    return {
        "id": hold_id,
        "account_id": account.pk,
        "amount_minor": amount,
        "captured_minor": 0,
        "status": "OPEN",
        "expires_at": moment(days(7)),
        "reference": "",
        "key": None,
        "actor_kind": "API",
        "actor_id": "1",
        "actor_label": "web shop",
        "door": "api:tiquo",
        "request_id": "",
        "created_at": moment(NOW),
        "closed_at": None,
        "closed_by": "",
        "changed_kind": "",
        "changed_id": "",
    }


def lot_of(account: Account, place: int = 0) -> Lot:
    """The account's lot at that place, oldest first."""
    return Lot.objects.filter(account=account).order_by("id")[place]


def id_text(row: Hold | Any) -> str:
    """A UUID as a bare statement names it."""
    return row.pk.hex


@contextmanager
def refused_by(rule: str) -> Iterator[None]:
    """The database refuses what happens in here under the rule's name, and every row stays as it was."""
    with nothing_moves(), pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    assert broken_rule(caught.value) == rule


def broken_rule(error: IntegrityError) -> str:
    """The name of the constraint or trigger that refused."""
    if connection.vendor == "postgresql":
        return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]  # psycopg's own error
    message = str(error)
    if named := re.fullmatch(r"CHECK constraint failed: (\w+)", message):
        return named[1]
    if columns := re.fullmatch(r"UNIQUE constraint failed: (.+)", message):
        return _unique_rules()[columns[1]]
    return message


def _unique_rules() -> dict[str, str]:
    """SQLite names the columns of a unique rule, not the rule."""
    rules = {}
    labels = ("ledger", "giftcards", "credits", "checkouts")
    for model in (model for label in labels for model in apps.get_app_config(label).get_models()):
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint):
                fields: list[Any] = [model._meta.get_field(name) for name in constraint.fields]
                columns = [f"{model._meta.db_table}.{field.column}" for field in fields]
                rules[", ".join(columns)] = str(constraint.name)
    return rules
