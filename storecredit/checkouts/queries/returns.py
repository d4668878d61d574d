"""Whether what was to go back has gone back: read from the credit request that asks for it, and kept nowhere else."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from storecredit.checkouts.models import ChargeMovement, DeductionMovement, Refund, UnreturnedCredit
from storecredit.credits.operations import RequestStatus


class ReturnState(StrEnum):
    """SUCCEEDED: it is back, or staff have paid or settled it. FAILED: staff have refused its request."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


_OF_REQUESTS = {
    RequestStatus.PENDING: ReturnState.PENDING,
    RequestStatus.CONFIRMED: ReturnState.SUCCEEDED,
    RequestStatus.FAILED: ReturnState.FAILED,
    RequestStatus.CANCELED: ReturnState.FAILED,
}


def state_of_movement(movement: ChargeMovement | DeductionMovement) -> ReturnState:
    """The state of one movement, whose unreturned credit and its request are at hand."""
    return ReturnState.SUCCEEDED if movement.unreturned is None else state_of_unreturned(movement.unreturned)


def state_of_unreturned(unreturned: UnreturnedCredit) -> ReturnState:
    """The state of what was handed to staff. Its request is at hand."""
    if unreturned.resolved_at is not None:
        return ReturnState.SUCCEEDED
    if unreturned.credit_request is None:
        return ReturnState.PENDING
    return _OF_REQUESTS[RequestStatus(unreturned.credit_request.status)]


def state_of_refund(refund: Refund) -> ReturnState:
    """The state of a refund, whose movements are at hand: pending while any part of it is, then failed if any has."""
    return state_of_all(map(state_of_movement, refund.movements.all()))


def state_of_all(states: Iterable[ReturnState]) -> ReturnState:
    """The state of several parts as one."""
    found: Collection[ReturnState] = set(states)
    for state in (ReturnState.PENDING, ReturnState.FAILED):
        if state in found:
            return state
    return ReturnState.SUCCEEDED


def sum_returned_minor(refund: Refund) -> int:
    """How much of a refund has gone back or been paid, in minor units of its order's currency."""
    movements = refund.movements.all()
    return sum(each.amount_minor for each in movements if state_of_movement(each) == ReturnState.SUCCEEDED)
