"""`expire_checkouts` and `process_webhooks`: what they do, print and exit with."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from storecredit.checkouts.models import WebhookEvent
from storecredit.checkouts.operations import store_event
from tests.checkouts.events import ORDER, accepted, credit, event, given_secret
from tests.checkouts.stage import attach, entries_for, given_checkout, given_credit_source
from tests.scenarios import NOW, given_credit, held_in

pytestmark = pytest.mark.django_db
LATER = (NOW + timedelta(minutes=30)).isoformat()


def run(name: str, capsys: Any, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and the JSON that was printed."""
    code = 0
    try:
        call_command(name, "--json", *arguments)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, json.loads(capsys.readouterr().out)


def test_expire_checkouts_frees_what_timed_out_and_says_how_much(capsys):
    account = given_credit("50.00 GBP")
    attach(given_checkout(), given_credit_source("5.00 GBP", account=account))

    dry = run("expire_checkouts", capsys, "--now", LATER, "--dry-run")
    assert (dry[0], dry[1]["checkouts"], held_in(account)) == (0, 1, "5.00")

    first = run("expire_checkouts", capsys, "--now", LATER)
    again = run("expire_checkouts", capsys, "--now", LATER)

    assert (first[0], first[1]["lapsed"], first[1]["given_up"], first[1]["holds"]) == (0, 1, 0, 0)
    assert (again[1]["lapsed"], held_in(account)) == (0, "0.00")


def test_process_webhooks_finishes_what_waits_and_tells_of_failures(capsys):
    given_secret()
    account = given_credit("50.00 GBP")
    store_event(body=accepted(credit(account, "10.00")), test_mode=False, now=NOW)
    store_event(body=event("order.cancelled", {}), test_mode=False, now=NOW)

    first = run("process_webhooks", capsys)
    again = run("process_webhooks", capsys)

    assert first == (1, {"processed": 1, "ignored": 0, "failed": 1, "resealed": 0})
    assert again == (0, {"processed": 0, "ignored": 0, "failed": 0, "resealed": 0})
    assert entries_for(ORDER) == [("REDEEM", "-10.00")]
    assert sorted(WebhookEvent.objects.values_list("state", flat=True)) == ["FAILED", "PROCESSED"]


def test_prints_lines_where_no_terminal_reads(capsys):
    call_command("expire_checkouts")

    assert capsys.readouterr().out.splitlines() == [
        "Timed-out checkouts",
        "Checkouts whose credit timed out: 0",
        "Checkouts given up: 0",
        "Other holds released: 0",
    ]
