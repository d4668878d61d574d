"""What stands about keys and answers does not change, whoever writes the statement; each refusal names its rule."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from storecredit.api.findings import list_findings
from storecredit.api.models import ApiClient, ApiKey, IdempotencyRecord
from storecredit.api.operations import IssuedKey
from storecredit.api.rates import parse_rate
from tests.callers import LONG_AGO, given_client
from tests.factories.api import IdempotencyRecordFactory
from tests.factories.people import UserFactory
from tests.ledger.attacks import moment, refused_by, rules_of, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued() -> IssuedKey:
    return given_client([], name="till")


@pytest.fixture
def record(issued: IssuedKey) -> IdempotencyRecord:
    return IdempotencyRecordFactory.create(client=issued.client)


@pytest.fixture
def log_entry() -> LogEntry:
    bob = UserFactory.create(username="bob")
    return LogEntry.objects.create(user=bob, object_id="1", object_repr="till", action_flag=2)


def test_a_key_that_paid_is_never_forgotten(record: IdempotencyRecord):
    with refused_by("api_idempotencyrecord_no_delete"):
        run("DELETE FROM api_idempotencyrecord")

    assert IdempotencyRecord.objects.get() == record


@pytest.mark.parametrize(
    "change",
    ["answer = ''", "answer = '[]'", "key = 'another'", "fingerprint = 'another'", "status = 500", "version = 1"],
)
def test_what_was_answered_stays(record: IdempotencyRecord, change: str):
    with refused_by("api_idempotencyrecord_answered_once"):
        run(f"UPDATE api_idempotencyrecord SET {change}")


def test_before_its_answer_a_record_is_what_it_was_claimed_for(issued: IssuedKey):
    IdempotencyRecordFactory.create(client=issued.client, answer="")

    with refused_by("api_idempotencyrecord_answered_once"):
        run("UPDATE api_idempotencyrecord SET key = 'another', answer = '{}'")
    run("UPDATE api_idempotencyrecord SET answer = '{}'")

    assert IdempotencyRecord.objects.get().answer == "{}"


UNREAD = (
    "99/Sec",
    "99",
    "0/min",
    "-1/s",
    "1.5/s",
    "1/week",
    " 1/s",
    "1/s ",
    "1/s\n",
    "/s",
    "",
    "1000000000/s",
    "١/s",
    "1/s/s",
)


@pytest.mark.parametrize("rate", UNREAD)
@pytest.mark.parametrize("column", ["rate", "miss_limit"])
def test_no_rate_is_stored_that_the_program_cannot_read(issued: IssuedKey, column: str, rate: str):
    with pytest.raises(ValueError, match="is not a rate"):
        parse_rate(rate)

    with refused_by("api_apiclient_rates_are_read"):
        run(f"UPDATE api_apiclient SET {column} = %s", rate)
    for read in ("999999999/sec", "1/min", "10/h", "1/hour", "1/d", "5/day", "7/s"):
        run(f"UPDATE api_apiclient SET {column} = %s", read)


TWICE = pytest.param('{"USD": 5000, "USD": 9999999}', marks=pytest.mark.sqlite)


@pytest.mark.parametrize(
    "limits",
    [
        TWICE,
        '{"USD": null}', '{"USD": "5"}', '{"USD": 1.5}', '{"USD": 0}', '{"USD": -1}', '{"USD": true}', '{"USD": {}}',
        '{"USD": 1e400}', "[]", "[5]", "5", '""', "null",
    ],
)  # fmt: skip
@pytest.mark.parametrize("column", ["issue_limits", "issue_limits_per_day"])
def test_no_limit_is_stored_that_the_program_reads_otherwise(issued: IssuedKey, column: str, limits: str):
    run(f'UPDATE api_apiclient SET {column} = \'{{"USD": 5000, "JPY": 1}}\'')

    with pytest.raises(DatabaseError), transaction.atomic():
        run(f"UPDATE api_apiclient SET {column} = %s", limits)

    assert getattr(ApiClient.objects.get(), column) == {"USD": 5000, "JPY": 1}


def test_a_key_that_was_revoked_stays_revoked(issued: IssuedKey):
    run("UPDATE api_apikey SET revoked_at = %s", moment(LONG_AGO))

    for later in ("NULL", "CURRENT_TIMESTAMP"):
        with refused_by("api_apikey_identity"):
            run(f"UPDATE api_apikey SET revoked_at = {later}")

    assert ApiKey.objects.get().revoked_at == LONG_AGO


@pytest.mark.parametrize("change", ["hash = 'another'", "prefix = 'AAAAAAAA'", "id = 999"])
def test_a_key_is_never_another_secret(issued: IssuedKey, change: str):
    with refused_by("api_apikey_identity"):
        run(f"UPDATE api_apikey SET {change}")


def test_a_key_never_lives_longer_than_it_was_made_for(issued: IssuedKey):
    run("UPDATE api_apikey SET expires_at = '2030-01-01 00:00:00+00:00'")

    for later in ("NULL", "'2031-01-01 00:00:00+00:00'"):
        with refused_by("api_apikey_identity"):
            run(f"UPDATE api_apikey SET expires_at = {later}")


def test_a_key_is_never_deleted(issued: IssuedKey):
    with refused_by("api_apikey_no_delete"):
        run("DELETE FROM api_apikey")


@pytest.mark.parametrize("statement", ["DELETE FROM django_admin_log", "UPDATE django_admin_log SET object_repr = 'x'"])
def test_what_staff_did_outside_the_books_stays_told(log_entry: LogEntry, statement: str):
    with refused_by("django_admin_log_immutable"):
        run(statement)

    assert LogEntry.objects.get().object_repr == "till"


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["api_idempotencyrecord", "api_apikey", "django_admin_log"])
def test_nor_is_any_of_it_emptied(table: str):
    with refused_by(f"{table}_no_truncate"):
        run(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("app_label", ["api", "backoffice"])
def test_both_databases_refuse_by_the_same_rules(app_label: str):
    on_postgresql, on_sqlite = rules_of(app_label, "postgresql"), rules_of(app_label, "sqlite")

    # SQLite has neither TRUNCATE nor triggers at the end of a transaction: `reconcile` looks for what these would find.
    alone = {rule for rule in on_postgresql if rule.endswith("_no_truncate")} | {"backoffice_accesschange_is_done"}
    assert on_postgresql - alone == on_sqlite != set()


def test_a_guard_that_is_gone_is_a_finding(capsys: Any):
    on = " ON {}" if connection.vendor == "postgresql" else ""
    run("DROP TRIGGER api_idempotencyrecord_no_delete" + on.format("api_idempotencyrecord"))
    run("DROP TRIGGER django_admin_log_immutable" + on.format("django_admin_log"))

    with pytest.raises(SystemExit):
        call_command("reconcile", "--json")

    told = capsys.readouterr().out
    assert "trigger api_idempotencyrecord_no_delete" in told
    assert "trigger django_admin_log_immutable" in told
    assert [finding.row for finding in list_findings()] == ["trigger api_idempotencyrecord_no_delete"]
