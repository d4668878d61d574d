"""Batches: planned here, made here or by a command, and what became of their cards."""

import shlex
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from giftcards.operations import make_portion
from giftcards.queries import BatchStatistics, BatchStatus, CardBatch, get_batch_statistics
from ledger.errors import DomainError
from ledger.operations import take_statistics
from ledger.wording import amount_text
from storecredit.backoffice.approvals.besides import WAITS, batch_words
from storecredit.backoffice.cards.steps import (
    ApproveCardBatch,
    PlanBatch,
    RejectCardBatch,
    SendBatch,
    TakeCodes,
    approvers_words,
    sending_table,
)
from storecredit.backoffice.cards.words import STATE_COLOURS, restrictions
from storecredit.backoffice.kit import (
    DASH,
    Button,
    Colours,
    ConfirmStep,
    Facts,
    Head,
    Link,
    ModeFilter,
    PageMixin,
    ReadOnlyAdmin,
    ShortListMixin,
    Shown,
    StepButton,
    day,
    day_text,
    moment,
    moment_cell,
    money_cells,
    money_text,
    number_text,
    phrase,
    staff_actor,
    state_tag,
    styled,
    test_tag,
    words_cell,
)

#: So many cards a request makes.
_CARDS_AT_ONCE = 1000
STATUS_COLOURS = Colours(
    {
        BatchStatus.PLANNED.label: "info",
        BatchStatus.RUNNING.label: "warning",
        BatchStatus.READY.label: "success",
        BatchStatus.REJECTED.label: "danger",
        WAITS: "warning",
    }
)


