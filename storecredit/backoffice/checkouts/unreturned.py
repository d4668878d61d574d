"""Credit that could not go back to its account, and the request that asks for it on a card."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.queries import list_numbered
from storecredit.backoffice.approvals.words import request_link, status_of
from storecredit.backoffice.checkouts.rows import deduction_link
from storecredit.backoffice.checkouts.settling import SettledFilter, SettleStep
from storecredit.backoffice.checkouts.words import WAITING_COLOURS, order_link, settled_words
from storecredit.backoffice.kit import (
    ConfirmStep,
    DayRangeFilter,
    Fact,
    Facts,
    FoundByMixin,
    Head,
    Link,
    PageMixin,
    ReadOnlyAdmin,
    Shown,
    as_shown,
    minor_cells,
    moment,
    moment_cell,
    moment_text,
    money_text,
    phrase,
    state_tag,
)
from storecredit.backoffice.kit.rows import account_link, customer_link, who_text
from storecredit.checkouts.operations import settle_unreturned_credit
from storecredit.checkouts.queries import DeductionMovement, UnreturnedCredit
from storecredit.credits.operations import RequestStatus


class SettleUnreturned(SettleStep):
    permission = "checkouts.resolve_unreturned_credit"
    explanation = _(
        "Say how the customer got what they are owed: nothing is booked by this. A credit request that waits for it "
        "is taken back."
    )

    def refusal(self) -> str:
        if self.target.resolved_at:
            return gettext("it is settled.")
        request = self.target.credit_request
        if request is not None and request.status == RequestStatus.CONFIRMED:
            return gettext("%(request)s has paid it out.") % {"request": request}
        if request is not None and request.status == RequestStatus.FAILED:
            return gettext(
                "%(request)s has failed and can be tried again: let it be tried again and decided first."
            ) % {"request": request}
        return ""

    def facts(self) -> list[Fact]:
        target = self.target
        facts = [
            Fact(gettext("Order"), target.reference),
            Fact(gettext("Amount"), money_text(target.amount_minor, target.currency)),
            Fact(gettext("Account"), target.account.number),
        ]
        if target.credit_request and target.credit_request.status == RequestStatus.PENDING:
            facts.append(Fact(gettext("Taken back"), str(target.credit_request)))
        return facts

    def settle(self, resolution: str, now: datetime) -> None:
        settle_unreturned_credit(unreturned_id=self.target.pk, resolution=resolution, actor=self.actor, now=now)


class UnreturnedFilter(SettledFilter):
    def narrow(self, queryset: Any, value: str) -> QuerySet[Any]:
        waiting = queryset.waiting()
        return waiting if value == "waiting" else queryset.exclude(pk__in=waiting.values("pk"))


@admin.register(UnreturnedCredit)
class UnreturnedCreditAdmin(FoundByMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["order", "when", "holder", "amount", "why", "asked_for", "shown_state"]
    list_filter = [UnreturnedFilter, ("created_at", DayRangeFilter), "account__test_mode"]
    search_fields = ["reference"]
    search_help_text = _("Order, account or customer number: whole")
    exported = {
        "when": [moment_cell("created_at")],
        "holder": [as_shown(_("Customer")), as_shown(_("Account"))],
        "amount": [minor_cells("amount_minor")],
    }
    ordering = ["-pk"]
    page_template = "backoffice/facts_page.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (SettleUnreturned,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account__customer", "credit_request")

    def list_ways(self, text: str) -> list[QuerySet[Any]]:
        rows = UnreturnedCredit.objects
        of_customer = rows.filter(account__customer__in=list_numbered(number=text))
        return [rows.filter(reference=text), rows.filter(account__number=text), of_customer]

    def page_context(self, request: HttpRequest, target: UnreturnedCredit) -> dict[str, Any]:
        account, state = target.account, gettext("Waiting") if is_waiting(target) else gettext("Settled")
        return {
            "head": Head(
                title=gettext("%(amount)s to give back") % {"amount": money_text(target.amount_minor, target.currency)},
                tags=[state_tag(state, WAITING_COLOURS)],
                about=[
                    format_html(gettext("Since {moment}"), moment=moment(target.created_at)),
                    customer_link(account.customer),
                    account_link(account),
                    self.log_link(target),
                ],
                is_test=account.test_mode,
            ),
            "facts": Facts(
                "",
                [
                    (gettext("Order"), _origin_of(target) or target.reference),
                    (gettext("Why not"), target.why),
                    (gettext("Who"), who_text(target)),
                    (gettext("Credit request"), _request_words(target)),
                    (gettext("Settled"), settled_words(target.resolved_at, target.resolved_by, target.resolution)),
                ],
            ),
        }

    @display(description=_("Order"))
    def order(self, unreturned: UnreturnedCredit) -> str:
        return unreturned.reference

    @display(description=_("When"))
    def when(self, unreturned: UnreturnedCredit) -> str:
        return moment_text(unreturned.created_at)

    @display(description=_("Account"), header=True)
    def holder(self, unreturned: UnreturnedCredit) -> list[str]:
        customer = unreturned.account.customer
        return [customer.display_name if customer else gettext("Bearer"), unreturned.account.number]

    @display(description=_("Amount"))
    def amount(self, unreturned: UnreturnedCredit) -> str:
        return money_text(unreturned.amount_minor, unreturned.currency)

    @display(description=_("Credit request"))
    def asked_for(self, unreturned: UnreturnedCredit) -> str:
        request = unreturned.credit_request
        return f"{request}, {status_of(request).lower()}" if request else "–"

    @display(description=_("State"), label=WAITING_COLOURS)
    def shown_state(self, unreturned: UnreturnedCredit) -> str:
        return gettext("Waiting") if is_waiting(unreturned) else gettext("Settled")


def is_waiting(unreturned: UnreturnedCredit) -> bool:
    """Whether nobody has dealt with it yet. Its request is at hand."""
    request = unreturned.credit_request
    return unreturned.resolved_at is None and (request is None or request.status != RequestStatus.CONFIRMED)


def _request_words(unreturned: UnreturnedCredit) -> Shown:
    request = unreturned.credit_request
    if request is None:
        return gettext("none: its reason was switched off")
    state = status_of(request).lower()
    if request.decided_label:
        state = gettext("%(state)s by %(person)s") % {"state": state, "person": request.decided_label}
    return phrase(request_link(request), state, between=", ")


def _origin_of(unreturned: UnreturnedCredit) -> Link | None:
    told = DeductionMovement.objects.filter(unreturned=unreturned).select_related("deduction__order").first()
    return deduction_link(told.deduction) if told else order_link(unreturned.reference)
