"""
To whom most is owed, and who has not been seen for long, as of a cut.

An account that nothing has moved since has what it has now; of the others the last entry before tells. No index has the
balances in their order, which every posting would pay for: of each currency all accounts are looked through once, and
no more of them kept in mind than are wanted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from ledger.operations import TransactionType
from ledger.queries import Cut, in_utc, list_account_currencies

#: So many times those that are wanted are looked at before all are; PostgreSQL keeps no more of them in mind.
_TIMES_AS_MANY = 20
_ALL = 2**62
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
# To put all of them in order takes longer than all else: where the largest few will do, the others are left.
_DORMANT_OF_CURRENCY = """
    SELECT a.id, a.number, a.kind, a.customer_id, a.currency, a.last_entry_at, o{place}.owed FROM (
        SELECT l.id, l.owed FROM (
            SELECT a.id, a.last_entry_at, {owed} AS owed FROM ledger_account a
             WHERE a.currency = %(currency{place})s AND NOT a.test_mode AND a.last_entry_at IS NOT NULL
             ORDER BY owed DESC, a.id LIMIT %(looked_at)s
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
    currencies = list_account_currencies(using=using)
    adapt = connections[using].ops.adapt_datetimefield_value
    boundary = adapt(cut.boundary)
    if dormant_days is None:
        return _list_of(_OF_CURRENCY, currencies, {"boundary": boundary, "most": most}, using)
    values = {
        "boundary": boundary,
        "most": most,
        "limit": adapt(cut.boundary - timedelta(days=dormant_days)),
    }
    found = _list_of(_DORMANT_OF_CURRENCY, currencies, values | {"looked_at": most * _TIMES_AS_MANY}, using)
    enough = {currency for currency, some in Counter(each.currency for each in found).items() if some == most}
    others = [currency for currency in currencies if currency not in enough]
    found = [each for each in found if each.currency in enough]
    found += _list_of(_DORMANT_OF_CURRENCY, others, values | {"looked_at": _ALL}, using)
    return sorted(found, key=lambda each: each.currency)


def _list_of(of_currency: str, currencies: Sequence[str], values: Mapping[str, Any], using: str) -> list[Holder]:
    if not currencies:
        return []
    types = ", ".join(f"'{each.value}'" for each in BY_THE_CUSTOMER)
    parts = [of_currency.format(owed=_OWED, types=types, place=place) for place in range(len(currencies))]
    named = {f"currency{place}": currency for place, currency in enumerate(currencies)}
    with connections[using].cursor() as cursor:
        cursor.execute(_HOLDERS.format(largest=" UNION ALL ".join(parts)), {**values, **named})
        return [_read(row) for row in cursor.fetchall()]


def _read(row: Any) -> Holder:
    moment = datetime.fromisoformat(row[7]) if isinstance(row[7], str) else row[7]
    return Holder(row[0], row[1], row[2], row[3], row[4] or "", row[5], int(row[6]), in_utc(moment))
