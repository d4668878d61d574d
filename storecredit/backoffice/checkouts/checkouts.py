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
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.queries import Hold
from storecredit.backoffice.checkouts.releasing import ReleaseStuckHold
from storecredit.backoffice.checkouts.rows import items_table, sources_table
from storecredit.backoffice.checkouts.words import (
    STATUS_COLOURS,
    customer_of,
    dash_or_money,
    page_link,
    short_name,
    source_within,
)
from storecredit.backoffice.kit import (
    DASH,
    ConfirmStep,
    DayRangeFilter,
    Facts,
    FoundByMixin,
    Head,
    PageMixin,
    ReadOnlyAdmin,
    Shown,
    StepButton,
    as_shown,
    minor_cells,
    moment,
    moment_cell,
    moment_text,
    money_text,
    phrase,
    state_tag,
    styled,
    test_tag,
)
from storecredit.backoffice.kit.rows import customer_link, who_text
from storecredit.checkouts.operations import CheckoutStatus
from storecredit.checkouts.queries import Checkout, Source, read_funding, session_of

_SESSION_WORDS = {
    "requires_source": _("Not paid for yet"),
    "requires_confirmation": _("Paid for, not ordered yet"),
    "complete": _("Ordered"),
}


class ReleaseCheckoutHold(ReleaseStuckHold):
    explanation = _(
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
    search_help_text = _("Id of the checkout or its session, order, the shop's own id, e-mail or customer: whole")
    ordering = ["-created_at", "-pk"]
    exported = {
        "what": [as_shown(_("Checkout")), moment_cell("created_at", _("Begun"))],
        "who_buys": [as_shown(_("Customer")), as_shown(_("Customer number"))],
        "total": [minor_cells("total_minor")],
    }
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
        sources = Source.objects.filter(checkout=target).select_related("account", "hold")
        return {
            "title": short_name(target),
            "head": self._head(target),
            "sums": _sums_of(target, now),
            "buyer": _buyer_of(target),
            "sources": sources_table(sources.order_by("created_at", "pk"), now),
            "items": items_table(target.items.order_by("place"), target.currency),
        }

    def list_buttons(self, request: HttpRequest, target: Checkout, only: Sequence[str] = ()) -> list[StepButton]:
        # Of one that is over nothing is set aside any more, which is not worth a word.
        return super().list_buttons(request, target, only) if target.status == CheckoutStatus.OPEN else []

    def _head(self, checkout: Checkout) -> Head:
        return Head(
            title=gettext("%(amount)s for %(customer)s")
            % {"amount": money_text(checkout.total_minor, checkout.currency), "customer": customer_of(checkout)},
            tags=[state_tag(checkout.get_status_display(), STATUS_COLOURS)],
            about=[
                short_name(checkout),
                format_html(
                    gettext("Begun {moment} by {person}"), moment=moment(checkout.created_at), person=who_text(checkout)
                ),
                customer_link(checkout.customer),
                page_link(getattr(checkout, "order", None)),
                self.log_link(checkout),
            ],
            is_test=checkout.test_mode,
        )

    @display(description=_("Checkout"), header=True)
    def what(self, checkout: Checkout) -> list[str]:
        return [short_name(checkout), moment_text(checkout.created_at)]

    @display(description=_("Customer"), header=True)
    def who_buys(self, checkout: Checkout) -> list[str]:
        return [customer_of(checkout), checkout.customer.number if checkout.customer else ""]

    @display(description=_("Total"))
    def total(self, checkout: Checkout) -> str:
        return money_text(checkout.total_minor, checkout.currency)

    @display(description=_("Paid with"))
    def paid_with(self, checkout: Checkout) -> str:
        paying = [
            f"{money_text(source.contributed_minor, checkout.currency)} {source_within(source)}"
            for source in checkout.sources.all()
            if source.contributed_minor
        ]
        return " + ".join(paying) or "–"

    @display(description=_("Status"), label=STATUS_COLOURS)
    def shown_status(self, checkout: Checkout) -> str:
        return checkout.get_status_display()

    @display(description=_("Order"))
    def order_id(self, checkout: Checkout) -> str:
        order = getattr(checkout, "order", None)
        return order.pk if order else "–"

    @display(description="")
    def mode(self, checkout: Checkout) -> str:
        return test_tag(checkout.test_mode)


def _sums_of(checkout: Checkout, now: datetime) -> Facts:
    funding = read_funding(checkout, now)
    currency = checkout.currency
    tax = dash_or_money(checkout.total_tax_minor, currency)
    end: tuple[str, Shown] = (gettext("Ended"), moment(checkout.updated_at))
    if checkout.status == CheckoutStatus.OPEN:
        end = (
            gettext("Given up"),
            format_html(gettext("{moment}, unless it changes"), moment=moment(checkout.expires_at)),
        )
    return Facts(
        gettext("What it comes to"),
        [
            (gettext("Payment"), str(_SESSION_WORDS[session_of(checkout, funding).state])),
            (gettext("Total"), money_text(checkout.total_minor, currency)),
            (gettext("Shipping"), dash_or_money(checkout.total_shipping_minor, currency)),
            (gettext("Tax"), phrase(tax, styled("quiet", gettext("in the prices")) if checkout.tax_included else "")),
            (gettext("Sources pay"), money_text(funding.contributed_minor, currency)),
            (gettext("Left to pay"), money_text(max(0, funding.remaining_minor), currency)),
            end,
        ],
    )


def _buyer_of(checkout: Checkout) -> Facts:
    return Facts(
        gettext("Who buys"),
        [
            (gettext("E-mail"), checkout.email or DASH),
            (gettext("Billed to"), _billed_to(checkout.bill_to or {})),
            (gettext("The shop's id"), checkout.upstream_id or DASH),
            (gettext("Checkout id"), str(checkout.pk)),
            (gettext("Session id"), str(checkout.session_id)),
        ],
    )


def _billed_to(party: dict[str, Any]) -> str:
    """Name and address, a line for each."""
    address = party.get("address") or {}
    town = f"{address.get('postal_code') or ''} {address.get('city') or ''}".strip()
    lines = [
        [party.get("name")],
        [party.get("organization")],
        [address.get("line1"), address.get("line2")],
        [town, address.get("state"), address.get("country")],
    ]
    return "\n".join(filter(None, (", ".join(str(part) for part in line if part) for line in lines)))
