"""
Somebody else's list of what was given and spent: a line for each movement, by its reference.

What it says is laid aside on disk and added up there, and so are our entries: lists of any length are compared in
little memory.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.days import is_reckoned
from ledger.management.cells import find_wrong_amount, find_wrong_currency
from ledger.management.csv_file import CsvFile
from ledger.money import to_minor
from storecredit.finance.queries import Referred

COLUMNS = ("reference", "amount", "currency", "time")
_LONGEST_REFERENCE = 255
_AT_ONCE = 500
_SIDES = ("theirs", "ours")
_MINUS = re.compile("[-\u2212]")
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


class StatementFile(CsvFile):
    """The list. `spends` says that an amount above zero is what the customer spent."""

    kind = "statements"
    maps_folder = Path(__file__).parent / "maps"
    columns = COLUMNS
    required: ClassVar[dict[str, str | Promise]] = {
        "reference": _("it says what the movement was for"),
        "amount": _("it says how much was given or spent"),
    }
    numbers = ("reference",)
    padded = ("reference",)
    amounts = ("amount",)
    days = ("time",)

    def __init__(
        self, *args: Any, spends: bool = False, first: date | None = None, last: date | None = None, **kwargs: Any
    ) -> None:
        """
        :param spends: amounts above zero are what customers spent; else what they were given.
        :param first: lines of an earlier day are left out.
        :param last: lines of a later day are left out.
        """
        self.spends = spends
        self.first, self.last = first, last
        self.outside_count = 0
        super().__init__(*args, **kwargs)

    def make_room(self) -> None:
        for side in _SIDES:
            self.staged.execute(_SUMS.format(side))

    def find_faults(self, line: int, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        if not cells["reference"]:
            yield "reference", "is empty"
        elif len(cells["reference"]) > _LONGEST_REFERENCE:
            yield "reference", f"is longer than {_LONGEST_REFERENCE} characters"
        if cells.get("time") and _read_day(cells["time"]) is None:
            yield "time", "is no day and no moment such as 2027-12-31 or 2027-12-31T23:59:59+01:00"
        currency = self.currency_of(cells)
        if message := find_wrong_currency(currency, is_new=False):
            yield "currency", message
        elif message := find_wrong_amount(_MINUS.sub("", cells["amount"], count=1), currency):
            yield "amount", message

    def stage(self, batch: Sequence[tuple[int, dict[str, str]]]) -> None:
        add = _ADD.format("theirs")
        for line, cells in batch:
            day = _read_day(cells.get("time", ""))
            if day is not None and ((self.first and day < self.first) or (self.last and day > self.last)):
                self.outside_count += 1
                continue
            currency = self.currency_of(cells)
            amount, is_negative = _split_sign(cells["amount"])
            minor = to_minor(Money(Decimal(amount), currency)) * (-1 if is_negative != self.spends else 1)
            self.staged.execute(add, (cells["reference"], currency, minor, line, day.isoformat() if day else None))

    def set_against(self, entries: Iterable[Referred]) -> str:
        """
        Lay our entries aside beside the list.

        Gives the reference of which more is told than can be added up exactly; empty if there is none.
        """
        add = _ADD.format("ours")
        self.staged.execute("BEGIN")
        for entry in entries:
            day = timezone.localdate(entry.created_at).isoformat()
            self.staged.execute(add, (entry.reference, entry.currency, entry.amount_minor, None, day))
        self.staged.execute("COMMIT")
        # SQLite goes on in floating point where a sum leaves its integers.
        too_much = "SELECT reference FROM {} WHERE typeof(minor) <> 'integer'"
        row = self.staged.execute(" UNION ALL ".join(map(too_much.format, _SIDES))).fetchone()
        return str(row[0]) if row else ""

    def compare(self, *, days_apart: int) -> Iterator[Found]:
        """
        Every difference between the list and our entries, by reference.

        :param days_apart: so many days may lie between theirs and ours.
        """
        rows = self.staged.execute(_COMPARE, (days_apart,))
        while portion := rows.fetchmany(_AT_ONCE):
            for reference, currency, line, count, minor, our_count, our_minor, *days in portion:
                theirs_days, ours_days = _span(*days[:2]), _span(*days[2:])
                yield Found(reference, currency, line, count, minor, our_count, our_minor, theirs_days, ours_days)

    def _translate(self, values: dict[str, str], wrong: Any) -> Iterator[tuple[str, str]]:
        """As for every file, and an amount may have a sign: what stands behind it is read as any amount."""
        values["amount"], is_negative = _split_sign(values.get("amount", ""))
        time = values.get("time", "")
        yield from super()._translate(values, wrong)
        if is_negative:
            values["amount"] = f"-{values['amount']}"
        if _read_day(time):
            # It says its moment, of which the day alone would be another in another time zone.
            values["time"] = time


def _split_sign(text: str) -> tuple[str, bool]:
    """An amount without its sign, and whether it is below zero, as `-5`, `−5`, `(5)` and `-£5` say."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if _MINUS.match(text):
        return text[1:].strip(), True
    return text, False


def _read_day(text: str) -> date | None:
    """The day of the shop's zone; None if the text says none."""
    try:
        if len(text) == len("2027-12-31"):
            day = date.fromisoformat(text)
        else:
            moment = datetime.fromisoformat(text)
            day = timezone.localdate(moment) if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        return None
    return day if is_reckoned(day) else None


def _span(first: str | None, last: str | None) -> tuple[str, ...]:
    if first is None or last is None:
        return ()
    return (first,) if first == last else (first, last)
