"""What has been reported is not undone by one person alone."""

from datetime import datetime

from ledger.models import Actor, BooksClosing, Cut
from ledger.operations.atomic import operation


@operation
def close_books(*, cut: Cut, actor: Actor, now: datetime) -> BooksClosing:
    """
    From now on entries dated before this cut are reversed only by a correction that was approved.

    Closed up to the same cut before, the books stay as they are.
    """
    closing, _ = BooksClosing.objects.get_or_create(
        cut=cut,
        defaults={
            "closed_at": now,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "actor_label": actor.label,
            "door": actor.door,
        },
    )
    return closing
