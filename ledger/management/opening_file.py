"""
A CSV file of opening balances of store credit.

Rows are laid aside on disk, so that a file of any length is read in little memory and can be read again.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.days import first_moment_of
from ledger.management.cells import find_wrong_amount, read_day
from ledger.management.csv_file import CsvFile
from ledger.money import to_minor
from ledger.operations import OpeningRow
from ledger.text import find_wrong_email

CUSTOMER, EMAIL = "customer_number", "customer_email"
_LONGEST = {CUSTOMER: 64, EMAIL: 254, "reference": 255}
COLUMNS = (CUSTOMER, EMAIL, "balance", "currency", "expires_on", "reference")
_ROOM = """
    CREATE TABLE row (line INTEGER PRIMARY KEY, customer_number TEXT, customer_email TEXT, balance_minor INTEGER,
        currency TEXT, expires_on TEXT, reference TEXT)
"""


class OpeningFile(CsvFile):
    """The rows of a file, and what is wrong with it. Iterating gives the good rows in the order of the file."""

    kind = "opening-balances"
    maps_folder = Path(__file__).parent / "maps"
    columns = COLUMNS
    required: ClassVar[dict[str, str | Promise]] = {"balance": _("it is what the customer has")}
    numbers = (CUSTOMER, EMAIL, "reference")
    padded = (CUSTOMER, "reference")
    amounts = ("balance",)
    days = ("expires_on",)

    def __iter__(self) -> Iterator[OpeningRow]:
        rows = self.staged.execute(
            "SELECT line, customer_number, customer_email, balance_minor, currency, expires_on, reference FROM row "
            "ORDER BY line"
        )
        for line, number, email, balance_minor, currency, day, reference in rows:
            expires_on = date.fromisoformat(day) if day else None
            yield OpeningRow(
                line=line,
                customer_number=number,
                customer_email=email,
                balance_minor=balance_minor,
                currency=currency,
                expires_on=expires_on,
                expires_at=_end_of(expires_on) if expires_on else None,
                reference=reference,
            )

    def sum_balances(self) -> dict[str, int]:
        """What the good rows come to, in minor units by currency."""
        rows = self.staged.execute("SELECT currency, SUM(balance_minor) FROM row GROUP BY currency ORDER BY currency")
        return dict(rows.fetchall())

    def find_twin(self, key: str, line: int) -> int | None:
        """Remember what a line is known by; the line that is known by it already, if one is."""
        try:
            self.staged.execute("INSERT INTO known VALUES (?, ?)", (key, line))
        except sqlite3.IntegrityError:
            (first,) = self.staged.execute("SELECT line FROM known WHERE name = ?", [key]).fetchone()
            return int(first)
        return None

    def make_room(self) -> None:
        self.staged.execute(_ROOM)
        self.staged.execute("CREATE TABLE known (name TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")

    def _map_header(self, written: Sequence[str]) -> None:
        super()._map_header(written)
        if not self.headers.keys() & {CUSTOMER, EMAIL}:
            self.add_error(
                self.header_line,
                CUSTOMER,
                gettext("is missing, and %(other)s too: one of them says whose balance it is") % {"other": EMAIL},
            )

    def find_faults(self, line: int, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        for name, longest in _LONGEST.items():
            if len(cells.get(name, "")) > longest:
                yield name, gettext("is longer than %(longest)s characters") % {"longest": longest}
        if not cells.get(CUSTOMER):
            if not cells.get(EMAIL):
                yield (
                    (CUSTOMER if CUSTOMER in cells else EMAIL),
                    gettext("is empty, and nothing else names the customer"),
                )
            elif message := find_wrong_email(cells[EMAIL]):
                yield EMAIL, message
        currency = self.currency_of(cells)
        if message := self.find_wrong_currency(currency):
            yield "currency", message
        elif message := find_wrong_amount(cells["balance"], currency):
            yield "balance", message
        if (day := cells.get("expires_on")) and read_day(day) is None:
            yield "expires_on", gettext("is not a day such as 2027-12-31")

    def stage(self, batch: Sequence[tuple[int, dict[str, str]]]) -> None:
        self.staged.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?)", (self._values(*each) for each in batch))

    def _values(self, line: int, cells: dict[str, str]) -> tuple[object, ...]:
        currency = self.currency_of(cells)
        balance_minor = to_minor(Money(Decimal(cells["balance"]), currency))
        texts = (cells.get(name, "") for name in ("expires_on", "reference"))
        return (line, cells.get(CUSTOMER, ""), cells.get(EMAIL, ""), balance_minor, currency, *texts)


def _end_of(day: date) -> datetime:
    """The first moment after a day in the shop's time zone."""
    return first_moment_of(day + timedelta(days=1), timezone.get_default_timezone())
