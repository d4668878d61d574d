"""A request's history as staff read it: who did what and when, oldest last."""

from collections.abc import Iterable, Sequence
from heapq import merge
from operator import attrgetter

from django.utils.translation import gettext

from storecredit.backoffice.kit import Table, Timeline, TimelineEntry, moment, moments, phrase, stacked, strong, tag
from storecredit.backoffice.kit.rows import door_text
from storecredit.credits.operations import RequestStatus
from storecredit.credits.queries import (
    CreditRequest,
    CreditRequestEvent,
    CreditRequestVote,
    RequestEventKind,
    list_request_events,
)

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


def request_timeline(request: CreditRequest, comments: Sequence[TimelineEntry]) -> Timeline:
    """
    The whole history of a request, newest first: it has a handful of lines.

    :param comments: what was said of it, newest first, told among them.
    """
    events = [request_entry(event) for event in reversed(list_request_events(request=request))]
    return Timeline(
        title=gettext("Who did what and when"),
        entries=list(merge(comments, events, key=attrgetter("at"), reverse=True)),
    )


def request_entry(event: CreditRequestEvent) -> TimelineEntry:
    """A line of a request's history."""
    return TimelineEntry(
        at=event.created_at,
        icon=_ICONS[RequestEventKind(event.kind)],
        tone=_TONES.get(RequestEventKind(event.kind), ""),
        title=event.get_kind_display(),
        why=event.note,
        value=_status_after(event),
        value_note=gettext("version %(version)s") % {"version": event.version},
        who=event.actor_label,
        door=door_text(event.door),
    )


def _status_after(event: CreditRequestEvent) -> str:
    """What it was from then on, in the word that staff have for it."""
    is_end = event.to_status == RequestStatus.CANCELED
    return event.get_kind_display() if is_end else event.get_to_status_display()


def votes_table(request: CreditRequest, votes: Iterable[CreditRequestVote]) -> Table:
    """Who has approved which version, oldest first; what was of an earlier version counts no more."""
    return Table(
        title=gettext("Who approved"),
        columns=(gettext("Who"), moments(gettext("When")), gettext("Version")),
        rows=[
            [
                stacked(strong(vote.label), door_text(vote.door)),
                moment(vote.created_at),
                phrase(str(vote.version), "" if vote.version == request.version else tag(gettext("counts no more"))),
            ]
            for vote in votes
        ],
    )
