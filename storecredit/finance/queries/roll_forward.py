"""
The roll-forward: what was owed at one cut, what moved it, and what was owed at another.

Every figure is the difference of two kept sums, so it costs the same however many entries lie between.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef, Q, QuerySet

from ledger.operations import TransactionType
from ledger.queries import (
    Bucket,
    BucketFigure,
    Cut,
    Lot,
    LotUse,
    Span,
    Steps,
    Transaction,
    list_closings,
    list_closings_at,
    sum_movements,
    sum_steps,
)
from storecredit.finance.errors import CutsInWrongOrder, DoesNotAddUp
from storecredit.finance.queries.days import last_day_before


class Movement(StrEnum):
    """What moved what is owed, in the order in which finance reads it."""

    ISSUED = "issued"
    LOADED = "loaded"
    REFUNDED = "refunded"
    IMPORTED = "imported"
    TRANSFERRED_IN = "transferred in"
    TRANSFERRED_OUT = "transferred out"
    SPENT = "spent"
    EXPIRED = "expired"
    VOIDED = "voided"
    ADJUSTED = "adjusted"
    REVERSED = "reversed"


_MOVEMENTS = {
    TransactionType.ISSUE: Movement.ISSUED,
    TransactionType.LOAD: Movement.LOADED,
    TransactionType.REFUND: Movement.REFUNDED,
    TransactionType.IMPORT: Movement.IMPORTED,
    TransactionType.REDEEM: Movement.SPENT,
    TransactionType.EXPIRE: Movement.EXPIRED,
    TransactionType.VOID: Movement.VOIDED,
    TransactionType.ADJUST: Movement.ADJUSTED,
    TransactionType.REVERSE: Movement.REVERSED,
}


class Kept(NamedTuple):
    """What lines are apart by: amounts of two currencies are never added up."""

    currency: str
    kind: str
    funding: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line, in minor units: what was owed, each movement with its sign, and what is owed. It adds up."""

    kept: Kept
    opening_minor: int
    moved_minor: Mapping[Movement, int]
    closing_minor: int


def roll_forward(*, begin: Cut | None, end: Cut, using: str = DEFAULT_DB_ALIAS) -> list[Line]:
    """
    The lines between two cuts, by currency, kind and funding; test money is in none.

    :param begin: None: since the books began.
    :raises CutsInWrongOrder: if the first is not the earlier one.
    :raises DoesNotAddUp: if the kept figures contradict each other.
    """
    if begin is not None and begin.number >= end.number:
        raise CutsInWrongOrder
    opening = list_closings(number=begin.number if begin else 0, using=using)
    closing = list_closings(number=end.number, using=using)
    steps = sum_steps(after=begin.number if begin else 0, up_to=end.number, using=using)
    require_steps(opening, closing, steps, using)
    opened: dict[Kept, int] = defaultdict(int)
    for bucket, figure in opening.items():
        if not bucket.test_mode:
            opened[_kept(bucket)] += figure.closing_minor
    moved: dict[Kept, dict[Movement, int]] = defaultdict(lambda: dict.fromkeys(Movement, 0))
    closed: dict[Kept, int] = defaultdict(int)
    for bucket, figure in closing.items():
        if bucket.test_mode:
            continue
        kept = _kept(bucket)
        closed[kept] += figure.closing_minor
        for movement, minor in _list_moves(bucket, opening.get(bucket), figure):
            moved[kept][movement] += minor
    lines = [Line(kept, opened[kept], moved[kept], closed[kept]) for kept in sorted(closed)]
    for line in lines:
        _require_sum(line)
    return [line for line in lines if line.opening_minor or line.closing_minor or any(line.moved_minor.values())]


def sum_lines(lines: Iterable[Line]) -> list[Line]:
    """One line for each currency: the sum of its lines. Kind and funding are empty."""
    totals: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        totals[line.kept.currency].append(line)
    return [
        Line(
            Kept(currency, "", ""),
            sum(line.opening_minor for line in of_currency),
            {movement: sum(line.moved_minor[movement] for line in of_currency) for movement in Movement},
            sum(line.closing_minor for line in of_currency),
        )
        for currency, of_currency in sorted(totals.items())
    ]


