"""A request is decided: by its state, the version that was seen, and who may. One final state whatever races."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.operations import Actor, ActorKind, operation
from ledger.queries import Transaction
from storecredit.credits.errors import (
    AlreadyVoted,
    ApproverUnknown,
    NotYours,
    RequestChanged,
    RequestNotFound,
    SelfApproval,
)
from storecredit.credits.models import (
    ApprovalPolicy,
    CreditRequest,
    CreditRequestVote,
    Party,
    PayeeKind,
    RequestEventKind,
    RequestKind,
    RequestStatus,
)
from storecredit.credits.operations.approving import require_within_limits
from storecredit.credits.operations.history import write_approvals, write_event
from storecredit.credits.operations.issuing import issue
from storecredit.credits.operations.payees import NUMBER, find_payee, mask, mask_attributes
from storecredit.credits.queries.approvers import Part, list_parts
from storecredit.credits.queries.limits import count_approvals_needed
from storecredit.credits.querysets import CreditRequestQuerySet

_DID = {
    Part.ASKED: _("asked for it"),
    Part.BEHIND: _("stands or stood behind the API client that asked for it"),
    Part.OWN: _("is whom it pays"),
    Part.REDIRECTED: _("changed whom it pays"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """
    A request after an operation.

    :param transaction: the entry it was paid out with by this very operation.
    :param code: the number of the card that this operation made or paid, where it is known in plain.
    :param approvals_missing: how many more people have to approve it.
    """

    request: CreditRequest
    transaction: Transaction | None = None
    code: str | None = field(default=None, repr=False)
    approvals_missing: int = 0


@operation
def approve_request(
    *,
    request_id: UUID,
    party: Party,
    now: datetime,
    version: int | None = None,
    number: str | None = None,
    note: str = "",
) -> Decision:
    """
    Approve a request, and pay it out if no other approval is missing. All or nothing.

    :param version: the version that was seen; None: whichever it is.
    :param number: for a card that is still to be made, where none was asked for.
    :raises RequestNotFound: if there is none.
    :raises RequestChanged: if it is not pending, has another version, or `number` would change whom it pays.
    :raises ApproverUnknown: if no active person stands behind the party.
    :raises SelfApproval: if that person asked for it, or ever changed whom it pays.
    :raises AlreadyVoted: if they have approved this version before.
    :raises CodeMalformed, PayeeUnknown: for such a number.
    :raises ApproverLimitExceeded: if it is beyond their limits.
    :raises IssueRefused: if the books refuse; the request stays as it was.
    """
    request = lock_request(request_id=request_id)
    require_status(request, RequestStatus.PENDING, version=version)
    require_approver(requests=[request], party=party, now=now)
    if number is not None and request.kind == RequestKind.GIFT_CARD:
        _require_same_payee(request, number, now)
    missing = count_approvals_missing(request=request) - 1
    cast_votes(requests=[request], is_last=missing <= 0, party=party, now=now, note=note)
    if missing > 0:
        request.updated_at = now
        request.save(update_fields=["updated_at"])
        return Decision(request=request, approvals_missing=missing)
    new = number if request.payee_kind == PayeeKind.NEW_CARD else None
    return pay_out(request=request, party=party, now=now, number=new)


@operation
def reject_request(
    *, request_id: UUID, party: Party, now: datetime, version: int | None = None, note: str = ""
) -> Decision:
    """
    Decide against a request, for good.

    :raises RequestNotFound, RequestChanged: as `approve_request`.
    """
    return _end(
        request_id, RequestStatus.CANCELED, RequestEventKind.REJECTED, party=party, now=now, version=version, note=note
    )


@operation
def cancel_request(*, request_id: UUID, party: Party, now: datetime, may_decide: bool, note: str = "") -> Decision:
    """
    Take a request back, for good.

    :param may_decide: whether the party may also cancel what others asked for.
    :raises RequestNotFound, RequestChanged: as `approve_request`.
    :raises NotYours: if somebody else asked for it and the party may not decide.
    """
    request = lock_request(request_id=request_id)
    if not (may_decide or is_of_party(request=request, party=party)):
        raise NotYours(request=str(request))
    return _end(request_id, RequestStatus.CANCELED, RequestEventKind.CANCELED, party=party, now=now, note=note)


@operation
def fail_request(
    *, request_id: UUID, party: Party, now: datetime, version: int | None = None, note: str = ""
) -> Decision:
    """
    Mark a request as failed; it can be asked for again.

    :raises RequestNotFound, RequestChanged: as `approve_request`.
    """
    return _end(
        request_id, RequestStatus.FAILED, RequestEventKind.FAILED, party=party, now=now, version=version, note=note
    )


@operation
def retry_request(*, request_id: UUID, party: Party, now: datetime, note: str = "") -> Decision:
    """
    Put a failed request before its approvers again, as a new version: earlier approvals do not count.

    :raises RequestNotFound: if there is none.
    :raises RequestChanged: if it has not failed.
    """
    request = lock_request(request_id=request_id)
    require_status(request, RequestStatus.FAILED)
    request.status = RequestStatus.PENDING
    request.version += 1
    request.decided_by_id, request.decided_at, request.decided_label = None, None, ""
    request.updated_at = now
    write_event(
        request=request,
        kind=RequestEventKind.RETRIED,
        from_status=RequestStatus.FAILED,
        party=party,
        now=now,
        note=note,
    )
    request.save(update_fields=["status", "version", "decided_by", "decided_at", "decided_label", "updated_at"])
    return Decision(request=request)


def lock_request(*, request_id: UUID) -> CreditRequest:
    """
    A request as it stands, until the transaction ends.

    :raises RequestNotFound: if there is none.
    """
    found = _locked(CreditRequest.objects.filter(pk=request_id)).first()
    if found is None:
        raise RequestNotFound
    return found


def lock_requests(*, batch_id: int) -> list[CreditRequest]:
    """All requests of a batch, by their lines' order of creation, until the transaction ends."""
    return list(_locked(CreditRequest.objects.filter(batch_id=batch_id)).order_by("pk"))


