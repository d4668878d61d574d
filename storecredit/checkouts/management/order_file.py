"""
The vendor's orders in a file: a line of a CSV file for each line of credit, or a line of JSON for each order.

What it says is laid aside on disk, so that a file of any length is compared in little memory.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.management.cells import find_wrong_amount
from ledger.management.csv_file import CsvFile
from ledger.management.text_lines import Source
from ledger.money import to_minor

COLUMNS = ("order_id", "source_id", "amount", "currency", "returned", "upstream_id")
_LONGEST = {"order_id": 64, "source_id": 64, "upstream_id": 128}
_LONGEST_JSON_LINE = 1_000_000
_AT_ONCE = 500
_CREDIT = "customerCredit"


@dataclass(frozen=True, slots=True)
class Told:
    """One line of credit as the vendor tells of it, in minor units. `returned_minor` None: it does not say."""

    line: int
    order_id: str
    source_id: str
    upstream_id: str
    currency: str
    amount_minor: int
    returned_minor: int | None


class OrderFile(CsvFile):
    """The CSV form."""

    kind = "orders"
    maps_folder = Path(__file__).parent / "maps"
    columns = COLUMNS
    required: ClassVar[dict[str, str | Promise]] = {
        "order_id": _("it says which order"),
        "source_id": _("it says which of the order's sources"),
        "amount": _("it says how much the source paid"),
    }

    numbers = ("order_id", "source_id", "upstream_id")
    padded = ("order_id", "source_id", "upstream_id")
    amounts = ("amount", "returned")

    def make_room(self) -> None:
        self.staged.execute(
            "CREATE TABLE told (order_id TEXT, source_id TEXT, line INTEGER, upstream_id TEXT, currency TEXT, "
            "amount_minor INTEGER, returned_minor INTEGER, PRIMARY KEY (order_id, source_id)) WITHOUT ROWID"
        )

    def find_faults(self, line: int, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        for name, longest in _LONGEST.items():
            if len(cells.get(name, "")) > longest:
                yield name, gettext("is longer than %(longest)s characters") % {"longest": longest}
        for name in ("order_id", "source_id"):
            if not cells.get(name):
                yield name, gettext("is empty")
        currency = self.currency_of(cells)
        if message := self.find_wrong_currency(currency, is_new=False):
            yield "currency", message
            return
        if message := find_wrong_amount(cells.get("amount", ""), currency):
            yield "amount", message
        if cells.get("returned") and (message := find_wrong_amount(cells["returned"], currency)):
            yield "returned", message

    def stage(self, batch: Sequence[tuple[int, dict[str, str]]]) -> None:
        for line, cells in batch:
            currency = self.currency_of(cells)
            returned = cells.get("returned")
            row = (
                cells["order_id"],
                cells["source_id"],
                line,
                cells.get("upstream_id", ""),
                currency,
                _minor(cells["amount"], currency),
                _minor(returned, currency) if returned else None,
            )
            try:
                self.staged.execute("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            except sqlite3.IntegrityError:
                self.add_error(
                    line, "source_id", gettext("order %(first)s has it twice in the file") % {"first": row[0]}
                )

    def list_told(self) -> Iterator[list[Told]]:
        """All that the file says, by order and source, a portion at a time."""
        rows = self.staged.execute(
            "SELECT line, order_id, source_id, upstream_id, currency, amount_minor, returned_minor FROM told "
            "ORDER BY order_id, source_id"
        )
        while portion := [Told(*row) for row in rows.fetchmany(_AT_ONCE)]:
            yield portion

    def has(self, order_id: str, source_id: str) -> bool:
        """Whether the file tells of this line of credit."""
        wanted = "SELECT 1 FROM told WHERE order_id = ? AND source_id = ?"
        return self.staged.execute(wanted, (order_id, source_id)).fetchone() is not None


class OrderLines(OrderFile):
    """The JSON form: on each line an order, as the vendor's API gives it."""

    def _read(self, source: Source) -> None:
        records = self._check_orders(source)
        self.staged.execute("BEGIN")
        while batch := list(islice(records, _AT_ONCE)):
            self.stage(batch)
        self.staged.execute("COMMIT")

    def _check_orders(self, source: Source) -> Iterator[tuple[int, dict[str, str]]]:
        line = 0
        while raw := source.readline(_LONGEST_JSON_LINE + 1):
            line += 1
            if len(raw) > _LONGEST_JSON_LINE:
                self.add_error(
                    line,
                    "",
                    gettext("cannot be read: it is longer than %(longest)s bytes") % {"longest": _LONGEST_JSON_LINE},
                )
                return
            if not raw.strip():
                continue
            try:
                found = list(_credits_of(json.loads(raw, parse_float=Decimal)))
            except (ValueError, RecursionError) as error:
                self.add_error(
                    line,
                    "",
                    gettext("is no order: %(error)s") % {"error": error}
                    if isinstance(error, _NoOrder)
                    else gettext("is not JSON"),
                )
                continue
            for cells in found:
                self.row_count += 1
                wrong = list(self._find_unreadable(cells)) or list(self.find_faults(line, cells))
                for name, message in wrong:
                    self.add_error(line, name, message)
                if not wrong:
                    yield line, cells


class _NoOrder(ValueError):
    """The line is JSON and says no order."""


def _credits_of(order: Any) -> Iterator[dict[str, str]]:
    if not isinstance(order, Mapping) or not isinstance(payment := order.get("payment"), Mapping):
        raise _NoOrder(gettext("it has no payment"))
    sources = payment.get("sources")
    if not isinstance(sources, list):
        raise _NoOrder(gettext("it has no payment.sources"))
    charges = payment.get("charges")
    for source in sources:
        if isinstance(source, Mapping) and source.get("type") == _CREDIT:
            yield {
                "order_id": _text(order.get("id")),
                "source_id": _text(source.get("id")),
                "amount": _text(source.get("amount")),
                "currency": _text(order.get("currency")),
                "upstream_id": _text(source.get("upstreamId")),
                "returned": _returned(charges, source.get("id")) if isinstance(charges, list) else "",
            }


def _returned(charges: list[Any], source_id: Any) -> str:
    """What charges of a source have cancelled and refunded."""
    total = Decimal(0)
    for charge in charges:
        if not isinstance(charge, Mapping) or charge.get("sourceId") != source_id:
            continue
        for name in ("cancels", "refunds"):
            for movement in charge.get(name) or []:
                amount = movement.get("amount") if isinstance(movement, Mapping) else None
                if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
                    raise _NoOrder(gettext("an amount of its %(name)s is no number") % {"name": name})
                total += amount
    return f"{total:f}"


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | Mapping | list):
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value).strip()


def _minor(text: str, currency: str) -> int:
    return to_minor(Money(Decimal(text), currency))
