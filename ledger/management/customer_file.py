"""
A CSV file of customers, read once from its start to its end, however long it is.

What the file says is checked line by line and laid aside in a temporary database on disk: it finds a number that
stands in the file twice, gives the rows out in the order of their numbers, and can be read again.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.management.csv_file import CsvFile, LineError
from ledger.operations import CHANGEABLE, CustomerRow, CustomerStatus, EntityType
from ledger.queries import Customer
from ledger.text import find_wrong_customer_number, find_wrong_email

__all__ = ["COLUMNS", "CustomerFile", "LineError"]

NUMBER = "number"
COLUMNS = (NUMBER, *CHANGEABLE)
_CHOICES = {"entity_type": EntityType.values, "status": CustomerStatus.values}
_FIELDS = {field.name: field for field in Customer._meta.concrete_fields}


class CustomerFile(CsvFile):
    """The rows of a file, and what is wrong with it. Iterating gives the good rows in the order of their numbers."""

    kind = "customers"
    maps_folder = Path(__file__).parent / "maps"
    columns = COLUMNS
    required: ClassVar[dict[str, str | Promise]] = {NUMBER: _("it says which customer a line is about")}
    names = ("first_name", "last_name")
    numbers = (NUMBER, "phone", "email")
    padded = (NUMBER,)

    def __iter__(self) -> Iterator[CustomerRow]:
        return (row for _, row in self.list_rows())

    def list_rows(self) -> Iterator[tuple[int, CustomerRow]]:
        """The good rows with their lines, in the order of their numbers."""
        names = [name for name in self.present_columns if name != NUMBER]
        rows = self.staged.execute(f"SELECT line, {', '.join([NUMBER, *names])} FROM row ORDER BY folded")
        for line, number, *values in rows:
            yield line, CustomerRow(number=number, values=dict(zip(names, values, strict=True)))

    def find_line(self, number: str) -> int:
        """The line of a row that was read."""
        (line,) = self.staged.execute("SELECT line FROM row WHERE folded = ?", [number.upper()]).fetchone()
        return int(line)

    def make_room(self) -> None:
        names = ", ".join(f"{name} TEXT NOT NULL DEFAULT ''" for name in CHANGEABLE)
        self.staged.execute(
            f"CREATE TABLE row (folded TEXT PRIMARY KEY, number TEXT, line INTEGER, {names}) WITHOUT ROWID"
        )

    def find_faults(self, line: int, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        return ((name, message) for name, value in cells.items() if (message := _find_fault(name, value)))

    def stage(self, batch: Sequence[tuple[int, dict[str, str]]]) -> None:
        names = self.present_columns
        insert = f"INSERT OR IGNORE INTO row (folded, line, {', '.join(names)}) VALUES (?, ?{', ?' * len(names)})"
        for line, values in batch:
            folded = values[NUMBER].upper()
            if not self.staged.execute(insert, [folded, line, *(values[name] for name in names)]).rowcount:
                first = self.find_line(values[NUMBER])
                self.add_error(
                    line,
                    NUMBER,
                    gettext("%(number)s stands in line %(first)s already") % {"number": values[NUMBER], "first": first},
                )


def _find_fault(name: str, value: str) -> str:
    """What is wrong with one cell; empty if nothing is."""
    if name == NUMBER:
        return find_wrong_customer_number(value) if value else gettext("is empty")
    if not value:
        return ""
    if name in _CHOICES and value not in _CHOICES[name]:
        return gettext("is %(value)r, not one of %(name)s") % {"value": value, "name": ", ".join(_CHOICES[name])}
    try:
        _FIELDS[name].run_validators(value)
    except ValidationError as error:
        return " ".join(error.messages)
    return find_wrong_email(value) if name == "email" else ""
