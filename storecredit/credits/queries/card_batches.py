"""Who may approve a batch of cards that waits."""

from giftcards.queries import CardBatch
from storecredit.credits.queries.approvers import list_approvers
from storecredit.credits.queries.limits import worth_minor


def list_batch_approvers(*, batch: CardBatch) -> list[str]:
    """The sign-in names of those whose limits reach all of a batch, and who did not plan it."""
    worth = worth_minor(batch=batch)
    people = list_approvers(currency=batch.currency)
    return [each.name for each in people if each.most_minor >= worth and each.person_id != batch.planned_by_id]
