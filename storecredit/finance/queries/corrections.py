"""Corrections: which there are, and who has had to do with one."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from ledger.queries import Transaction
from storecredit.credits.queries import has_stood_behind
from storecredit.finance.errors import CorrectionOfAnotherMonth, PeriodNotFound
from storecredit.finance.models import Correction, CorrectionStatus, Period, PeriodStatus
from storecredit.finance.queries.days import day_of


def find_period_of(*, entry: Transaction | None, number: int | None = None) -> Period | None:
    """
    The closed period of this number; else the one in which an entry lies, if it lies in one.

    :raises PeriodNotFound: if there is none of this number.
    :raises CorrectionOfAnotherMonth: if it is not closed, or the entry does not lie in it.
    """
    its = None if entry is None else _find_period_in_which(entry)
    if number is None:
        return its
    found = Period.objects.filter(number=number).first()
    if found is None:
        raise PeriodNotFound(month=str(number))
    if found.status != PeriodStatus.CLOSED or (entry is not None and found != its):
        raise CorrectionOfAnotherMonth
    return found


def _find_period_in_which(entry: Transaction) -> Period | None:
    """By its cuts where it is closed, which stay whatever the shop's time zone becomes; else by the day of the shop."""
    closed = Period.objects.filter(status=PeriodStatus.CLOSED).select_related("begin_cut")
    ended_after = closed.filter(end_cut__boundary__gt=entry.created_at).order_by("number").first()
    if ended_after is None:
        day = day_of(entry.created_at)
        return Period.objects.exclude(status=PeriodStatus.CLOSED).filter(first_day=day.replace(day=1)).first()
    began = ended_after.begin_cut is None or ended_after.begin_cut.boundary <= entry.created_at
    return ended_after if began else None


def find_amount_at_stake(*, correction: Correction) -> int:
    """What a correction is about, in minor units: the amount that moves, or what is left of the lot."""
    if correction.lot is not None:
        return correction.lot.remaining_minor
    return abs(correction.amount_minor)


def list_closed_months() -> list[Period]:
    """The months that a correction may be of, the newest first."""
    return list(Period.objects.filter(status=PeriodStatus.CLOSED).order_by("-number"))


def list_corrections_posted(*, after: datetime | None, before: datetime) -> QuerySet[Correction, Correction]:
    """
    The corrections that were posted between two moments, oldest first.

    :param after: None: since the books began.
    """
    posted = Correction.objects.filter(status=CorrectionStatus.APPROVED, transaction__created_at__lt=before)
    if after is not None:
        posted = posted.filter(transaction__created_at__gte=after)
    return posted.select_related("account", "period", "entry", "transaction").order_by("pk")


def map_months_corrected(*, after: datetime | None, before: datetime) -> dict[UUID, tuple[datetime, str]]:
    """
    The entries of corrections between two moments, both sides of a move: when, and the month that they put right.

    :param after: None: since the books began.
    """
    entries: dict[UUID, tuple[datetime, str]] = {}
    by_key: dict[str, str] = {}
    for each in list_corrections_posted(after=after, before=before).filter(period__isnull=False):
        assert each.period is not None
        assert each.transaction is not None
        month = f"{each.period.first_day:%Y-%m}"
        if month < f"{day_of(each.transaction.created_at):%Y-%m}":
            entries[each.transaction.pk] = each.transaction.created_at, month
            by_key[f"correction:{each.pk}:other-side"] = month
    sides = Transaction.objects.filter(key__in=by_key).values_list("pk", "created_at", "key")
    return entries | {entry: (at, by_key[str(key)]) for entry, at, key in sides}


def has_asked(*, correction: Correction, person_id: int, clients: Collection[int] | None = None) -> bool:
    """
    Whether this person asked for a correction, or stands or stood behind the API client that did.

    :param clients: those that they stand or stood behind, if they are at hand: of many corrections that is asked once.
    """
    if correction.asked_by_id == person_id:
        return True
    client_id = correction.asked_client_id
    if client_id is None:
        return False
    if clients is not None:
        return client_id in clients
    return has_stood_behind(client_id=client_id, person_id=person_id)


def list_pending_corrections() -> QuerySet[Correction, Correction]:
    """Those that nobody has decided yet, oldest first."""
    return Correction.objects.filter(status=CorrectionStatus.PENDING).order_by("pk")
