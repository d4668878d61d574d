"""The vendor's events: what they say, masked, what became of them, and running one again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from ledger.querysets import reached_by
from storecredit.backoffice.checkouts.forms import EmptyForm
from storecredit.backoffice.checkouts.masking import mask_text, show_payload
from storecredit.backoffice.checkouts.rows import deduction_link
from storecredit.backoffice.checkouts.words import EVENT_COLOURS, EVENT_TAGS
from storecredit.backoffice.kit import (
    Change,
    ConfirmStep,
    DayRangeFilter,
    Fact,
    FoundByMixin,
    LoggedStep,
    Outcome,
    PageMixin,
    ReadOnlyAdmin,
    Review,
    moment_text,
    money_text,
    test_tag,
)
from storecredit.checkouts.operations import EventState, process_event
from storecredit.checkouts.queries import CreditDeduction, DeductionKind, DeductionMovement, WebhookEvent

_FINISHED = (EventState.PROCESSED, EventState.IGNORED)
_ERROR_SHOWN = 80


class RunAgain(LoggedStep):
    slug, label, icon, permission = "run-again", "Run again", "replay", "checkouts.run_webhook_event"
    form_class = EmptyForm
    explanation = (
        "Does what the event says, as if it had just come in. What it did before it does not do twice: credit is "
        "taken once per order and source for ever, and a refund is given back once."
    )

    def refusal(self) -> str:
        if self.target.state in _FINISHED:
            return f"the event is {self.target.get_state_display().lower()}, and is not done twice."
        return ""

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = self.target.get_state_display()
        known = set(DeductionMovement.objects.filter(event=self.target).values_list("pk", flat=True))
        event = process_event(event_id=self.target.pk, actor=self.actor, now=now)
        moved = DeductionMovement.objects.filter(event=event).exclude(pk__in=known).order_by("pk")
        facts = [_moved_fact(movement) for movement in moved.select_related("deduction__account")]
        facts += [
            Fact("Short", f"{money_text(short.shortfall_minor, short.currency)}: {short.why_short}")
            for short in CreditDeduction.objects.short().filter(event=event).order_by("pk")
        ]
        facts += [Fact("Error", mask_text(event.last_error))] if event.last_error else []
        if event.state == EventState.PROCESSED and not facts:
            facts = [Fact("Moves", "nothing: it was done before, or waits for its order's own event")]
        return Outcome(
            review=Review(changes=[Change("Event", before, event.get_state_display())], facts=facts),
            url=self.admin.page_url(event),
            message=f"The event is {event.get_state_display().lower()} now.",
            record=event,
        )

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{self.label}: {outcome.record.get_state_display().lower()}"


@admin.register(WebhookEvent)
class WebhookEventAdmin(FoundByMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["what", "order_id", "shown_state", "attempts", "error", "received", "mode"]
    list_display_links = ["what"]
    list_filter = ["state", ("received_at", DayRangeFilter), "test_mode"]
    search_fields = ["event_id"]
    search_help_text = "Id of the event, or order: whole"
    ordering = ["-received_at", "-pk"]
    page_template = "backoffice/checkouts/event.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (RunAgain,)

    def list_ways(self, text: str) -> list[QuerySet[Any]]:
        return [WebhookEvent.objects.filter(event_id=text), WebhookEvent.objects.filter(order_id=text)]

    def page_context(self, request: HttpRequest, target: WebhookEvent) -> dict[str, Any]:
        rows = CreditDeduction.objects
        touched = rows.filter(reached_by(rows.filter(event=target), rows.filter(movements__event=target)))
        return {
            "title": target.type,
            "state_tag": EVENT_TAGS[EventState(target.state)],
            "last_error": mask_text(target.last_error),
            "payload": show_payload(bytes(target.body)),
            "deductions": [
                {
                    "link": deduction_link(deduction),
                    "line": deduction.upstream_id,
                    "asked": money_text(deduction.asked_minor, deduction.currency),
                    "taken": money_text(deduction.taken_minor, deduction.currency),
                    "given_back": money_text(deduction.given_back_minor, deduction.currency),
                    "short": money_text(deduction.shortfall_minor, deduction.currency)
                    if deduction.shortfall_minor
                    else "",
                }
                for deduction in touched.select_related("order").order_by("pk")
            ],
        }

    @display(description="Event", header=True)
    def what(self, event: WebhookEvent) -> list[str]:
        return [event.type, event.event_id]

    @display(description="State", ordering="state", label=EVENT_COLOURS)
    def shown_state(self, event: WebhookEvent) -> str:
        return event.get_state_display()

    @display(description="Error")
    def error(self, event: WebhookEvent) -> str:
        return mask_text(event.last_error)[:_ERROR_SHOWN] or "–"

    @display(description="Received", ordering="received_at")
    def received(self, event: WebhookEvent) -> str:
        return moment_text(event.received_at)

    @display(description="")
    def mode(self, event: WebhookEvent) -> str:
        return test_tag(event.test_mode)


def _moved_fact(movement: DeductionMovement) -> Fact:
    deduction = movement.deduction
    label = "Takes" if movement.kind == DeductionKind.TAKE else "Gives back"
    return Fact(label, f"{money_text(movement.amount_minor, deduction.currency)} · {deduction.upstream_id}")
