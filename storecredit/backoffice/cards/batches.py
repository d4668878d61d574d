"""Batches: planned here, made by a command, and what became of their cards."""

import shlex
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import display

from giftcards.queries import BatchStatistics, BatchStatus, CardBatch, get_batch_statistics
from ledger.wording import amount_text
from storecredit.backoffice.cards.filters import ModeFilter
from storecredit.backoffice.cards.steps import PlanBatchWithinLimit
from storecredit.backoffice.cards.steps.batches import TakeCodes
from storecredit.backoffice.cards.words import STATE_COLOURS, day_text, restrictions
from storecredit.backoffice.kit import (
    Button,
    ConfirmStep,
    Facts,
    Head,
    Link,
    PageMixin,
    ReadOnlyAdmin,
    ShortListMixin,
    Shown,
    day,
    moment,
    money_text,
    phrase,
    state_tag,
    styled,
    test_tag,
)

STATUS_COLOURS = {
    BatchStatus.PLANNED.label: "info",
    BatchStatus.RUNNING.label: "warning",
    BatchStatus.READY.label: "success",
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

    def page_context(self, request: HttpRequest, target: CardBatch) -> dict[str, Any]:
        statistics = get_batch_statistics(batch_id=target.pk, now=timezone.now())
        cards_url = f"{reverse('admin:giftcards_giftcard_changelist')}?batch={target.pk}"
        return {
            "head": self._head(target, cards_url),
            "command": f"python manage.py generate_cards {shlex.quote(target.name)}",
            "percent": target.made * 100 // target.size,
            "is_ready": target.status == BatchStatus.READY,
            "left": money_text(statistics.balance_minor, target.currency),
            "pairs": _sums_of(statistics, target.currency),
            "facts": _facts_of(target, statistics, cards_url),
        }

    def _head(self, batch: CardBatch, cards_url: str) -> Head:
        value, worth = amount_text(batch.amount), amount_text(batch.amount * batch.size)
        return Head(
            title=batch.name,
            tags=[state_tag(batch.get_status_display(), STATUS_COLOURS)],
            about=[
                f"{batch.size} cards of {value}, {worth} together",
                phrase("Planned", day(batch.created_at), "by", batch.created_by),
                self.log_link(batch),
            ],
            is_test=batch.test_mode,
            ways=[Button("Show its cards", cards_url, "style")],
        )

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


def _sums_of(statistics: BatchStatistics, currency: str) -> list[tuple[str, str]]:
    used_percent = statistics.used * 100 // statistics.cards if statistics.cards else 0
    return [
        ("Put on them", money_text(statistics.sold_minor, currency)),
        ("Spent", money_text(statistics.redeemed_minor, currency)),
        ("Cards used", f"{statistics.used} ({used_percent} %)"),
        ("Last used", moment(statistics.last_used_at) or "never"),
    ]


def _facts_of(batch: CardBatch, statistics: BatchStatistics, cards_url: str) -> Facts:
    zone = styled("quiet small", f"({batch.time_zone})") if batch.expires_on else ""
    codes: Shown = "in the safe: nobody has taken them out"
    if batch.codes_taken_at:
        codes = phrase("taken out by", batch.codes_taken_by, "on", moment(batch.codes_taken_at))
    states = [
        Link(state_tag(str(state.label), STATE_COLOURS, count), f"{cards_url}&state={state.value}")
        for state, count in statistics.states.items()
        if count
    ]
    return Facts(
        "About this batch",
        [
            ("Good through", phrase(day_text(batch.expires_on), zone)),
            ("Who pays", batch.get_funding_display()),
            ("Restrictions", ", ".join(restrictions(batch)) or "none"),
            ("Codes", codes),
            ("Its cards", phrase(*states)),
        ],
    )
