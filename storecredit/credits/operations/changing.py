"""The note, the attributes and, while a request waits, whom it pays; and any change of state by its name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from ledger.operations import operation
from storecredit.credits.errors import NotYours, RequestChanged
from storecredit.credits.models import (
    CreditRequest,
    Party,
    PayeeKind,
    RequestEventKind,
    RequestKind,
    RequestStatus,
)
from storecredit.credits.operations.deciding import (
    Decision,
    approve_request,
    cancel_request,
    fail_request,
    is_of_party,
    lock_request,
    reject_request,
    require_status,
    retry_request,
)
from storecredit.credits.operations.history import write_event
from storecredit.credits.operations.payees import (
    NUMBER,
    Payee,
    find_payee,
    mask_attributes,
    merge_attributes,
    names_other_payee,
    read_text,
)


@operation
def set_status(
    *,
    request_id: UUID,
    status: RequestStatus,
    party: Party,
    now: datetime,
    may_decide: bool,
    note: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Decision:
    """
    Bring a request into a state, and change its note and attributes with it. The present state again moves no money.

    :param may_decide: whether the party may do more than cancel what it asked for itself.
    :raises NotYours: if it may not.
    :raises RequestChanged: if that state cannot be reached from the present one, or the version is another.
    :raises RequestNotFound, ApproverUnknown, SelfApproval, AlreadyVoted, ApproverLimitExceeded, IssueRefused: as
        `approve_request`.
    :raises AttributesMalformed, CodeMalformed, PayeeUnknown: if the payee is not well named.
    """
    request = lock_request(request_id=request_id)
    own_cancel = status == RequestStatus.CANCELED and is_of_party(request=request, party=party)
    if not (may_decide or own_cancel):
        raise NotYours(request=str(request))
    if version is not None:
        require_status(request, RequestStatus(request.status), version=version)
    sent = dict(attributes or {})
    before = request.status
    confirms = status == RequestStatus.CONFIRMED and before != status
    number = _take_number(request, sent) if confirms else None
    if confirms and names_other_payee(request, sent):
        raise _payee_is_fixed(request)
    if status == before:
        _change(request, party, now, note, sent)
        return Decision(request=request)
    if before == RequestStatus.PENDING:
        _change(request, party, now, note, sent, is_part=True)
    said: dict[str, Any] = {"request_id": request_id, "party": party, "now": now, "note": note or ""}
    if confirms:
        return approve_request(number=number, **said)
    if status == RequestStatus.FAILED:
        return fail_request(**said)
    if status == RequestStatus.CANCELED:
        if own_cancel:
            return cancel_request(may_decide=may_decide, **said)
        return reject_request(**said)
    decision = retry_request(**said)
    request = lock_request(request_id=request_id)
    _change(request, party, now, note, sent, is_part=True)
    return replace(decision, request=request)


def _take_number(request: CreditRequest, sent: dict[str, Any]) -> str | None:
    """The number that a confirming call gives, taken out of its attributes; a mask that was shown is none."""
    if request.kind != RequestKind.GIFT_CARD or not names_other_payee(request, sent) or sent[NUMBER] is None:
        return None
    return read_text({NUMBER: sent.pop(NUMBER)}, NUMBER)


def _change(
    request: CreditRequest,
    party: Party,
    now: datetime,
    note: str | None,
    sent: Mapping[str, Any],
    *,
    is_part: bool = False,
) -> None:
    """
    Change note, attributes and payee.

    :param is_part: of a change of state, whose line in the history tells of it; another payee has its own.
    """
    if note is None and not sent:
        return
    kind = RequestEventKind.CHANGED
    merged = merge_attributes(request.attributes, sent)
    if names_other_payee(request, sent):
        payee = find_payee(
            kind=RequestKind(request.kind),
            currency=request.currency,
            attributes=merged,
            test_mode=request.test_mode,
            now=now,
            asked=request,
        )
        if request.status != RequestStatus.PENDING:
            if not _is_paid_by(request, payee, merged):
                raise _payee_is_fixed(request)
        elif not payee.is_of(request):
            payee.put(request)
            request.version += 1
            kind = RequestEventKind.PAYEE_CHANGED
    request.attributes = mask_attributes(merged)
    if note is not None:
        request.note = note
    request.updated_at = now
    # The line first: the database lets no version count on without the line that tells why.
    if not is_part or kind == RequestEventKind.PAYEE_CHANGED:
        write_event(request=request, kind=kind, from_status=request.status, party=party, now=now, note=note or "")
    request.save()


def _is_paid_by(request: CreditRequest, payee: Payee, merged: Mapping[str, Any]) -> bool:
    """Whether a request that is decided pays this payee: whoever says it again names the card by its number."""
    if request.issued_card_id is not None:
        return payee.card_id == request.issued_card_id
    if request.status == RequestStatus.CANCELED and request.payee_kind == PayeeKind.NEW_CARD:
        # The number was given up with the request; what is left of it is its mask.
        return mask_attributes(merged).get(NUMBER) == request.attributes.get(NUMBER)
    return payee.is_of(request)


def _payee_is_fixed(request: CreditRequest) -> RequestChanged:
    return RequestChanged(
        request=str(request),
        status=request.get_status_display(),
        message=gettext("%(request)s is %(state)s: whom it pays cannot be changed with this.")
        % {"request": request, "state": request.get_status_display().lower()},
    )
