"""The vendor's events, delivered over HTTP: signed, kept as they came, each with one effect."""

import pytest
from django.core.cache import cache

from ledger.errors import DatabaseBusy
from storecredit.checkouts.models import CreditDeduction, WebhookEvent
from storecredit.checkouts.operations import process_events, retire_webhook_secret
from storecredit.checkouts.queries import list_shortfalls
from storecredit.dialects.digital_river.views.vendor import WebhookRateThrottle
from tests.callers import ApiCaller
from tests.dialects.digital_river.shop import SECRET, deliver, errors_of, given_line, given_secret, signature
from tests.scenarios import NOW, STAFF, SYSTEM, days, entries_of, held_in, history_of

pytestmark = pytest.mark.django_db
OTHER_SECRET = "whsec-fedcba9876543210fedcba9876543210"
TAKEN = (200, {"received": True})


@pytest.fixture
def secret(db):
    return given_secret()


@pytest.fixture
def line(db):
    return given_line()


def ordered(line, amount=12.5, *, event="evt-1", order="242764070336", type="order.accepted", **more):
    """An accepted order at the vendor that one line of credit pays."""
    source = {"id": "src-1", "type": "customerCredit", "amount": amount, "upstreamId": line.number}
    card = {"id": "src-2", "type": "creditCard", "amount": 14.51}
    payment = {"sources": [card, source], "session": {"id": "ses-1"}}
    return {"id": event, "type": type, "data": {"object": {"id": order, "currency": "USD", "payment": payment} | more}}


def refunded(amount=5, *, event="evt-2", order="242764070336", refund="re-1"):
    """A refund that reached the line of credit."""
    refunds = [{"id": refund, "amount": amount, "state": "complete"}]
    charge = {"id": "ch-1", "orderId": order, "sourceId": "src-1", "currency": "USD", "refunds": refunds}
    return {"id": event, "type": "order.charge.refund.complete", "data": {"object": charge}}


def answer_of(response):
    return response.status_code, response.json()


@pytest.mark.parametrize("type_", ["order.accepted", "checkout_session.order.created"])
def test_an_accepted_order_deducts_its_credit_under_its_id(secret, line, type_):
    response = deliver(ordered(line, type=type_))

    assert answer_of(response) == TAKEN
    assert history_of(line) == [("ISSUE", "100.00"), ("REDEEM", "-12.50")]
    assert entries_of(line)[-1].reference == "242764070336"
    assert entries_of(line)[-1].door == "webhook:digital_river"


def test_an_order_is_deducted_once_however_often_and_under_whatever_events_it_comes(secret, line):
    answers = [deliver(ordered(line)) for _ in range(3)]
    answers += [deliver(ordered(line, event=f"evt-{number}")) for number in range(5, 8)]
    answers.append(deliver(ordered(line, event="evt-9", type="checkout_session.order.created")))

    assert [answer_of(answer) for answer in answers] == [TAKEN] * 7
    assert history_of(line) == [("ISSUE", "100.00"), ("REDEEM", "-12.50")]


def test_a_refund_and_a_cancellation_give_back_once_each(secret, line):
    cancelled = {"id": "evt-3", "type": "order.cancelled", "data": {"object": {"id": "242764070336"}}}

    for event in (refunded(), ordered(line), refunded(), refunded(event="evt-8"), cancelled, cancelled):
        assert answer_of(deliver(event)) == TAKEN

    assert history_of(line) == [("ISSUE", "100.00"), ("REDEEM", "-12.50"), ("REFUND", "5.00"), ("REFUND", "7.50")]


def test_a_shortfall_is_taken_as_far_as_it_goes_and_shown_to_staff(secret, line):
    assert answer_of(deliver(ordered(line, 120))) == TAKEN

    [short] = list_shortfalls()
    assert (short.taken_minor, short.shortfall_minor) == (10000, 2000)
    assert history_of(line)[-1] == ("REDEEM", "-100.00")