@admin.register(CardBatch)
class BatchAdmin(ShortListMixin, PageMixin, ReadOnlyAdmin):
    list_display = ["name", "cards", "value", "good_through", "shown_status", "codes", "created", "mode"]
    list_filter = ["status", "waits", ModeFilter]
    search_fields = ["name"]
    search_help_text = _("Name")
    ordering = ["-pk"]
    exported = {
        "cards": [
            words_cell(_("Cards made"), lambda batch: batch.made),
            words_cell(_("Cards"), lambda batch: batch.size),
        ],
        "value": [money_cells(lambda batch: batch.amount)],
        "good_through": [words_cell(_("Good through"), lambda batch: batch.expires_on)],
        "created": [moment_cell("created_at"), words_cell(_("Planned by"), lambda batch: batch.created_by)],
    }
    page_template = "backoffice/cards/batch.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (
        ApproveCardBatch,
        RejectCardBatch,
        SendBatch,
        TakeCodes,
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm(PlanBatch.permission))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return PlanBatch(self, request, CardBatch()).respond()

    def list_buttons(self, request: HttpRequest, target: CardBatch, only: Sequence[str] = ()) -> list[StepButton]:
        pointless = set() if target.waits else {ApproveCardBatch.slug, RejectCardBatch.slug}
        if target.status == BatchStatus.REJECTED:
            pointless |= {SendBatch.slug, TakeCodes.slug}
        return [button for button in super().list_buttons(request, target, only) if button.slug not in pointless]

    def page_context(self, request: HttpRequest, target: CardBatch) -> dict[str, Any]:
        statistics = get_batch_statistics(batch_id=target.pk, now=timezone.now())
        cards_url = f"{reverse('admin:giftcards_giftcard_changelist')}?batch={target.pk}"
        is_refused = target.waits or target.status == BatchStatus.REJECTED
        may_make = self.has_add_permission(request) and not is_refused
        return {
            "head": self._head(target, cards_url),
            "command": f"python manage.py generate_cards {shlex.quote(target.name)}",
            "percent": target.made * 100 // target.size,
            "is_ended": target.status in (BatchStatus.READY, BatchStatus.REJECTED),
            "slices": self._slices(target) if may_make else None,
            "approvers": approvers_words(target) if target.waits else "",
            "rejection": _rejection_of(target),
            "left": money_text(statistics.balance_minor, target.currency),
            "pairs": _sums_of(statistics, target.currency),
            "facts": _facts_of(target, statistics, cards_url),
            "tables": sending_table(target),
        }

    def get_urls(self) -> list[URLPattern]:
        make = self.admin_site.admin_view(require_POST(self.make_cards))
        return [path("<int:batch_id>/make/", make, name="giftcards_cardbatch_make"), *super().get_urls()]

    def make_cards(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """
        Make the next cards of a batch; its page asks again until all are made.

        The batch's row is the lock: two tabs share the work, and no card is made twice.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        batch = CardBatch.objects.filter(pk=batch_id).first()
        if batch is None:
            raise Http404
        refused = ""
        try:
            batch = make_portion(
                batch_id=batch.pk, actor=staff_actor(request), now=timezone.now(), at_most=_CARDS_AT_ONCE
            )
            if batch.status == BatchStatus.READY:
                take_statistics("giftcards_giftcard", "giftcards_cardevent", "ledger_account", "ledger_lot")
        except DomainError as error:
            refused = str(error)
        if request.headers.get("Accept") == "application/json":
            facts = {**self._slices(batch), "busy": batch.status != BatchStatus.READY}
            return JsonResponse({**facts, "refused": refused}, status=409 if refused else 200)
        if refused:
            messages.error(request, refused)
        return HttpResponseRedirect(self.page_url(batch))

    def _slices(self, batch: CardBatch) -> dict[str, Any]:
        """How far its making is, and where the next cards are asked for. What is planned waits for the button."""
        is_planned = batch.status == BatchStatus.PLANNED
        return {
            "title": gettext("%(made)s of %(size)s cards are made")
            % {"made": number_text(batch.made), "size": number_text(batch.size)},
            "words": gettext("%(made)s of %(size)s cards made")
            % {"made": number_text(batch.made), "size": number_text(batch.size)},
            "done": batch.made,
            "total": batch.size,
            "url": self.page_url(batch),
            "address": reverse("admin:giftcards_cardbatch_make", args=[batch.pk]),
            "begins": "wait" if is_planned else "",
            "button": gettext("Make the cards") if is_planned else gettext("Go on"),
        }

    def _head(self, batch: CardBatch, cards_url: str) -> Head:
        value, worth = amount_text(batch.amount), amount_text(batch.amount * batch.size)
        return Head(
            title=batch.name,
            tags=[state_tag(batch_words(batch), STATUS_COLOURS)],
            about=[
                ngettext(
                    "%(count)s card of %(value)s, %(worth)s together",
                    "%(count)s cards of %(value)s, %(worth)s together",
                    batch.size,
                )
                % {"count": batch.size, "value": value, "worth": worth},
                format_html(gettext("Planned {day} by {person}"), day=day(batch.created_at), person=batch.created_by),
                self.log_link(batch),
            ],
            is_test=batch.test_mode,
            ways=[Button(gettext("Show its cards"), cards_url, "style")] if batch.made else [],
        )

    @display(description=_("Cards"), ordering="size")
    def cards(self, batch: CardBatch) -> str:
        return (
            number_text(batch.size)
            if batch.made == batch.size
            else gettext("%(made)s of %(size)s") % {"made": number_text(batch.made), "size": number_text(batch.size)}
        )

    @display(description=_("Each"), ordering="amount")
    def value(self, batch: CardBatch) -> str:
        return amount_text(batch.amount)

    @display(description=_("Good through"), ordering="expires_on")
    def good_through(self, batch: CardBatch) -> str:
        return day_text(batch.expires_on)

    @display(description=_("Status"), ordering="status", label=STATUS_COLOURS)
    def shown_status(self, batch: CardBatch) -> str:
        return batch_words(batch)

    @display(description=_("Codes"))
    def codes(self, batch: CardBatch) -> str:
        if batch.codes_taken_at:
            return gettext("taken out by %(person)s") % {"person": batch.codes_taken_by}
        return gettext("in the safe") if batch.made else DASH

    @display(description=_("Planned"), ordering="pk")
    def created(self, batch: CardBatch) -> str:
        return f"{day_text(timezone.localtime(batch.created_at).date())} · {batch.created_by}"

    @display(description="")
    def mode(self, batch: CardBatch) -> str:
        return test_tag(batch.test_mode)


def _rejection_of(batch: CardBatch) -> Shown:
    """Who ended it and why; blank if nobody has."""
    if batch.rejected_by is None:
        return ""
    told = gettext("{person} rejected it on {moment}: {why}")
    return format_html(
        told, person=batch.rejected_by.get_username(), moment=moment(batch.rejected_at), why=batch.rejected_because
    )


def _sums_of(statistics: BatchStatistics, currency: str) -> list[tuple[str, str]]:
    used_percent = statistics.used * 100 // statistics.cards if statistics.cards else 0
    return [
        (gettext("Put on them"), money_text(statistics.sold_minor, currency)),
        (gettext("Spent"), money_text(statistics.redeemed_minor, currency)),
        (gettext("Cards used"), f"{statistics.used} ({used_percent} %)"),
        (gettext("Last used"), moment(statistics.last_used_at) or gettext("never")),
    ]


def _facts_of(batch: CardBatch, statistics: BatchStatistics, cards_url: str) -> Facts:
    zone = styled("quiet small", f"({batch.time_zone})") if batch.expires_on else ""
    codes: Shown = gettext("in the safe: nobody has taken them out")
    if not batch.made:
        codes = gettext("none, for none of its cards is made")
    elif batch.codes_taken_at:
        codes = format_html(
            gettext("taken out by {person} on {moment}"),
            person=batch.codes_taken_by,
            moment=moment(batch.codes_taken_at),
        )
    states = [
        Link(state_tag(str(state.label), STATE_COLOURS, count), f"{cards_url}&state={state.value}")
        for state, count in statistics.states.items()
        if count
    ]
    return Facts(
        gettext("About this batch"),
        [
            (gettext("Good through"), phrase(day_text(batch.expires_on), zone)),
            (gettext("Who pays"), batch.get_funding_display()),
            (gettext("Approved by"), batch.approved_by.get_username() if batch.approved_by else ""),
            (gettext("Restrictions"), ", ".join(restrictions(batch)) or gettext("none")),
            (gettext("Codes"), codes),
            (gettext("Its cards"), phrase(*states)),
        ],
    )
