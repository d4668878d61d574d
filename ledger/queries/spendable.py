"""
What can be spent from an account: its balance less what holds set aside, less what has expired without a hold on it.

Credit that has expired counts as gone from its moment on, whether or not a sweep has booked it yet; what a hold set
aside in time is gone already. Whether the account may be moved is another question: a frozen one keeps its credit.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

#: Of the account `a`, in minor units, at the one moment that is bound.
# The moment stands in a SELECT of its own so that PostgreSQL cannot guess by it how many lots have expired: with a
# guess for each value it would plan the statement anew each time, which costs five times its execution.
SPENDABLE = (
    "a.balance_minor - a.held_minor - COALESCE((SELECT SUM(l.remaining_minor - l.reserved_minor) FROM ledger_lot l "
    "WHERE l.account_id = a.id AND l.remaining_minor > 0 AND l.expires_at <= (SELECT %s)), 0)"
)


def sum_spendable_minor(*, account_id: int, now: datetime) -> int:
    """What can be spent from an account at `now`, in minor units; 0 if there is no such account."""
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {SPENDABLE} FROM ledger_account a WHERE a.id = %s", [moment, account_id])
        rows = cursor.fetchall()
    return int(rows[0][0]) if rows else 0


def map_spendable_minor(*, account_ids: Collection[int], now: datetime) -> dict[int, int]:
    """What can be spent from each of these accounts at `now`, in minor units, by one statement."""
    if not account_ids:
        return {}
    moment = connection.ops.adapt_datetimefield_value(now)
    marks = ", ".join(["%s"] * len(account_ids))
    sql = f"SELECT a.id, {SPENDABLE} FROM ledger_account a WHERE a.id IN ({marks})"
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment, *account_ids])
        return {int(account_id): int(minor) for account_id, minor in cursor.fetchall()}
