"""Whatever breaks between the issue and the commit leaves the request pending and no money moved."""

import multiprocessing
import os
import signal
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, connections

import giftcards.queries
import ledger.queries
import storecredit.credits.queries
from giftcards.models import GiftCard
from ledger.models import Transaction
from storecredit.credits.models import CreditRequest, CreditRequestVote
from storecredit.credits.operations import approve_batch, approve_request, deciding
from storecredit.credits.operations.issuing import issue
from tests.credits.batches import given_batch, states_of
from tests.credits.requests import given_approver, given_person, given_request, history_of, party_of, row_of
from tests.scenarios import NOW, nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bob() -> User:
    return given_approver("bob")


@pytest.fixture
def request_() -> CreditRequest:
    return given_request("21.50 USD", by=given_person("alice"), attributes={"giftCardNumber": "SUMMER-2026-1"})


def approve(request: CreditRequest, bob: User) -> Any:
    return approve_request(request_id=request.pk, party=party_of(bob), now=NOW)


def require_untouched_and_approvable(request: CreditRequest, bob: User) -> None:
    """Nothing of the approval is there; made again it pays once."""
    assert (row_of(request).status, history_of(request)) == ("PENDING", [("CREATED", "", "PENDING")])
    assert (Transaction.objects.count(), GiftCard.objects.count(), CreditRequestVote.objects.count()) == (0, 0, 0)

    approve(request, bob)

    assert (row_of(request).status, Transaction.objects.count(), GiftCard.objects.count()) == ("CONFIRMED", 1, 1)
    for domain in (ledger.queries, giftcards.queries, storecredit.credits.queries):
        assert list(domain.list_findings()) == []


def test_a_commit_that_fails(request_: CreditRequest, bob: User, monkeypatch):
    def fail() -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched, nothing_moves():
        patched.setattr(connection, "commit", fail)
        with pytest.raises(OperationalError):
            approve(request_, bob)

    require_untouched_and_approvable(request_, bob)


def test_a_crash_after_the_issue(request_: CreditRequest, bob: User, monkeypatch):
    issued = []

    def issue_and_crash(**said: Any) -> Any:
        issued.append(issue(**said))
        assert Transaction.objects.count() == 1
        raise MemoryError

    with monkeypatch.context() as patched, nothing_moves():
        patched.setattr(deciding, "issue", issue_and_crash)
        with pytest.raises(MemoryError):
            approve(request_, bob)

    assert len(issued) == 1
    require_untouched_and_approvable(request_, bob)


def test_a_crash_after_the_confirmation(request_: CreditRequest, bob: User, monkeypatch):
    def crash(**said: Any) -> None:
        assert CreditRequest.objects.get().status == "CONFIRMED"
        raise MemoryError

    with monkeypatch.context() as patched, nothing_moves():
        patched.setattr(deciding, "Decision", crash)
        with pytest.raises(MemoryError):
            approve(request_, bob)

    require_untouched_and_approvable(request_, bob)


def test_a_crash_in_the_middle_of_a_batch(bob: User, monkeypatch):
    batch = given_batch("1.00 USD", "2.00 USD", "3.00 USD")
    issued: list[UUID] = []

    def issue_two_and_crash(**said: Any) -> Any:
        if len(issued) == 2:
            raise MemoryError
        issued.append(said["request"].pk)
        return issue(**said)

    with monkeypatch.context() as patched, nothing_moves():
        patched.setattr(deciding, "issue", issue_two_and_crash)
        with pytest.raises(MemoryError):
            approve_batch(batch_id=batch.pk, party=party_of(bob), now=NOW)

    assert (states_of(batch), Transaction.objects.count()) == (["PENDING"] * 3, 0)
    assert approve_batch(batch_id=batch.pk, party=party_of(bob), now=NOW).status == "APPROVED"
    assert Transaction.objects.count() == 3


def test_a_process_that_is_killed_before_it_commits(request_: CreditRequest, bob: User):
    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=_approve_and_die, args=(request_.pk, bob))
    process.start()
    process.join(timeout=60)

    assert process.exitcode == -signal.SIGKILL
    require_untouched_and_approvable(request_, bob)


def _approve_and_die(request_id: UUID, bob: User) -> None:
    """A process's own work: it is killed where it would commit, with the entry written."""

    def die() -> None:
        paid = Transaction.objects.filter(key=f"credit-request:{request_id.hex}").exists()
        if paid and CreditRequest.objects.get(pk=request_id).status == "CONFIRMED":
            os.kill(os.getpid(), signal.SIGKILL)

    connection.commit = die  # type: ignore[method-assign]  # in this process alone
    approve_request(request_id=request_id, party=party_of(bob), now=NOW)
