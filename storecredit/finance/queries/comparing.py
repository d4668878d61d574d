"""
Two sides of the same movements, laid aside on disk and compared there by reference: lists of any length, little memory.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from storecredit.finance.queries.days import day_of
from storecredit.finance.queries.references import Referred

_AT_ONCE = 500
_SIDES = ("theirs", "ours")
_TOTALS = ("theirs_minor", "lines", "ours_minor", "entries")
_SUMS = """
    CREATE TABLE {} (
        reference TEXT, currency TEXT, count INTEGER, minor INTEGER, line INTEGER, first_day TEXT, last_day TEXT,
        PRIMARY KEY (reference, currency)
    ) WITHOUT ROWID
"""
_ADD = """
    INSERT INTO {} VALUES (?1, ?2, 1, ?3, ?4, ?5, ?5)
    ON CONFLICT (reference, currency) DO UPDATE SET
        count = count + 1,
        minor = minor + excluded.minor,
        first_day = min(coalesce(first_day, excluded.first_day), coalesce(excluded.first_day, first_day)),
        last_day = max(coalesce(last_day, excluded.last_day), coalesce(excluded.last_day, last_day))
"""
# What one side alone has, and adds up to nothing, is no difference.
_COMPARE = """
    SELECT theirs.reference, theirs.currency, theirs.line, theirs.count, theirs.minor, ours.count, ours.minor,
        theirs.first_day, theirs.last_day, ours.first_day, ours.last_day
    FROM theirs LEFT JOIN ours ON ours.reference = theirs.reference AND ours.currency = theirs.currency
    WHERE theirs.minor <> coalesce(ours.minor, 0) OR ours.count IS NOT NULL AND (
        julianday(ours.first_day) - julianday(theirs.first_day) NOT BETWEEN -?1 AND ?1
        OR julianday(ours.last_day) - julianday(theirs.last_day) NOT BETWEEN -?1 AND ?1
    )
    UNION ALL
    SELECT ours.reference, ours.currency, NULL, NULL, NULL, ours.count, ours.minor, NULL, NULL, ours.first_day,
        ours.last_day
    FROM ours LEFT JOIN theirs ON ours.reference = theirs.reference AND ours.currency = theirs.currency
    WHERE theirs.count IS NULL AND ours.minor <> 0
    ORDER BY 1, 2
"""


class Difference(StrEnum):
    MISSING_HERE = "missing here"
    MISSING_THERE = "missing there"
    AMOUNT = "amount differs"
    DAY = "day differs"


@dataclass(frozen=True, slots=True)
class Found:
    """
    What is told differently of one reference in one currency. Amounts in minor units, above zero what was gained.

    :param line: the first line of the file that names it.
    :param theirs_count: how many lines add up to what is theirs; None: they have none.
    :param theirs_days: the first and the last day of them; empty where the list says none.
    """

    reference: str
    currency: str
    line: int | None
    theirs_count: int | None
    theirs_minor: int | None
    ours_count: int | None
    ours_minor: int | None
    theirs_days: tuple[str, ...]
    ours_days: tuple[str, ...]

    @property
    def difference(self) -> Difference:
        if self.ours_count is None:
            return Difference.MISSING_HERE
        if self.theirs_count is None:
            return Difference.MISSING_THERE
        return Difference.DAY if self.theirs_minor == self.ours_minor else Difference.AMOUNT


def open_staging() -> sqlite3.Connection:
    """A private database in a temporary file, which goes with its connection."""
    staged = sqlite3.connect("", isolation_level=None)
    staged.execute("PRAGMA synchronous=OFF")
    staged.execute("PRAGMA journal_mode=OFF")
    return staged


def make_sides(staged: sqlite3.Connection) -> None:
    """The tables of both sides."""
    for side in _SIDES:
        staged.execute(_SUMS.format(side))


def add_theirs(
    staged: sqlite3.Connection, *, reference: str, currency: str, minor: int, line: int, day: str | None
) -> None:
    """
    Lay a line of the list aside.

    :param minor: in minor units, above zero what the customer gained.
    :param day: as `2027-01-31`; None: it says none.
    """
    staged.execute(_ADD.format("theirs"), (reference, currency, minor, line, day))


def set_against(staged: sqlite3.Connection, entries: Iterable[Referred]) -> str:
    """
    Lay our entries aside beside the list.

    Gives the reference of which more is told than can be added up exactly; empty if there is none.
    """
    add = _ADD.format("ours")
    staged.execute("BEGIN")
    for entry in entries:
        day = day_of(entry.created_at).isoformat()
        staged.execute(add, (entry.reference, entry.currency, entry.amount_minor, None, day))
    staged.execute("COMMIT")
    # SQLite goes on in floating point where a sum leaves its integers.
    too_much = "SELECT reference FROM {} WHERE typeof(minor) <> 'integer'"
    row = staged.execute(" UNION ALL ".join(map(too_much.format, _SIDES))).fetchone()
    return str(row[0]) if row else ""


def compare_sides(staged: sqlite3.Connection, *, days_apart: int) -> Iterator[Found]:
    """
    Every difference between the list and our entries, by reference.

    :param days_apart: so many days may lie between theirs and ours.
    """
    rows = staged.execute(_COMPARE, (days_apart,))
    while portion := rows.fetchmany(_AT_ONCE):
        for reference, currency, line, count, minor, our_count, our_minor, *days in portion:
            theirs_days, ours_days = _span(*days[:2]), _span(*days[2:])
            yield Found(reference, currency, line, count, minor, our_count, our_minor, theirs_days, ours_days)


def sum_sides(staged: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """
    Both sides' control totals by currency: `theirs_minor`, `lines`, `ours_minor`, `entries`.

    Added up here: together they may be more than one of SQLite's integers holds.
    """
    totals: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_TOTALS, 0))
    for side, minor_name, count_name in (("theirs", "theirs_minor", "lines"), ("ours", "ours_minor", "entries")):
        for currency, minor, count in staged.execute(f"SELECT currency, minor, count FROM {side}"):
            totals[currency][minor_name] += minor
            totals[currency][count_name] += count
    return {currency: totals[currency] for currency in sorted(totals)}


def _span(first: str | None, last: str | None) -> tuple[str, ...]:
    if first is None or last is None:
        return ()
    return (first,) if first == last else (first, last)
