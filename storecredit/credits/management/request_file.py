"""
A CSV file of credit requests.

Its rows stay in memory, as the one transaction that writes them needs them: what is laid aside on disk would hold the
numbers of cards in plain. No message repeats a cell, for a cell in the wrong column may be a number.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from giftcards.errors import CodeMalformed
from ledger.errors import (
    DomainError,
    ExpiryInThePast,
    ReasonNeedsNote,
    ReasonNeedsOrder,
    ReasonUnknown,
)
from ledger.management.cells import find_wrong_amount, read_day
from ledger.management.column_maps import Layout
from ledger.management.csv_file import CsvFile, Portion
from ledger.management.text_lines import Source
from ledger.money import to_minor
from storecredit.credits.errors import PayeeUnknown
from storecredit.credits.operations import CUSTOMER, NUMBER, BatchLine, NewRequest, Order, OrderKind, RequestKind

_ORDERS = {
    "order_number": OrderKind.NUMBER,
    "order_id": OrderKind.ID,
    "order_external_id": OrderKind.EXTERNAL_ID,
}
_PAYEES = {"customer_number": RequestKind.STORE_CREDIT, "gift_card_number": RequestKind.GIFT_CARD}
_TEXTS = {
    **dict.fromkeys(_ORDERS, 64),
    **dict.fromkeys(_PAYEES, 64),
    "reason": 16,
    "sub_reason": 64,
    "note": 500,
    "source": 64,
    "employee": 64,
    "policy_code": 64,
}
COLUMNS = (
    *_ORDERS, "type", "amount", "currency", "reason", "sub_reason", *_PAYEES, "expires_on", "note", "source",
    "employee", "policy_code",
)  # fmt: skip
#: So many can be approved as one decision.
MOST_ROWS = 1_000


class RequestFile(CsvFile):
    """The rows of a file, and what is wrong with it. Iterating gives the good rows in the order of the file."""

    kind = "credit-requests"
    maps_folder = Path(__file__).parent / "maps"
    columns = COLUMNS
    required: ClassVar[dict[str, str | Promise]] = {
        "type": _("it says what is asked for: GIFT_CARD or STORE_CREDIT"),
        "amount": _("it says how much is asked for"),
        "reason": _("it says why"),
    }
    quotes_cells = False
    names = ("sub_reason", "note", "source", "employee")
    numbers = (*_ORDERS, *_PAYEES, "reason", "policy_code")
    padded = (*_ORDERS, *_PAYEES)
    amounts = ("amount",)
    days = ("expires_on",)

    def __init__(
        self,
        source: Source,
        *,
        currency: str = "",
        layout: Layout = Layout(),  # noqa: B008  it cannot be changed
        portion: Portion | None = None,
    ) -> None:
        """:param currency: of the rows that name none; empty: every row must."""
        self._rows: list[BatchLine] = []
        super().__init__(source, layout=layout, currency=currency, portion=portion)

    def __iter__(self) -> Iterator[BatchLine]:
        return iter(self._rows)

    @property
    def lines(self) -> Sequence[BatchLine]:
        return self._rows

    def sum_amounts(self) -> dict[str, int]:
        """What the good rows come to, in minor units by currency."""
        sums: Counter[str] = Counter()
        for row in self._rows:
            sums[row.wanted.amount.currency.code] += to_minor(row.wanted.amount)
        return dict(sums)

    def refuse(self, line: int, error: DomainError) -> None:
        """Add what the shop says against a row."""
        self.add_error(line, *_in_words(error))

    def make_room(self) -> None:
        """Nothing is laid aside on disk."""

    def find_faults(self, line: int, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        for name, longest in _TEXTS.items():
            if len(cells.get(name, "")) > longest:
                yield name, gettext("is longer than %(longest)s characters") % {"longest": longest}
        yield from _find_second(_ORDERS, cells, gettext("the order is named already, as"))
        yield from self._find_wrong_kind(cells)
        currency = self.currency_of(cells)
        if message := self.find_wrong_currency(currency):
            yield "currency", message
        elif message := find_wrong_amount(cells["amount"], currency):
            yield "amount", message
        if not cells["reason"]:
            yield "reason", gettext("is empty")
        if (day := cells.get("expires_on")) and read_day(day) is None:
            yield "expires_on", gettext("is not a day such as 2027-12-31")

    def _find_wrong_kind(self, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        kind = cells["type"].upper()
        if kind not in RequestKind.values:
            yield "type", gettext("is not one of %(values)s") % {"values": ", ".join(RequestKind.values)}
            return
        for name, fitting in _PAYEES.items():
            if cells.get(name) and fitting != kind:
                yield name, gettext("is for %(fitting)s alone") % {"fitting": fitting}
        if kind == RequestKind.STORE_CREDIT and not cells.get("customer_number"):
            yield "customer_number", gettext("is empty, and STORE_CREDIT needs the customer")

    def stage(self, batch: Sequence[tuple[int, dict[str, str]]]) -> None:
        if self.row_count > MOST_ROWS:
            self._rows.clear()
            if not any(error.line == 0 for error in self.errors):
                self.add_error(
                    0,
                    "rows",
                    gettext("there are more than %(most)s; split the file") % {"most": MOST_ROWS},
                )
            return
        self._rows += [BatchLine(line=line, order=_order(cells), wanted=self._wanted(cells)) for line, cells in batch]

    def _wanted(self, cells: dict[str, str]) -> NewRequest:
        names = {"customer_number": CUSTOMER, "gift_card_number": NUMBER}
        attributes: dict[str, Any] = {member: cells[name] for name, member in names.items() if cells.get(name)}
        return NewRequest(
            amount=Money(Decimal(cells["amount"]), self.currency_of(cells)),
            kind=RequestKind(cells["type"].upper()),
            attributes=attributes,
            reason=cells["reason"],
            sub_reason=cells.get("sub_reason", ""),
            note=cells.get("note", ""),
            source=cells.get("source", ""),
            employee=cells.get("employee", ""),
            policy_code=cells.get("policy_code", ""),
            expires_on=read_day(cells.get("expires_on", "")),
        )


def _order(cells: dict[str, str]) -> Order:
    for name, kind in _ORDERS.items():
        if value := cells.get(name):
            return Order(kind=kind, value=value)
    return Order()


def _find_second(names: dict[str, OrderKind], cells: dict[str, str], words: str) -> Iterator[tuple[str, str]]:
    given = [name for name in names if cells.get(name)]
    for name in given[1:]:
        yield name, f"{words} {given[0]}"


def _in_words(error: DomainError) -> tuple[str, str]:
    """Column and message of a refusal, without what the cell says."""
    match error:
        case PayeeUnknown():
            column = "customer_number" if error.member == CUSTOMER else "gift_card_number"
            return column, str(error)
        case CodeMalformed():
            return "gift_card_number", str(error)
        case ReasonUnknown():
            return "reason", gettext("is not the code of an active reason")
        case ReasonNeedsNote():
            return "note", gettext("is empty, and the reason needs one")
        case ReasonNeedsOrder():
            return "", gettext("no order is named, and the reason needs one")
        case ExpiryInThePast():
            return "expires_on", gettext("that day is over")
    return "amount", str(error)
