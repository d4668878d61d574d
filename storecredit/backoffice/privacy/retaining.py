"""
What is deleted once its time is over.

Money, histories, seals and the keys of idempotent requests are kept for ever: a key that was forgotten would pay a
second time. What was answered has its time: whoever asks again after it is told that it was done, and no more.
"""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from giftcards.queries import CodeDelivery, DeliveryState
from ledger.operations import Actor
from ledger.queries import StaffIntent
from storecredit.api.idempotency import forget_answers
from storecredit.audit.operations import ActivityKind, record_activity
from storecredit.backoffice.models import (
    ENDED,
    ImportFault,
    ImportKey,
    ImportPart,
    ImportPiece,
    ImportRun,
    ImportState,
    Notice,
    NoticeState,
)
from storecredit.checkouts.operations import forget_bodies, forget_buyers

_OVER = (NoticeState.SENT, NoticeState.DROPPED, NoticeState.FAILED)


@transaction.atomic
def apply_retention(*, actor: Actor, now: datetime) -> dict[str, int]:
    """
    Delete what is older than `RETENTION_DAYS` says, and write down how much of each it was. Safe twice and in parallel.

    :return: how many rows of each kind. Addresses to which codes were mailed, bodies of the vendor's events, who bought
        and answers are emptied, and their rows stay.
    """
    before = {name: now - timedelta(days=days) for name, days in settings.RETENTION_DAYS.items()}
    faults = ImportFault.objects.filter(run__changed_at__lt=before["import_faults"])
    mailed = CodeDelivery.objects.exclude(state=DeliveryState.QUEUED).exclude(address="")
    gone = {
        "sign_ins": sum(
            model.objects.filter(attempt_time__lt=before["sign_ins"]).delete()[0]
            for model in (AccessAttempt, AccessFailureLog, AccessLog)
        ),
        "sessions": Session.objects.filter(expire_date__lt=now).delete()[0],
        "places_of_sessions": _forget_places(now),
        "notices": Notice.objects.filter(state__in=_OVER, created_at__lt=before["notices"]).delete()[0],
        "import_faults": faults.delete()[0],
        "import_files": _drop_files(before["import_files"], now),
        "import_results": ImportPart.objects.filter(
            run__state__in=ENDED, run__changed_at__lt=before["import_results"]
        ).delete()[0],
        "code_addresses": mailed.filter(ended_at__lt=before["code_addresses"]).update(address="", failure=""),
        "webhook_bodies": forget_bodies(before=before["webhook_bodies"]),
        "buyers": forget_buyers(before=before["buyers"]),
        "answers": forget_answers(before=before["answers"]),
        "unsent_forms": StaffIntent.objects.filter(spent_at=None, kept_at__lt=before["unsent_forms"]).delete()[0],
    }
    if any(gone.values()):
        record_activity(actor=actor, kind=ActivityKind.DELETED, details={"retention": gone}, now=now)
    return gone


def _drop_files(before: datetime, now: datetime) -> int:
    """Let go of files that were uploaded and never written, with all that was read of them. How many runs that were."""
    left = ImportRun.objects.filter(changed_at__lt=before).exclude(state__in=[*ENDED, ImportState.RUNNING])
    ids = list(left.order_by("pk").select_for_update().values_list("pk", flat=True))
    for model in (ImportPiece, ImportKey, ImportPart):
        model.objects.filter(run__in=ids).delete()
    return ImportRun.objects.filter(pk__in=ids).update(
        state=ImportState.DROPPED, version=F("version") + 1, changed_at=now
    )


def _forget_places(now: datetime) -> int:
    """From where somebody was signed in, once that session is gone. One that has just begun may not be written yet."""
    open_ones = Session.objects.values("session_key")
    gone = UserSession.objects.filter(last_seen_at__lt=now - timedelta(days=1)).exclude(session_key__in=open_ones)
    return gone.delete()[0]