def test_what_a_callout_set_aside_is_used_first_and_the_rest_is_free(caller, secret, line):
    caller.post("/checkouts/store-credits", {"amount": 20, "upstreamId": line.number, "sessionId": "ses-1"})
    assert held_in(line) == "20.00"

    assert answer_of(deliver(ordered(line))) == TAKEN

    assert held_in(line) == "0.00"
    assert history_of(line) == [("ISSUE", "100.00"), ("REDEEM", "-12.50")]


def test_an_event_that_cannot_be_processed_at_once_is_taken_all_the_same_and_waits(secret, line, monkeypatch):
    def busy(**_):
        raise DatabaseBusy

    with monkeypatch.context() as patch:
        patch.setattr("storecredit.checkouts.operations.webhooks.process_event", busy)
        assert answer_of(deliver(ordered(line))) == TAKEN
    assert history_of(line) == [("ISSUE", "100.00")]

    summary = process_events(actor=SYSTEM, now=NOW)

    assert (summary.processed, history_of(line)[-1]) == (1, ("REDEEM", "-12.50"))


def test_unknown_types_are_kept_and_ignored(secret):
    assert answer_of(deliver({"id": "evt-1", "type": "payout.created", "data": {"object": {}}})) == TAKEN

    assert WebhookEvent.objects.get().state == "IGNORED"


def test_an_event_is_kept_byte_for_byte(secret):
    body = '{ "type":"x", "id" : "evt-1", "name":"J\u00f6rg \u2028" }'.encode()

    assert answer_of(deliver(body)) == TAKEN

    assert bytes(WebhookEvent.objects.get().body) == body


@pytest.mark.parametrize(
    "body",
    [
        {"id": "evt-1", "type": "order.accepted"},
        {"id": "evt-1", "type": "order.accepted", "data": []},
        {"id": "evt-1", "type": "order.accepted", "data": {"object": {"id": "1"}}},
        {"id": "evt-1", "type": "order.cancelled", "data": {"object": {}}},
        {"id": "evt-1", "type": "order.charge.refund.complete", "data": {"object": {"amount": "x"}}},
    ],
    ids=range(5),
)
def test_what_is_wrong_with_an_event_of_a_known_type_is_told_to_staff_and_not_to_the_vendor(secret, body):
    assert answer_of(deliver(body)) == TAKEN

    [event] = WebhookEvent.objects.all()
    assert (event.state, bool(event.last_error)) == ("FAILED", True)
    assert not CreditDeduction.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"\x00",
        b"{}",
        b'{"id": "evt-1"}',
        b'{"type": "order.accepted"}',
        b'{"id": 1, "type": "order.accepted"}',
        b'{"id": "", "type": "order.accepted"}',
        b'{"id": "evt 1", "type": "x"}',
        rb'{"id": "evt\u0000", "type": "x"}',
        b'{"id": "evt-1", "type": "\xf0\x9f\x98\x80"}',
        b'{"id": "evt-1", "type": "x", "data": NaN}',
        b'{"id": "evt-1", "type": "x", "data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"id": "evt-1", "type": "x", "data": ' + b"9" * 10_000 + b"}",
        b'{"id": "' + b"x" * 65 + b'", "type": "x"}',
        b'{"id": "evt-1", "type": "' + b"x" * 101 + b'"}',
    ],
    ids=range(19),
)
def test_what_is_no_event_is_400_whoever_signed_it(secret, body):
    response = deliver(body)

    assert errors_of(response) == (400, "bad_request", [("event_malformed", "")])
    assert not WebhookEvent.objects.exists()


def test_an_event_may_be_as_long_as_a_mebibyte_and_no_more(secret):
    event = b'{"id": "evt-1", "type": "x", "padding": "%s"}'
    padding = b"x" * (1024 * 1024 - len(event) + 2)

    assert deliver(event % padding).status_code == 200
    assert errors_of(deliver(b" " * (1024 * 1024 + 1))) == (413, "payload_too_large", [("body_too_large", "")])


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        "t=1",
        "v1=00",
        "t=,v1=",
        "t=1777896000",
        "t=1777896000,v1=zz",
        "t=1777896000,v1=" + "0" * 64,
        "t=1777896000,t=1777896000,v1=" + "0" * 64,
        "t=99999999999999999999,v1=" + "0" * 64,
        "t=-1,v1=" + "0" * 64,
        "t=\u0661,v1=" + "0" * 64,
        "," * 5000,
        "t=1777896000," + ",".join(["v1=" + "0" * 64] * 100),
    ],
    ids=range(14),
)
def test_a_signature_that_is_none_is_401_and_nothing_is_kept(secret, line, header):
    response = deliver(ordered(line), header=header)

    assert errors_of(response) == (401, "unauthorized", [("signature_invalid", "")])
    assert response.headers["WWW-Authenticate"] == "DigitalRiver-Signature"
    assert not WebhookEvent.objects.exists()


