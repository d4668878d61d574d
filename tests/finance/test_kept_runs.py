"""The commands that reconcile keep what they found, unless they are told not to."""

import csv
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from ledger.operations import Why
from ledger.triggers import put_up
from storecredit.finance.models import ReconciliationFinding, ReconciliationRun
from tests.ledger.commands.running import run
from tests.scenarios import NOW, given_credit

pytestmark = pytest.mark.django_db


def last_run() -> ReconciliationRun:
    return ReconciliationRun.objects.latest("pk")


def test_proving_the_books_is_kept_with_each_check_and_what_it_found(settings):
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER ledger_lot_no_delete ON ledger_lot" if connection.vendor == "postgresql"
            else "DROP TRIGGER ledger_lot_no_delete"
        )  # fmt: skip
    broken = run("reconcile", "--json")
    put_up(connection)
    clean = run("reconcile", "--json", "--no-keep")

    kept = last_run()
    finding = ReconciliationFinding.objects.get()
    assert (broken.code, clean.code, ReconciliationRun.objects.count()) == (1, 0, 1)
    assert (kept.kind, kept.outcome, kept.actor_label, kept.found) == ("BOOKS", "FINDINGS", "reconcile", 1)
    assert kept.counts["ledger guards"] == 1
    assert kept.checked == len(json.loads(broken.out)["checks"])
    assert (finding.code, finding.severity, finding.subject_kind, finding.subject_id) == (
        "guards", "HIGH", "trigger", "ledger_lot_no_delete",
    )  # fmt: skip


def test_a_nightly_run_is_due_once_a_night_of_the_shops_zone(time_machine, settings, monkeypatch):
    monkeypatch.setattr("storecredit.backoffice.management.commands.reconcile.list_findings", lambda **asked: iter(()))

    def at(hour: int, minute: int, day: int = 10) -> None:
        # The shop is five hours behind.
        moment = datetime(2027, 1, day, hour, minute, tzinfo=UTC) + timedelta(hours=5)
        time_machine.move_to(moment, tick=False)
        run("reconcile", "--json", "--due", "03:15")

    settings.TIME_ZONE = "America/New_York"
    counts = []
    for hour, minute, day in ((22, 0, 9), (3, 10, 10), (3, 16, 10), (23, 59, 10), (9, 0, 11)):
        at(hour, minute, day)
        counts.append(ReconciliationRun.objects.count())

    assert counts == [1, 1, 2, 2, 3]
    assert run("reconcile", "--due", "night").code == 2


def test_a_list_is_kept_with_its_name_digest_and_control_totals(tmp_path, time_machine):
    time_machine.move_to(NOW, tick=False)
    given_credit("50.00 GBP", why=Why(reference="ticket-1"))
    file = tmp_path / "takings.csv"
    with file.open("w", newline="") as opened:
        csv.writer(opened).writerows([["reference", "amount", "currency"], ["ticket-1", "49.00", "GBP"]])

    run("reconcile_statement", str(file), "--no-keep")
    assert not ReconciliationRun.objects.exists()
    run("reconcile_statement", str(file), "--source", "till", "--from", "2026-01-01")

    kept = last_run()
    assert (kept.kind, kept.source, kept.file_name, kept.checked) == ("STATEMENT", "till", "takings.csv", 1)
    assert len(kept.digest) == 64
    assert kept.totals == {"GBP": {"theirs_minor": 4900, "lines": 1, "ours_minor": 5000, "entries": 1}}
    assert [sighting.finding.code for sighting in kept.sightings.all()] == ["amount differs"]


def test_the_vendors_orders_are_kept_too(tmp_path):
    file = tmp_path / "orders.csv"
    with file.open("w", newline="") as opened:
        csv.writer(opened).writerows(
            [["order_id", "source_id", "amount", "currency"], ["17", "credit", "12.50", "GBP"]]
        )

    run("reconcile_orders", str(file))

    finding = ReconciliationFinding.objects.get()
    assert (last_run().kind, finding.code, finding.subject_id, finding.theirs_minor) == (
        "ORDERS", "missing here", "17", 1250,
    )  # fmt: skip