def require_status(request: CreditRequest, status: RequestStatus, *, version: int | None = None) -> None:
    """
    The request is in this state and version.

    :raises RequestChanged: otherwise.
    """
    if request.status != status:
        raise RequestChanged(request=str(request), status=request.get_status_display())
    if version is not None and request.version != version:
        raise RequestChanged(
            request=str(request),
            status=request.get_status_display(),
            message=gettext("%(request)s was changed since you saw it: look at it again.") % {"request": request},
        )


def require_approver(*, requests: list[CreditRequest], party: Party, now: datetime) -> None:
    """
    The person behind the party may approve these requests as one decision.

    :raises ApproverUnknown, SelfApproval, AlreadyVoted, ApproverLimitExceeded: otherwise.
    """
    person_id = party.person_id
    # One decision after the other, so that two at once do not both find the day's limit unused.
    if person_id is None or not lock_person(person_id=person_id):
        raise ApproverUnknown
    _hold_clients(requests)
    parts = list_parts(requests=requests, person_id=person_id, looks_for_own=False)
    for request in requests:
        part = Part.ASKED if _asked_by_client(request, party) else parts.get(request.pk)
        if part == Part.APPROVED:
            raise AlreadyVoted(request=str(request))
        if part is not None:
            raise SelfApproval(request=str(request), did=_DID[part])
    amounts: Counter[str] = Counter()
    for request in requests:
        amounts[request.currency] += request.amount_minor
    require_within_limits(person_id, amounts, now, besides=requests)


def lock_person(*, person_id: int) -> bool:
    """Make this person's other decisions wait until the transaction ends. False if their login is off."""
    people = get_user_model().objects.filter(pk=person_id)
    return bool(people.select_for_update(no_key=True).values_list("is_active", flat=True).first())


def _hold_clients(requests: Sequence[CreditRequest]) -> None:
    """Let nobody become the owner of a client that asked until the transaction ends; other approvers do not wait."""
    asking = sorted({request.requested_client_id for request in requests if request.requested_client_id is not None})
    if asking and connection.features.has_select_for_update:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM api_apiclient WHERE id = ANY(%s) ORDER BY id FOR SHARE", [asking])


def is_of_party(*, request: CreditRequest, party: Party) -> bool:
    """Whether this very person, or this very client, asked for it."""
    by_person = party.person_id is not None and request.requested_by_id == party.person_id
    return by_person or _asked_by_client(request, party)


def cast_votes(*, requests: Sequence[CreditRequest], is_last: bool, party: Party, now: datetime, note: str) -> None:
    """
    Write down that the person behind the party approves the present version of each request, here and in its history.

    :param is_last: no other approval is missing.
    """
    assert party.person_id is not None
    write_approvals(requests=requests, is_last=is_last, party=party, now=now, note=note)
    votes = [
        CreditRequestVote(
            request=request,
            version=request.version,
            person_id=party.person_id,
            label=party.actor.label,
            door=party.actor.door,
            note=note,
            created_at=now,
        )
        for request in requests
    ]
    CreditRequestVote.objects.bulk_create(votes, batch_size=500)