def test_an_event_without_a_header_or_a_live_secret_is_401(line):
    body = b'{"id": "evt-1", "type": "x"}'

    assert ApiCaller("").send("POST", "/webhooks/digitalriver", body).status_code == 401
    assert deliver(body).status_code == 401


def test_a_signature_covers_the_body_the_secret_and_the_time(secret, line):
    other = signature(b"{}", SECRET)

    refused = [
        deliver(ordered(line), header=other),
        deliver(ordered(line), secret=OTHER_SECRET),
        deliver(ordered(line), header=signature(b"", SECRET).replace("t=", "t=1")),
    ]

    assert [response.status_code for response in refused] == [401] * 3
    assert history_of(line) == [("ISSUE", "100.00")]


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (300, 200), (-300, 200), (301, 401), (-301, 401)])
def test_a_signature_is_taken_for_five_minutes_either_way(secret, line, seconds, status):
    assert deliver(ordered(line), at=days(seconds / 86_400)).status_code == status


def test_an_event_that_is_recorded_and_played_back_later_is_401(secret, line, time_machine):
    body = b'{"id": "evt-1", "type": "x"}'
    recorded = signature(body, SECRET)
    assert deliver(body, header=recorded).status_code == 200

    time_machine.move_to(days(1), tick=False)

    assert deliver(body, header=recorded).status_code == 401


def test_two_secrets_are_live_while_one_takes_the_place_of_the_other(line):
    old = given_secret()
    given_secret(OTHER_SECRET)
    body = b'{"id": "evt-1", "type": "x"}'

    assert deliver(ordered(line), secret=SECRET).status_code == 200
    assert deliver(ordered(line), secret=OTHER_SECRET).status_code == 200
    # The vendor signs with both while it changes over.
    assert deliver(body, header=signature(body, "whsec-of-nobody-at-all", OTHER_SECRET)).status_code == 200
    retire_webhook_secret(secret_id=old.pk, actor=STAFF, now=NOW)
    assert deliver(ordered(line), secret=SECRET).status_code == 401
    assert deliver(ordered(line), secret=OTHER_SECRET).status_code == 200
    assert history_of(line) == [("ISSUE", "100.00"), ("REDEEM", "-12.50")]


def test_a_test_secret_moves_test_money_alone(line):
    given_secret(test_mode=True)
    tests = given_line(test_mode=True)

    assert answer_of(deliver(ordered(line))) == TAKEN
    assert answer_of(deliver(ordered(tests, event="evt-2", order="242764070337"))) == TAKEN

    assert history_of(line) == [("ISSUE", "100.00")]
    assert history_of(tests) == [("ISSUE", "100.00"), ("REDEEM", "-12.50")]


def test_an_api_key_opens_nothing_here(caller, secret, line):
    assert caller.post("/webhooks/digitalriver", ordered(line)).status_code == 401


def test_one_address_that_floods_is_429_and_others_are_not(secret, monkeypatch):
    monkeypatch.setattr(WebhookRateThrottle, "rate", "2/d")
    cache.clear()
    body = b'{"id": "evt-1", "type": "x"}'

    flood = [deliver(body, header="", REMOTE_ADDR="203.0.113.9") for _ in range(3)]

    assert [response.status_code for response in flood] == [401, 401, 429]
    assert flood[-1].headers["Retry-After"]
    assert deliver(body, REMOTE_ADDR="2001:db8::1").status_code == 200
