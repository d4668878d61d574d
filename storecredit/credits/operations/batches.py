"""Requests that came in one file, and are approved as one decision or one by one."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from ledger.errors import DomainError
from ledger.operations import operation
from storecredit.credits.errors import BatchNotFound, FileTaken, RequestChanged, RequesterUnknown, SelfApproval
from storecredit.credits.models import (
    ApprovalPolicy,
    BatchStatus,
    CreditRequest,
    CreditRequestBatch,
    CreditRequestVote,
    Party,
    RequestEventKind,
    RequestStatus,
)
from storecredit.credits.operations.asking import NewRequest, Order, build_request
from storecredit.credits.operations.deciding import (
    cast_votes,
    end_request,
    lock_requests,
    pay_out,
    require_approver,
)
from storecredit.credits.operations.history import write_beginnings
from storecredit.credits.operations.issuing import lock_payees
from storecredit.credits.queries.limits import approvals_by, find_policy
from storecredit.credits.queries.requests import find_batch_of_file

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line of a file: its number there, what it asks for and for which order."""

    line: int
    order: Order
    wanted: NewRequest


@dataclass(frozen=True, slots=True)
class LineRefused:
    """A line that cannot be asked for, and why."""

    line: int
    error: DomainError


def check_lines(*, lines: Sequence[BatchLine], party: Party, now: datetime, test_mode: bool) -> list[LineRefused]:
    """The lines that `import_requests` would refuse; nothing is written."""
    refused = []
    for line in lines:
        try:
            build_request(order=line.order, wanted=line.wanted, party=party, now=now, test_mode=test_mode)
        except DomainError as error:
            refused.append(LineRefused(line.line, error))
    return refused


@operation
def import_requests(
    *,
    name: str,
    file_digest: str,
    lines: Sequence[BatchLine],
    party: Party,
    now: datetime,
    test_mode: bool = False,
) -> CreditRequestBatch:
    """
    Ask for everything in a file, all or none, as one batch.

    :param file_digest: SHA-256 of the file, by which it is known again.
    :param party: a person; a batch is approved by another one.
    :raises RequesterUnknown: if no person asks.
    :raises FileTaken: if it was imported before.
    :raises DomainError: for a line, as `request_credits`.
    """
    if party.person_id is None:
        raise RequesterUnknown
    known = find_batch_of_file(file_digest=file_digest, test_mode=test_mode)
    if known is not None:
        raise FileTaken(batch=known.name)
    requests = [
        build_request(order=line.order, wanted=line.wanted, party=party, now=now, test_mode=test_mode) for line in lines
    ]
    totals: Counter[str] = Counter()
    for request in requests:
        totals[request.currency] += request.amount_minor
    batch = CreditRequestBatch(
        name=name,
        file_digest=file_digest,
        size=len(requests),
        totals=dict(sorted(totals.items())),
        digest=_digest(requests),
        test_mode=test_mode,
        requested_by_id=party.person_id,
        created_at=now,
    )
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError as error:
        known = find_batch_of_file(file_digest=file_digest, test_mode=test_mode)
        if known is None:
            raise
        # Another import of the same file was quicker.
        raise FileTaken(batch=known.name) from error
    for line, request in zip(lines, requests, strict=True):
        request.batch, request.batch_line = batch, line.line
    CreditRequest.objects.bulk_create(requests, batch_size=_AT_ONCE)
    write_beginnings(requests=requests, party=party, now=now)
    return batch


