"""What one person bought, or was about to buy."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from storecredit.checkouts.models import Checkout, CheckoutStatus, Order, Refund, Source, UnreturnedCredit


def list_rows_of(*, customer_ids: Collection[int], emails: Collection[str]) -> dict[str, QuerySet[Any]]:
    """The rows that are somebody's, or carry one of these addresses, by their table."""
    theirs = Q(customer_id__in=customer_ids)
    for email in emails:
        theirs |= Q(email__iexact=email)
    checkouts = Checkout.objects.filter(theirs)
    orders = Order.objects.filter(checkout__in=checkouts)
    return {
        "checkouts_checkout": checkouts,
        "checkouts_source": Source.objects.filter(Q(checkout__in=checkouts) | Q(account__customer_id__in=customer_ids)),
        "checkouts_order": orders,
        "checkouts_refund": Refund.objects.filter(order__in=orders),
    }


def find_unfinished_of(*, customer_ids: Collection[int], emails: Collection[str]) -> str:
    """What of somebody's purchases is not over, in a word; blank if all is."""
    checkouts = list_rows_of(customer_ids=customer_ids, emails=emails)["checkouts_checkout"]
    if checkouts.filter(status=CheckoutStatus.OPEN).exists():
        return "checkout"
    waiting = UnreturnedCredit.objects.filter(account__customer_id__in=customer_ids, resolved_at__isnull=True)
    return "unreturned credit" if waiting.exists() else ""
