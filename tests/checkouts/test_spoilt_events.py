"""What is wrong with a vendor's events, and what becomes of those that fail."""

import json
from typing import Any

import pytest

from storecredit.checkouts.errors import (
    EventMalformed,
    EventNotFound,
)
from storecredit.checkouts.models import CreditDeduction, WebhookEvent
from storecredit.checkouts.operations import (
    process_event,
    process_events,
    store_event,
)
from tests.checkouts.events import (
    ORDER,
    accepted,
    cancelled,
    credit,
    deductions,
    deliver,
    event,
    given_secret,
    refunded,
)
from tests.checkouts.stage import entries_for, nothing_changes, refused
from tests.giftcards.cards import account_of, given_card
from tests.scenarios import (
    NOW,
    SYSTEM,
    given_credit,
    nothing_moves,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_secret(db: None) -> None:
    given_secret()


def test_ignores_types_that_it_does_not_know():
    stored = deliver(event("subscription.lapsed", {"id": "x"}))

    assert (stored.state, stored.processed_at) == ("IGNORED", NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nonsense",
        b"\xff",
        b"[" * 100_000,
        b'{"id": 1, "type": "order.accepted"}',
        b'{"id": "x"}',
        b'{"id": "\\u0000", "type": "x"}',
        b'{"id": "' + b"x" * 65 + b'", "type": "x"}',
        b'{"id": "x", "type": "x", "n": NaN}',
        b'{"id": "x", "type": "x", "n": ' + b"1" * 5000 + b"}",
        b" " * 1_000_001,
    ],
    ids=range(12),
)
def test_refuses_what_is_no_event(body):
    with refused(EventMalformed):
        deliver(body)


SPOILT: list[Any] = [
    None,
    [],
    {},
    {"id": ORDER},
    {"id": ORDER, "payment": {"sources": {}}},
    {"id": ORDER, "payment": {"sources": [1]}},
    {"id": "", "payment": {"sources": []}},
    {"id": ORDER, "payment": {"sources": [{"type": "customerCredit"}]}},
    {"id": ORDER, "currency": "GBP", "payment": {"sources": [credit("SC0", "1.001")]}},
    {"id": ORDER, "currency": "XXX", "payment": {"sources": [credit("SC0", "1")]}},
    {"id": ORDER, "payment": {"sources": [credit("SC0", "1")]}},
    {"id": ORDER, "payment": {"sources": [credit("SC0", "0")]}},
    {"id": ORDER, "payment": {"sources": [credit("SC0", "-1")]}},
    {"id": ORDER, "payment": {"sources": [credit("SC0", "1") | {"amount": True}]}},
    {"id": ORDER, "payment": {"sources": [credit("SC0", "1") | {"amount": "1"}]}},
    {"id": ORDER, "payment": {"sources": [credit("SC0", "1") | {"amount": 1e300}]}},
    {"id": ORDER, "payment": {"sources": [credit("\0", "1")]}},
]


@pytest.mark.parametrize("type_", ["order.accepted", "checkout_session.order.created"])
@pytest.mark.parametrize("thing", SPOILT, ids=range(len(SPOILT)))
def test_writes_down_what_is_wrong_with_an_event_it_knows(type_, thing):
    with nothing_moves():
        stored = deliver(event(type_, thing))

    assert (stored.state, bool(stored.last_error), stored.attempts) == ("FAILED", True, 1)
    assert CreditDeduction.objects.count() == 0


def test_fails_on_refunds_and_cancellations_without_what_they_need():
    bodies = [
        event("order.cancelled", {}),
        event("order.charge.refund.complete", {}),
        event("order.charge.refund.complete", {"orderId": ORDER, "refunds": 1}),
        refunded(("r1", "1.00"), sourceId=None),
        refunded(("r1", "1.00"), orderId=None),
    ]

    assert {deliver(body).state for body in bodies} == {"FAILED"}


def test_runs_a_failed_event_again_and_keeps_a_finished_one():
    account = given_credit("50.00 GBP")
    early = deliver(refunded(("r1", "1.005")))
    assert early.state == "PROCESSED"
    deliver(accepted(credit(account, "10.00")))

    failed = WebhookEvent.objects.get(pk=early.pk)
    assert (failed.state, "decimals" in failed.last_error) == ("FAILED", True)
    again = process_event(event_id=early.pk, actor=SYSTEM, now=NOW)

    assert (again.state, again.attempts) == ("FAILED", 2)
    assert deductions() == [("source-1", "10.00", "10.00", "0.00", "0.00")]
    finished = WebhookEvent.objects.get(type="order.accepted")
    with nothing_changes():
        process_event(event_id=finished.pk, actor=SYSTEM, now=NOW)
    with refused(EventNotFound):
        process_event(event_id=account_of(given_card()).card.pk, actor=SYSTEM, now=NOW)


def test_finishes_what_was_stored_and_not_processed():
    account = given_credit("50.00 GBP")
    bodies = [accepted(credit(account, "10.00")), event("x.y", {}), event("order.cancelled", {})]
    for body in bodies:
        store_event(body=body, test_mode=False, now=NOW)

    first = process_events(actor=SYSTEM, now=NOW)
    again = process_events(actor=SYSTEM, now=NOW)

    assert (first.processed, first.ignored, first.failed) == (1, 1, 1)
    assert (again.processed, again.ignored, again.failed) == (0, 0, 0)
    assert entries_for(ORDER) == [("REDEEM", "-10.00")]


def test_keeps_the_body_as_it_came():
    body = json.dumps(json.loads(cancelled()), indent=3).encode()

    assert bytes(deliver(body).body) == body
    assert bytes(WebhookEvent.objects.get().body) == body
