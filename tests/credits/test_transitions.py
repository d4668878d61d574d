"""Every action on a request in every state, through each door: it leads where the table says, or changes nothing."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User

from ledger.models import Transaction
from storecredit.credits.errors import RequestChanged
from storecredit.credits.models import CreditRequest, RequestStatus
from storecredit.credits.operations import (
    approve_request,
    cancel_request,
    fail_request,
    reject_request,
    retry_request,
    set_status,
)
from storecredit.credits.queries import list_findings
from tests.backoffice.credits.buttons import decide_by_admin
from tests.credits.requests import history_of, party_of, row_of
from tests.credits.transitions import CALLS, CONFIRMED, PENDING, STATES, TABLE, given_request_in
from tests.dialects.fabric.calls import APPROVER, given_caller, set_status_by_api
from tests.scenarios import NOW, nothing_moves, refused

pytestmark = pytest.mark.django_db

OPERATIONS: dict[str, Callable[..., Any]] = {
    "approve": approve_request,
    "reject": reject_request,
    "cancel": partial(cancel_request, may_decide=True),
    "fail": fail_request,
    "retry": retry_request,
}


def require_outcome(request: CreditRequest, before: RequestStatus, after: RequestStatus | None) -> None:
    """The request stands where the table says, was paid out if it is confirmed, and its history ends there."""
    stored = row_of(request)
    assert stored.status == (after or before)
    assert Transaction.objects.count() == (1 if stored.status == CONFIRMED else 0)
    assert history_of(request)[-1][2] == stored.status
    assert list(list_findings()) == []


def version_after(before: CreditRequest, after: RequestStatus | None) -> int:
    """Asking again makes a new version."""
    return before.version + (1 if before.status != PENDING and after == PENDING else 0)


def bob() -> User:
    return User.objects.get(username="bob")


def test_the_table_has_every_state_and_action():
    assert len(TABLE) == 20
    assert sum(after is not None for *_, after in TABLE) == 5
    assert sum(after is not None for *_, after in CALLS) == 8


@pytest.mark.parametrize(("before", "action", "after"), TABLE)
def test_an_operation_leads_where_the_table_says(before: RequestStatus, action: str, after: RequestStatus | None):
    request = given_request_in(before)

    with refused(RequestChanged) if after is None else nullcontext():
        OPERATIONS[action](request_id=request.pk, party=party_of(bob()), now=NOW)

    require_outcome(request, before, after)
    assert row_of(request).version == version_after(request, after)


@pytest.mark.parametrize(("before", "named", "after"), CALLS)
def test_naming_a_state_leads_where_the_table_says(
    before: RequestStatus, named: RequestStatus, after: RequestStatus | None
):
    request = given_request_in(before)

    with refused(RequestChanged) if after is None else nullcontext():
        set_status(request_id=request.pk, status=named, party=party_of(bob()), now=NOW, may_decide=True)

    require_outcome(request, before, after)


@pytest.mark.parametrize(("before", "named", "after"), CALLS)
def test_the_api_leads_where_the_table_says(before: RequestStatus, named: RequestStatus, after: RequestStatus | None):
    request = given_request_in(before)
    caller = given_caller(APPROVER, owner=bob())

    with nothing_moves() if after is None or after == before else nullcontext():
        code = set_status_by_api(request, named, caller)

    assert code == (409 if after is None else 200)
    require_outcome(request, before, after)
    assert row_of(request).version == version_after(request, after)


@pytest.mark.parametrize(("before", "action", "after"), TABLE)
def test_the_admin_leads_where_the_table_says(before: RequestStatus, action: str, after: RequestStatus | None):
    request = given_request_in(before)
    # Who asked takes it back; whatever else becomes of it is for somebody else to say.
    person = User.objects.get(username="alice" if action == "cancel" else "bob")

    with nothing_moves() if after is None else nullcontext():
        done = decide_by_admin(request, action, person)

    assert done == (after is not None)
    require_outcome(request, before, after)
    assert row_of(request).version == version_after(request, after)


@pytest.mark.parametrize("state", STATES)
def test_the_present_state_again_moves_nothing_at_all(state: RequestStatus):
    request = given_request_in(state)

    with nothing_moves():
        set_status(request_id=request.pk, status=state, party=party_of(bob()), now=NOW, may_decide=True)
