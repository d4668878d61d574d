import pytest
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError

from ledger import triggers


def answer_of(client, path, **headers):
    response = client.get(path, **headers)
    return response.status_code, response.json(), response.headers["Cache-Control"]


def test_a_living_process_says_so_without_asking_the_database(client):
    assert answer_of(client, "/healthz") == (200, {"status": "ok"}, "no-store")


@pytest.mark.django_db
def test_a_process_that_can_serve_says_so(client):
    assert answer_of(client, "/readyz") == (200, {"status": "ok"}, "no-store")


@pytest.mark.django_db
def test_a_load_balancer_may_ask_by_address_and_over_plain_http(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert answer_of(client, "/healthz", HTTP_HOST="10.1.2.3:8000")[0] == 200
    assert answer_of(client, "/readyz", HTTP_HOST="10.1.2.3:8000")[0] == 200


@pytest.mark.django_db
def test_an_unapplied_migration_keeps_it_from_serving(client):
    MigrationRecorder(connection).record_unapplied("ledger", "0001_books")

    assert answer_of(client, "/readyz") == (503, {"status": "unavailable", "missing": ["migrations"]}, "no-store")


@pytest.mark.django_db
def test_a_missing_trigger_keeps_it_from_serving(client):
    trigger = triggers.list_triggers("ledger", connection.vendor)[0]
    on_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {trigger.name}{on_table}")

    assert answer_of(client, "/readyz") == (503, {"status": "unavailable", "missing": ["triggers"]}, "no-store")


@pytest.mark.django_db
def test_a_silent_database_keeps_it_from_serving_and_its_address_is_not_told(client, monkeypatch):
    def refuse(*arguments, **options):
        raise OperationalError("connection to server at db.example.com, user shop, failed")

    monkeypatch.setattr(connections["default"], "cursor", refuse)

    assert answer_of(client, "/readyz") == (503, {"status": "unavailable", "missing": ["database"]}, "no-store")
