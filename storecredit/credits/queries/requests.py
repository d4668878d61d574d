"""Requests as doors ask for them."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from giftcards.errors import CardNotFound
from giftcards.queries import get_card
from ledger.queries import Member
from ledger.querysets import constant, fits_looked_up, having_metadata, met_by_many, page_of, reached_by
from storecredit.credits.errors import BatchNotFound, RequestNotFound
from storecredit.credits.models import (
    CreditRequest,
    CreditRequestBatch,
    CreditRequestEvent,
    CreditRequestVote,
    RequestEventKind,
    RequestStatus,
)
from storecredit.credits.querysets import CreditRequestQuerySet

_DECIDING = (
    RequestEventKind.APPROVED,
    RequestEventKind.REJECTED,
    RequestEventKind.CANCELED,
    RequestEventKind.TIMED_OUT,
    RequestEventKind.FAILED,
)


def get_request(*, request_id: UUID) -> CreditRequest:
    """
    A request with what it pays, why and by whom.

    :raises RequestNotFound: if there is none.
    """
    found = _with_names(CreditRequest.objects.filter(pk=request_id)).first()
    if found is None:
        raise RequestNotFound
    return found


def get_request_of_order(*, request_id: UUID, kind: str, value: str, tenant: str, test_mode: bool) -> CreditRequest:
    """
    A request under the name of the order that it was made for.

    :raises RequestNotFound: if that order, tenant and mode have no such request.
    """
    found = CreditRequest.objects.all().of_order(kind=kind, value=value, tenant=tenant, test_mode=test_mode)
    request = found.filter(pk=request_id).select_related("issued_card", "payee_card").first()
    if request is None:
        raise RequestNotFound
    return request


def list_requests_of_order(
    *,
    kind: str,
    value: str,
    tenant: str,
    test_mode: bool,
    status: str = "",
    created_from: datetime | None = None,
    created_to: datetime | None = None,
    member: Member | None = None,
) -> CreditRequestQuerySet:
    """
    The requests of an order, oldest first, created from the one moment to before the other.

    :param member: only those that have it in their metadata.
    """
    found = CreditRequest.objects.all().of_order(kind=kind, value=value, tenant=tenant, test_mode=test_mode)
    if status:
        found = found.filter(status=status)
    if created_from is not None:
        found = found.filter(created_at__gte=created_from)
    if created_to is not None:
        found = found.filter(created_at__lt=created_to)
    if member is not None:
        found = found.filter(has_metadata(member))
    listed: CreditRequestQuerySet = found.select_related("issued_card", "payee_card").order_by("pk")
    return listed


def list_request_page(
    *,
    tenant: str,
    test_mode: bool,
    first: int,
    at_most: int,
    status: str = "",
    kind: str = "",
    currency: str = "",
    reason: str = "",
    created_from: datetime | None = None,
    created_to: datetime | None = None,
    member: Member | None = None,
) -> tuple[list[CreditRequest], bool]:
    """
    Requests of a tenant for whatever orders, newest first, created from the one moment to before the other, and whether
    there are more.

    :param first: how many to pass over.
    :param member: only those that have it in their metadata.
    """
    wanted = {"tenant": tenant, "kind": kind, "currency": currency, "reason_id": reason}
    if status != RequestStatus.PENDING:
        wanted["status"] = status
    rows = CreditRequest.objects.filter(
        met_by_many(Q(**{name: value for name, value in wanted.items() if value})), test_mode=test_mode
    ).exclude(tenant=constant(""))
    if status == RequestStatus.PENDING:
        # What waits has an index of its own; of another status the list is read until there are enough.
        rows = rows.pending()
    bounds = {"created_at__gte": created_from, "created_at__lt": created_to}
    rows = rows.filter(**{name: moment for name, moment in bounds.items() if moment is not None})
    if member is not None:
        rows = rows.filter(has_metadata(member))
    shown = rows.prefetch_related("issued_card", "payee_card").order_by("-created_at", "-pk")
    found = list(page_of(shown, first=first, at_most=at_most + 1))
    return found[:at_most], len(found) > at_most


def has_metadata(member: Member) -> Q:
    """That a request's metadata has this member."""
    return having_metadata(member, table="credits_creditrequestmetadatum", owner="request_id")


