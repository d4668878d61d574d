"""Orders that ran here: their charges, and each movement with its entry in the books."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from storecredit.backoffice.checkouts.rows import charge_rows, item_rows, movement_rows
from storecredit.backoffice.checkouts.words import (
    ORDER_COLOURS,
    ORDER_TAGS,
    RETURN_TAGS,
    RETURN_WORDS,
    customer_of,
    page_of,
    short_name,
)
from storecredit.backoffice.kit import (
    DayRangeFilter,
    FoundByMixin,
    PageMixin,
    ReadOnlyAdmin,
    moment_text,
    money_text,
    test_tag,
)
from storecredit.backoffice.kit.rows import Link, door_text
from storecredit.checkouts.operations import OrderState
from storecredit.checkouts.queries import ChargeMovement, Order, Refund, state_of_refund


@admin.register(Order)
class OrderAdmin(FoundByMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["number", "when", "who_buys", "total", "credit", "given_back", "shown_state", "mode"]
    list_filter = ["state", ("created_at", DayRangeFilter), "test_mode"]
    search_fields = ["pk"]
    search_help_text = "Order, the shop's own id, e-mail or customer: whole"
    ordering = ["-created_at", "-pk"]
    page_template = "backoffice/checkouts/order.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("checkout__customer")
        return rows.prefetch_related("charges__source")

    def list_ways(self, text: str) -> list[QuerySet[Any]]:
        names = ("pk", "checkout__upstream_id", "checkout__email", "checkout__customer__number")
        return [Order.objects.filter(**{name: text}) for name in (*names, "checkout__customer__email")]

    def page_context(self, request: HttpRequest, target: Order) -> dict[str, Any]:
        charges = target.charges.select_related("source__account", "transaction").order_by("place")
        movements = ChargeMovement.objects.filter(charge__order=target)
        related = ("charge__source", "transaction", "unreturned__credit_request")
        refunds = target.refunds.prefetch_related(
            Prefetch("movements", ChargeMovement.objects.select_related("unreturned__credit_request"))
        )
        return {
            "who_buys": customer_of(target.checkout),
            "state_tag": ORDER_TAGS[OrderState(target.state)],
            "total": money_text(target.total_minor, target.currency),
            "door": door_text(target.door),
            "checkout": Link(short_name(target.checkout), page_of(target.checkout)),
            "items": item_rows(target.checkout.items.order_by("place"), target.currency),
            "charges": charge_rows(charges, target.currency),
            "movements": movement_rows(
                movements.select_related(*related).order_by("-created_at", "charge__place", "kind"), target.currency
            ),
            "refunds": [_refund_row(refund) for refund in refunds.order_by("-created_at", "-pk")],
        }

    @display(description="Order", ordering="pk")
    def number(self, order: Order) -> str:
        return order.pk

    @display(description="When", ordering="created_at")
    def when(self, order: Order) -> str:
        return moment_text(order.created_at)

    @display(description="Customer", header=True)
    def who_buys(self, order: Order) -> list[str]:
        customer = order.checkout.customer
        return [customer_of(order.checkout), customer.number if customer else ""]

    @display(description="Total")
    def total(self, order: Order) -> str:
        return money_text(order.total_minor, order.currency)

    @display(description="Store credit")
    def credit(self, order: Order) -> str:
        taken = sum(charge.amount_minor for charge in order.charges.all() if charge.source.is_credit)
        return money_text(taken, order.currency) if taken else "–"

    @display(description="Given back")
    def given_back(self, order: Order) -> str:
        returned = sum(
            charge.cancelled_minor + charge.refunded_minor for charge in order.charges.all() if charge.source.is_credit
        )
        return money_text(returned, order.currency) if returned else "–"

    @display(description="State", ordering="state", label=ORDER_COLOURS)
    def shown_state(self, order: Order) -> str:
        return order.get_state_display()

    @display(description="")
    def mode(self, order: Order) -> str:
        return test_tag(order.test_mode)


def _refund_row(refund: Refund) -> dict[str, Any]:
    return {
        "at": refund.created_at,
        "amount": money_text(refund.amount_minor, refund.order.currency),
        "percent": f"{refund.percent.normalize():f} %" if refund.percent is not None else "",
        "reason": refund.reason,
        "state": RETURN_WORDS[state_of_refund(refund)],
        "state_tag": RETURN_TAGS[state_of_refund(refund)],
        "who": refund.actor_label,
        "door": door_text(refund.door),
    }
