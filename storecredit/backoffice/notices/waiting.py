"""Who is to be told of what else waits, by the rules of `waiting.kinds`, and what became of the batches and files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from giftcards.queries import list_decided_batches
from ledger.operations import operation
from storecredit.backoffice.imports.confirming import list_decided_files
from storecredit.backoffice.models import ImportState, Notice, NoticeKind
from storecredit.backoffice.waiting.kinds import WAITING, Waiting
from storecredit.credits.queries import Decider

#: Those who may decide a change of access are told when it is asked for.
PLANNED: Final = tuple(kind for kind in WAITING if kind != NoticeKind.CHANGE)
#: What is told to whoever asked, besides credit requests and changes of access.
ENDED: Final = (NoticeKind.BATCH_END, NoticeKind.FILE_END, NoticeKind.FILE_STOP)


@operation
def plan_waiting_notices(*, now: datetime, news_for: timedelta) -> int:
    """Make those that are missing; how many."""
    since = now - news_for
    wanted = [*_wanted(now, since), *_ended(now, since)]
    told = {_key(each) for each in Notice.objects.filter(kind__in=[*PLANNED, *ENDED])}
    missing = [each for each in wanted if _key(each) not in told]
    # Another run may have been quicker.
    Notice.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def is_waiting(notice: Notice, waiting_now: Mapping[NoticeKind, "Now"]) -> bool:
    """Whether what a notice tells of still waits, and for this very person."""
    now = waiting_now[NoticeKind(notice.kind)]
    thing = now.things.get(getattr(notice, f"{now.waiting.field}_id"))
    return thing is not None and now.waiting.deciding.may(thing, now.decider)


@dataclass(frozen=True, slots=True)
class Now:
    """What waits of one kind, and for whom it is asked."""

    waiting: Waiting
    things: Mapping[Any, Any]
    decider: Decider


def look_at(notices: Iterable[Notice], person: Any, now: datetime) -> dict[NoticeKind, Now]:
    """What waits now of the kinds of some notices of a person's."""
    decider = Decider(person)
    kinds = {NoticeKind(notice.kind) for notice in notices}
    return {
        kind: Now(WAITING[kind], {thing.pk: thing for thing in WAITING[kind].list_things(now)}, decider)
        for kind in kinds
    }


def _wanted(now: datetime, since: datetime) -> Iterator[Notice]:
    for kind in PLANNED:
        waiting = WAITING[kind]
        candidates: dict[str, list[Decider]] = {}
        for thing in waiting.list_things(now).filter(**{f"{waiting.asked_at}__gt": since}):
            right = waiting.deciding.right_for(thing)
            if right not in candidates:
                candidates[right] = waiting.deciding.list_candidates(thing)
            for person in waiting.deciding.list_deciders(thing, candidates[right]):
                yield Notice(kind=kind, person=person, created_at=now, **{waiting.field: thing})


def _ended(now: datetime, since: datetime) -> Iterator[Notice]:
    for batch in list_decided_batches(since=since):
        if batch.planned_by_id is not None:
            yield Notice(kind=NoticeKind.BATCH_END, batch=batch, person_id=batch.planned_by_id, created_at=now)
    for run in list_decided_files(since=since):
        # A file that was confirmed, and told of, may be stopped halfway yet.
        kind = NoticeKind.FILE_STOP if run.state == ImportState.STOPPED else NoticeKind.FILE_END
        yield Notice(kind=kind, file=run, person_id=run.started_by_id, created_at=now)


def _key(notice: Notice) -> tuple[Any, ...]:
    things = {waiting.field for waiting in WAITING.values()}
    return (notice.kind, notice.person_id, *(getattr(notice, f"{name}_id") for name in sorted(things)))
