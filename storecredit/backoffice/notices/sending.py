"""
Notices become mail: one to each person and run, however many there are.

A run claims what it is about to mail in one transaction, mails it in none, and settles it in another. So of two runs at
once each has notices of its own. One that is cut off between mailing and settling leaves them claimed; after a while
they are taken up again, and that mail comes twice: at least once, and twice in that case alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import Q

from ledger.operations import new_uuid7, operation
from storecredit.backoffice.kit.viewers import find_preferences, shown_to, zone_of
from storecredit.backoffice.models import Notice, NoticeChoice, NoticeKind, NoticeState, Preferences
from storecredit.backoffice.notices.composing import compose
from storecredit.backoffice.notices.planning import NEWS_FOR
from storecredit.mail import MailNotSent, send_mail

#: When a day's mail goes out, by the clock of whom it goes to.
HOUR_OF_DIGEST = 7
_TAKEN_UP_AGAIN_AFTER = timedelta(minutes=10)
_KEPT = timedelta(days=30)
_CHOICES = {
    NoticeKind.WAITS: "notices_waiting",
    NoticeKind.DECIDED: "notices_decided",
    NoticeKind.MENTIONED: "notices_mentioned",
    NoticeKind.CHANGE: "notices_waiting",
    NoticeKind.CHANGED: "notices_decided",
    NoticeKind.CLOSING: "notices_waiting",
    NoticeKind.CORRECT: "notices_waiting",
    NoticeKind.RATE: "notices_waiting",
    NoticeKind.CUSTOMER: "notices_waiting",
    NoticeKind.BATCH: "notices_waiting",
    NoticeKind.BATCH_END: "notices_decided",
    NoticeKind.FILE: "notices_waiting",
    NoticeKind.FILE_END: "notices_decided",
    NoticeKind.FILE_STOP: "notices_decided",
}


@dataclass(slots=True)
class Sent:
    """What a run has done: mails sent, mails that the server did not take, notices that nobody needed any more."""

    mails: int = 0
    failed: int = 0
    dropped: int = 0


def send_notices(*, now: datetime, on_mail: Callable[[], None] = lambda: None) -> Sent:
    """
    Mail what is due to whom it is due, and settle it. What the mail server does not take the next run tries again.

    :param on_mail: called after each person.
    """
    done, run = Sent(), new_uuid7()
    _take_up_again(now)
    waiting = Notice.objects.filter(state=NoticeState.WAITING).order_by().values_list("person", flat=True).distinct()
    for person in get_user_model().objects.filter(pk__in=list(waiting)).order_by("pk"):
        _send_to(person, run, now, done)
        on_mail()
    Notice.objects.filter(settled_at__lt=now - _KEPT).delete()
    return done


def _send_to(person: Any, run: UUID, now: datetime, done: Sent) -> None:
    chosen = find_preferences(person)
    if not person.is_active or not person.email:
        done.dropped += _drop(Notice.objects.filter(person=person), now)
        return
    never = [kind for kind, name in _CHOICES.items() if getattr(chosen, name) == NoticeChoice.NEVER]
    done.dropped += _drop(Notice.objects.filter(person=person, kind__in=never), now)
    claimed = _claim(person, _due(chosen, now), run, now)
    if not claimed:
        return
    with shown_to(chosen):
        digest = compose(person=person, notices=claimed)
        needed = {notice.pk for notice in digest.told}
        unneeded = [notice.pk for notice in claimed if notice.pk not in needed]
        done.dropped += _settle(run, unneeded, NoticeState.DROPPED, now)
        if not needed:
            return
        try:
            send_mail(to=person.email, subject=digest.subject, text=digest.text_for(person))
        except MailNotSent:
            done.failed += 1
            _put_back(run, now)
            return
    _settle(run, needed, NoticeState.SENT, now)
    done.mails += 1


def _due(chosen: Preferences, now: datetime) -> Q:
    """What is told at once, and of what is told once a day that which came before the last time of day for it."""
    at_once = [kind for kind, name in _CHOICES.items() if getattr(chosen, name) == NoticeChoice.AT_ONCE]
    daily = [kind for kind, name in _CHOICES.items() if getattr(chosen, name) == NoticeChoice.DAILY]
    return Q(kind__in=at_once) | Q(kind__in=daily, created_at__lt=_last_hour_of_digest(now, zone_of(chosen)))


def _last_hour_of_digest(now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    hour = local.replace(hour=HOUR_OF_DIGEST, minute=0, second=0, microsecond=0)
    return hour if hour <= local else hour - timedelta(days=1)


@operation
def _claim(person: Any, due: Q, run: UUID, now: datetime) -> list[Notice]:
    """Those that this run is about to mail; no other run takes them any more."""
    waiting = Notice.objects.filter(due, person=person, state=NoticeState.WAITING)
    waiting.update(state=NoticeState.SENDING, run=run, claimed_at=now)
    claimed = Notice.objects.filter(person=person, state=NoticeState.SENDING, run=run)
    related = (
        "event__request",
        "mention__comment__author",
        "mention__comment__withdrawal",
        "change",
        "closing__period",
        "correction__lot",
        "rate",
        "customer_request",
        "batch",
        "file",
    )
    return list(claimed.select_related(*related).order_by("pk"))


def _settle(run: UUID, notice_ids: Any, state: NoticeState, now: datetime) -> int:
    claimed = Notice.objects.filter(pk__in=list(notice_ids), run=run, state=NoticeState.SENDING)
    return claimed.update(state=state, settled_at=now)


def _drop(notices: Any, now: datetime) -> int:
    dropped: int = notices.filter(state=NoticeState.WAITING).update(state=NoticeState.DROPPED, settled_at=now)
    return dropped


def _put_back(run: UUID, now: datetime) -> None:
    """What was not mailed waits for the next run, as long as it is news."""
    claimed = Notice.objects.filter(run=run, state=NoticeState.SENDING)
    claimed.filter(created_at__lt=now - NEWS_FOR).update(state=NoticeState.FAILED, settled_at=now)
    claimed.update(state=NoticeState.WAITING, run=None, claimed_at=None)


def _take_up_again(now: datetime) -> None:
    """What a run that was cut off had claimed."""
    cut_off = Notice.objects.filter(state=NoticeState.SENDING, claimed_at__lt=now - _TAKEN_UP_AGAIN_AFTER)
    cut_off.update(state=NoticeState.WAITING, run=None, claimed_at=None)
