"""Requests as other pages list them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storecredit.backoffice.approvals.words import STATUS_TAGS, amount_of, request_url
from storecredit.credits.operations import RequestStatus
from storecredit.credits.queries import CreditRequest


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in words."""

    label: str
    url: str
    at: datetime
    who: str
    amount: str
    reason: str
    status: str
    status_tag: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class RequestRows:
    """The newest requests about something, and where all of them are."""

    rows: list[RequestRow]
    all_url: str = ""


def request_rows(requests: Iterable[CreditRequest]) -> list[RequestRow]:
    """Requests whose reason is at hand."""
    return [
        RequestRow(
            label=str(request),
            url=request_url(request),
            at=request.created_at,
            who=request.requested_label,
            amount=amount_of(request),
            reason=request.reason.label,
            status=request.get_status_display(),
            status_tag=STATUS_TAGS[RequestStatus(request.status)],
            decided_by=request.decided_label,
        )
        for request in requests
    ]
