"""What staff read of checkouts in place of codes, keys and minor units."""

import re
from typing import Any

from django.urls import reverse

from storecredit.backoffice.kit import money_text
from storecredit.backoffice.kit.rows import Link, transaction_url
from storecredit.checkouts.operations import CheckoutStatus, EventState, OrderState, SourceState
from storecredit.checkouts.queries import ChargeState, Checkout, Order, ReturnState, Source

STATUS_COLOURS = {
    CheckoutStatus.OPEN.label: "info",
    CheckoutStatus.ORDERED.label: "success",
    CheckoutStatus.DELETED.label: "",
    CheckoutStatus.EXPIRED.label: "warning",
}
STATUS_TAGS = {
    CheckoutStatus.OPEN: "bo-tag-info",
    CheckoutStatus.ORDERED: "bo-tag-good",
    CheckoutStatus.DELETED: "",
    CheckoutStatus.EXPIRED: "bo-tag-warn",
}
ORDER_COLOURS = {
    OrderState.ACCEPTED.label: "info",
    OrderState.FULFILLED.label: "success",
    OrderState.CANCELLED.label: "",
}
ORDER_TAGS = {
    OrderState.ACCEPTED: "bo-tag-info",
    OrderState.FULFILLED: "bo-tag-good",
    OrderState.CANCELLED: "",
}
SOURCE_TAGS = {
    SourceState.CHARGEABLE: "bo-tag-info",
    SourceState.CONSUMED: "bo-tag-good",
    SourceState.CANCELLED: "",
}
CHARGE_TAGS = {
    ChargeState.CAPTURABLE: "bo-tag-info",
    ChargeState.COMPLETE: "bo-tag-good",
    ChargeState.CANCELLED: "",
}
#: What became of credit that was handed to staff.
HANDED_OVER = {
    ReturnState.PENDING: "waiting",
    ReturnState.SUCCEEDED: "paid or settled",
    ReturnState.FAILED: "refused",
}
RETURN_WORDS = {
    ReturnState.PENDING: "Waiting for staff",
    ReturnState.SUCCEEDED: "Done",
    ReturnState.FAILED: "Refused by staff",
}
RETURN_TAGS = {
    ReturnState.PENDING: "bo-tag-warn",
    ReturnState.SUCCEEDED: "bo-tag-good",
    ReturnState.FAILED: "bo-tag-bad",
}
EVENT_COLOURS = {
    EventState.RECEIVED.label: "warning",
    EventState.PROCESSED.label: "success",
    EventState.IGNORED.label: "",
    EventState.FAILED.label: "danger",
}
EVENT_TAGS = {
    EventState.RECEIVED: "bo-tag-warn",
    EventState.PROCESSED: "bo-tag-good",
    EventState.IGNORED: "",
    EventState.FAILED: "bo-tag-bad",
}
WAITING_COLOURS = {"Waiting": "warning", "Settled": "success"}
_CARD_END = re.compile(r"[0-9]{4}")


def page_of(row: Any) -> str:
    """The address of a row's own page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def short_name(checkout: Checkout) -> str:
    """A checkout as a list calls it: `Checkout 3F2A9C01`."""
    return f"Checkout {str(checkout.pk)[-8:].upper()}"


def source_words(source: Source) -> str:
    """`Store credit`, or `Credit card, Visa ending in 1234`."""
    brand = str(source.details.get("brand") or "")
    last_four = str(source.details.get("last_four_digits") or "")
    ending = f"ending in {last_four}" if _CARD_END.fullmatch(last_four) else ""
    more = " ".join(part for part in (brand, ending) if part)
    return f"{source.get_type_display()}, {more}" if more else str(source.get_type_display())


def customer_of(checkout: Checkout) -> str:
    """Whose checkout it is, as far as somebody has said so."""
    if checkout.customer:
        return checkout.customer.display_name
    return str((checkout.bill_to or {}).get("name") or checkout.email or "Guest")


def dash_or_money(amount_minor: int, currency: str) -> str:
    """An amount; a dash for none."""
    return money_text(amount_minor, currency) if amount_minor else "–"


def entry_link(entry: Any) -> Link | None:
    """Where a transaction can be looked at."""
    return Link(str(entry), transaction_url(entry.pk)) if entry is not None else None


def order_link(order_id: str) -> Link | None:
    """Where an order that ran here can be looked at; None if it ran at the vendor."""
    order = Order.objects.filter(pk=order_id).first()
    return Link(str(order), page_of(order)) if order else None
