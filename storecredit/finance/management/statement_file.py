"""
Somebody else's list of what was given and spent: a line for each movement, by its reference.

What it says is laid aside on disk and added up there, and so are our entries: lists of any length are compared in
little memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.days import is_reckoned
from ledger.management.cells import find_wrong_amount
from ledger.management.csv_file import CsvFile
from ledger.money import to_minor
from storecredit.finance.queries import (
    Found,
    Referred,
    add_theirs,
    compare_sides,
    day_of,
    make_sides,
    set_against,
    sum_sides,
)

COLUMNS = ("reference", "amount", "currency", "time")
_LONGEST_REFERENCE = 255
_MINUS = ("-", "\u2212")


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
        make_sides(self.staged)

    def find_faults(self, line: int, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        if not cells["reference"]:
            yield "reference", gettext("is empty")
        elif len(cells["reference"]) > _LONGEST_REFERENCE:
            yield "reference", gettext("is longer than %(longest)s characters") % {"longest": _LONGEST_REFERENCE}
        if cells.get("time") and read_day_of(cells["time"]) is None:
            yield "time", gettext("is no day and no moment such as 2027-12-31 or 2027-12-31T23:59:59+01:00")
        currency = self.currency_of(cells)
        if message := self.find_wrong_currency(currency, is_new=False):
            yield "currency", message
        elif message := find_wrong_amount(_split_sign(cells["amount"])[0], currency):
            yield "amount", message

    def stage(self, batch: Sequence[tuple[int, dict[str, str]]]) -> None:
        for line, cells in batch:
            day = read_day_of(cells.get("time", ""))
            if day is not None and ((self.first and day < self.first) or (self.last and day > self.last)):
                self.outside_count += 1
                continue
            currency = self.currency_of(cells)
            amount, is_negative = _split_sign(cells["amount"])
            minor = to_minor(Money(Decimal(amount), currency)) * (-1 if is_negative != self.spends else 1)
            add_theirs(
                self.staged,
                reference=cells["reference"],
                currency=currency,
                minor=minor,
                line=line,
                day=day.isoformat() if day else None,
            )

    def set_against(self, entries: Iterable[Referred]) -> str:
        """
        Lay our entries aside beside the list.

        Gives the reference of which more is told than can be added up exactly; empty if there is none.
        """
        return set_against(self.staged, entries)

    def compare(self, *, days_apart: int) -> Iterator[Found]:
        """
        Every difference between the list and our entries, by reference.

        :param days_apart: so many days may lie between theirs and ours.
        """
        return compare_sides(self.staged, days_apart=days_apart)

    def sum_sides(self) -> dict[str, dict[str, int]]:
        """Both sides' control totals by currency."""
        return sum_sides(self.staged)

    def _translate(self, values: dict[str, str], wrong: Any) -> Iterator[tuple[str, str]]:
        """As for every file, and an amount may have a sign: what stands behind it is read as any amount."""
        values["amount"], is_negative = _split_sign(values.get("amount", ""))
        time = values.get("time", "")
        yield from super()._translate(values, wrong)
        if is_negative:
            values["amount"] = f"-{values['amount']}"
        if read_day_of(time):
            # It says its moment, of which the day alone would be another in another time zone.
            values["time"] = time


def _split_sign(text: str) -> tuple[str, bool]:
    """An amount without its sign, and whether it is below zero, as `-5`, `−5`, `5-`, `(5)` and `-£5` say."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text.startswith(_MINUS):
        return text[1:].strip(), True
    if text.endswith(_MINUS):
        return text[:-1].strip(), True
    return text, False


def read_day_of(text: str) -> date | None:
    """The day of the shop's zone, of a day or a moment; None if the text says none."""
    try:
        if len(text) == len("2027-12-31"):
            day = date.fromisoformat(text)
        else:
            moment = datetime.fromisoformat(text)
            day = day_of(moment) if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        return None
    return day if is_reckoned(day) else None
