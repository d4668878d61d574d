"""What nobody has decided for long is taken back."""

from datetime import datetime, timedelta

from ledger.operations import Actor, operation
from storecredit.credits.models import CreditRequest, Party, RequestEventKind, RequestStatus
from storecredit.credits.operations.deciding import end_request, lock_request

_AT_ONCE = 200


def expire_requests(*, actor: Actor, now: datetime, older_than: timedelta) -> int:
    """How many pending requests were older and have been canceled, in portions, each its own transaction."""
    expired = 0
    while portion := _expire_portion(actor=actor, now=now, older_than=older_than):
        expired += portion
    return expired


def count_due_requests(*, now: datetime, older_than: timedelta) -> int:
    """How many `expire_requests` would cancel."""
    return CreditRequest.objects.all().pending().filter(created_at__lte=now - older_than).count()


@operation
def _expire_portion(*, actor: Actor, now: datetime, older_than: timedelta) -> int:
    due = CreditRequest.objects.all().pending().filter(created_at__lte=now - older_than).order_by("created_at", "pk")
    expired = 0
    for request_id in list(due.values_list("pk", flat=True)[:_AT_ONCE]):
        # Asked again under its lock: somebody may have decided it meanwhile.
        request = lock_request(request_id=request_id)
        if request.status != RequestStatus.PENDING:
            continue
        end_request(
            request=request,
            status=RequestStatus.CANCELED,
            kind=RequestEventKind.TIMED_OUT,
            party=Party(actor=actor, person_id=None),
            now=now,
            note=f"Nobody decided it within {older_than.days} days.",
        )
        expired += 1
    return expired
