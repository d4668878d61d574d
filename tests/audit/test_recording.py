"""What is done is written down once, for ever, and without anything secret."""

import pytest
from django.db import DatabaseError, connection, transaction

from storecredit.audit.errors import SecretTold
from storecredit.audit.models import Activity, ActivityKind
from storecredit.audit.operations import Subject, record_activity
from tests.factories.audit import ActivityFactory
from tests.factories.defaults import API, NOW

pytestmark = pytest.mark.django_db


def test_an_activity_tells_who_did_what_to_which_from_where_and_how_it_was():
    client = Subject(kind="api.apiclient", id="7", label="till")

    row = record_activity(
        actor=API,
        kind=ActivityKind.CLIENT_CHANGED,
        subject=client,
        before={"scopes": ["cards:read"]},
        after={"scopes": ["cards:read", "cards:issue"]},
        details={"why": "Tills sell cards from now on"},
        address="203.0.113.7",
        now=NOW,
    )

    assert Activity.objects.values().get() == {
        "id": row.pk,
        "kind": "CLIENT_CHANGED",
        "actor_kind": "API",
        "actor_id": "1",
        "actor_label": "web shop",
        "actor_owner": "",
        "door": "api:tiquo",
        "request_id": "req-1",
        "address": "203.0.113.7",
        "subject_kind": "api.apiclient",
        "subject_id": "7",
        "subject_label": "till",
        "before": {"scopes": ["cards:read"]},
        "after": {"scopes": ["cards:read", "cards:issue"]},
        "details": {"why": "Tills sell cards from now on"},
        "created_at": NOW,
    }


@pytest.mark.parametrize("member", ["password", "api_key", "Card code", "TOTP-secret", "tokens"])
def test_no_secret_is_written_down_wherever_it_stands(member: str):
    with pytest.raises(SecretTold, match=member):
        record_activity(actor=API, kind=ActivityKind.CHANGED, details={"lines": [{"till": {member: "4711"}}]}, now=NOW)

    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_activity SET actor_label = 'somebody else'",
        "UPDATE audit_activity SET id = id + 1",
        "DELETE FROM audit_activity",
        pytest.param("TRUNCATE audit_activity", marks=pytest.mark.postgresql),
        pytest.param("INSERT OR REPLACE INTO audit_activity SELECT * FROM audit_activity", marks=pytest.mark.sqlite),
    ],
)
def test_no_statement_changes_what_was_done(statement: str):
    row = ActivityFactory.create()

    with pytest.raises(DatabaseError, match=r"audit_activity_(immutable|no_truncate)"), transaction.atomic():
        connection.cursor().execute(statement)

    assert Activity.objects.values("id", "actor_label").get() == {"id": row.pk, "actor_label": "alice"}
