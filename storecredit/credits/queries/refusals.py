"""Why a person may not approve a request, in words, before they try."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from ledger.money import from_minor
from ledger.wording import amount_text
from storecredit.credits.models import CreditRequest, CreditRequestVote, RequestStatus
from storecredit.credits.queries.limits import Allowance, list_allowances
from storecredit.credits.querysets import CreditRequestQuerySet


def refuse_approval(*, request: CreditRequest, person_id: int, allowances: Sequence[Allowance], voted: bool) -> str:
    """
    What stands against this person's approval of a request, as a sentence; empty if nothing does.

    :param voted: whether they have approved its present version already.
    """
    if request.status != RequestStatus.PENDING:
        return f"The request is {request.get_status_display().lower()}."
    if request.requested_by_id == person_id:
        return "You asked for it yourself: somebody else has to approve it."
    if voted:
        return "You have approved it already: another person's approval is needed."
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
    return found.pending().not_of(person_id).without_vote_of(person_id, CreditRequestVote.objects.all()).filter(within)


def has_voted(*, request: CreditRequest, person_id: int) -> bool:
    """Whether a person has approved the present version of a request."""
    return CreditRequestVote.objects.filter(
        request_id=request.pk, version=request.version, person_id=person_id
    ).exists()
