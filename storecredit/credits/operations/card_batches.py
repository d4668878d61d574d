"""
A batch of cards that is worth more than one person gives is approved as credit requests are, before any card is made.
"""

from datetime import datetime

from giftcards.operations import lock_batch
from giftcards.queries import BatchStatus, CardBatch
from ledger.errors import ReasonMissing
from ledger.operations import operation
from storecredit.credits.errors import ApproverUnknown, CardBatchNeedsTwo, RequestChanged, SelfApproval
from storecredit.credits.models import Party
from storecredit.credits.operations.approving import require_within_limits
from storecredit.credits.operations.deciding import lock_person
from storecredit.credits.queries.card_batches import needs_two
from storecredit.credits.queries.limits import worth_minor


@operation
def approve_card_batch(*, batch_id: int, party: Party, now: datetime) -> CardBatch:
    """
    Approve a batch that waits: its cards can be made from then on. What they are worth counts into the person's day.

    :raises BatchNotFound: if there is none.
    :raises RequestChanged: if it does not wait.
    :raises ApproverUnknown: if nobody whose login is on stands behind the party.
    :raises SelfApproval: if that person planned it.
    :raises ApproverLimitExceeded: if it is beyond what they may approve.
    :raises CardBatchNeedsTwo: if a policy asks for two approvals of so much.
    """
    batch = lock_batch(batch_id=batch_id)
    if not batch.waits:
        raise RequestChanged(request=batch.name, status=batch.get_status_display())
    if party.person_id is None or not lock_person(person_id=party.person_id):
        raise ApproverUnknown
    if batch.planned_by_id == party.person_id:
        raise SelfApproval(request=batch.name)
    require_within_limits(party.person_id, {batch.currency: worth_minor(batch=batch)}, now)
    if needs_two(batch=batch):
        raise CardBatchNeedsTwo(batch=batch.name)
    batch.waits, batch.approved_by_id, batch.approved_at = False, party.person_id, now
    batch.save(update_fields=["waits", "approved_by", "approved_at"])
    return batch


@operation
def reject_card_batch(*, batch_id: int, party: Party, now: datetime, because: str) -> CardBatch:
    """
    Decide against a batch that waits: none of its cards is ever made.

    :raises ReasonMissing: if it is not said why.
    :raises BatchNotFound: if there is none.
    :raises RequestChanged: if it does not wait.
    :raises ApproverUnknown: if nobody whose login is on stands behind the party.
    :raises SelfApproval: if that person planned it.
    """
    if not because.strip():
        raise ReasonMissing
    batch = lock_batch(batch_id=batch_id)
    if not batch.waits:
        raise RequestChanged(request=batch.name, status=batch.get_status_display())
    if party.person_id is None or not lock_person(person_id=party.person_id):
        raise ApproverUnknown
    if batch.planned_by_id == party.person_id:
        raise SelfApproval(request=batch.name)
    batch.waits, batch.status = False, BatchStatus.REJECTED
    batch.rejected_by_id, batch.rejected_at, batch.rejected_because = party.person_id, now, because.strip()
    batch.save(update_fields=["waits", "status", "rejected_by", "rejected_at", "rejected_because"])
    return batch
