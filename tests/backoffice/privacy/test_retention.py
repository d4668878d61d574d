"""What nothing depends on goes when its time is over; what money depends on stays."""

import hashlib
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessFailureLog
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from ledger.models import StaffIntent
from ledger.queries import list_findings
from storecredit.api.models import IdempotencyRecord
from storecredit.audit.models import Activity
from storecredit.backoffice.models import ImportPart, ImportPiece, Notice
from storecredit.checkouts.models import Checkout, Source, WebhookEvent
from storecredit.settings.retention import DEFAULT_DAYS, read_days
from tests.factories.api import IdempotencyRecordFactory
from tests.factories.backoffice import NoticeFactory
from tests.factories.checkouts import CheckoutFactory, OrderDetailFactory
from tests.factories.imports import ImportPartFactory, ImportPieceFactory
from tests.factories.ledger import StaffIntentFactory
from tests.factories.people import UserFactory
from tests.factories.vendor import WebhookEventFactory
from tests.ledger.attacks import refused_by
from tests.ledger.attacks import run as run_sql
from tests.ledger.unguarded import triggers_off
from tests.scenarios import NOW, days

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def run() -> Any:
    out = StringIO()
    call_command("apply_retention", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_it_deletes_what_is_over_says_so_and_keeps_what_money_depends_on(settings):
    settings.RETENTION_DAYS = DEFAULT_DAYS | {"sign_ins": 10}
    for moment in (days(-11), days(-9)):
        failure = AccessFailureLog.objects.create(username="ann", ip_address="203.0.113.7")
        AccessFailureLog.objects.filter(pk=failure.pk).update(attempt_time=moment)
    old, new = StaffIntentFactory.create(kept_at=days(-3)), StaffIntentFactory.create(kept_at=NOW)
    IdempotencyRecordFactory.create(created_at=days(-4000))
    left = ImportPieceFactory.create(run__changed_at=days(-3)).run
    under_way = ImportPieceFactory.create(run__changed_at=days(-1)).run
    ImportPartFactory.create(run__state="DONE", run__changed_at=days(-91), result=[["Ada"]])
    told = ImportPartFactory.create(run__state="DONE", run__changed_at=days(-89), result=[["Grace"]])
    UserSession.objects.create(user=UserFactory.create(), ip="203.0.113.7", session_key="gone", last_seen_at=days(-2))

    gone = run()

    assert (gone["sign_ins"], gone["unsent_forms"], gone["notices"]) == (1, 1, 0)
    assert (gone["import_files"], gone["import_results"], gone["places_of_sessions"]) == (1, 1, 1)
    assert list(ImportPiece.objects.values_list("run_id", flat=True)) == [under_way.pk]
    assert list(ImportPart.objects.values_list("pk", flat=True)) == [told.pk]
    left.refresh_from_db()
    assert left.state == "DROPPED"
    assert UserSession.objects.count() == 0
    assert list(StaffIntent.objects.values_list("token", flat=True)) == [new.token]
    assert old.token != new.token
    assert IdempotencyRecord.objects.count() == 1
    assert Activity.objects.get(kind="DELETED").details == {"retention": gone}
    assert set(run().values()) == {0}
    assert Activity.objects.filter(kind="DELETED").count() == 1


def test_what_is_exactly_as_old_as_its_time_stays_one_moment_longer(settings):
    settings.RETENTION_DAYS = DEFAULT_DAYS | dict.fromkeys(("sign_ins", "unsent_forms", "import_results", "notices"), 7)
    moments = (days(-7), days(-7) - timedelta(microseconds=1))
    for moment in moments:
        failure = AccessFailureLog.objects.create(username="ann", ip_address="203.0.113.7")
        AccessFailureLog.objects.filter(pk=failure.pk).update(attempt_time=moment)
        StaffIntentFactory.create(kept_at=moment)
        ImportPartFactory.create(run__state="DONE", run__changed_at=moment, result=[["Ada"]])
        ImportPartFactory.create(run__state="RUNNING", run__changed_at=moment, result=[["Ada"]])
        for state in ("SENT", "WAITING"):
            NoticeFactory.create(state=state, created_at=moment)
        Session.objects.create(session_key=str(moment), session_data="", expire_date=NOW + (moment - days(-7)))

    gone = run()

    wanted = ("sign_ins", "unsent_forms", "import_results", "notices", "sessions")
    assert {name: gone[name] for name in wanted} == dict.fromkeys(wanted, 1)
    left = [AccessFailureLog.objects.get().attempt_time, StaffIntent.objects.get().kept_at]
    left += [
        ImportPart.objects.get(run__state="DONE").run.changed_at,
        Notice.objects.get(state="SENT").created_at,
    ]
    assert left == [days(-7)] * 4
    # what is under way, or still to be sent, is as old as it likes
    assert ImportPart.objects.filter(run__state="RUNNING").count() == 2
    assert Notice.objects.filter(state="WAITING").count() == 2


def given_old(model: Any, **changes: Any) -> None:
    """Rows that are as they are since long ago."""
    with triggers_off("checkouts", "api"):
        model.objects.update(**changes)


def test_who_bought_what_the_vendor_told_and_what_was_answered_has_its_time():
    # given a purchase that is over, an event that is done with, an answer, all of long ago, and the same of today
    order = OrderDetailFactory.create()
    event = WebhookEventFactory.create(thing={"email": "zoe@example.com"})
    body, failed = bytes(event.body), WebhookEventFactory.create()
    record = IdempotencyRecordFactory.create(answer='{"email":"zoe@example.com"}')
    given_old(Checkout, updated_at=days(-4000))
    given_old(Source, created_at=days(-4000), state="CONSUMED", owner={"first_name": "Zoe"})
    given_old(WebhookEvent, received_at=days(-4000))
    given_old(IdempotencyRecord, created_at=days(-4000))
    with triggers_off("checkouts"):
        WebhookEvent.objects.filter(pk=failed.pk).update(state="FAILED")
    CheckoutFactory.create()
    young = WebhookEventFactory.create(thing={"email": "new@example.com"})
    IdempotencyRecordFactory.create(answer='{"a":1}')

    # when retention is applied
    gone = run()

    # then what was said is gone, and what it was is told: its digest, its kind, its moment
    assert (gone["buyers"], gone["webhook_bodies"], gone["answers"]) == (2, 1, 1)
    checkout, source = Checkout.objects.get(pk=order.checkout.pk), Source.objects.get()
    assert (checkout.email, checkout.bill_to, source.owner, source.details) == ("", None, None, {})
    event.refresh_from_db()
    told = {"erased": True, "sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
    assert (json.loads(bytes(event.body)), event.type, event.state) == (told, "customer.created", "IGNORED")
    record.refresh_from_db()
    assert (record.answer, record.status, record.fingerprint) == ('{"erased": true}', 201, "f" * 64)

    # and what failed, or is of today, is as it was
    kept = {pk: bytes(body) for pk, body in WebhookEvent.objects.exclude(pk=event.pk).values_list("pk", "body")}
    assert kept == {each.pk: bytes(each.body) for each in (failed, young)}
    assert Checkout.objects.exclude(email="").count() == 1
    assert IdempotencyRecord.objects.exclude(pk=record.pk).get().answer == '{"a":1}'
    assert {name: run()[name] for name in ("buyers", "webhook_bodies", "answers")} == {
        "buyers": 0, "webhook_bodies": 0, "answers": 0,
    }  # fmt: skip
    assert list(list_findings()) == []


def test_raw_sql_empties_nothing_of_today_and_no_body_under_another_digest():
    IdempotencyRecordFactory.create(answer='{"a":1}')
    event = WebhookEventFactory.create()
    given_old(WebhookEvent, received_at=days(-4000))

    with triggers_off("api"):
        IdempotencyRecord.objects.update(created_at=days(40_000))
    with refused_by("api_idempotencyrecord_erased_is_told"):
        run_sql("UPDATE api_idempotencyrecord SET answer = '{\"erased\": true}'")
    other = f'{{"erased": true, "sha256": "{"0" * 64}", "bytes": {len(bytes(event.body))}}}'
    with refused_by("checkouts_webhookevent_identity"):
        run_sql("UPDATE checkouts_webhookevent SET body = %s", other.encode())


def test_periods_are_read_from_the_environment_and_a_slip_is_refused():
    assert read_days("sign_ins=90, notices=30") == DEFAULT_DAYS | {"sign_ins": 90, "notices": 30}
    for slip in ("signins=90", "notices=0", "notices=soon"):
        with pytest.raises(ImproperlyConfigured):
            read_days(slip)
