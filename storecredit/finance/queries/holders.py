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
from ledger.queries import Cut, in_utc, list_account_currencies

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
_OF_CURRENCY = """
    SELECT * FROM (
        SELECT a.id, a.number, a.kind, a.customer_id, a.currency, a.last_entry_at, {owed} AS owed FROM ledger_account a
         WHERE a.currency = %(currency{place})s AND NOT a.test_mode AND a.last_entry_at IS NOT NULL
         ORDER BY owed DESC, a.id LIMIT %(most)s
    ) o{place}
"""
# From the largest down, each is asked whether it sleeps, until there are enough: what moved in all those days is more.
_DORMANT_OF_CURRENCY = """
    SELECT a.id, a.number, a.kind, a.customer_id, a.currency, a.last_entry_at, o{place}.owed FROM (
        SELECT l.id, l.owed FROM (
            SELECT a.id, a.last_entry_at, {owed} AS owed FROM ledger_account a
             WHERE a.currency = %(currency{place})s AND NOT a.test_mode AND a.last_entry_at IS NOT NULL
             ORDER BY owed DESC, a.id
        ) l
         WHERE l.owed > 0 AND (l.last_entry_at < %(limit)s OR (
            SELECT t.id FROM ledger_transaction t
             WHERE t.account_id = l.id AND t.created_at >= %(limit)s AND t.created_at < %(boundary)s
               AND t.type IN ({types}) ORDER BY t.sequence DESC LIMIT 1) IS NULL)
         ORDER BY l.owed DESC, l.id LIMIT %(most)s
    ) o{place} JOIN ledger_account a ON a.id = o{place}.id
"""
_HOLDERS = """
    SELECT o.id, o.number, o.kind, c.id, c.number, o.currency, o.owed, o.last_entry_at
      FROM ({largest}) o LEFT JOIN ledger_customer c ON c.id = o.customer_id
     WHERE o.owed > 0 ORDER BY o.currency, o.owed DESC, o.id
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
    of_currency = _OF_CURRENCY
    if dormant_days is not None:
        values["limit"] = connection.ops.adapt_datetimefield_value(cut.boundary - timedelta(days=dormant_days))
        of_currency = _DORMANT_OF_CURRENCY
    types = ", ".join(f"'{each.value}'" for each in BY_THE_CUSTOMER)
    currencies = list_account_currencies(using=using)
    if not currencies:
        return []
    values |= {f"currency{place}": currency for place, currency in enumerate(currencies)}
    with connection.cursor() as cursor:
        parts = [of_currency.format(owed=_OWED, types=types, place=place) for place in range(len(currencies))]
        cursor.execute(_HOLDERS.format(largest=" UNION ALL ".join(parts)), values)
        return [_read(row) for row in cursor.fetchall()]


def _read(row: Any) -> Holder:
    moment = datetime.fromisoformat(row[7]) if isinstance(row[7], str) else row[7]
    return Holder(row[0], row[1], row[2], row[3], row[4] or "", row[5], int(row[6]), in_utc(moment))
