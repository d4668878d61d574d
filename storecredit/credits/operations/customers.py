"""
What is asked for and decided about customers: merging two, moving credit between them, making one anonymous.

One person asks and another decides. What is done is done in the transaction that approves it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy
from moneyed import Money

from ledger.errors import CustomerNotFound
from ledger.operations import (
    operation,
    positive_minor,
)
from ledger.queries import Customer
from storecredit.credits.errors import (
    ApproverUnknown,
    CustomerRequestRefused,
    RequestChanged,
    RequestNotFound,
    SelfApproval,
)
from storecredit.credits.models import CustomerRequest, CustomerRequestKind, CustomerRequestStatus, Party, RequestKind
from storecredit.credits.operations.approving import approve_money, require_within_limits
from storecredit.credits.operations.customer_moves import merge, move, move_back, unmerge, why_of
from storecredit.credits.operations.customer_rules import (
    require_apart,
    require_nothing_pending,
)
from storecredit.credits.operations.deciding import lock_person
from storecredit.credits.queries.customers import DECIDE_ABOUT

#: How long what was done can be taken back.
UNDONE_WITHIN = timedelta(days=1)
_WAITING = ("PENDING", "FAILED")


@operation
def ask_about_customer(
    *,
    kind: CustomerRequestKind,
    customer_id: int,
    party: Party,
    now: datetime,
    note: str,
    other_id: int | None = None,
    amount: Money | None = None,
) -> CustomerRequest:
    """
    Ask to merge a customer into another, to move some of their credit to another or to make them anonymous.

    :param amount: what is to be moved, positive.
    :raises CustomerNotFound: if there is no such customer.
    :raises CustomerRequestRefused: if something is asked about one of them already, or it can never be done.
    :raises AmountNotPositive, AmountNotExact: for such an amount.
    :raises ApproverUnknown: if no person stands behind who asks.
    """
    if party.person_id is None:
        raise ApproverUnknown
    customers = _lock_customers([customer_id, *([other_id] if other_id is not None else [])])
    require_apart(customers)
    for each in customers:
        require_nothing_pending(each)
    try:
        with transaction.atomic():
            return CustomerRequest.objects.create(
                kind=kind,
                customer=customers[0],
                other=customers[1] if other_id is not None else None,
                currency=amount.currency.code if amount is not None else "",
                amount_minor=positive_minor(amount) if amount is not None else None,
                note=note,
                test_mode=customers[0].test_mode,
                requested_by_id=party.person_id,
                requested_label=party.actor.label,
                door=party.actor.door,
                created_at=now,
            )
    except IntegrityError as error:
        raise CustomerRequestRefused(gettext_lazy("Something is asked about this customer already.")) from error


@operation
def approve_about_customer(*, request_id: int, party: Party, now: datetime, note: str = "") -> CustomerRequest:
    """
    Approve a request and do what it asks for, unless a policy asks for another approval: then it stays pending. What
    makes somebody anonymous is done by the caller, who knows all rooms.

    :raises RequestNotFound: if there is none.
    :raises RequestChanged: if it is decided.
    :raises SelfApproval: if the person asked for it.
    :raises AlreadyVoted: if they have approved it before, and another person's approval is missing.
    :raises ApproverUnknown: if no person with the right to stands behind who approves.
    :raises ApproverLimitExceeded: if more would be moved than the person may approve.
    :raises MergeRefused, CustomerRequestRefused: if it cannot be done as things stand.
    :raises InsufficientCredit, AccountNotOpen: if the credit to be moved is not there.
    """
    request = _lock(request_id)
    _require_status(request, CustomerRequestStatus.PENDING)
    person_id = _require_decider(request, party, now)
    said: dict[str, Any] = {"kinds": RequestKind.values, "party": party, "now": now, "note": note}
    try:
        with transaction.atomic():
            amounts = _do(request, person_id, party, now, note)
            if approve_money(about=request, amounts=amounts, **said):
                raise _OneMoreNeeded(amounts)
    except _OneMoreNeeded as foreseen:
        request = _lock(request_id)
        approve_money(about=request, amounts=foreseen.amounts, **said)
    return request


class _OneMoreNeeded(Exception):
    """Rolls back what was done to see what moves."""

    def __init__(self, amounts: Mapping[str, int]) -> None:
        super().__init__()
        self.amounts = amounts


def _do(request: CustomerRequest, person_id: int, party: Party, now: datetime, note: str) -> Mapping[str, int]:
    """Decide it and do it; gives what moved, by currency in minor units."""
    amounts: Mapping[str, int] = {}
    request.status = CustomerRequestStatus.APPROVED
    request.decided_by_id, request.decided_label = person_id, party.actor.label
    request.decided_at, request.decision_note = now, note
    request.save(update_fields=["status", "decided_by", "decided_label", "decided_at", "decision_note"])
    if request.kind == CustomerRequestKind.MERGE:
        request.result, amounts = merge(request, party.actor, now)
    elif request.kind == CustomerRequestKind.MOVE:
        assert request.amount_minor is not None
        request.result, amounts = move(request, party.actor, now), {request.currency: request.amount_minor}
    request.save(update_fields=["result"])
    return amounts


@operation
def refuse_about_customer(*, request_id: int, party: Party, now: datetime, note: str) -> CustomerRequest:
    """
    Decide against a request, for good.

    :raises RequestNotFound, RequestChanged, ApproverUnknown: as `approve_about_customer`.
    """
    return _end(request_id, CustomerRequestStatus.REJECTED, party, now, note)


@operation
def cancel_about_customer(*, request_id: int, party: Party, now: datetime, note: str = "") -> CustomerRequest:
    """
    Take one's own request back, for good.

    :raises RequestNotFound, RequestChanged, ApproverUnknown: as `approve_about_customer`.
    :raises CustomerRequestRefused: if somebody else asked for it.
    """
    request = _lock(request_id)
    if request.requested_by_id != party.person_id:
        raise CustomerRequestRefused(gettext_lazy("Somebody else asked for it."))
    return _end(request_id, CustomerRequestStatus.CANCELED, party, now, note)


@operation
def undo_about_customer(*, request_id: int, party: Party, now: datetime, note: str) -> CustomerRequest:
    """
    Take back what was done, all of it or nothing, within a day: the transfers are reversed as pairs.

    :raises RequestNotFound: if there is none.
    :raises RequestChanged: if nothing was done, or it was taken back.
    :raises CustomerRequestRefused: if a day has passed, or it made somebody anonymous.
    :raises MergeRefused: if some of what moved has been spent, held or has expired since.
    :raises ApproverUnknown: if no person with the right to stands behind who does it.
    """
    request = _lock(request_id)
    _require_status(request, CustomerRequestStatus.APPROVED)
    person_id = _require_person(party)
    if request.kind == CustomerRequestKind.ANONYMISE:
        raise CustomerRequestRefused(gettext_lazy("What was made anonymous stays so."))
    assert request.decided_at is not None
    if now - request.decided_at > UNDONE_WITHIN:
        raise CustomerRequestRefused(gettext_lazy("That was more than a day ago. Move what has to go back."))
    request.status = CustomerRequestStatus.UNDONE
    request.undone_by_id, request.undone_label, request.undone_at = person_id, party.actor.label, now
    request.save(update_fields=["status", "undone_by", "undone_label", "undone_at"])
    why = why_of(request, note, undone=True)
    if request.kind == CustomerRequestKind.MERGE:
        unmerge(request, party.actor, now, why)
    else:
        move_back(request, party.actor, now, why)
    return request


def _end(request_id: int, status: CustomerRequestStatus, party: Party, now: datetime, note: str) -> CustomerRequest:
    request = _lock(request_id)
    _require_status(request, CustomerRequestStatus.PENDING)
    person_id = party.person_id if status == CustomerRequestStatus.CANCELED else _require_person(party)
    if person_id is None:
        raise ApproverUnknown
    request.status, request.decided_by_id, request.decided_label = status, person_id, party.actor.label
    request.decided_at, request.decision_note = now, note
    request.save(update_fields=["status", "decided_by", "decided_label", "decided_at", "decision_note"])
    return request


# What has to be so


def _lock(request_id: int) -> CustomerRequest:
    found = CustomerRequest.objects.select_for_update(no_key=True).filter(pk=request_id).first()
    if found is None:
        raise RequestNotFound
    return found


def _lock_customers(ids: Collection[int]) -> list[Customer]:
    found = {
        each.pk: each for each in Customer.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    }
    for customer_id in ids:
        if customer_id not in found:
            raise CustomerNotFound(identifier=str(customer_id))
    return [found[customer_id] for customer_id in ids]


def _require_status(request: CustomerRequest, status: CustomerRequestStatus) -> None:
    if request.status != status:
        raise RequestChanged(request=str(request), status=request.status)


def _require_person(party: Party) -> int:
    if party.person_id is None:
        raise ApproverUnknown
    person: Any = get_user_model().objects.filter(pk=party.person_id, is_active=True).first()
    if person is None or not person.has_perm(DECIDE_ABOUT):
        raise ApproverUnknown
    return party.person_id


def _require_decider(request: CustomerRequest, party: Party, now: datetime) -> int:
    person_id = _require_person(party)
    if person_id == request.requested_by_id:
        raise SelfApproval(request=str(request))
    lock_person(person_id=person_id)
    if request.amount_minor is not None:
        require_within_limits(person_id, {request.currency: request.amount_minor}, now)
    return person_id
