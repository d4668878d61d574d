"""
How old what is owed is, and when it expires, as of a cut.

What was left of a lot then is what is left of it now and what was taken from it since; until when it lived is what its
history says. So the newest cuts are the cheapest, and an old one stays what it was.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
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


# Of a lot that was changed since, what it was before the first of the changes.
_THEN = """
    WITH changed AS (
        SELECT e.lot_id, e.before FROM ledger_lotexpiry e JOIN (
            SELECT MIN(id) AS id FROM ledger_lotexpiry WHERE created_at >= %(boundary)s GROUP BY lot_id
        ) f ON f.id = e.id
    ), pieces AS (
        SELECT l.id, l.remaining_minor AS minor FROM ledger_lot l WHERE l.remaining_minor > 0
         UNION ALL
        SELECT u.lot_id, u.amount_minor
          FROM ledger_transaction t JOIN ledger_lotuse u ON u.transaction_id = t.id
         WHERE t.created_at >= %(boundary)s
    ), lots AS (
        SELECT a.currency, a.kind, l.funding, p.minor, t.created_at AS born,
               CASE WHEN c.lot_id IS NULL THEN l.expires_at ELSE c.before END AS ends
          FROM pieces p
          JOIN ledger_lot l ON l.id = p.id
          JOIN ledger_transaction t ON t.id = l.transaction_id
          JOIN ledger_account a ON a.id = l.account_id
          LEFT JOIN changed c ON c.lot_id = l.id
         WHERE t.created_at < %(boundary)s AND NOT a.test_mode
    )
    SELECT currency, kind, funding, {age}, {term}, SUM(minor) FROM lots GROUP BY 1, 2, 3, 4, 5
"""


def sum_ages(*, cut: Cut, using: str = DEFAULT_DB_ALIAS) -> list[Ageing]:
    """What was owed at a cut by age and by term, by currency, kind and funding; test money is in none."""
    connection = connections[using]
    values: dict[str, Any] = {"boundary": cut.boundary}
    # Step 0 is the youngest; of terms step 0 is over, 1 the soonest, and none is credit without end.
    age = _steps("born", [(">", f"age{days}", cut.boundary - timedelta(days=days)) for days in AGES], values)
    term = _steps("ends", [("<=", "now", cut.boundary), *_terms(cut.boundary)], values)
    adapted = {name: connection.ops.adapt_datetimefield_value(value) for name, value in values.items()}
    with connection.cursor() as cursor:
        cursor.execute(_THEN.format(age=age, term=term), adapted)
        return _gather(cursor.fetchall())


def _terms(boundary: datetime) -> list[tuple[str, str, datetime]]:
    return [("<=", f"term{days}", boundary + timedelta(days=days)) for days in TERMS]


def _steps(column: str, steps: list[tuple[str, str, datetime]], values: dict[str, Any]) -> str:
    """The number of the first step whose limit holds; -1 where the column says nothing."""
    values.update({name: limit for _, name, limit in steps})
    whens = " ".join(f"WHEN {column} {sign} %({name})s THEN {place}" for place, (sign, name, _) in enumerate(steps))
    return f"CASE WHEN {column} IS NULL THEN -1 {whens} ELSE {len(steps)} END"


def _gather(rows: Iterable[Any]) -> list[Ageing]:
    ages: dict[Kept, list[int]] = defaultdict(lambda: [0] * (len(AGES) + 1))
    terms: dict[Kept, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for currency, kind, funding, age, term, minor in rows:
        kept = Kept(currency, kind, funding)
        ages[kept][age] += int(minor)
        terms[kept][term] += int(minor)
    return [
        Ageing(
            kept,
            sum(by_age),
            tuple(by_age),
            terms[kept][0],
            tuple(terms[kept][step] for step in range(1, len(TERMS) + 2)),
            terms[kept][-1],
        )
        for kept, by_age in sorted(ages.items())
        if any(by_age)
    ]
