"""What has to be so before anything is done about a customer."""

from django.db.models import Q
from django.utils.translation import gettext_lazy

from ledger.queries import Customer
from storecredit.credits.errors import CustomerRequestRefused
from storecredit.credits.models import CreditRequest, CustomerRequest, CustomerRequestStatus

_WAITING = ("PENDING", "FAILED")


def require_apart(customers: list[Customer]) -> None:
    """
    Refuse what can never be done about these customers together.

    :raises CustomerRequestRefused: for one and the same, a test and a real one, or one who is no customer any more.
    """
    if len({customer.pk for customer in customers}) < len(customers):
        raise CustomerRequestRefused(gettext_lazy("That is the same customer."))
    if len({customer.test_mode for customer in customers}) > 1:
        raise CustomerRequestRefused(gettext_lazy("A test customer and a real one are never brought together."))
    for customer in customers:
        if customer.merged_into_id is not None or customer.anonymised_at is not None:
            words = gettext_lazy("%(customer)s was merged into another or made anonymous before.")
            raise CustomerRequestRefused(words, customer=customer.number)


def require_nothing_pending(customer: Customer, *, besides: int | None = None) -> None:
    """
    Refuse while something else is asked about a customer.

    :param besides: the request that does not count.
    :raises CustomerRequestRefused: if there is one.
    """
    asked = CustomerRequest.objects.filter(
        Q(customer=customer) | Q(other=customer), status=CustomerRequestStatus.PENDING
    )
    if besides is not None:
        asked = asked.exclude(pk=besides)
    if asked.exists():
        words = gettext_lazy("Something is asked about %(customer)s already, and is not decided.")
        raise CustomerRequestRefused(words, customer=customer.number)


def require_nobody_waits_to_be_paid(*, customer: Customer) -> None:
    """
    Refuse while a credit request that could still be paid names somebody: nobody changes whom it pays but by asking.

    :raises CustomerRequestRefused: if there is one.
    """
    waiting = CreditRequest.objects.filter(status__in=_WAITING).filter(
        Q(payee_customer=customer) | Q(terms__customer_id=customer.pk) | Q(payee_card__customer=customer)
    )
    if waiting.exists():
        words = gettext_lazy(
            "A credit request for %(customer)s or one of their cards waits for a decision. Decide it or take it back."
        )
        raise CustomerRequestRefused(words, customer=customer.number)
