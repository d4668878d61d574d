"""What is asked for about customers, and who may decide it."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Q, QuerySet

from storecredit.credits.models import CustomerRequest, CustomerRequestKind, CustomerRequestStatus
from storecredit.credits.queries.deciders import Decider, Deciding

#: The right that deciding needs, at every door.
DECIDE_ABOUT = "credits.decide_about_customer"


def list_customer_requests() -> QuerySet[CustomerRequest]:
    """What was ever asked for about customers, with the customers at hand."""
    return CustomerRequest.objects.select_related("customer", "other", "requested_by", "decided_by")


def list_requests_about(*, customer_id: int) -> QuerySet[CustomerRequest]:
    """What was asked for about one customer, newest first."""
    about = Q(customer_id=customer_id) | Q(other_id=customer_id)
    return list_customer_requests().filter(about).order_by("-pk")


def list_undecided_about() -> QuerySet[CustomerRequest]:
    """What waits for a decision, oldest first."""
    return list_customer_requests().filter(status=CustomerRequestStatus.PENDING).order_by("pk")


def map_amounts_at_stake(*, request: CustomerRequest) -> Mapping[str, int]:
    """What would become another customer's, store credit and what is on cards, by currency in minor units."""
    if request.amount_minor is not None:
        return {request.currency: request.amount_minor}
    if request.kind != CustomerRequestKind.MERGE:
        return {}
    amounts: Counter[str] = Counter()
    # A card's account is its owner's; one that is voided is empty.
    for account in request.customer.accounts.all():
        if account.balance_minor:
            amounts[account.currency] += account.balance_minor
    return amounts


def _is_open(request: CustomerRequest, decider: Decider) -> bool:
    if not decider.customers.isdisjoint({request.customer_id, request.other_id}) or decider.has_approved(request):
        return False
    return all(decider.is_within(*each) for each in map_amounts_at_stake(request=request).items())


#: Who decides what is asked for about customers.
ABOUT_CUSTOMERS = Deciding(
    rights=frozenset({DECIDE_ABOUT}),
    page="credits_customerrequest",
    asked_by="requested_by_id",
    is_open_to=_is_open,
)
