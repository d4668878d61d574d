"""
Which action leads a request in which state where. One table for every door: the operations, the API, the admin.

What is not in `MOVES` is refused. Through the API an action is named by the state that it leads to; naming the present
one again is no action and moves nothing.
"""

from typing import Any

from storecredit.credits.models import CreditRequest, RequestStatus
from storecredit.credits.operations import approve_request, fail_request, reject_request
from tests.credits.requests import given_approver, given_person, given_request, party_of, row_of
from tests.scenarios import NOW

PENDING, CONFIRMED, FAILED, CANCELED = (
    RequestStatus.PENDING,
    RequestStatus.CONFIRMED,
    RequestStatus.FAILED,
    RequestStatus.CANCELED,
)
STATES = (PENDING, CONFIRMED, FAILED, CANCELED)
ACTIONS = ("approve", "reject", "cancel", "fail", "retry")
MOVES: dict[tuple[RequestStatus, str], RequestStatus] = {
    (PENDING, "approve"): CONFIRMED,
    (PENDING, "reject"): CANCELED,
    (PENDING, "cancel"): CANCELED,
    (PENDING, "fail"): FAILED,
    (FAILED, "retry"): PENDING,
}
#: Every state and action, and the state afterwards; None where it is refused.
TABLE = [(state, action, MOVES.get((state, action))) for state in STATES for action in ACTIONS]
#: Every state and every state that can be named, and the state afterwards; None where it is refused.
CALLS = [
    (state, named, named if named == state or named in {MOVES.get((state, action)) for action in ACTIONS} else None)
    for state in STATES
    for named in STATES
]


def given_request_in(state: RequestStatus, amount: str = "21.50 USD") -> CreditRequest:
    """A request of alice's that bob has brought into this state."""
    request = given_request(amount, by=given_person("alice"))
    said: dict[str, Any] = {"request_id": request.pk, "party": party_of(given_approver("bob")), "now": NOW}
    if state == CONFIRMED:
        approve_request(**said)
    if state == FAILED:
        fail_request(**said)
    if state == CANCELED:
        reject_request(**said)
    return row_of(request)
