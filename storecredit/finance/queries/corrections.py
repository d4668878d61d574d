"""Corrections: which there are, and who has had to do with one."""

from django.db.models import QuerySet
from django.utils import timezone

from ledger.queries import Transaction
from storecredit.credits.queries import has_stood_behind
from storecredit.finance.errors import PeriodNotFound
from storecredit.finance.models import Correction, CorrectionStatus, Period


def find_period_of(*, entry: Transaction | None, number: int | None = None) -> Period | None:
    """
    The period of this number; else the one in which an entry lies, if it lies in one.

    :raises PeriodNotFound: if there is none of this number.
    """
    if number is not None:
        found = Period.objects.filter(number=number).first()
        if found is None:
            raise PeriodNotFound(month=str(number))
        return found
    if entry is None:
        return None
    day = timezone.localdate(entry.created_at, timezone.get_default_timezone())
    return Period.objects.filter(first_day=day.replace(day=1)).first()


def has_asked(*, correction: Correction, person_id: int) -> bool:
    """Whether this person asked for a correction, or stands or stood behind the API client that did."""
    if correction.asked_by_id == person_id:
        return True
    client_id = correction.asked_client_id
    return client_id is not None and has_stood_behind(client_id=client_id, person_id=person_id)


def list_pending_corrections() -> QuerySet[Correction, Correction]:
    """Those that nobody has decided yet, oldest first."""
    return Correction.objects.filter(status=CorrectionStatus.PENDING).order_by("pk")
