from datetime import datetime

from django.db.models import Q, QuerySet

from giftcards.errors import BatchNotFound
from giftcards.models import BatchStatus, CardBatch


def get_batch(*, name: str) -> CardBatch:
    """
    A batch by its name; one that was rejected has none any more.

    :raises BatchNotFound: if there is none.
    """
    batch = CardBatch.objects.filter(name=name).exclude(status=BatchStatus.REJECTED).first()
    if batch is None:
        raise BatchNotFound
    return batch


def list_unfinished_batches() -> QuerySet[CardBatch]:
    """Batches that are planned or half made, oldest first; without those that wait for somebody's approval."""
    ended = (BatchStatus.READY, BatchStatus.REJECTED)
    return CardBatch.objects.exclude(status__in=ended).filter(waits=False).order_by("pk")


def list_waiting_batches() -> QuerySet[CardBatch]:
    """Batches of which no card is made before somebody else approves them, oldest first."""
    return CardBatch.objects.filter(waits=True).order_by("pk")


def list_batches_of_planner(*, person_id: int) -> QuerySet[CardBatch]:
    """Batches that somebody planned and another person had to decide about, newest first."""
    asked = Q(waits=True) | Q(approved_at__isnull=False) | Q(rejected_at__isnull=False)
    planned = CardBatch.objects.filter(asked, planned_by_id=person_id)
    return planned.select_related("approved_by", "rejected_by").order_by("-pk")


def list_decided_batches(*, since: datetime) -> QuerySet[CardBatch]:
    """Batches that a person planned and another has approved or rejected since a moment, oldest first."""
    decided = Q(approved_at__gt=since) | Q(rejected_at__gt=since)
    return CardBatch.objects.filter(decided, planned_by__isnull=False).order_by("pk")
