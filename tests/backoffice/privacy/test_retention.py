"""What nothing depends on goes when its time is over; what money depends on stays."""

import json
from io import StringIO
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessFailureLog
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from ledger.models import StaffIntent
from storecredit.api.models import IdempotencyRecord
from storecredit.audit.models import Activity
from storecredit.backoffice.models import ImportPart, ImportPiece
from storecredit.settings.retention import DEFAULT_DAYS, read_days
from tests.factories.api import IdempotencyRecordFactory
from tests.factories.imports import ImportPartFactory, ImportPieceFactory
from tests.factories.ledger import StaffIntentFactory
from tests.factories.people import UserFactory
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


def test_periods_are_read_from_the_environment_and_a_slip_is_refused():
    assert read_days("sign_ins=90, notices=30") == DEFAULT_DAYS | {"sign_ins": 90, "notices": 30}
    for slip in ("signins=90", "notices=0", "notices=soon"):
        with pytest.raises(ImproperlyConfigured):
            read_days(slip)
