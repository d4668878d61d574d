from django.db.models import QuerySet

from giftcards.errors import BatchNotFound
from giftcards.models import BatchStatus, CardBatch


def get_batch(*, name: str) -> CardBatch:
    """
    A batch by its name.

    :raises BatchNotFound: if there is none.
    """
    batch = CardBatch.objects.filter(name=name).first()
    if batch is None:
        raise BatchNotFound
    return batch


def list_unfinished_batches() -> QuerySet[CardBatch]:
    """Batches that are planned or half made, oldest first; without those that wait for somebody's approval."""
    return CardBatch.objects.exclude(status=BatchStatus.READY).filter(waits=False).order_by("pk")
