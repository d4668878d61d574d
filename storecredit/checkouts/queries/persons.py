"""What one person bought, or was about to buy."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from storecredit.checkouts.models import (
    CalloutHold,
    Charge,
    ChargeMovement,
    Checkout,
    CheckoutItem,
    CheckoutStatus,
    CreditDeduction,
    DeductionMovement,
    Fulfillment,
    FulfillmentItem,
    Order,
    Refund,
    RefundItem,
    Settlement,
    Source,
    UnreturnedCredit,
    VendorGiveBack,
    VendorOrder,
    WebhookEvent,
)


def list_rows_of(
    *, customer_ids: Collection[int], emails: Collection[str], account_ids: Collection[int] | QuerySet[Any] = ()
) -> dict[str, QuerySet[Any]]:
    """
    The rows that are somebody's, or carry one of these addresses, by their table.

    :param account_ids: what they have credit on.
    """
    theirs = Q(customer_id__in=customer_ids)
    for email in emails:
        theirs |= Q(email__iexact=email)
    checkouts = Checkout.objects.filter(theirs)
    orders = Order.objects.filter(checkout__in=checkouts)
    bought = {
        "checkouts_checkout": checkouts,
        "checkouts_checkoutitem": CheckoutItem.objects.filter(checkout__in=checkouts),
        "checkouts_order": orders,
        "checkouts_fulfillment": Fulfillment.objects.filter(order__in=orders),
        "checkouts_fulfillmentitem": FulfillmentItem.objects.filter(fulfillment__order__in=orders),
        "checkouts_refund": Refund.objects.filter(order__in=orders),
        "checkouts_refunditem": RefundItem.objects.filter(refund__order__in=orders),
    }
    of_account = Q(account_id__in=account_ids)
    unreturned = UnreturnedCredit.objects.filter(of_account)
    deductions = CreditDeduction.objects.filter(of_account)
    vendor_orders = VendorOrder.objects.filter(pk__in=deductions.values("order_id"))
    charges = Charge.objects.filter(Q(order__in=orders) | Q(source__account_id__in=account_ids))
    events = WebhookEvent.objects.filter(order_id__in=vendor_orders.values("order_id"))
    settled = Q(unreturned__in=unreturned) | Q(deduction__in=deductions) | Q(event__in=events)
    return bought | {
        "checkouts_source": Source.objects.filter(Q(checkout__in=checkouts) | of_account),
        "checkouts_charge": charges,
        "checkouts_chargemovement": ChargeMovement.objects.filter(charge__in=charges),
        "checkouts_unreturnedcredit": unreturned,
        "checkouts_creditdeduction": deductions,
        "checkouts_deductionmovement": DeductionMovement.objects.filter(deduction__in=deductions),
        "checkouts_vendororder": vendor_orders,
        "checkouts_vendorgiveback": VendorGiveBack.objects.filter(order__in=vendor_orders),
        "checkouts_webhookevent": events,
        "checkouts_settlement": Settlement.objects.filter(settled),
        "checkouts_callouthold": CalloutHold.objects.filter(of_account),
    }


def find_unfinished_of(*, customer_ids: Collection[int], emails: Collection[str]) -> str:
    """What of somebody's purchases is not over, in a word; blank if all is."""
    checkouts = list_rows_of(customer_ids=customer_ids, emails=emails)["checkouts_checkout"]
    if checkouts.filter(status=CheckoutStatus.OPEN).exists():
        return "checkout"
    waiting = UnreturnedCredit.objects.filter(account__customer_id__in=customer_ids, resolved_at__isnull=True)
    return "unreturned credit" if waiting.exists() else ""
