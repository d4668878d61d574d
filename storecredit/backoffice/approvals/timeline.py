"""A request's history as staff read it: who did what and when, oldest last."""

from dataclasses import dataclass
from datetime import datetime

from storecredit.backoffice.kit.rows import door_text
from storecredit.credits.queries import CreditRequest, RequestEventKind, list_request_events, list_votes

_ICONS = {
    RequestEventKind.CREATED: "front_hand",
    RequestEventKind.CHANGED: "edit",
    RequestEventKind.PAYEE_CHANGED: "swap_horiz",
    RequestEventKind.VOTED: "how_to_reg",
    RequestEventKind.APPROVED: "check",
    RequestEventKind.REJECTED: "close",
    RequestEventKind.CANCELED: "undo",
    RequestEventKind.TIMED_OUT: "hourglass_disabled",
    RequestEventKind.FAILED: "error",
    RequestEventKind.RETRIED: "refresh",
}
_TONES = {
    RequestEventKind.APPROVED: "good",
    RequestEventKind.VOTED: "good",
    RequestEventKind.PAYEE_CHANGED: "warn",
    RequestEventKind.REJECTED: "bad",
    RequestEventKind.FAILED: "bad",
    RequestEventKind.CANCELED: "quiet",
    RequestEventKind.TIMED_OUT: "quiet",
}


@dataclass(frozen=True, slots=True)
class RequestEventRow:
    """One line of the history in words."""

    at: datetime
    icon: str
    tone: str
    title: str
    note: str
    version: int
    status: str
    who: str
    door: str


@dataclass(frozen=True, slots=True)
class VoteRow:
    """One person's approval; one of an earlier version counts no more."""

    who: str
    at: datetime
    door: str
    version: int
    note: str
    counts: bool


def request_events(request: CreditRequest) -> list[RequestEventRow]:
    """The whole history of a request, newest first: it has a handful of lines."""
    return [
        RequestEventRow(
            at=event.created_at,
            icon=_ICONS[RequestEventKind(event.kind)],
            tone=_TONES.get(RequestEventKind(event.kind), ""),
            title=event.get_kind_display(),
            note=event.note,
            version=event.version,
            status=event.get_to_status_display(),
            who=event.actor_label,
            door=door_text(event.door),
        )
        for event in reversed(list_request_events(request=request))
    ]


def vote_rows(request: CreditRequest) -> list[VoteRow]:
    """Who has approved which version, oldest first."""
    return [
        VoteRow(
            who=vote.label,
            at=vote.created_at,
            door=door_text(vote.door),
            version=vote.version,
            note=vote.note,
            counts=vote.version == request.version,
        )
        for vote in list_votes(request=request)
    ]
