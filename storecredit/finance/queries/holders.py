"""
To whom most is owed, and who has not been seen for long, as of a cut.

An account that nothing has moved since has what it has now; of the others the last entry before tells. No index has the
balances in their order, which every posting would pay for: of each currency all accounts are looked through once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from ledger.operations import TransactionType
from ledger.queries import Cut, in_utc

#: What a customer does, or has done to what they have bought.
BY_THE_CUSTOMER = (TransactionType.LOAD, TransactionType.REDEEM, TransactionType.REFUND, TransactionType.TRANSFER)


@dataclass(frozen=True, slots=True)
class Holder:
    """
    An account with credit at a cut. The amount is in minor units; bearers of cards are no customers of ours.

    :param last_entry_at: of all its entries up to now.
    """

    account_id: int
    account: str
    kind: str
    customer_id: int | None
    customer: str
    currency: str
    owed_minor: int
    last_entry_at: datetime


_OWED = """
    CASE WHEN a.last_entry_at < %(boundary)s THEN a.balance_minor
         ELSE COALESCE((SELECT t.balance_after_minor FROM ledger_transaction t
                         WHERE t.account_id = a.id AND t.created_at < %(boundary)s ORDER BY t.sequence DESC LIMIT 1), 0)
    END
"""
_DORMANT = """
    AND (a.last_entry_at < %(limit)s OR NOT EXISTS (
         SELECT 1 FROM ledger_transaction t WHERE t.account_id = a.id AND t.created_at >= %(limit)s
            AND t.created_at < %(boundary)s AND t.type IN ({types})))
"""
_HOLDERS = """
    SELECT o.id, o.number, o.kind, c.id, c.number, o.currency, o.owed, o.last_entry_at FROM (
        SELECT f.*, ROW_NUMBER() OVER (PARTITION BY f.currency ORDER BY f.owed DESC, f.id) AS place FROM (
            SELECT a.id, a.number, a.kind, a.customer_id, a.currency, a.last_entry_at, {owed} AS owed
              FROM ledger_account a
             WHERE NOT a.test_mode AND a.last_entry_at IS NOT NULL {dormant}
        ) f WHERE f.owed > 0
    ) o LEFT JOIN ledger_customer c ON c.id = o.customer_id
    WHERE o.place <= %(most)s ORDER BY o.currency, o.owed DESC, o.id
"""


def list_holders(
    *, cut: Cut, most: int, dormant_days: int | None = None, using: str = DEFAULT_DB_ALIAS
) -> list[Holder]:
    """
    The accounts to which most was owed at a cut, by currency, the largest first; test money is in none.

    :param most: so many of each currency.
    :param dormant_days: of those alone whose customer had moved nothing for so many days before the cut.
    """
    connection = connections[using]
    values: dict[str, Any] = {"boundary": connection.ops.adapt_datetimefield_value(cut.boundary), "most": most}
    dormant = ""
    if dormant_days is not None:
        values["limit"] = connection.ops.adapt_datetimefield_value(cut.boundary - timedelta(days=dormant_days))
        dormant = _DORMANT.format(types=", ".join(f"'{each.value}'" for each in BY_THE_CUSTOMER))
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS.format(owed=_OWED, dormant=dormant), values)
        return [_read(row) for row in cursor.fetchall()]


def _read(row: Any) -> Holder:
    moment = datetime.fromisoformat(row[7]) if isinstance(row[7], str) else row[7]
    return Holder(row[0], row[1], row[2], row[3], row[4] or "", row[5], int(row[6]), in_utc(moment))
