"""Checkouts, with their lines and what pays for them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from ledger.queries import Hold
from storecredit.backoffice.checkouts.releasing import ReleaseStuckHold
from storecredit.backoffice.checkouts.rows import item_rows, source_rows
from storecredit.backoffice.checkouts.words import (
    STATUS_COLOURS,
    STATUS_TAGS,
    customer_of,
    dash_or_money,
    page_of,
    short_name,
)
from storecredit.backoffice.kit import (
    ConfirmStep,
    DayRangeFilter,
    FoundByMixin,
    PageMixin,
    ReadOnlyAdmin,
    moment_text,
    money_text,
    test_tag,
)
from storecredit.backoffice.kit.rows import Link, door_text
from storecredit.checkouts.operations import CheckoutStatus
from storecredit.checkouts.queries import Checkout, Source, read_funding, session_of

_SESSION_WORDS = {
    "requires_source": "Not paid for yet",
    "requires_confirmation": "Paid for, not ordered yet",
    "complete": "Ordered",
}


class ReleaseCheckoutHold(ReleaseStuckHold):
    explanation = (
        "The credit can be spent again at once. The checkout stays, and needs another source before it can be ordered."
    )

    def list_holds(self, now: datetime) -> list[Hold]:
        attached = self.target.sources.filter(hold__status="OPEN", hold__expires_at__gt=now)
        return [source.hold for source in attached.select_related("hold__account").order_by("place", "pk")]


@admin.register(Checkout)
class CheckoutAdmin(FoundByMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["what", "who_buys", "total", "paid_with", "shown_status", "order_id", "mode"]
    list_display_links = ["what"]
    list_filter = ["status", ("created_at", DayRangeFilter), "test_mode"]
    search_fields = ["upstream_id"]
    search_help_text = "Id of the checkout or its session, order, the shop's own id, e-mail or customer: whole"
    ordering = ["-created_at", "-pk"]
    page_template = "backoffice/checkouts/checkout.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (ReleaseCheckoutHold,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        attached = Source.objects.filter(place__isnull=False).prefetch_related("hold").order_by("place")
        rows = super().get_queryset(request).select_related("customer", "order")
        return rows.prefetch_related(Prefetch("sources", attached))

    def list_ways(self, text: str) -> list[QuerySet[Any]]:
        rows = Checkout.objects
        names: list[dict[str, Any]] = [{"order": text}, {"upstream_id": text}, {"email": text}]
        names += [{"customer__number": text}, {"customer__email": text}]
        with suppress(ValueError):
            names += [{"pk": UUID(text)}, {"session_id": UUID(text)}]
        return [rows.filter(**name) for name in names]

    def page_context(self, request: HttpRequest, target: Checkout) -> dict[str, Any]:
        now = timezone.now()
        funding = read_funding(target, now)
        order = getattr(target, "order", None)
        sources = Source.objects.filter(checkout=target).select_related("account", "hold")
        return {
            "title": short_name(target),
            "who_buys": customer_of(target),
            "status_tag": STATUS_TAGS[CheckoutStatus(target.status)],
            "total": money_text(target.total_minor, target.currency),
            "tax": dash_or_money(target.total_tax_minor, target.currency),
            "shipping": dash_or_money(target.total_shipping_minor, target.currency),
            "contributed": money_text(funding.contributed_minor, target.currency),
            "remaining": money_text(max(0, funding.remaining_minor), target.currency),
            "session": _SESSION_WORDS[session_of(target, funding).state],
            "door": door_text(target.door),
            "order": Link(str(order), page_of(order)) if order else None,
            "items": item_rows(target.items.order_by("place"), target.currency),
            "sources": source_rows(sources.order_by("created_at", "pk"), now),
        }

    @display(description="Checkout", header=True, ordering="created_at")
    def what(self, checkout: Checkout) -> list[str]:
        return [short_name(checkout), moment_text(checkout.created_at)]

    @display(description="Customer", header=True)
    def who_buys(self, checkout: Checkout) -> list[str]:
        return [customer_of(checkout), checkout.customer.number if checkout.customer else ""]

    @display(description="Total")
    def total(self, checkout: Checkout) -> str:
        return money_text(checkout.total_minor, checkout.currency)

    @display(description="Paid with")
    def paid_with(self, checkout: Checkout) -> str:
        paying = [
            f"{money_text(source.contributed_minor, checkout.currency)} {source.get_type_display().lower()}"
            for source in checkout.sources.all()
            if source.contributed_minor
        ]
        return " + ".join(paying) or "–"

    @display(description="Status", ordering="status", label=STATUS_COLOURS)
    def shown_status(self, checkout: Checkout) -> str:
        return checkout.get_status_display()

    @display(description="Order")
    def order_id(self, checkout: Checkout) -> str:
        order = getattr(checkout, "order", None)
        return order.pk if order else "–"

    @display(description="")
    def mode(self, checkout: Checkout) -> str:
        return test_tag(checkout.test_mode)
