"""
To whom most is owed, and who has not been seen for long, as of a cut.

An account that nothing has moved since has what it has now; of the others the last entry before tells. No index has the
balances in their order, which every posting would pay for: of each currency all accounts are looked through once, and
no more of them kept in mind than are wanted.
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
_MOVED = """
    WITH moved AS MATERIALIZED (
        SELECT DISTINCT t.account_id FROM ledger_transaction t
         WHERE t.created_at >= %(limit)s AND t.created_at < %(boundary)s AND t.type IN ({types}))
"""
_DORMANT = "AND (a.last_entry_at < %(limit)s OR a.id NOT IN (SELECT account_id FROM moved))"
_OF_CURRENCY = """
    SELECT * FROM (
        SELECT a.id, a.number, a.kind, a.customer_id, a.currency, a.last_entry_at, {owed} AS owed FROM ledger_account a
         WHERE a.currency = %(currency{place})s AND NOT a.test_mode AND a.last_entry_at IS NOT NULL {dormant}
         ORDER BY owed DESC, a.id LIMIT %(most)s
    ) o{place}
"""
_HOLDERS = """
    {moved} SELECT o.id, o.number, o.kind, c.id, c.number, o.currency, o.owed, o.last_entry_at
      FROM ({largest}) o LEFT JOIN ledger_customer c ON c.id = o.customer_id
     WHERE o.owed > 0 ORDER BY o.currency, o.owed DESC, o.id
"""
# Each is looked up behind the one before.
_CURRENCIES = """
    WITH RECURSIVE found (currency) AS (
        SELECT MIN(currency) FROM ledger_account
         UNION ALL
        SELECT (SELECT MIN(a.currency) FROM ledger_account a WHERE a.currency > f.currency)
          FROM found f WHERE f.currency IS NOT NULL
    ) SELECT currency FROM found WHERE currency IS NOT NULL
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
    dormant = moved = ""
    if dormant_days is not None:
        values["limit"] = connection.ops.adapt_datetimefield_value(cut.boundary - timedelta(days=dormant_days))
        dormant, moved = _DORMANT, _MOVED.format(types=", ".join(f"'{each.value}'" for each in BY_THE_CUSTOMER))
    with connection.cursor() as cursor:
        cursor.execute(_CURRENCIES)
        currencies = [currency for (currency,) in cursor.fetchall()]
        if not currencies:
            return []
        values |= {f"currency{place}": currency for place, currency in enumerate(currencies)}
        parts = [_OF_CURRENCY.format(owed=_OWED, dormant=dormant, place=place) for place in range(len(currencies))]
        cursor.execute(_HOLDERS.format(moved=moved, largest=" UNION ALL ".join(parts)), values)
        return [_read(row) for row in cursor.fetchall()]


def _read(row: Any) -> Holder:
    moment = datetime.fromisoformat(row[7]) if isinstance(row[7], str) else row[7]
    return Holder(row[0], row[1], row[2], row[3], row[4] or "", row[5], int(row[6]), in_utc(moment))
