"""The vendor's events: stored as they came, then processed, each once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ledger.errors import DatabaseBusy, DomainError
from ledger.operations import Actor, operation
from ledger.queries import is_account_number
from storecredit.checkouts.errors import AlreadySettled, EventMalformed, EventNotFound
from storecredit.checkouts.models import EventState, Settlement, WebhookEvent, made_by, read_rules
from storecredit.checkouts.operations.deductions import cancel_deductions, deduct_order, refund_deductions
from storecredit.checkouts.operations.payloads import (
    CANCEL_EVENT,
    KNOWN_TYPES,
    ORDER_EVENTS,
    find_order_id,
    read_cancelled_order_id,
    read_head,
    read_order,
    read_refunds,
)
from storecredit.checkouts.operations.signatures import verify_signature
from storecredit.checkouts.queries.lines import find_line
from storecredit.checkouts.queries.secrets import list_live_secrets

_FINISHED = {EventState.PROCESSED, EventState.IGNORED, EventState.SETTLED}


@dataclass
class EventSummary:
    """How the events that waited ended."""

    processed: int = 0
    ignored: int = 0
    failed: int = 0


def receive_event(*, header: str, body: bytes, actor: Actor, now: datetime) -> WebhookEvent:
    """
    Store an event, then process it: two transactions, so that what is stored is never lost.

    An event that came before is not stored again; it is processed if it has not been. What is wrong with the event of
    a known type stands in its row. If the database is busy it waits for `process_events`.

    :raises SignatureInvalid: if no live secret signed it, or too long ago.
    :raises EventMalformed: if it has no id or type.
    """
    live = list_live_secrets()
    place = verify_signature(header, body, [secret for secret, _ in live], now, read_rules().webhook_tolerance)
    event = store_event(body=body, test_mode=live[place][1], now=now)
    try:
        return process_event(event_id=event.pk, actor=actor, now=now)
    except DatabaseBusy:
        return event


@operation
def store_event(*, body: bytes, test_mode: bool, now: datetime) -> WebhookEvent:
    """
    Keep an event whose signature was verified, or find the one that came before under its id.

    :raises EventMalformed: if it has no id or type.
    """
    head = read_head(body)
    body = _without_codes(head.type, body, test_mode, now)
    event = WebhookEvent(
        event_id=head.event_id,
        type=head.type,
        body=body,
        order_id=find_order_id(head.type, body),
        test_mode=test_mode,
        received_at=now,
    )
    WebhookEvent.objects.bulk_create([event], ignore_conflicts=True)
    return WebhookEvent.objects.get(event_id=head.event_id, test_mode=test_mode)


def _without_codes(type_: str, body: bytes, test_mode: bool, now: datetime) -> bytes:
    """
    The event as it may be kept: a line that is named by a gift card's number is named by its account's.

    :param type_: of which only orders name lines.
    """
    try:
        named = {source.upstream_id for source in read_order(body).credits} if type_ in ORDER_EVENTS else set()
    except EventMalformed:
        return body
    for upstream_id in named:
        if is_account_number(upstream_id):
            continue
        account = find_line(upstream_id=upstream_id, test_mode=test_mode, now=now)
        if account is not None:
            body = body.replace(json.dumps(upstream_id).encode(), json.dumps(account.number).encode())
    return body


def process_event(*, event_id: UUID, actor: Actor, now: datetime) -> WebhookEvent:
    """
    Do what an event says, if it has not been done: also one that failed, and one that was left half-way.

    :param event_id: the key of its row.
    :raises EventNotFound: if there is none.
    """
    event = _process(event_id=event_id, actor=actor, now=now)
    if event is None:
        raise EventNotFound(event=str(event_id))
    return event


def process_events(*, actor: Actor, now: datetime, on_event: Callable[[], None] = lambda: None) -> EventSummary:
    """
    Process all events that were stored and not processed. Safe twice and in parallel: what another process is at is
    passed over.

    :param on_event: called after each event.
    """
    summary = EventSummary()
    for event_id in list(WebhookEvent.objects.unfinished().order_by("pk").values_list("pk", flat=True)):
        event = _process(event_id=event_id, actor=actor, now=now, only_waiting=True)
        if event is not None:
            summary.processed += event.state == EventState.PROCESSED
            summary.ignored += event.state == EventState.IGNORED
            summary.failed += event.state == EventState.FAILED
        on_event()
    return summary


@operation
def settle_event(*, event_id: UUID, resolution: str, actor: Actor, now: datetime) -> None:
    """
    Note what staff did about an event that failed. What it says is never done any more, nor what of it still waits.

    :raises AlreadySettled: if the event has not failed or is settled, or nothing is said.
    """
    said = resolution.strip()
    event = WebhookEvent.objects.filter(pk=event_id).select_for_update(no_key=True).first()
    if not said or event is None or event.state != EventState.FAILED:
        raise AlreadySettled
    Settlement.objects.create(event=event, resolution=said, **made_by(actor, now))
    event.state = EventState.SETTLED
    event.save(update_fields=["state"])


@operation
def _process(*, event_id: UUID, actor: Actor, now: datetime, only_waiting: bool = False) -> WebhookEvent | None:
    rows = WebhookEvent.objects.filter(pk=event_id).select_for_update(no_key=True, skip_locked=only_waiting)
    event = rows.first()
    if event is None or (only_waiting and event.state != EventState.RECEIVED):
        return None
    if event.state in _FINISHED:
        return event
    event.attempts += 1
    try:
        # A refusal takes back what the event has done so far, and its row says why.
        with transaction.atomic():
            # How much goes back the vendor has said and signed, whoever has it done once more.
            event.state = _apply(event, actor.agreed(), now)
        event.last_error, event.processed_at = "", now
    except DatabaseBusy:
        raise
    except DomainError as refusal:
        event.state, event.last_error, event.processed_at = EventState.FAILED, str(refusal)[:500], None
    event.save(update_fields=["state", "attempts", "last_error", "processed_at"])
    return event


def _apply(event: WebhookEvent, actor: Actor, now: datetime) -> EventState:
    body = bytes(event.body)
    if event.type not in KNOWN_TYPES:
        return EventState.IGNORED
    if event.type in ORDER_EVENTS:
        deduct_order(event, read_order(body), actor, now)
    elif event.type == CANCEL_EVENT:
        cancel_deductions(event, read_cancelled_order_id(body), actor, now)
    else:
        refund_deductions(event, read_refunds(body), actor, now)
    return EventState.PROCESSED
