"""What was asked for for one person, and for their cards; and by which programs colleagues act."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from storecredit.credits.models import (
    ClientPerson,
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


def map_people_behind(*, person_id: int) -> dict[int, set[int]]:
    """By each API client that a person stands or stood behind, all who ever did, in the order of the clients."""
    theirs = ClientPerson.objects.filter(person_id=person_id).values("client_id")
    behind: dict[int, set[int]] = {}
    rows = ClientPerson.objects.filter(client_id__in=theirs).order_by("client_id", "pk")
    for client_id, each in rows.values_list("client_id", "person_id"):
        behind.setdefault(client_id, set()).add(each)
    return behind
