"""Orders that ran here: their charges, and each movement with its entry in the books."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.money import from_minor
from ledger.rowwise import row_by_row
from storecredit.backoffice.checkouts.rows import charges_table, items_table, movements_table, who_cell
from storecredit.backoffice.checkouts.words import (
    ORDER_COLOURS,
    RETURN_COLOURS,
    RETURN_WORDS,
    checkout_link,
    customer_of,
)
from storecredit.backoffice.kit import (
    DASH,
    DayRangeFilter,
    FoundByMixin,
    Head,
    PageMixin,
    ReadOnlyAdmin,
    Shown,
    Table,
    as_shown,
    minor_cells,
    moment,
    moment_cell,
    moment_text,
    moments,
    money_cells,
    money_text,
    numbers,
    phrase,
    reasons,
    state_tag,
    strong,
    styled,
    test_tag,
)
from storecredit.backoffice.kit.rows import customer_link, who_text
from storecredit.checkouts.queries import ChargeMovement, Order, Refund, state_of_refund


@admin.register(Order)
class OrderAdmin(FoundByMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["number", "when", "who_buys", "total", "credit", "given_back", "shown_state", "mode"]
    list_filter = ["state", ("created_at", DayRangeFilter), "test_mode"]
    search_fields = ["pk"]
    search_help_text = _("Order, the shop's own id, e-mail or customer: whole")
    ordering = ["-created_at", "-pk"]
    exported = {
        "when": [moment_cell("created_at")],
        "who_buys": [as_shown(_("Customer")), as_shown(_("Customer number"))],
        "total": [minor_cells("total_minor")],
        "credit": [money_cells(lambda order: from_minor(_credit_minor(order), order.currency))],
        "given_back": [money_cells(lambda order: from_minor(_given_back_minor(order), order.currency))],
    }
    page_template = "backoffice/checkouts/order.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("checkout__customer")
        return rows.prefetch_related("charges__source")

    def list_ways(self, text: str) -> list[QuerySet[Any]]:
        names = ("pk", "checkout__upstream_id", "checkout__email", "checkout__customer__number")
        return [Order.objects.filter(**{name: text}) for name in (*names, "checkout__customer__email")]

    def page_context(self, request: HttpRequest, target: Order) -> dict[str, Any]:
        charges = row_by_row(target.charges.select_related("source__account", "transaction").order_by("place"))
        movements = row_by_row(ChargeMovement.objects.filter(charge__in=[charge.pk for charge in charges]))
        related = ("charge__source", "transaction", "unreturned__credit_request")
        refunds = row_by_row(
            target.refunds.prefetch_related(
                Prefetch("movements", ChargeMovement.objects.select_related("unreturned__credit_request"))
            )
        )
        return {
            "head": _head_of(target),
            "charges": charges_table(charges, target.currency),
            "movements": movements_table(
                movements.select_related(*related).order_by("-created_at", "charge__place", "kind"), target.currency
            ),
            "refunds": _refunds_table(refunds.order_by("-created_at", "-pk"), target.currency),
            "items": items_table(target.checkout.items.order_by("place"), target.currency),
        }

    @display(description=_("Order"))
    def number(self, order: Order) -> str:
        return order.pk

    @display(description=_("When"))
    def when(self, order: Order) -> str:
        return moment_text(order.created_at)

    @display(description=_("Customer"), header=True)
    def who_buys(self, order: Order) -> list[str]:
        customer = order.checkout.customer
        return [customer_of(order.checkout), customer.number if customer else ""]

    @display(description=_("Total"))
    def total(self, order: Order) -> str:
        return money_text(order.total_minor, order.currency)

    @display(description=_("Store credit"))
    def credit(self, order: Order) -> str:
        taken = _credit_minor(order)
        return money_text(taken, order.currency) if taken else "–"

    @display(description=_("Given back"))
    def given_back(self, order: Order) -> str:
        returned = _given_back_minor(order)
        return money_text(returned, order.currency) if returned else "–"

    @display(description=_("State"), label=ORDER_COLOURS)
    def shown_state(self, order: Order) -> str:
        return order.get_state_display()

    @display(description="")
    def mode(self, order: Order) -> str:
        return test_tag(order.test_mode)


def _credit_minor(order: Order) -> int:
    return sum(charge.amount_minor for charge in order.charges.all() if charge.source.is_credit)


def _given_back_minor(order: Order) -> int:
    charges = [charge for charge in order.charges.all() if charge.source.is_credit]
    return sum(charge.cancelled_minor + charge.refunded_minor for charge in charges)


def _head_of(order: Order) -> Head:
    return Head(
        title=gettext("%(amount)s for %(customer)s")
        % {"amount": money_text(order.total_minor, order.currency), "customer": customer_of(order.checkout)},
        tags=[state_tag(order.get_state_display(), ORDER_COLOURS)],
        about=[
            str(order),
            format_html(
                gettext("Accepted {moment} by {person}"), moment=moment(order.created_at), person=who_text(order)
            ),
            format_html(gettext("Fulfilled {moment}"), moment=moment(order.fulfilled_at)) if order.fulfilled_at else "",
            format_html(gettext("Cancelled {moment}"), moment=moment(order.cancelled_at)) if order.cancelled_at else "",
            customer_link(order.checkout.customer),
            checkout_link(order.checkout),
        ],
        is_test=order.test_mode,
    )


def _refunds_table(refunds: Iterable[Refund], currency: str) -> Table:
    def cells(refund: Refund) -> list[Shown]:
        percent = f"{refund.percent.normalize():f} %" if refund.percent is not None else ""
        return [
            moment(refund.created_at),
            phrase(strong(money_text(refund.amount_minor, currency)), styled("quiet", percent) if percent else ""),
            state_tag(str(RETURN_WORDS[state_of_refund(refund)]), RETURN_COLOURS),
            refund.reason or DASH,
            who_cell(refund),
        ]

    return Table(
        title=gettext("Refunds as they were asked for"),
        id="refunds",
        columns=(
            moments(gettext("When")),
            numbers(gettext("Amount")),
            gettext("State"),
            reasons(gettext("Why")),
            moments(gettext("Who")),
        ),
        rows=[cells(refund) for refund in refunds],
    )