def list_requests() -> CreditRequestQuerySet:
    """All requests with what a list shows of them."""
    return _with_names(CreditRequest.objects.all())


def list_requests_of_person(*, person_id: int) -> CreditRequestQuerySet:
    """What a person asked for, newest first."""
    listed: CreditRequestQuerySet = list_requests().filter(requested_by_id=person_id).order_by("-pk")
    return listed


def list_requests_of_customer(*, customer_id: int) -> CreditRequestQuerySet:
    """What was asked for to be paid to a customer, newest first."""
    listed: CreditRequestQuerySet = list_requests().filter(payee_customer_id=customer_id).order_by("-pk")
    return listed


def list_requests_of_card(*, card_id: UUID) -> CreditRequestQuerySet:
    """What was asked for to be put on a card, the request that made it included, newest first."""
    rows = CreditRequest.objects
    about = reached_by(rows.filter(payee_card_id=card_id), rows.filter(issued_card_id=card_id))
    listed: CreditRequestQuerySet = list_requests().filter(about).order_by("-pk")
    return listed


def find_request_of_transaction(*, transaction_id: UUID) -> CreditRequest | None:
    """The request that a transaction paid out."""
    return CreditRequest.objects.filter(transaction_id=transaction_id).first()


def list_request_events(*, request: CreditRequest) -> list[CreditRequestEvent]:
    """A request's history, oldest first."""
    return list(request.events.order_by("pk"))


def map_decisions(*, requests: Collection[CreditRequest]) -> dict[UUID, CreditRequestEvent]:
    """The line that tells who decided, how and why, of each of these requests that is decided."""
    decided = [request.pk for request in requests if request.status != RequestStatus.PENDING]
    events = CreditRequestEvent.objects.filter(request__in=decided, kind__in=_DECIDING).order_by("pk")
    return {event.request_id: event for event in events}


def find_end(*, request: CreditRequest) -> str | None:
    """The kind of the event that canceled a request: rejected, taken back, or not decided in time."""
    if hasattr(request, "ended_as"):
        return request.ended_as
    return _list_ends(request).first()


def ended_as(*kinds: RequestEventKind) -> Q:
    """That a request was canceled by an event of one of these kinds."""
    how = CreditRequestEvent.objects.filter(request=OuterRef("pk"), to_status=RequestStatus.CANCELED)
    return Q(met_by_many(Q(status=RequestStatus.CANCELED) & Q(fits_looked_up(how, Q(kind__in=kinds)))))


def list_votes(*, request: CreditRequest) -> list[CreditRequestVote]:
    """Who has approved which version, oldest first."""
    return list(request.votes.order_by("pk"))


def get_batch(*, batch_id: int) -> CreditRequestBatch:
    """
    A batch of requests.

    :raises BatchNotFound: if there is none.
    """
    found = CreditRequestBatch.objects.filter(pk=batch_id).select_related("requested_by", "decided_by").first()
    if found is None:
        raise BatchNotFound
    return found


def find_batch_of_file(*, file_digest: str, test_mode: bool) -> CreditRequestBatch | None:
    """The batch that a file was imported as; `file_digest` is the file's SHA-256."""
    return CreditRequestBatch.objects.filter(file_digest=file_digest, test_mode=test_mode).first()


def look_up_numbers(*, numbers: Sequence[str], test_mode: bool, now: datetime) -> None:
    """
    Look up the cards' numbers that several requests name, before the transaction that makes all of them or none: each
    miss is then counted for all to see at once, and not only when the transaction is over.

    :raises LookUpsStopped: if whoever asks has guessed too often, with or without these.
    """
    for number in numbers:
        with suppress(CardNotFound):
            get_card(code=number, test_mode=test_mode, now=now)


def _with_names(requests: CreditRequestQuerySet) -> CreditRequestQuerySet:
    named: CreditRequestQuerySet = requests.select_related(
        "reason",
        "payee_customer",
        "payee_card__account",
        "payee_card__customer",
        "issued_card",
        "requested_by",
        "decided_by",
        "transaction",
    ).annotate(ended_as=Subquery(_list_ends(OuterRef("pk"))))
    return named


def _list_ends(request: Any) -> QuerySet[Any, Any]:
    return CreditRequestEvent.objects.filter(request=request, to_status=RequestStatus.CANCELED).values_list(
        "kind", flat=True
    )