def count_approvals_missing(*, request: CreditRequest) -> int:
    """How many more people have to approve the present version."""
    cast = CreditRequestVote.objects.filter(request_id=request.pk, version=request.version).count()
    return max(count_approvals_needed(request=request) - cast, 0)


def confirm_by_policy(*, request: CreditRequest, policy: ApprovalPolicy, party: Party, now: datetime) -> Decision:
    """
    Pay a request out in the name of a policy, which is no person and is written down as itself.

    :raises IssueRefused: if the books refuse.
    :raises DayIssueLimitExceeded: if it is more than the person behind the client may yet give today.
    """
    actor = Actor(
        kind=ActorKind.SYSTEM,
        id=str(policy.pk),
        label=str(policy),
        door=party.actor.door,
        request_id=party.actor.request_id,
        # Nobody else has looked at it: it is given by whoever is behind the client that asked.
        owner_id=party.actor.owner_id,
    )
    itself = Party(actor=actor, person_id=None)
    write_approvals(requests=[request], is_last=True, party=itself, now=now, note="")
    return pay_out(request=request, party=itself, now=now, policy=policy)


def pay_out(
    *,
    request: CreditRequest,
    party: Party,
    now: datetime,
    number: str | None = None,
    policy: ApprovalPolicy | None = None,
) -> Decision:
    """
    Issue the credit and confirm the request, which is locked and whose history tells of its approval.

    :raises IssueRefused: if the books refuse.
    :raises DayIssueLimitExceeded: as `confirm_by_policy`, where a policy pays.
    """
    actor = party.actor if policy is not None else party.actor.agreed()
    issued = issue(request=request, actor=actor, now=now, number=number)
    request.status = RequestStatus.CONFIRMED
    request.decided_by_id = party.person_id
    request.decided_policy = policy
    request.decided_label = party.actor.label
    request.decided_at = request.updated_at = now
    request.transaction = issued.transaction
    request.issued_card_id = issued.card_id
    # The card has its code in custody now.
    request.seal_number(None)
    if issued.code is not None:
        request.attributes = mask_attributes({**request.attributes, NUMBER: mask(issued.code)})
    request.save()
    return Decision(request=request, transaction=issued.transaction, code=issued.code)


def end_request(
    *, request: CreditRequest, status: RequestStatus, kind: RequestEventKind, party: Party, now: datetime, note: str
) -> Decision:
    """End a pending request that is locked, without paying it out."""
    before = request.status
    request.status = status
    request.decided_by_id = party.person_id
    request.decided_label = party.actor.label
    request.decided_at = request.updated_at = now
    fields = ["status", "decided_by", "decided_label", "decided_at", "updated_at"]
    if status == RequestStatus.CANCELED:
        request.seal_number(None)
        fields += ["number_key", "number_digest", "number_cipher", "number_last_four"]
    write_event(request=request, kind=kind, from_status=before, party=party, now=now, note=note)
    request.save(update_fields=fields)
    return Decision(request=request)


def _end(
    request_id: UUID,
    status: RequestStatus,
    kind: RequestEventKind,
    *,
    party: Party,
    now: datetime,
    version: int | None = None,
    note: str = "",
) -> Decision:
    request = lock_request(request_id=request_id)
    require_status(request, RequestStatus.PENDING, version=version)
    return end_request(request=request, status=status, kind=kind, party=party, now=now, note=note)


def _asked_by_client(request: CreditRequest, party: Party) -> bool:
    return party.client_id is not None and request.requested_client_id == party.client_id


def _require_same_payee(request: CreditRequest, number: str, now: datetime) -> None:
    """
    A number may be given to a card that is still to be made and was asked for without one, if no card has it; else only
    the number that was asked for. Any other would be another payee, and that is asked for, not approved.
    """
    named = find_payee(
        kind=RequestKind.GIFT_CARD,
        currency=request.currency,
        attributes={NUMBER: number},
        test_mode=request.test_mode,
        now=now,
        asked=request,
    )
    gives_a_first_number = named.kind == request.payee_kind == PayeeKind.NEW_CARD and request.sealed_number is None
    if not (gives_a_first_number or named.is_of(request)):
        raise RequestChanged(
            request=str(request),
            status=request.get_status_display(),
            message=gettext("%(request)s pays another card than the one that was named.") % {"request": request},
        )


def _locked(requests: CreditRequestQuerySet) -> CreditRequestQuerySet:
    locked: CreditRequestQuerySet = requests.select_for_update(no_key=True)
    return locked
