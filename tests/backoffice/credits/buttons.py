"""Deciding about requests as staff do it: by the buttons of the admin, over HTTP."""

from contextlib import contextmanager
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client

from giftcards.models import GiftCard
from ledger.models import Account, Transaction
from storecredit.credits.models import (
    ApprovalPolicy,
    ApproverLimit,
    CreditRequest,
    CreditRequestBatch,
    CreditRequestEvent,
    CreditRequestVote,
    IssueCeiling,
    IssueLimit,
)
from tests.backoffice.staff import Staff, address_of, agreement_of, step_url
from tests.scenarios import every_row_of

#: The role whose job each action is.
ROLE_OF = {
    "approve": "Approver",
    "reject": "Approver",
    "fail": "Approver",
    "retry": "Approver",
    "cancel": "Agent",
}
CHANGEABLE: list[Any] = [
    CreditRequest,
    CreditRequestEvent,
    CreditRequestVote,
    CreditRequestBatch,
    ApprovalPolicy,
    IssueCeiling,
    IssueLimit,
    ApproverLimit,
    Transaction,
    LogEntry,
]


def decide_by_admin(request: CreditRequest, action: str, person: User, note: str = "Looked at it") -> bool:
    """
    Press a button of a request's page, review and confirm; whether it was done.

    :param action: approve, reject, cancel, fail or retry. The person is given the role for it.
    """
    person.groups.add(Group.objects.get(name=ROLE_OF[action]))
    client = Client(raise_request_exception=True)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    reviewed: Any = client.post(step_url(request, action), {"note": note}, follow=True)
    if reviewed.status_code != 200 or "review" not in reviewed.context:
        assert reviewed.status_code in {200, 409}
        return False
    answer: Any = client.post(address_of(reviewed), agreement_of(reviewed))
    assert answer.status_code in {200, 302, 409}
    return answer.status_code == 302 and "review=" not in answer.url


def staff_of(person: User, role: str = "") -> Staff:
    """A person who is there already, signed in, with one more role."""
    staff = Staff.__new__(Staff)
    staff.user, staff.client = person, Client(raise_request_exception=True)
    if role:
        person.groups.add(Group.objects.get(name=role))
    staff.client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return staff


def everything() -> dict[str, list[dict[str, Any]]]:
    """Whatever a button of requests could change."""
    requests = (CreditRequest, CreditRequestEvent, CreditRequestVote, CreditRequestBatch)
    return every_row_of(*requests, Transaction, LogEntry)


@contextmanager
def nothing_changes():
    """Neither a request, its history, nor the books."""
    before = everything()
    yield
    assert everything() == before


@contextmanager
def nothing_is_issued():
    """The books stay as they were, whatever is asked for."""
    before = [list(model.objects.order_by("pk").values()) for model in (Transaction, Account, GiftCard)]
    yield
    assert [list(model.objects.order_by("pk").values()) for model in (Transaction, Account, GiftCard)] == before
