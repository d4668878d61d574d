"""Batches: planned here, made by a command, and what became of their cards."""

import shlex
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import display

from giftcards.queries import BatchStatus, CardBatch, get_batch_statistics
from ledger.wording import amount_text
from storecredit.backoffice.cards.filters import ModeFilter
from storecredit.backoffice.cards.steps import PlanBatchWithinLimit
from storecredit.backoffice.cards.steps.batches import TakeCodes
from storecredit.backoffice.cards.words import STATE_TAGS, day_text, restrictions
from storecredit.backoffice.kit import ConfirmStep, PageMixin, ReadOnlyAdmin, ShortListMixin, money_text, test_tag

STATUS_COLOURS = {
    BatchStatus.PLANNED.label: "info",
    BatchStatus.RUNNING.label: "warning",
    BatchStatus.READY.label: "success",
}
_STATUS_TAGS = {
    BatchStatus.PLANNED: "bo-tag-info",
    BatchStatus.RUNNING: "bo-tag-warn",
    BatchStatus.READY: "bo-tag-good",
}


@admin.register(CardBatch)
class BatchAdmin(ShortListMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["name", "cards", "value", "good_through", "shown_status", "codes", "created", "mode"]
    list_filter = ["status", ModeFilter]
    search_fields = ["name"]
    search_help_text = "Name"
    ordering = ["-pk"]
    page_template = "backoffice/cards/batch.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (TakeCodes,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm(PlanBatchWithinLimit.permission))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return PlanBatchWithinLimit(self, request, CardBatch()).respond()

    def page_url(self, target: CardBatch) -> str:
        return reverse("admin:giftcards_cardbatch_changelist") if target._state.adding else super().page_url(target)

    def page_frame(self, request: HttpRequest, target: CardBatch) -> dict[str, Any]:
        if not target._state.adding:
            return super().page_frame(request, target)
        request.current_app = self.admin_site.name
        return {**self.admin_site.each_context(request), "opts": self.opts, "model_admin": self}

    def page_context(self, request: HttpRequest, target: CardBatch) -> dict[str, Any]:
        statistics = get_batch_statistics(batch_id=target.pk, now=timezone.now())
        cards_url = f"{reverse('admin:giftcards_giftcard_changelist')}?batch={target.pk}"

        def words(amount_minor: int) -> str:
            return money_text(amount_minor, target.currency)

        return {
            "status_tag": _STATUS_TAGS[BatchStatus(target.status)],
            "value": amount_text(target.amount),
            "worth": amount_text(target.amount * target.size),
            "good_through": day_text(target.expires_on),
            "command": f"python manage.py generate_cards {shlex.quote(target.name)}",
            "percent": target.made * 100 // target.size,
            "is_ready": target.status == BatchStatus.READY,
            "restrictions": restrictions(target),
            "cards_url": cards_url,
            "states": [
                (state.label, STATE_TAGS[state], count, f"{cards_url}&state={state.value}")
                for state, count in statistics.states.items()
                if count
            ],
            "sold": words(statistics.sold_minor),
            "redeemed": words(statistics.redeemed_minor),
            "left": words(statistics.balance_minor),
            "used": statistics.used,
            "used_percent": statistics.used * 100 // statistics.cards if statistics.cards else 0,
            "last_used_at": statistics.last_used_at,
        }

    @display(description="Cards", ordering="size")
    def cards(self, batch: CardBatch) -> str:
        return f"{batch.size:,}" if batch.made == batch.size else f"{batch.made:,} of {batch.size:,}"

    @display(description="Each", ordering="amount")
    def value(self, batch: CardBatch) -> str:
        return amount_text(batch.amount)

    @display(description="Good through", ordering="expires_on")
    def good_through(self, batch: CardBatch) -> str:
        return day_text(batch.expires_on)

    @display(description="Status", ordering="status", label=STATUS_COLOURS)
    def shown_status(self, batch: CardBatch) -> str:
        return str(BatchStatus(batch.status).label)

    @display(description="Codes")
    def codes(self, batch: CardBatch) -> str:
        return f"taken out by {batch.codes_taken_by}" if batch.codes_taken_at else "in the safe"

    @display(description="Planned", ordering="pk")
    def created(self, batch: CardBatch) -> str:
        return f"{day_text(timezone.localtime(batch.created_at).date())} · {batch.created_by}"

    @display(description="")
    def mode(self, batch: CardBatch) -> str:
        return test_tag(batch.test_mode)
