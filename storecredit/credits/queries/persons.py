"""What was asked for for one person, and for their cards."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from storecredit.credits.models import (
    CreditRequest,
    CreditRequestEvent,
    CreditRequestVote,
    CustomerRequest,
    MoneyApproval,
    PersonCustomer,
)


def list_rows_of(*, customer_ids: Collection[int]) -> dict[str, QuerySet[Any]]:
    """The rows that are about somebody, by their table."""
    theirs = Q(payee_customer_id__in=customer_ids) | Q(payee_card__customer_id__in=customer_ids)
    theirs |= Q(issued_card__customer_id__in=customer_ids)
    requests = CreditRequest.objects.filter(theirs)
    asked = CustomerRequest.objects.filter(Q(customer_id__in=customer_ids) | Q(other_id__in=customer_ids))
    return {
        "credits_creditrequest": requests,
        "credits_creditrequestevent": CreditRequestEvent.objects.filter(request__in=requests),
        "credits_creditrequestvote": CreditRequestVote.objects.filter(request__in=requests),
        "credits_customerrequest": asked,
        "credits_personcustomer": PersonCustomer.objects.filter(customer__in=customer_ids),
        "credits_moneyapproval": MoneyApproval.objects.filter(customer_request__in=asked),
    }
