"""The vendor's orders against our books: what one side knows and the other does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ledger.money import from_minor
from storecredit.checkouts.management.order_file import OrderFile, Told
from storecredit.checkouts.queries import OrderCredit, find_credit_of_orders, list_credit_of_orders
from storecredit.credits.queries import CreditRequest

#: What `tell` says of a difference and the result has a column for.
FACTS = (
    "difference", "order", "source", "line", "currency", "theirs", "ours", "returned", "given_back", "owed", "request",
)  # fmt: skip


class Difference(StrEnum):
    MISSING_HERE = "missing here"
    MISSING_THERE = "missing there"
    AMOUNT = "amount differs"
    RETURNED = "returned differs"
    CURRENCY = "currency differs"


@dataclass(frozen=True, slots=True)
class Found:
    """
    One difference. At least one side is there.

    :param owed_minor: what the customer is owed for it, in minor units of our currency; 0 if nothing.
    """

    difference: Difference
    told: Told | None
    ours: OrderCredit | None
    owed_minor: int

    @property
    def order_id(self) -> str:
        side = self.ours or self.told
        assert side is not None
        return side.order_id

    @property
    def source_id(self) -> str:
        side = self.ours or self.told
        assert side is not None
        return side.source_id


def compare(
    file: OrderFile, *, test_mode: bool, first: datetime | None = None, before: datetime | None = None
) -> Iterator[Found]:
    """
    Every difference, those of the file first.

    :param first: what is missing there counts from this moment on.
    :param before: and up to this one.
    """
    for portion in file.list_told():
        known = find_credit_of_orders(order_ids={told.order_id for told in portion}, test_mode=test_mode)
        for told in portion:
            found = _compare_one(told, known.get((told.order_id, told.source_id)))
            if found is not None:
                yield found
    for ours in list_credit_of_orders(test_mode=test_mode, first=first, before=before):
        if ours.kept_minor and not file.has(ours.order_id, ours.source_id):
            yield Found(Difference.MISSING_THERE, None, ours, ours.kept_minor)


def tell(one: Found, request: CreditRequest | None = None) -> dict[str, Any]:
    """A difference as a program reads it; amounts in major units."""
    told, ours = one.told, one.ours
    currency = ours.currency if ours else told.currency if told else ""
    theirs_in = told.currency if told else ""
    return {
        "difference": one.difference.value,
        "order": one.order_id,
        "source": one.source_id,
        "line": told.line if told else None,
        "currency": currency,
        "theirs": _amount(told.amount_minor, theirs_in) if told else None,
        "theirs_currency": theirs_in or None,
        "ours": _amount(ours.taken_minor, currency) if ours else None,
        "returned": _amount(told.returned_minor, theirs_in) if told and told.returned_minor is not None else None,
        "given_back": _amount(ours.given_back_minor, currency) if ours else None,
        "owed": _amount(one.owed_minor, currency) if one.owed_minor else None,
        "request": f"{request}, {request.get_status_display().lower()}" if request else None,
    }


def _compare_one(told: Told, ours: OrderCredit | None) -> Found | None:
    if ours is None:
        return Found(Difference.MISSING_HERE, told, None, 0) if told.amount_minor else None
    if told.currency != ours.currency:
        return Found(Difference.CURRENCY, told, ours, 0)
    owed_minor = max(0, _owed_minor(told, ours))
    if told.amount_minor not in {ours.taken_minor, ours.taken_minor + ours.settled_minor}:
        return Found(Difference.AMOUNT, told, ours, owed_minor)
    is_short = told.amount_minor != ours.taken_minor
    if told.returned_minor is not None and not is_short and told.returned_minor != ours.given_back_minor:
        return Found(Difference.RETURNED, told, ours, owed_minor)
    return None


def _owed_minor(told: Told, ours: OrderCredit) -> int:
    """What we keep beyond what the vendor says that it used; where it says nothing of returns, no more than surely."""
    if told.returned_minor is not None:
        return ours.kept_minor - (told.amount_minor - told.returned_minor)
    return ours.taken_minor - max(told.amount_minor, ours.given_back_minor)


def _amount(minor: int, currency: str) -> str:
    return str(from_minor(minor, currency).amount)
