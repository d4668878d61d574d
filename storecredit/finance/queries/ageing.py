"""
How old what is owed is, and when it expires, as of a cut.

What was left of a lot then is what is left of it now and what was taken from it since; until when it lived is what its
history says. So the newest cuts are the cheapest, and an old one stays what it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from ledger.queries import Cut
from storecredit.finance.queries.roll_forward import Kept

#: The last day of each step, counted from the day on which credit came in; the last step has none.
AGES = (30, 90, 180, 365)
#: The same, counted to the day on which credit expires.
TERMS = (30, 60, 90, 365)


@dataclass(frozen=True, slots=True)
class Ageing:
    """
    What was owed at a cut, in minor units.

    :param by_age_minor: of credit up to 30, 90, 180 and 365 days old, each without the younger, and of older.
    :param overdue_minor: of credit that had expired and was not swept yet.
    :param by_term_minor: of credit that expires within 30, 60, 90 and 365 days, each without the sooner, and later.
    :param unending_minor: of credit that does not expire.
    """

    kept: Kept
    owed_minor: int
    by_age_minor: tuple[int, ...]
    overdue_minor: int
    by_term_minor: tuple[int, ...]
    unending_minor: int


# Of a lot that was changed since, what it was before the first of the changes. One sum for each figure instead of a row
# for each step: so there are few groups, which each worker of PostgreSQL's adds up by itself. Each takes in the steps
# before it, which asks one thing of a lot where "not those before" would ask five.
_THEN = """
    WITH changed AS (
        SELECT e.lot_id, e.before FROM ledger_lotexpiry e JOIN (
            SELECT MIN(id) AS id FROM ledger_lotexpiry WHERE created_at >= %(boundary)s GROUP BY lot_id
        ) f ON f.id = e.id
    ), pieces AS (
        SELECT l.id, l.account_id, l.born_at, l.funding, l.expires_at, l.remaining_minor AS minor
          FROM ledger_lot l WHERE l.remaining_minor > 0 AND l.born_at < %(boundary)s
         UNION ALL
        SELECT l.id, l.account_id, l.born_at, l.funding, l.expires_at, u.amount_minor
          FROM ledger_transaction t
          JOIN ledger_lotuse u ON u.transaction_id = t.id
          JOIN ledger_lot l ON l.id = u.lot_id
         WHERE t.created_at >= %(boundary)s AND l.born_at < %(boundary)s
    ), lots AS (
        SELECT a.currency, a.kind, p.funding, p.minor, p.born_at AS born,
               CASE WHEN c.lot_id IS NULL THEN p.expires_at ELSE c.before END AS ends
          FROM pieces p
          JOIN ledger_account a ON a.id = p.account_id
          LEFT JOIN changed c ON c.lot_id = p.id
         WHERE NOT a.test_mode
    )
    SELECT currency, kind, funding, {sums} FROM lots GROUP BY currency, kind, funding ORDER BY currency, kind, funding
"""


def sum_ages(*, cut: Cut, using: str = DEFAULT_DB_ALIAS) -> list[Ageing]:
    """What was owed at a cut by age and by term, by currency, kind and funding; test money is in none."""
    connection = connections[using]
    values: dict[str, Any] = {"boundary": cut.boundary}
    values |= {f"age{days}": cut.boundary - timedelta(days=days) for days in AGES}
    values |= {f"term{days}": cut.boundary + timedelta(days=days) for days in TERMS}
    limits = [*(f"born > %(age{days})s" for days in AGES), "ends <= %(boundary)s"]
    limits += [*(f"ends <= %(term{days})s" for days in TERMS), "ends IS NOT NULL"]
    sums = ", ".join(["SUM(minor)", *(f"SUM(CASE WHEN {limit} THEN minor ELSE 0 END)" for limit in limits)])
    adapted = {name: connection.ops.adapt_datetimefield_value(value) for name, value in values.items()}
    with connection.cursor() as cursor:
        cursor.execute(_THEN.format(sums=sums), adapted)
        return [each for each in map(_read, cursor.fetchall()) if each.owed_minor]


def _read(row: Sequence[Any]) -> Ageing:
    owed, *up_to = (int(each) for each in row[3:])
    ages, terms = up_to[: len(AGES)], up_to[len(AGES) :]
    overdue, *by_term = _each_alone(terms)
    return Ageing(Kept(*row[:3]), owed, _each_alone([*ages, owed]), overdue, tuple(by_term), owed - terms[-1])


def _each_alone(up_to: Sequence[int]) -> tuple[int, ...]:
    """What each step has, of what it has with all before it."""
    return tuple(upper - lower for lower, upper in zip([0, *up_to], up_to, strict=False))