def list_behind(
    *, kept: Kept, movement: Movement, after: datetime | None, before: datetime, using: str = DEFAULT_DB_ALIAS
) -> QuerySet[Transaction, Transaction]:
    """
    The entries behind one figure of a roll-forward, oldest first.

    An entry that moved credit of several fundings stands behind a figure of each.

    :param after: the boundary with which the roll-forward begins.
    :param before: the one with which it ends.
    """
    types = [type for type, its in _MOVEMENTS.items() if its == movement] or [TransactionType.TRANSFER]
    rows = Transaction.objects.using(using).filter(
        account__kind=kept.kind, account__test_mode=False, currency=kept.currency, type__in=types, created_at__lt=before
    )
    if after is not None:
        rows = rows.filter(created_at__gte=after)
    if movement in (Movement.TRANSFERRED_IN, Movement.TRANSFERRED_OUT):
        rows = (
            rows.filter(amount_minor__gt=0) if movement == Movement.TRANSFERRED_IN else rows.filter(amount_minor__lt=0)
        )
    of_funding: Any = {"transaction": OuterRef("pk")}
    return rows.filter(
        Q(Exists(Lot.objects.filter(funding=kept.funding, **of_funding)))
        | Q(Exists(LotUse.objects.filter(lot__funding=kept.funding, **of_funding)))
    ).order_by("created_at", "number")


def _list_moves(bucket: Bucket, opening: BucketFigure | None, closing: BucketFigure) -> list[tuple[Movement, int]]:
    gained = closing.closing_gained_minor - (opening.closing_gained_minor if opening else 0)
    lost = closing.closing_lost_minor - (opening.closing_lost_minor if opening else 0)
    if bucket.type == TransactionType.TRANSFER:
        return [(Movement.TRANSFERRED_IN, gained), (Movement.TRANSFERRED_OUT, -lost)]
    return [(_MOVEMENTS[TransactionType(bucket.type)], gained - lost)]


def require_steps(
    opening: Mapping[Bucket, BucketFigure],
    closing: Mapping[Bucket, BucketFigure],
    steps: Mapping[Bucket, Steps],
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """
    What the cuts between moved, added up, is what the sums at both ends say, and so it is at each of them.

    :raises DoesNotAddUp: if it is not.
    """
    for bucket, figure in closing.items():
        _require_step(bucket, opening.get(bucket), steps.get(bucket, Steps(0, 0, None)), figure)
    for bucket, step in sorted(steps.items()):
        if step.broken_at is not None:
            before = list_closings(number=step.broken_at - 1, using=using).get(bucket)
            figure = list_closings(number=step.broken_at, using=using)[bucket]
            own = Steps(figure.gained_minor, figure.lost_minor, None)
            _require_step(bucket, before, own, figure, f", cut {step.broken_at}")


def require_entries(begin: Cut | None, ends: Iterable[Cut]) -> None:
    """
    What was kept of each span between some cuts is what its entries come to: they are read once more, span by span.

    :raises DoesNotAddUp: if it is not.
    """
    cuts = [begin, *ends]
    closings = list_closings_at(cuts=[cut for cut in cuts if cut is not None])
    for one, other in pairwise(cuts):
        assert other is not None
        opening, closing = closings[one.number] if one else {}, closings[other.number]
        moved = sum_movements(Span(one.boundary if one else None, other.boundary))
        for bucket in sorted({*closing, *moved}):
            if not bucket.test_mode:
                _, gained, lost = moved.get(bucket, (0, 0, 0))
                place = f", {last_day_before(other.boundary):%Y-%m-%d}"
                _require_step(bucket, opening.get(bucket), Steps(gained, lost, None), closing.get(bucket), place)


def _require_step(
    bucket: Bucket, before: BucketFigure | None, moved: Steps, after: BucketFigure | None, place: str = ""
) -> None:
    """What there was and what moved is what there is, of what was gained and of what was lost."""
    gained = (before.closing_gained_minor if before else 0) + moved.gained_minor
    lost = (before.closing_lost_minor if before else 0) + moved.lost_minor
    found_gained, found_lost = (after.closing_gained_minor, after.closing_lost_minor) if after else (0, 0)
    what = f"{bucket.type} of {bucket.funding} in {bucket.currency}{place}"
    if gained - lost != found_gained - found_lost:
        raise DoesNotAddUp(what=what, expected_minor=gained - lost, found_minor=found_gained - found_lost)
    if gained != found_gained:
        raise DoesNotAddUp(what=what, expected_minor=gained, found_minor=found_gained)


def _require_sum(line: Line) -> None:
    expected = line.opening_minor + sum(line.moved_minor.values())
    if expected != line.closing_minor:
        raise DoesNotAddUp(what=" ".join(line.kept), expected_minor=expected, found_minor=line.closing_minor)


def _kept(bucket: Bucket) -> Kept:
    return Kept(bucket.currency, bucket.kind, bucket.funding)
