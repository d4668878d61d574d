"""
Who is to be told of what: read from the histories of the requests, which tell of every change, through whatever door.

Lines of a history are numbered when they are written and seen when they are committed, so that a lower number may come
into sight after a higher one. So the last hour is always looked through again; nobody is told of a line twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Max

from ledger.operations import operation
from storecredit.backoffice.models import Notice, NoticeKind, NoticeMark
from storecredit.backoffice.notices.waiting import plan_waiting_notices
from storecredit.credits.operations import RequestStatus
from storecredit.credits.queries import CreditRequestEvent, RequestEventKind, get_chances

#: What is older is no news.
NEWS_FOR = timedelta(days=3)
_LOOKED_THROUGH_AGAIN = timedelta(hours=1)
_AT_ONCE = 500
_BEGINS_TO_WAIT = (RequestEventKind.CREATED, RequestEventKind.RETRIED, RequestEventKind.PAYEE_CHANGED)
_ENDS = (
    RequestEventKind.APPROVED,
    RequestEventKind.REJECTED,
    RequestEventKind.FAILED,
    RequestEventKind.TIMED_OUT,
    RequestEventKind.CANCELED,
)


def plan_notices(*, now: datetime) -> int:
    """Make the notices that are missing; how many. What happened before the very first time is told to nobody."""
    mark, is_first = NoticeMark.objects.get_or_create(pk=1, defaults={"event_id": _newest_event_id()})
    if is_first:
        return 0
    planned, last, is_past = plan_waiting_notices(now=now, news_for=NEWS_FOR), mark.event_id, True
    while True:
        events = _list_events(last)
        if not events:
            return planned
        planned += _plan(events, now)
        last = events[-1].pk
        is_past = is_past and all(event.created_at < now - _LOOKED_THROUGH_AGAIN for event in events)
        if is_past:
            NoticeMark.objects.filter(pk=1, event_id__lt=last).update(event_id=last)


def _newest_event_id() -> int:
    return CreditRequestEvent.objects.aggregate(Max("pk"))["pk__max"] or 0


def _list_events(after: int) -> list[CreditRequestEvent]:
    return list(CreditRequestEvent.objects.filter(pk__gt=after).select_related("request").order_by("pk")[:_AT_ONCE])


@operation
def _plan(events: Sequence[CreditRequestEvent], now: datetime) -> int:
    news = [event for event in events if event.created_at > now - NEWS_FOR]
    told = set(Notice.objects.filter(event__in=news).values_list("event_id", "person_id"))
    wanted = [notice for notice in _wanted(news, now) if (notice.event_id, notice.person_id) not in told]
    # Another run may have been quicker.
    Notice.objects.bulk_create(wanted, batch_size=_AT_ONCE, ignore_conflicts=True)
    return len(wanted)


def _wanted(events: Iterable[CreditRequestEvent], now: datetime) -> Iterator[Notice]:
    waiting = [event for event in events if event.kind in _BEGINS_TO_WAIT]
    chances = get_chances(requests=[event.request for event in waiting])
    for event in waiting:
        if event.request.status == RequestStatus.PENDING and event.version == event.request.version:
            for person in chances[event.request_id].people:
                yield Notice(kind=NoticeKind.WAITS, event=event, person_id=person.person_id, created_at=now)
    for event in events:
        asker_id = event.request.requested_by_id
        if event.kind in _ENDS and asker_id is not None and asker_id != event.person_id:
            yield Notice(kind=NoticeKind.DECIDED, event=event, person_id=asker_id, created_at=now)
