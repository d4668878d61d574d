"""Whose login is whose customer. Linked, a person does nothing to that customer's money: the database sees to it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from ledger.operations import operation, take_books_alone
from ledger.queries import Customer
from storecredit.credits.errors import CustomerLinked
from storecredit.credits.models import PersonCustomer

#: Whoever links waits so long at their page for a moment in which nobody posts.
_PATIENCE_SECONDS: Final = 5.0


@operation
def link_customer(*, person_id: int, customer_id: int | None, now: datetime) -> PersonCustomer | None:
    """
    Say which customer a person is, in place of whom they were linked to before; None: none.

    Whoever decides about this customer or moves their money meanwhile is waited for, and waits.

    :raises DatabaseBusy: if somebody was posting all the time.
    :raises CustomerLinked: if another login is linked to that customer, or it is no customer any more.
    """
    # The login is what decisions lock, too.
    people: Any = get_user_model().objects.filter(pk=person_id)
    people.select_for_update(no_key=True).get()
    take_books_alone(patience_seconds=_PATIENCE_SECONDS)
    PersonCustomer.objects.filter(person_id=person_id).delete()
    if customer_id is None:
        return None
    customer = Customer.objects.get(pk=customer_id)
    if customer.merged_into_id is not None or customer.anonymised_at is not None:
        raise CustomerLinked(number=customer.number)
    try:
        with transaction.atomic():
            return PersonCustomer.objects.create(person_id=person_id, customer=customer, linked_at=now)
    except IntegrityError as error:
        raise CustomerLinked(number=customer.number) from error


@operation
def forget_links(*, customer_ids: Collection[int]) -> list[tuple[int, str]]:
    """
    Let go of the links of customers who are made anonymous. Whose they were: the logins' ids and sign-in names.

    :raises IntegrityError: if two people did not decide that they are.
    """
    links = PersonCustomer.objects.filter(customer__in=customer_ids).order_by("person_id")
    people = list(links.values_list("person_id", "person__username"))
    links.delete()
    return people