@operation
def approve_batch(*, batch_id: int, party: Party, now: datetime, note: str = "") -> CreditRequestBatch:
    """
    Approve all requests of a batch as one decision. If any of them has changed since the batch came in, nothing is
    approved and the batch is void: what is left of it is decided one by one.

    Where a request needs a second approval, all wait for it. The person's limits apply to the sum in each currency.

    :raises BatchNotFound: if there is none.
    :raises RequestChanged: if it is decided already.
    :raises ApproverUnknown, SelfApproval, AlreadyVoted, ApproverLimitExceeded: as `approve_request`.
    :raises IssueRefused: if the books refuse one; then all stay as they were.
    """
    batch, requests = _lock(batch_id)
    if batch.requested_by_id == party.person_id:
        raise SelfApproval(request=gettext("Batch %(batch)s") % {"batch": batch})
    if _digest(requests) != batch.digest:
        return _decide(batch, BatchStatus.VOID, party, now, "A request of the batch was changed or decided alone.")
    require_approver(requests=requests, party=party, now=now)
    is_last = not _are_approvals_missing(batch_id, requests, besides=1)
    cast_votes(requests=requests, is_last=is_last, party=party, now=now, note=note)
    if not is_last:
        return batch
    lock_payees(requests=dict(enumerate(requests)), now=now)
    for request in requests:
        pay_out(request=request, party=party, now=now)
    return _decide(batch, BatchStatus.APPROVED, party, now, note)


def foresee_batch(*, batch_id: int) -> BatchStatus:
    """
    What `approve_batch` would make of a pending batch now, by whoever has not approved it: approved, void, or still
    pending if a second approval is missing. Without doing it, so what the books refuse is not foreseen.

    :raises BatchNotFound: if there is none.
    """
    batch = CreditRequestBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise BatchNotFound
    requests = list(CreditRequest.objects.filter(batch_id=batch_id).order_by("pk"))
    if _digest(requests) != batch.digest:
        return BatchStatus.VOID
    missing = _are_approvals_missing(batch_id, requests, besides=1)
    return BatchStatus.PENDING if missing else BatchStatus.APPROVED


@operation
def reject_batch(*, batch_id: int, party: Party, now: datetime, note: str = "") -> CreditRequestBatch:
    """
    Decide against a batch: every request of it that still waits is canceled.

    :raises BatchNotFound, RequestChanged: as `approve_batch`.
    """
    batch, requests = _lock(batch_id)
    for request in requests:
        if request.status == RequestStatus.PENDING:
            end_request(
                request=request,
                status=RequestStatus.CANCELED,
                kind=RequestEventKind.REJECTED,
                party=party,
                now=now,
                note=note,
            )
    return _decide(batch, BatchStatus.REJECTED, party, now, note)


def _are_approvals_missing(batch_id: int, requests: Sequence[CreditRequest], *, besides: int) -> bool:
    """Whether one of a batch's requests needs more approvals than it has, `besides` those to come."""
    votes = Counter(CreditRequestVote.objects.filter(request__batch_id=batch_id).values_list("request_id", "version"))
    policies: dict[tuple[object, ...], ApprovalPolicy | None] = {}
    for request in requests:
        case = (request.currency, request.kind, request.policy_code, request.requested_client_id)
        if case not in policies:
            policies[case] = find_policy(request=request)
        if approvals_by(policies[case], request.amount_minor) > votes[(request.pk, request.version)] + besides:
            return True
    return False


def _lock(batch_id: int) -> tuple[CreditRequestBatch, list[CreditRequest]]:
    batch = CreditRequestBatch.objects.select_for_update(no_key=True).filter(pk=batch_id).first()
    if batch is None:
        raise BatchNotFound
    if batch.status != BatchStatus.PENDING:
        raise RequestChanged(request=gettext("Batch %(batch)s") % {"batch": batch}, status=batch.get_status_display())
    return batch, lock_requests(batch_id=batch_id)


def _decide(
    batch: CreditRequestBatch, status: BatchStatus, party: Party, now: datetime, note: str
) -> CreditRequestBatch:
    batch.status = status
    batch.decided_by_id = party.person_id
    batch.decided_at = now
    batch.note = note
    batch.save(update_fields=["status", "decided_by", "decided_at", "note"])
    return batch


def _digest(requests: Sequence[CreditRequest]) -> str:
    """What an approval of the batch approves: each row's id, version, state, amount, payee, reason and words."""
    rows = sorted(
        [
            request.pk.hex,
            request.version,
            str(request.status),
            request.amount_minor,
            request.currency,
            str(request.payee_kind),
            str(request.payee_card_id),
            str(request.payee_customer_id),
            request.number_last_four,
            request.reason_id,
            request.note,
            json.dumps(request.attributes, sort_keys=True),
        ]
        for request in requests
    )
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
