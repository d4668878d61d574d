"""What staff read of checkouts in place of codes, keys and minor units."""

import re
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.kit import (
    Colours,
    Link,
    moment,
    money_text,
    phrase,
)
from storecredit.checkouts.operations import CheckoutStatus, EventState, OrderState, SourceState, SourceType
from storecredit.checkouts.queries import ChargeState, Checkout, Order, ReturnState, Source

STATUS_COLOURS = Colours(
    {
        CheckoutStatus.OPEN.label: "info",
        CheckoutStatus.ORDERED.label: "success",
        CheckoutStatus.DELETED.label: "",
        CheckoutStatus.EXPIRED.label: "warning",
    }
)
ORDER_COLOURS = Colours(
    {
        OrderState.ACCEPTED.label: "info",
        OrderState.FULFILLED.label: "success",
        OrderState.CANCELLED.label: "",
    }
)
SOURCE_COLOURS = Colours(
    {
        SourceState.CHARGEABLE.label: "info",
        SourceState.CONSUMED.label: "success",
        SourceState.CANCELLED.label: "",
    }
)
CHARGE_COLOURS = Colours(
    {
        ChargeState.CAPTURABLE.label: "info",
        ChargeState.COMPLETE.label: "success",
        ChargeState.CANCELLED.label: "",
    }
)
#: What became of credit that was handed to staff.
HANDED_OVER = {
    ReturnState.PENDING: _("waiting"),
    ReturnState.SUCCEEDED: _("paid or settled"),
    ReturnState.FAILED: _("refused"),
}
RETURN_WORDS = {
    ReturnState.PENDING: _("Waiting for staff"),
    ReturnState.SUCCEEDED: _("Done"),
    ReturnState.FAILED: _("Refused by staff"),
}
RETURN_COLOURS = Colours(
    {
        _("Waiting for staff"): "warning",
        _("Done"): "success",
        _("Refused by staff"): "danger",
    }
)
EVENT_COLOURS = Colours(
    {
        EventState.RECEIVED.label: "warning",
        EventState.PROCESSED.label: "success",
        EventState.IGNORED.label: "",
        EventState.FAILED.label: "danger",
        EventState.SETTLED.label: "",
    }
)
WAITING_COLOURS = Colours(
    {
        _("Waiting"): "warning",
        _("Settled"): "success",
    }
)
#: What pays, within a line; the names of firms are the same there.
_WITHIN_A_LINE = {
    SourceType.CUSTOMER_CREDIT: _("store credit"),
    SourceType.CREDIT_CARD: _("credit card"),
    SourceType.WIRE_TRANSFER: _("wire transfer"),
    SourceType.DIRECT_DEBIT: _("direct debit"),
    SourceType.ONLINE_BANKING: _("online banking"),
}
_CARD_END = re.compile(r"[0-9]{4}")


def page_of(row: Any) -> str:
    """The address of a row's own page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def page_link(row: Any) -> Link | None:
    """The page of a row under its own name; None for none."""
    return Link(str(row), page_of(row)) if row is not None else None


def checkout_link(checkout: Checkout) -> Link:
    return Link(short_name(checkout), page_of(checkout))


def event_link(event: Any) -> Link:
    """The page of an event of the vendor, under its type."""
    return Link(event.type, page_of(event))


def settled_words(at: datetime | None, by: str, how: str) -> SafeString | None:
    """Who settled something, when and how; None while nobody has."""
    return phrase(moment(at), gettext("by %(person)s: %(why)s") % {"person": by, "why": how}) if at else None


def short_name(checkout: Checkout) -> str:
    """A checkout as a list calls it: `Checkout 3F2A9C01`."""
    return str(checkout)


def source_words(source: Source) -> str:
    """`Store credit`, or `Credit card, Visa ending in 1234`."""
    brand = str(source.details.get("brand") or "")
    last_four = str(source.details.get("last_four_digits") or "")
    ending = gettext("ending in %(last_four)s") % {"last_four": last_four} if _CARD_END.fullmatch(last_four) else ""
    more = " ".join(part for part in (brand, ending) if part)
    return f"{source.get_type_display()}, {more}" if more else str(source.get_type_display())


def source_within(source: Source) -> str:
    """What pays, as it is called within a line."""
    return str(_WITHIN_A_LINE.get(SourceType(source.type), source.get_type_display().lower()))


def customer_of(checkout: Checkout) -> str:
    """Whose checkout it is, as far as somebody has said so."""
    if checkout.customer:
        return checkout.customer.display_name
    return str((checkout.bill_to or {}).get("name") or checkout.email or gettext("Guest"))


def dash_or_money(amount_minor: int, currency: str) -> str:
    """An amount; a dash for none."""
    return money_text(amount_minor, currency) if amount_minor else "–"


def order_link(order_id: str) -> Link | None:
    """Where an order that ran here can be looked at; None if it ran at the vendor."""
    order = Order.objects.filter(pk=order_id).first()
    return page_link(order)
