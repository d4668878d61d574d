"""What is asked for about customers, and who may decide it."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from storecredit.credits.models import CustomerRequest, CustomerRequestStatus

#: The right that deciding needs, at every door.
DECIDE_ABOUT = "credits.decide_about_customer"
_PASSWORDS_AND_ROLES = "django.contrib.auth.backends.ModelBackend"


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


def list_deciders(*, request: CustomerRequest) -> list[str]:
    """
    The sign-in names of the people who may decide a request: they have the right, did not ask for it and have not
    approved it.
    """
    people: Any = get_user_model().objects.with_perm(DECIDE_ABOUT, backend=_PASSWORDS_AND_ROLES)
    done = {request.requested_by_id, *request.approvals.values_list("person_id", flat=True)}
    names = people.exclude(pk__in=done).order_by("username").values_list("username", flat=True)
    return list(names.distinct())
