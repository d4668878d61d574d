"""Each change of a request leaves one line: from, to, who, when, why."""

from collections.abc import Sequence
from datetime import datetime

from storecredit.credits.models import CreditRequest, CreditRequestEvent, Party, RequestEventKind, RequestStatus


def write_event(
    *,
    request: CreditRequest,
    kind: RequestEventKind,
    from_status: str,
    party: Party,
    now: datetime,
    note: str = "",
) -> None:
    """Add a line to a request's history, before the change that it tells of is saved: the database demands it."""
    _event(request, kind, from_status, party, now, note).save(force_insert=True)


def write_approvals(
    *, requests: Sequence[CreditRequest], is_last: bool, party: Party, now: datetime, note: str
) -> None:
    """
    Tell of somebody's approval of pending requests, before it is cast and before anything comes of it.

    :param is_last: no other approval is missing, so that they are confirmed with it.
    """
    kind = RequestEventKind.APPROVED if is_last else RequestEventKind.VOTED
    after = RequestStatus.CONFIRMED if is_last else RequestStatus.PENDING
    lines = [_event(request, kind, RequestStatus.PENDING, party, now, note, to_status=after) for request in requests]
    CreditRequestEvent.objects.bulk_create(lines, batch_size=500)


def write_beginnings(*, requests: Sequence[CreditRequest], party: Party, now: datetime) -> None:
    """Begin the histories of requests that were just asked for."""
    kind = RequestEventKind.CREATED
    CreditRequestEvent.objects.bulk_create(
        [_event(request, kind, "", party, now, request.note) for request in requests], batch_size=500
    )


def _event(
    request: CreditRequest,
    kind: RequestEventKind,
    from_status: str,
    party: Party,
    now: datetime,
    note: str,
    to_status: str | None = None,
) -> CreditRequestEvent:
    actor = party.actor
    return CreditRequestEvent(
        request=request,
        kind=kind,
        from_status=from_status,
        to_status=to_status or request.status,
        version=request.version,
        note=note,
        person_id=party.person_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        door=actor.door,
        request_header_id=actor.request_id,
        created_at=now,
    )
