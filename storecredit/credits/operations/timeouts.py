"""What nobody has decided for long is taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ledger.operations import Actor, operation
from storecredit.credits.models import CreditRequest, Party, RequestEventKind, RequestStatus
from storecredit.credits.operations.deciding import end_request, lock_request

_AT_ONCE = 200


def expire_requests(
    *,
    actor: Actor,
    now: datetime,
    older_than: timedelta,
    on_portion: Callable[[int], None] = lambda expired: None,
) -> int:
    """
    Cancel the pending requests that are older, in portions, each its own transaction; return how many.

    :param on_portion: called after each portion with how many have been canceled so far.
    """
    expired = 0
    while (portion := _expire_portion(actor=actor, now=now, older_than=older_than)) is not None:
        expired += portion
        on_portion(expired)
    return expired


def count_due_requests(*, now: datetime, older_than: timedelta) -> int:
    """How many `expire_requests` would cancel."""
    return CreditRequest.objects.all().pending().filter(created_at__lte=now - older_than).count()


@operation
def _expire_portion(*, actor: Actor, now: datetime, older_than: timedelta) -> int | None:
    """How many of the next portion were canceled; None if nothing is due."""
    due = CreditRequest.objects.all().pending().filter(created_at__lte=now - older_than).order_by("created_at", "pk")
    portion = sorted(due.values_list("pk", flat=True)[:_AT_ONCE])
    if not portion:
        return None
    expired = 0
    # In the order in which a batch locks its requests, so that neither waits for the other in a circle.
    for request_id in portion:
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
