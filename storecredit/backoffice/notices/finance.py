"""Who is to be told of months and corrections that wait for somebody else: as long as they do, and are news."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F

from ledger.operations import operation
from storecredit.backoffice.models import Notice, NoticeKind
from storecredit.credits.queries import list_allowances, refuse_amount
from storecredit.finance.operations import CorrectionStatus, PeriodEventKind, PeriodStatus
from storecredit.finance.queries import Correction, PeriodEvent, has_asked, list_pending_corrections

_PASSWORDS_AND_ROLES = "django.contrib.auth.backends.ModelBackend"


@operation
def plan_finance_notices(*, now: datetime, news_for: timedelta) -> int:
    """Make those that are missing; how many."""
    wanted = [*_of_months(now, news_for), *_of_corrections(now, news_for)]
    told = set(
        Notice.objects.filter(kind__in=[NoticeKind.CLOSING, NoticeKind.CORRECT]).values_list(
            "closing_id", "correction_id", "person_id"
        )
    )
    missing = [each for each in wanted if (each.closing_id, each.correction_id, each.person_id) not in told]
    # Another run may have been quicker.
    Notice.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def is_waiting(notice: Notice) -> bool:
    """Whether what a notice tells of still waits."""
    if notice.correction is not None:
        return bool(notice.correction.status == CorrectionStatus.PENDING)
    event = notice.closing
    assert event is not None
    return bool(event.period.status == PeriodStatus.CLOSING and event.period.closing_at == event.created_at)


def _of_months(now: datetime, news_for: timedelta) -> Iterator[Notice]:
    asked = PeriodEvent.objects.filter(
        kind=PeriodEventKind.ASKED,
        period__status=PeriodStatus.CLOSING,
        period__closing_at=F("created_at"),
        created_at__gt=now - news_for,
    )
    for event in asked:
        for person in _list_who_may("finance.approve_period"):
            if person.pk != event.person_id:
                yield Notice(kind=NoticeKind.CLOSING, closing=event, person=person, created_at=now)


def _of_corrections(now: datetime, news_for: timedelta) -> Iterator[Notice]:
    for correction in list_pending_corrections().filter(asked_at__gt=now - news_for):
        for person in _list_who_may("finance.approve_correction"):
            if _may_approve(person.pk, correction, now):
                yield Notice(kind=NoticeKind.CORRECT, correction=correction, person=person, created_at=now)


def _may_approve(person_id: int, correction: Correction, now: datetime) -> bool:
    allowances = list_allowances(person_id=person_id, now=now, currency=correction.currency)
    minor = abs(correction.amount_minor)
    is_within = not refuse_amount(amount_minor=minor, currency=correction.currency, allowances=allowances)
    return is_within and not has_asked(correction=correction, person_id=person_id)


def _list_who_may(right: str) -> list[Any]:
    people = get_user_model().objects.with_perm(right, backend=_PASSWORDS_AND_ROLES)
    return list(people.filter(is_staff=True).order_by("pk"))
