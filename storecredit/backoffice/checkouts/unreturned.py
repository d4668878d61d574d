"""Credit that could not go back to its account, and the request that asks for it on a card."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
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
    explanation = (
        "Say how the customer got what they are owed: nothing is booked by this. A credit request that waits for it "
        "is taken back."
    )

    def refusal(self) -> str:
        if self.target.resolved_at:
            return "it is settled."
        request = self.target.credit_request
        if request is not None and request.status == RequestStatus.CONFIRMED:
            return f"{request} has paid it out."
        if request is not None and request.status == RequestStatus.FAILED:
            return f"{request} has failed and can be tried again: let it be tried again and decided first."
        return ""

    def facts(self) -> list[Fact]:
        target = self.target
        facts = [
            Fact("Order", target.reference),
            Fact("Amount", money_text(target.amount_minor, target.currency)),
            Fact("Account", target.account.number),
        ]
        if target.credit_request and target.credit_request.status == RequestStatus.PENDING:
            facts.append(Fact("Taken back", str(target.credit_request)))
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
    search_help_text = "Order, account or customer number: whole"
    exported = {
        "when": [moment_cell("created_at")],
        "holder": [as_shown("Customer"), as_shown("Account")],
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
        account, state = target.account, "Waiting" if is_waiting(target) else "Settled"
        return {
            "head": Head(
                title=f"{money_text(target.amount_minor, target.currency)} to give back",
                tags=[state_tag(state, WAITING_COLOURS)],
                about=[
                    phrase("Since", moment(target.created_at)),
                    customer_link(account.customer),
                    account_link(account),
                    self.log_link(target),
                ],
                is_test=account.test_mode,
            ),
            "facts": Facts(
                "",
                [
                    ("Order", _origin_of(target) or target.reference),
                    ("Why not", target.why),
                    ("Who", who_text(target)),
                    ("Credit request", _request_words(target)),
                    ("Settled", settled_words(target.resolved_at, target.resolved_by, target.resolution)),
                ],
            ),
        }

    @display(description="Order", ordering="reference")
    def order(self, unreturned: UnreturnedCredit) -> str:
        return unreturned.reference

    @display(description="When", ordering="created_at")
    def when(self, unreturned: UnreturnedCredit) -> str:
        return moment_text(unreturned.created_at)

    @display(description="Account", header=True)
    def holder(self, unreturned: UnreturnedCredit) -> list[str]:
        customer = unreturned.account.customer
        return [customer.display_name if customer else "Bearer", unreturned.account.number]

    @display(description="Amount")
    def amount(self, unreturned: UnreturnedCredit) -> str:
        return money_text(unreturned.amount_minor, unreturned.currency)

    @display(description="Credit request")
    def asked_for(self, unreturned: UnreturnedCredit) -> str:
        request = unreturned.credit_request
        return f"{request}, {status_of(request).lower()}" if request else "–"

    @display(description="State", label=WAITING_COLOURS)
    def shown_state(self, unreturned: UnreturnedCredit) -> str:
        return "Waiting" if is_waiting(unreturned) else "Settled"


def is_waiting(unreturned: UnreturnedCredit) -> bool:
    """Whether nobody has dealt with it yet. Its request is at hand."""
    request = unreturned.credit_request
    return unreturned.resolved_at is None and (request is None or request.status != RequestStatus.CONFIRMED)


def _request_words(unreturned: UnreturnedCredit) -> Shown:
    request = unreturned.credit_request
    if request is None:
        return "none: its reason was switched off"
    decided = f" by {request.decided_label}" if request.decided_label else ""
    return phrase(request_link(request), f"{status_of(request).lower()}{decided}", between=", ")


def _origin_of(unreturned: UnreturnedCredit) -> Link | None:
    told = DeductionMovement.objects.filter(unreturned=unreturned).select_related("deduction__order").first()
    return deduction_link(told.deduction) if told else order_link(unreturned.reference)
