"""Which customers people are themselves: linked by an administrator, and whom those were merged into since."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q

from storecredit.credits.models import CreditRequest, PersonCustomer
from storecredit.credits.querysets import CreditRequestQuerySet


def find_link(*, person_id: int) -> PersonCustomer | None:
    """The link of a login, with its customer."""
    return PersonCustomer.objects.select_related("customer").filter(person_id=person_id).first()


def find_link_of(*, customer_id: int) -> PersonCustomer | None:
    """The link of a customer, with the person."""
    return PersonCustomer.objects.select_related("person").filter(customer_id=customer_id).first()


def map_own_customers(*, person_id: int | None = None) -> Mapping[int, frozenset[int]]:
    """By person the customers whom they are; all people's, or one's."""
    links = PersonCustomer.objects.all() if person_id is None else PersonCustomer.objects.filter(person_id=person_id)
    rows = links.values_list("person_id", "customer_id", "customer__merged_into_id")
    return {person: frozenset({one} if other is None else {one, other}) for person, one, other in rows}


def pays_one_of(request: CreditRequest, customers: Collection[int]) -> bool:
    """Whether a request pays one of these customers, or a card of theirs."""
    return bool(customers) and not _list_paid(request).isdisjoint(customers)


def pays_themself(request: CreditRequest, person_id: int | None) -> bool:
    """Whether a request pays this person."""
    paid = _list_paid(request) if person_id is not None else frozenset()
    return bool(paid) and not paid.isdisjoint(map_own_customers(person_id=person_id).get(person_id or 0, frozenset()))


def _list_paid(request: CreditRequest) -> frozenset[int]:
    of_card = request.payee_card.customer_id if request.payee_card is not None else None
    return frozenset({request.payee_customer_id, request.terms.get("customer_id"), of_card} - {None})


def without_own(requests: CreditRequestQuerySet, person_id: int) -> CreditRequestQuerySet:
    """Those of them that do not pay the person themself."""
    own = map_own_customers(person_id=person_id).get(person_id)
    if not own:
        return requests
    paid = Q(payee_customer__in=own) | Q(terms__customer_id__in=own) | Q(payee_card__customer__in=own)
    kept: Any = requests.exclude(pk__in=CreditRequest.objects.filter(paid).values("pk"))
    found: CreditRequestQuerySet = kept
    return found
