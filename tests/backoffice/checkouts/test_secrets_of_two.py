"""Whoever knows a webhook secret is the vendor, and gives credit back as it: one administrator alone comes by none."""

from typing import Any

import pytest
from django.urls import reverse

from storecredit.backoffice.models import AccessChange, ChangeKind
from storecredit.checkouts.errors import SignatureInvalid
from storecredit.checkouts.models import WebhookSecret
from storecredit.checkouts.queries import list_live_secrets
from tests.backoffice.staff import (
    Staff,
    address_of,
    approve_waiting,
    errors_of,
    list_url,
    page_url,
    step_url,
    text_of,
)
from tests.checkouts.events import SECRET, accepted, cancelled, credit, deliver, given_secret
from tests.ledger.commands.running import run
from tests.scenarios import given_credit, history_of, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

OWN = "whsec-known-to-one-administrator-alone"


def add(staff: Staff, **data: str) -> Any:
    return staff.send(reverse("admin:checkouts_webhooksecret_add"), **{"label": "Mine", "secret": OWN, **data})


def test_credit_that_an_order_spent_does_not_come_back_by_a_secret_that_one_administrator_added(administrator):
    given_secret()
    account = given_credit("40.00 GBP")
    deliver(accepted(credit(account, "40.00")))
    assert add(administrator).status_code == 200

    with nothing_moves(), pytest.raises(SignatureInvalid):
        deliver(cancelled(), secret=OWN)

    assert list_live_secrets() == [(SECRET, False)]
    assert [amount for _, amount in history_of(account)] == ["40.00", "-40.00"]


def test_a_secret_is_believed_once_a_second_administrator_agrees(administrator, colleague):
    add(administrator)
    change, row = AccessChange.objects.get(), WebhookSecret.objects.get()
    assert (change.kind, change.subject_label, change.asked_by) == (ChangeKind.SECRET, "Mine", administrator.user)
    assert "Waits" in text_of(administrator.open(list_url(WebhookSecret)))
    assert "you asked for it" in text_of(administrator.open(step_url(change, "approve")))

    approve_waiting(colleague)

    assert list_live_secrets() == [(OWN, False)]
    assert "Works" in text_of(administrator.open(list_url(WebhookSecret)))
    assert "believed" in text_of(colleague.open(page_url(change)))
    assert str(row.pk) == change.subject_id


def test_whoever_runs_the_server_agrees_where_there_is_one_administrator(administrator):
    add(administrator)

    done = run("decide_access_change", str(AccessChange.objects.get().pk), "--approve")

    assert (done.code, list_live_secrets()) == (0, [(OWN, False)])


def test_a_secret_that_was_retired_meanwhile_is_not_agreed_to(administrator, colleague):
    add(administrator)
    change, row = AccessChange.objects.get(), WebhookSecret.objects.get()
    administrator.do(step_url(row, "retire"), why="A mistake")

    answer = colleague.send(address_of(colleague.open(step_url(change, "approve"))), note="")

    assert "things are not any more as they were" in errors_of(answer)["__all__"][0]
    assert list_live_secrets() == []


def test_a_secret_for_test_money_needs_nobody_else(administrator):
    add(administrator, test_mode="on")

    assert list_live_secrets() == [(OWN, True)]
    assert not AccessChange.objects.exists()
