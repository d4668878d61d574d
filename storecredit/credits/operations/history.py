"""Each change of a request leaves one line: from, to, who, when, why."""

from datetime import datetime

from storecredit.credits.models import CreditRequest, CreditRequestEvent, Party, RequestEventKind


def write_event(
    *,
    request: CreditRequest,
    kind: RequestEventKind,
    from_status: str,
    party: Party,
    now: datetime,
    note: str = "",
) -> None:
    """Add a line to a request's history; the request is as it is after the change."""
    actor = party.actor
    CreditRequestEvent.objects.create(
        request=request,
        kind=kind,
        from_status=from_status,
        to_status=request.status,
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
