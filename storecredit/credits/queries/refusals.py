"""Why a person may not approve a request, in words, before they try."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Q

from ledger.money import from_minor
from ledger.operations import Actor, ActorKind
from ledger.wording import amount_text
from storecredit.credits.models import (
    ClientPerson,
    CreditRequest,
    CreditRequestEvent,
    CreditRequestVote,
    RequestEventKind,
    RequestStatus,
)
from storecredit.credits.queries.limits import Allowance, list_allowances
from storecredit.credits.querysets import CreditRequestQuerySet


class Part(StrEnum):
    """What a person has done with a request that keeps them from approving it, in their words."""

    ASKED = "You asked for it yourself: somebody else has to approve it."
    BEHIND = "You stand or stood behind the API client that asked, or read a key of it: somebody else has to do it."
    REDIRECTED = "You changed whom it pays: somebody else has to approve it."
    APPROVED = "You have approved it already: another person's approval is needed."


def list_parts(*, requests: Collection[CreditRequest], person_id: int) -> Mapping[UUID, Part]:
    """
    What a person has had to do with each of these requests, where that keeps them from approving it.

    Who changed whom a request pays asks as much as who asked, whatever it pays now and whoever changed it since: what
    counts is that they changed it, not what became of it.
    """
    turned = CreditRequestEvent.objects.filter(
        # In its first version it pays whom it was asked for: there is nothing to look for.
        request__in=[request.pk for request in requests if request.version > 1],
        person_id=person_id,
        kind=RequestEventKind.PAYEE_CHANGED,
    )
    redirected = set(turned.values_list("request_id", flat=True))
    behind = _list_clients_of(requests, person_id)
    votes = CreditRequestVote.objects.filter(request__in=requests, person_id=person_id)
    voted = set(votes.values_list("request_id", "version"))
    parts = {}
    for request in requests:
        if request.requested_by_id == person_id:
            parts[request.pk] = Part.ASKED
        elif request.requested_client_id in behind:
            parts[request.pk] = Part.BEHIND
        elif request.pk in redirected:
            parts[request.pk] = Part.REDIRECTED
        elif (request.pk, request.version) in voted:
            parts[request.pk] = Part.APPROVED
    return parts


def _list_clients_of(requests: Collection[CreditRequest], person_id: int) -> set[int | None]:
    """Of the API clients that asked, those that this person stands or stood behind."""
    asking = {request.requested_client_id for request in requests} - {None}
    if not asking:
        return set()
    behind = ClientPerson.objects.filter(client__in=asking, person_id=person_id)
    return set(behind.values_list("client_id", flat=True))


def find_client_id(*, actor: Actor) -> int | None:
    """The API client that an actor is, None for one that is none."""
    if actor.kind != ActorKind.API or not actor.id.isdecimal():
        return None
    # By the field's own model: the clients are kept above the requests, which name them.
    clients = CreditRequest._meta.get_field("requested_client").related_model
    found: int | None = clients._default_manager.filter(pk=int(actor.id)).values_list("pk", flat=True).first()
    return found


def has_approved_for(*, client_id: int, person_id: int) -> bool:
    """Whether this person has ever approved what an API client asked for, and so never stands behind it."""
    votes = CreditRequestVote.objects.filter(request__requested_client_id=client_id, person_id=person_id)
    return votes.exists()


def refuse_approval(*, request: CreditRequest, allowances: Sequence[Allowance], part: Part | None) -> str:
    """
    What stands against a person's approval of a request, as a sentence; empty if nothing does.

    :param part: what they have had to do with it, as `list_parts` says.
    """
    if request.status != RequestStatus.PENDING:
        return f"The request is {request.get_status_display().lower()}."
    if part is not None:
        return part.value
    return refuse_amount(amount_minor=request.amount_minor, currency=request.currency, allowances=allowances)


def refuse_amount(*, amount_minor: int, currency: str, allowances: Sequence[Allowance]) -> str:
    """What of a person's limits stands against an amount, as a sentence; empty if one limit lets it through."""
    fitting = [allowance for allowance in allowances if allowance.currency == currency]
    if not fitting:
        return f"You have no limit for approving {currency}."
    if any(amount_minor <= allowance.most_minor for allowance in fitting):
        return ""
    per_request = max(allowance.per_request_minor for allowance in fitting)
    if amount_minor > per_request:
        most = amount_text(from_minor(per_request, currency))
        return f"{amount_text(from_minor(amount_minor, currency))} is above your limit of {most} a request."
    left = max(allowance.most_minor for allowance in fitting)
    return f"Of what you may approve today, {amount_text(from_minor(left, currency))} is left."


def list_decidable(*, person_id: int, now: datetime) -> CreditRequestQuerySet:
    """The pending requests that a person may approve now."""
    within = Q(pk__in=[])
    for allowance in list_allowances(person_id=person_id, now=now):
        within |= Q(currency=allowance.currency, amount_minor__lte=allowance.most_minor)
    found: CreditRequestQuerySet = CreditRequest.objects.all()
    return (
        found.pending()
        .not_of(person_id)
        .not_of_client_of(person_id, ClientPerson.objects.all())
        .not_redirected_by(person_id, CreditRequestEvent.objects.all())
        .without_vote_of(person_id, CreditRequestVote.objects.all())
        .filter(within)
    )
