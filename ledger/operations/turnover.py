"""
Days' totals are kept, so that nobody waits while a million entries are added up.

Which entries are in them is told by their number, not by their day: an entry that is dated back is added to its day as
any other is. Numbers are drawn before they are committed, so only what lies below a number that was there an hour ago
is kept. What came after it is added up whenever it is asked for.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from ledger.models import DayCount, DayTotal, Transaction
from ledger.operations.atomic import operation
from ledger.queries import total_by_day

#: Longer than anything takes to post.
_SETTLED_AFTER = timedelta(hours=1)
# As many numbers at a time.
_SLICE = 200_000


def count_days(*, time_zone: str, now: datetime) -> None:
    """Bring the kept totals of a time zone up to an hour ago, unless that was done within the hour or is being done."""
    if DayCount.objects.filter(time_zone=time_zone, seen_at__gt=now - _SETTLED_AFTER).exists():
        return
    while _count_slice(time_zone=time_zone, now=now):
        pass


@operation
def _count_slice(*, time_zone: str, now: datetime) -> bool:
    """Add up some more entries. Whether there are others left."""
    settled = now - _SETTLED_AFTER
    DayCount.objects.get_or_create(
        time_zone=time_zone, defaults={"seen_at": settled, "seen_through": _number_dated_through(settled)}
    )
    count = (
        DayCount.objects.select_for_update(skip_locked=True).filter(time_zone=time_zone, seen_at__lte=settled).first()
    )
    if count is None:
        return False
    through = min(count.counted_through + _SLICE, count.seen_through)
    _keep(count, through)
    count.counted_through = max(through, count.counted_through)
    is_done = count.counted_through >= count.seen_through
    if is_done:
        count.seen_through = Transaction.objects.aggregate(highest=Max("number"))["highest"] or 0
        count.seen_at = now
    count.save()
    return not is_done


def _number_dated_through(moment: datetime) -> int:
    newest = Transaction.objects.filter(created_at__lte=moment).order_by("-created_at", "-number")
    number: int | None = newest.values_list("number", flat=True).first()
    return number or 0


def _keep(count: DayCount, through: int) -> None:
    entries = Transaction.objects.filter(number__gt=count.counted_through, number__lte=through)
    totals = {tuple(of): minor for *of, minor in total_by_day(entries, time_zone=count.time_zone)}
    days = {day for day, _, _ in totals}
    kept = count.totals.filter(day__in=days) if totals else count.totals.none()
    for of, minor in _read(kept):
        if of in totals:
            totals[of] += minor
    DayTotal.objects.bulk_create(
        (
            DayTotal(count=count, day=day, currency=currency, counted_as=counted_as, amount_minor=minor)
            for (day, currency, counted_as), minor in totals.items()
        ),
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["count", "day", "currency", "counted_as"],
        update_fields=["amount_minor"],
    )


def _read(kept: Any) -> Iterator[tuple[tuple[Any, ...], int]]:
    for *of, minor in kept.values_list("day", "currency", "counted_as", "amount_minor"):
        yield tuple(of), minor
