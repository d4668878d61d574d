"""Who is to be told of what else waits: months, corrections, breakage rates, and what is asked about customers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db.models import F, QuerySet

from ledger.operations import operation
from storecredit.backoffice.models import Notice, NoticeKind
from storecredit.credits.queries import (
    DECIDE_ABOUT,
    CustomerRequest,
    list_allowances,
    list_undecided_about,
    refuse_amount,
)
from storecredit.finance.operations import PeriodEventKind, PeriodStatus, RateStatus
from storecredit.finance.queries import (
    BreakageRate,
    Correction,
    PeriodEvent,
    find_amount_at_stake,
    has_asked,
    list_pending_corrections,
)

_PASSWORDS_AND_ROLES = "django.contrib.auth.backends.ModelBackend"
#: Of each kind, what a notice names, and the right that approving it needs.
OF_MONEY: Final = {
    NoticeKind.CLOSING: ("closing", "finance.approve_period"),
    NoticeKind.CORRECT: ("correction", "finance.approve_correction"),
    NoticeKind.RATE: ("rate", "finance.approve_breakagerate"),
    NoticeKind.CUSTOMER: ("customer_request", DECIDE_ABOUT),
}

_ASKED_AT: Final = {
    NoticeKind.CLOSING: "created_at",
    NoticeKind.CORRECT: "asked_at",
    NoticeKind.RATE: "asked_at",
    NoticeKind.CUSTOMER: "created_at",
}


@operation
def plan_finance_notices(*, now: datetime, news_for: timedelta) -> int:
    """Make those that are missing; how many."""
    keys = [f"{name}_id" for name, _right in OF_MONEY.values()]
    told = set(Notice.objects.filter(kind__in=OF_MONEY).values_list(*keys, "person_id"))
    wanted: list[Notice] = []
    for kind, (name, right) in OF_MONEY.items():
        people = _list_who_may(right)
        for thing in list_waiting(kind).filter(**{f"{_ASKED_AT[kind]}__gt": now - news_for}):
            wanted += [
                Notice(kind=kind, person=person, created_at=now, **{name: thing})
                for person in people
                if may_approve(thing, person.pk, now)
            ]
    missing = [each for each in wanted if (*(getattr(each, key) for key in keys), each.person_id) not in told]
    # Another run may have been quicker.
    Notice.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def is_waiting(notice: Notice, now: datetime) -> bool:
    """Whether what a notice tells of still waits, and for this very person."""
    thing: Any = getattr(notice, OF_MONEY[NoticeKind(notice.kind)][0])
    still = thing.period.status == PeriodStatus.CLOSING if isinstance(thing, PeriodEvent) else thing.status == "PENDING"
    if isinstance(thing, PeriodEvent) and thing.period.closing_at != thing.created_at:
        return False
    return still and may_approve(thing, notice.person_id, now)


def may_approve(thing: Any, person_id: int, now: datetime) -> bool:
    """Whether a person whose rights let them may approve this very thing now."""
    return _RULES[type(thing)](thing, person_id, now)


def list_waiting(kind: NoticeKind) -> QuerySet[Any]:
    """What waits of a kind, oldest first."""
    if kind == NoticeKind.CLOSING:
        asked = PeriodEvent.objects.filter(kind=PeriodEventKind.ASKED, period__status=PeriodStatus.CLOSING)
        return asked.filter(period__closing_at=F("created_at")).order_by("pk")
    if kind == NoticeKind.CORRECT:
        return list_pending_corrections().select_related("lot")
    if kind == NoticeKind.RATE:
        return BreakageRate.objects.filter(status=RateStatus.PENDING).order_by("pk")
    return list_undecided_about()


def _of_correction(correction: Correction, person_id: int, now: datetime) -> bool:
    amounts = (correction.currency, find_amount_at_stake(correction=correction))
    is_theirs = has_asked(correction=correction, person_id=person_id) or _has_approved(correction, person_id)
    return not is_theirs and _is_within(*amounts, person_id, now)


def _of_customer(request: CustomerRequest, person_id: int, now: datetime) -> bool:
    if request.requested_by_id == person_id or _has_approved(request, person_id):
        return False
    return request.amount_minor is None or _is_within(request.currency, request.amount_minor, person_id, now)


def _has_approved(about: Any, person_id: int) -> bool:
    return bool(about.approvals.filter(person_id=person_id).exists())


def _is_within(currency: str, minor: int, person_id: int, now: datetime) -> bool:
    allowances = list_allowances(person_id=person_id, now=now, currency=currency)
    return not refuse_amount(amount_minor=minor, currency=currency, allowances=allowances)


_RULES: Final[dict[type, Callable[[Any, int, datetime], bool]]] = {
    PeriodEvent: lambda event, person_id, now: event.person_id != person_id,
    BreakageRate: lambda rate, person_id, now: rate.asked_by_id != person_id,
    Correction: _of_correction,
    CustomerRequest: _of_customer,
}


def _list_who_may(right: str) -> list[Any]:
    people = get_user_model().objects.with_perm(right, backend=_PASSWORDS_AND_ROLES)
    return list(people.filter(is_staff=True).order_by("pk"))
