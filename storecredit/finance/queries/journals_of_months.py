"""
The journals that have something of a month: those of its days, and later ones in which corrections put it right.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, Sum

from storecredit.finance.models import JournalExport, JournalLine, Period
from storecredit.finance.queries.periods import last_day_of


@dataclass(frozen=True, slots=True)
class JournalOfMonth:
    """
    A journal, by what it has of a month; sums are what is debited, and so credited, in minor units by currency.

    :param first_day: None: it begins with the books.
    :param total_minor: of all its lines.
    :param own_minor: of the lines of the month's days.
    :param correcting_minor: of the lines of later days that put the month right.
    """

    export: JournalExport
    first_day: date | None
    total_minor: Mapping[str, int]
    own_minor: Mapping[str, int]
    correcting_minor: Mapping[str, int]


def list_journals_of(period: Period) -> list[JournalOfMonth]:
    """The journals that have something of a month, in the order in which they left the house."""
    month, last_day = f"{period.first_day:%Y-%m}", last_day_of(period.first_day)
    own = Q(day__gte=period.first_day, day__lte=last_day)
    correcting = Q(corrects=month) & ~own
    before = JournalExport.objects.filter(number=OuterRef("number") - 1, last_day__lt=last_day)
    exports = JournalExport.objects.filter(
        Q(last_day__gte=period.first_day) & (Q(number=1) | Exists(before))
        | Q(number__in=JournalLine.objects.filter(correcting).values("export"))
    ).order_by("number")
    listed = list(exports)
    ends = dict(
        JournalExport.objects.filter(number__in=[each.number - 1 for each in listed]).values_list("number", "last_day")
    )
    totals: dict[int, tuple[dict[str, int], ...]] = defaultdict(lambda: ({}, {}, {}))
    sums = (
        JournalLine.objects.filter(export__in=listed).values_list("export", "currency").order_by("export", "currency")
    )
    for number, currency, *minors in sums.annotate(
        total=Sum("amount_minor"),
        own=Sum("amount_minor", filter=own),
        correcting=Sum("amount_minor", filter=correcting),
    ):
        for of_journal, minor in zip(totals[number], minors, strict=True):
            if minor:
                of_journal[currency] = int(minor)
    return [
        JournalOfMonth(
            each, ends[each.number - 1] + timedelta(days=1) if each.number - 1 in ends else None, *totals[each.number]
        )
        for each in listed
    ]
