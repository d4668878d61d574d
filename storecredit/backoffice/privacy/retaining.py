"""
What is deleted once its time is over.

Money, histories, seals, and the keys of idempotent requests with their answers are kept for ever: a key that was
forgotten would pay a second time, and its answer is what a program gets that asks again.
"""

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from giftcards.queries import CodeDelivery, DeliveryState
from ledger.operations import Actor
from ledger.queries import StaffIntent
from storecredit.audit.operations import ActivityKind, record_activity
from storecredit.backoffice.models import ImportFault, Notice, NoticeState

_OVER = (NoticeState.SENT, NoticeState.DROPPED, NoticeState.FAILED)


@transaction.atomic
def apply_retention(*, actor: Actor, now: datetime) -> dict[str, int]:
    """
    Delete what is older than `RETENTION_DAYS` says, and write down how much of each it was. Safe twice and in parallel.

    :return: how many rows of each kind; addresses to which codes were mailed are emptied, not deleted.
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
        "notices": Notice.objects.filter(state__in=_OVER, created_at__lt=before["notices"]).delete()[0],
        "import_faults": faults.delete()[0],
        "code_addresses": mailed.filter(ended_at__lt=before["code_addresses"]).update(address="", failure=""),
        "unsent_forms": StaffIntent.objects.filter(spent_at=None, kept_at__lt=before["unsent_forms"]).delete()[0],
    }
    if any(gone.values()):
        record_activity(actor=actor, kind=ActivityKind.DELETED, details={"retention": gone}, now=now)
    return gone
