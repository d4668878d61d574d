"""What orders at the vendor took from lines of credit, and where they fell short."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.queries import list_numbered
from storecredit.backoffice.checkouts.rows import moved_table
from storecredit.backoffice.checkouts.settling import SettledFilter, SettleStep
from storecredit.backoffice.checkouts.words import WAITING_COLOURS, dash_or_money, event_link, settled_words
from storecredit.backoffice.kit import (
    ConfirmStep,
    DayRangeFilter,
    Fact,
    Facts,
    FoundByMixin,
    Head,
    PageMixin,
    ReadOnlyAdmin,
    StepButton,
    as_shown,
    minor_cells,
    moment,
    moment_cell,
    moment_text,
    money_text,
    tag,
    test_tag,
)
from storecredit.backoffice.kit.rows import account_link, customer_link
from storecredit.checkouts.operations import settle_shortfall
from storecredit.checkouts.queries import CreditDeduction


class SettleShortfall(SettleStep):
    permission = "checkouts.resolve_shortfall"
    explanation = _(
        "The vendor's order counted on more credit than there was. Say what was done about the rest: nothing is "
        "booked by this."
    )

    def refusal(self) -> str:
        if not self.target.shortfall_minor:
            return gettext("nothing is short.")
        return gettext("it is settled.") if self.target.resolved_at else ""

    def facts(self) -> list[Fact]:
        return [
            Fact(gettext("Order"), self.target.order.order_id),
            Fact(gettext("Short"), money_text(self.target.shortfall_minor, self.target.currency)),
        ]

    def settle(self, resolution: str, now: datetime) -> None:
        settle_shortfall(deduction_id=self.target.pk, resolution=resolution, actor=self.actor, now=now)


class ShortfallFilter(SettledFilter):
    title, parameter_name = _("shortfall"), "short"
    choices_of_filter = (("waiting", _("Waiting for staff")), ("settled", _("Settled")), ("none", _("Nothing short")))

    def narrow(self, queryset: Any, value: str) -> QuerySet[Any]:
        if value == "none":
            return queryset.filter(shortfall_minor=0)
        return queryset.unresolved() if value == "waiting" else queryset.short().filter(resolved_at__isnull=False)


@admin.register(CreditDeduction)
class CreditDeductionAdmin(FoundByMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["what", "line", "asked", "taken", "given_back", "short", "shown_state", "mode"]
    list_display_links = ["what"]
    list_filter = [ShortfallFilter, ("created_at", DayRangeFilter), "order__test_mode"]
    search_fields = ["source_id"]
    search_help_text = _("The vendor's order or source, or the line of credit: whole")
    ordering = ["-pk"]
    exported = {
        "what": [as_shown(), moment_cell("created_at", _("When"))],
        "line": [as_shown(), as_shown(_("Customer"))],
        "asked": [minor_cells("asked_minor")],
        "taken": [minor_cells("taken_minor")],
        "given_back": [minor_cells("given_back_minor")],
        "short": [minor_cells("shortfall_minor")],
    }
    page_template = "backoffice/checkouts/deduction.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (SettleShortfall,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("order", "account__customer", "event")

    def list_ways(self, text: str) -> list[QuerySet[Any]]:
        rows = CreditDeduction.objects
        of_customer = rows.filter(account__customer__in=list_numbered(number=text))
        names = ({"order__order_id": text}, {"source_id": text}, {"upstream_id": text})
        return [*(rows.filter(**name) for name in names), of_customer]

    def page_context(self, request: HttpRequest, target: CreditDeduction) -> dict[str, Any]:
        movements = target.movements.select_related("transaction", "unreturned__credit_request", "event").order_by(
            "-pk"
        )
        return {
            "title": str(target.order),
            "head": self._head(target),
            "short": dash_or_money(target.shortfall_minor, target.currency),
            "is_waiting": target.shortfall_minor and not target.resolved_at,
            "facts": _facts_of(target),
            "movements": moved_table(movements, target.currency),
        }

    def list_buttons(self, request: HttpRequest, target: Any, only: Sequence[str] = ()) -> list[StepButton]:
        # That nothing is short is not worth a word.
        return super().list_buttons(request, target, only) if target.shortfall_minor else []

    def _head(self, deduction: CreditDeduction) -> Head:
        def amount(minor: int) -> str:
            return money_text(minor, deduction.currency)

        short = (
            tag(gettext("%(amount)s short") % {"amount": amount(deduction.shortfall_minor)}, "bo-tag-bad")
            if deduction.shortfall_minor
            else ""
        )
        account = deduction.account
        return Head(
            title=gettext("%(taken)s of %(asked)s taken")
            % {"taken": amount(deduction.taken_minor), "asked": amount(deduction.asked_minor)},
            tags=[tag(gettext("Settled"), "bo-tag-good") if short and deduction.resolved_at else short],
            about=[
                str(deduction.order),
                moment(deduction.created_at),
                customer_link(account.customer) if account else "",
                account_link(account),
                self.log_link(deduction),
            ],
            is_test=deduction.order.test_mode,
        )

    @display(description=_("Vendor's order"), header=True)
    def what(self, deduction: CreditDeduction) -> list[str]:
        return [deduction.order.order_id, moment_text(deduction.created_at)]

    @display(description=_("Line of credit"), header=True)
    def line(self, deduction: CreditDeduction) -> list[str]:
        customer = deduction.account.customer if deduction.account else None
        return [deduction.upstream_id, customer.display_name if customer else ""]

    @display(description=_("Asked"))
    def asked(self, deduction: CreditDeduction) -> str:
        return money_text(deduction.asked_minor, deduction.currency)

    @display(description=_("Taken"))
    def taken(self, deduction: CreditDeduction) -> str:
        return dash_or_money(deduction.taken_minor, deduction.currency)

    @display(description=_("Given back"))
    def given_back(self, deduction: CreditDeduction) -> str:
        return dash_or_money(deduction.given_back_minor, deduction.currency)

    @display(description=_("Short"))
    def short(self, deduction: CreditDeduction) -> str:
        return dash_or_money(deduction.shortfall_minor, deduction.currency)

    @display(description=_("Shortfall"), label=WAITING_COLOURS)
    def shown_state(self, deduction: CreditDeduction) -> str | None:
        if not deduction.shortfall_minor:
            return None
        return gettext("Settled") if deduction.resolved_at else gettext("Waiting")

    @display(description="")
    def mode(self, deduction: CreditDeduction) -> str:
        return test_tag(deduction.order.test_mode)


def _facts_of(deduction: CreditDeduction) -> Facts:
    def amount(minor: int) -> str:
        return money_text(minor, deduction.currency)

    return Facts(
        gettext("What was asked for"),
        [
            (gettext("Asked"), amount(deduction.asked_minor)),
            (gettext("Taken"), amount(deduction.taken_minor)),
            (gettext("Given back"), amount(deduction.given_back_minor)),
            (gettext("Short"), dash_or_money(deduction.shortfall_minor, deduction.currency)),
            (gettext("Line of credit"), deduction.upstream_id),
            (gettext("Source"), deduction.source_id),
            (gettext("Event"), event_link(deduction.event)),
            (gettext("Settled"), settled_words(deduction.resolved_at, deduction.resolved_by, deduction.resolution)),
        ],
    )
