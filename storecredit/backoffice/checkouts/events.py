"""The vendor's events: what they say, masked, what became of them, and running one again."""

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

from ledger.querysets import reached_by
from ledger.rowwise import row_by_row
from storecredit.backoffice.checkouts.forms import EmptyForm
from storecredit.backoffice.checkouts.masking import mask_text, show_payload
from storecredit.backoffice.checkouts.rows import deductions_table
from storecredit.backoffice.checkouts.settling import SettleStep
from storecredit.backoffice.checkouts.words import EVENT_COLOURS, settled_words
from storecredit.backoffice.kit import (
    DASH,
    Change,
    ConfirmStep,
    DayRangeFilter,
    Fact,
    Facts,
    FoundByMixin,
    Head,
    LoggedStep,
    Outcome,
    PageMixin,
    ReadOnlyAdmin,
    Review,
    as_shown,
    moment,
    moment_cell,
    moment_text,
    money_text,
    state_tag,
    test_tag,
)
from storecredit.checkouts.operations import EventState, process_event, settle_event
from storecredit.checkouts.queries import CreditDeduction, DeductionKind, DeductionMovement, Settlement, WebhookEvent

_FINISHED = (EventState.PROCESSED, EventState.IGNORED, EventState.SETTLED)
_ERROR_SHOWN = 80


class RunAgain(LoggedStep):
    slug, label, icon, permission = "run-again", _("Run again"), "replay", "checkouts.run_webhook_event"
    form_class = EmptyForm
    explanation = _(
        "Does what the event says, as if it had just come in. What it did before it does not do twice: credit is "
        "taken once per order and source for ever, and a refund is given back once."
    )

    def refusal(self) -> str:
        if self.target.state in _FINISHED:
            return gettext("the event is %(state)s, and is not done twice.") % {
                "state": self.target.get_state_display().lower()
            }
        return ""

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = self.target.get_state_display()
        known = set(DeductionMovement.objects.filter(event=self.target).values_list("pk", flat=True))
        event = process_event(event_id=self.target.pk, actor=self.actor, now=now)
        moved = DeductionMovement.objects.filter(event=event).exclude(pk__in=known).order_by("pk")
        facts = [_moved_fact(movement) for movement in moved.select_related("deduction__account")]
        facts += [
            Fact(gettext("Short"), f"{money_text(short.shortfall_minor, short.currency)}: {short.why_short}")
            for short in CreditDeduction.objects.short().filter(event=event).order_by("pk")
        ]
        facts += [Fact(gettext("Error"), mask_text(event.last_error))] if event.last_error else []
        if event.state == EventState.PROCESSED and not facts:
            facts = [Fact(gettext("Moves"), gettext("nothing: it was done before, or waits for its order's own event"))]
        return Outcome(
            review=Review(changes=[Change(gettext("Event"), before, event.get_state_display())], facts=facts),
            url=self.admin.page_url(event),
            message=gettext("The event failed again: its page says why.")
            if event.state == EventState.FAILED
            else gettext("The event is %(state)s now.") % {"state": event.get_state_display().lower()},
            record=event,
            is_bad=event.state == EventState.FAILED,
        )

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{self.label}: {outcome.record.get_state_display().lower()}"


class SettleEvent(SettleStep):
    permission = "checkouts.resolve_webhook_event"
    explanation = _(
        "Say what was done about it by hand: nothing is booked by this. The event is not run again, not even when the "
        "vendor sends it once more."
    )
    before = EventState.FAILED.label

    def refusal(self) -> str:
        if self.target.state != EventState.FAILED:
            return gettext("the event is %(state)s: only one that failed is settled by hand.") % {
                "state": self.target.get_state_display().lower()
            }
        return ""

    def facts(self) -> list[Fact]:
        facts = [Fact(gettext("Event"), f"{self.target.type} {self.target.event_id}")]
        facts += [Fact(gettext("Order"), self.target.order_id)] if self.target.order_id else []
        return [*facts, Fact(gettext("Error"), mask_text(self.target.last_error))]

    def settle(self, resolution: str, now: datetime) -> None:
        settle_event(event_id=self.target.pk, resolution=resolution, actor=self.actor, now=now)


@admin.register(WebhookEvent)
class WebhookEventAdmin(FoundByMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["what", "order_id", "shown_state", "attempts", "error", "received", "mode"]
    list_display_links = ["what"]
    list_filter = ["state", ("received_at", DayRangeFilter), "test_mode"]
    search_fields = ["event_id"]
    search_help_text = _("Id of the event, or order: whole")
    exported = {
        "what": [as_shown(_("Event")), as_shown(_("Event id"))],
        "received": [moment_cell("received_at")],
    }
    ordering = ["-received_at", "-pk"]
    page_template = "backoffice/checkouts/event.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (RunAgain, SettleEvent)

    def list_ways(self, text: str) -> list[QuerySet[Any]]:
        return [WebhookEvent.objects.filter(event_id=text), WebhookEvent.objects.filter(order_id=text)]

    def page_context(self, request: HttpRequest, target: WebhookEvent) -> dict[str, Any]:
        rows = CreditDeduction.objects
        touched = rows.filter(reached_by(rows.filter(event=target), target.movements.values("deduction")))
        done = Settlement.objects.filter(event=target).first()
        settled = settled_words(done.created_at, done.actor_label, done.resolution) if done else None
        return {
            "title": target.type,
            "head": Head(
                title=target.type,
                tags=[state_tag(target.get_state_display(), EVENT_COLOURS)],
                about=[
                    gettext("Event %(event)s") % {"event": target.event_id},
                    format_html(gettext("Received {moment}"), moment=moment(target.received_at, seconds=True)),
                    self.log_link(target),
                ],
                is_test=target.test_mode,
            ),
            "last_error": mask_text(target.last_error),
            "facts": Facts(
                gettext("What became of it"),
                [
                    (gettext("State"), target.get_state_display()),
                    (gettext("Order"), target.order_id or DASH),
                    (gettext("Attempts"), str(target.attempts)),
                    (gettext("Processed"), moment(target.processed_at, seconds=True) or DASH),
                    (gettext("Settled"), settled),
                ],
            ),
            "deductions": deductions_table(row_by_row(touched.select_related("order").order_by("pk"))),
            "payload": show_payload(bytes(target.body)),
        }

    @display(description=_("Event"), header=True)
    def what(self, event: WebhookEvent) -> list[str]:
        return [event.type, event.event_id]

    @display(description=_("State"), label=EVENT_COLOURS)
    def shown_state(self, event: WebhookEvent) -> str:
        return event.get_state_display()

    @display(description=_("Error"))
    def error(self, event: WebhookEvent) -> str:
        return mask_text(event.last_error)[:_ERROR_SHOWN] or "–"

    @display(description=_("Received"))
    def received(self, event: WebhookEvent) -> str:
        return moment_text(event.received_at)

    @display(description="")
    def mode(self, event: WebhookEvent) -> str:
        return test_tag(event.test_mode)


def _moved_fact(movement: DeductionMovement) -> Fact:
    deduction = movement.deduction
    label = gettext("Takes") if movement.kind == DeductionKind.TAKE else gettext("Gives back")
    return Fact(label, f"{money_text(movement.amount_minor, deduction.currency)} · {deduction.upstream_id}")
