"""The list of cards with its totals, and the page of a card."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from unfold.decorators import display

from giftcards.operations import CardState
from giftcards.queries import (
    Card,
    CardTotals,
    GiftCard,
    find_card_id,
    get_card_by_id,
    looks_like_a_code,
    shown_state,
    sum_cards,
)
from ledger.guessing import LookUpsStopped, admit, count_miss, looking
from ledger.queries import list_holds, list_open_lots
from storecredit.backoffice.approvals.waiting import requests_of_card
from storecredit.backoffice.cards.filters import (
    BatchFilter,
    CurrencyFilter,
    ExpiringFilter,
    ModeFilter,
    StateFilter,
    ValueFilter,
)
from storecredit.backoffice.cards.steps import CARD_STEPS, BlockCard, MakeOrAskForCard, RefundRedemption, UnblockCard
from storecredit.backoffice.cards.timeline import card_url, timeline_page
from storecredit.backoffice.cards.words import STATE_COLOURS, STATE_TAGS, day_text, owner_text, restrictions
from storecredit.backoffice.kit import ConfirmStep, PageMixin, ReadOnlyAdmin, StepButton, money_text, test_tag
from storecredit.backoffice.kit.rows import Link, account_url, hold_rows, lot_rows


@admin.register(GiftCard)
class CardAdmin(PageMixin, ReadOnlyAdmin):
    list_display = ["card", "holder", "value", "shown_state", "good_through", "batch_name", "made", "mode"]
    list_filter = [StateFilter, CurrencyFilter, BatchFilter, ExpiringFilter, ValueFilter, ModeFilter]
    search_fields = ["last_four"]
    search_help_text = "Last four, code, customer, recipient, batch"
    ordering = ["-pk"]
    list_before_template = "backoffice/cards/above_list.html"
    page_template = "backoffice/cards/card.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = CARD_STEPS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account", "customer", "batch")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        return queryset.matching(search_term), False

    def get_urls(self) -> list[URLPattern]:
        find = path("find/", self.admin_site.admin_view(self.find_view), name="giftcards_giftcard_find")
        return [find, *super().get_urls()]

    # The list

    def has_add_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm(MakeOrAskForCard.permission))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return MakeOrAskForCard(self, request, GiftCard()).respond()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # A code in the query is answered with an address that does not hold it, so that no page prints it back.
        asked = request.GET.get("q", "")
        if asked and (looks_like_a_code(asked) or self._is_a_code(asked)):
            return self._go_to_card(request, asked)
        response = super().changelist_view(request, extra_context)
        if asked and not _has_found_something(response):
            count_miss(asked)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            totals = sum_cards(response.context_data["cl"].queryset)
            response.context_data["totals"] = [_words_of(each) for each in totals]
        return response

    @method_decorator(sensitive_post_parameters("code"))
    def find_view(self, request: HttpRequest) -> HttpResponse:
        """The card of a code that was scanned or typed in full. Its address never holds the code."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(self._list_url())
        return self._go_to_card(request, request.POST.get("code", ""))

    def _go_to_card(self, request: HttpRequest, text: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            card_id = find_card_id(code=text)
        except LookUpsStopped as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self._list_url())
        if card_id is None:
            messages.warning(request, "No card has that code. Check it, or search by its last four characters.")
            return HttpResponseRedirect(self._list_url())
        return HttpResponseRedirect(card_url(card_id))

    def _is_a_code(self, text: str) -> bool:
        """Whether what may be a name is a card's code all the same. Whoever has guessed too often is not told."""
        try:
            admit()
        except LookUpsStopped:
            return False
        with looking(None):
            return find_card_id(code=text) is not None

    def _list_url(self) -> str:
        return reverse("admin:giftcards_giftcard_changelist")

    # The page of a card

    def page_url(self, target: GiftCard) -> str:
        return self._list_url() if target._state.adding else super().page_url(target)

    def page_frame(self, request: HttpRequest, target: GiftCard) -> dict[str, Any]:
        if not target._state.adding:
            return super().page_frame(request, target)
        request.current_app = self.admin_site.name
        return {**self.admin_site.each_context(request), "opts": self.opts, "model_admin": self}

    def list_buttons(self, request: HttpRequest, target: GiftCard, only: Sequence[str] = ()) -> list[StepButton]:
        # Of the two only the one that leads somewhere else is worth a word.
        pointless = BlockCard.slug if target.state == CardState.BLOCKED else UnblockCard.slug
        return [button for button in super().list_buttons(request, target, only) if button.slug != pointless]

    def page_context(self, request: HttpRequest, target: GiftCard) -> dict[str, Any]:
        now = timezone.now()
        card = get_card_by_id(card_id=target.pk, now=now)
        state = shown_state(target, now)
        return {
            "title": f"Gift card {target.masked_code}",
            "card": _facts_of(card),
            "usable": money_text(card.spendable_minor if card.state == CardState.ACTIVE else 0, card.currency),
            "not_usable": "" if card.state == CardState.ACTIVE else _WHY_NOT_USABLE[card.state],
            "shown": state,
            "state_tag": STATE_TAGS[state],
            "owner": owner_text(target),
            "account_link": Link(card.account_number, account_url(card.account_id)),
            "replaced_by": _card_link(target.replaced_by),
            "replaces": _card_link(GiftCard.objects.filter(replaced_by=target).first()),
            "restrictions": restrictions(target),
            "timeline": timeline_page(request, target, refund_url=self._refund_url(request, target)),
            "lots": lot_rows(list_open_lots(account_ids=[card.account_id]), now),
            "holds": hold_rows(list_holds(account_ids=[card.account_id]), now),
            "credit_requests": requests_of_card(request, target.pk),
        }

    def _refund_url(self, request: HttpRequest, target: GiftCard) -> str:
        """Where a redemption is refunded, blank for those who may not."""
        [button] = self.list_buttons(request, target, only=[RefundRedemption.slug])
        return "" if button.refusal else button.url

    # Columns

    @display(description="Card", ordering="last_four", header=True)
    def card(self, card: GiftCard) -> list[str]:
        return [card.masked_code, card.account.number]

    @display(description="Customer", header=True)
    def holder(self, card: GiftCard) -> list[str]:
        return [owner_text(card), card.customer.number if card.customer else ""]

    @display(description="Value", ordering="account__balance_minor")
    def value(self, card: GiftCard) -> str:
        return money_text(card.account.balance_minor, card.account.currency)

    @display(description="State", label=STATE_COLOURS)
    def shown_state(self, card: GiftCard) -> str:
        return str(shown_state(card, timezone.now()).label)

    @display(description="Good through", ordering="expires_at")
    def good_through(self, card: GiftCard) -> str:
        return day_text(card.expires_on)

    @display(description="Batch", ordering="batch__name")
    def batch_name(self, card: GiftCard) -> str:
        return card.batch.name if card.batch else "–"

    @display(description="Made", ordering="pk")
    def made(self, card: GiftCard) -> str:
        return day_text(timezone.localtime(card.created_at).date())

    @display(description="")
    def mode(self, card: GiftCard) -> str:
        return test_tag(card.test_mode)


_WHY_NOT_USABLE = {
    CardState.PENDING: "It is not valid yet.",
    CardState.BLOCKED: "It is blocked: what is on it cannot be spent until it is unblocked.",
    CardState.EXPIRED: "Its last day is over.",
    CardState.VOIDED: "It is voided for good.",
}


def _has_found_something(response: HttpResponse) -> bool:
    """Whether a list shows a row; an answer that is no list tells of nothing that was not found."""
    listed = getattr(response, "context_data", None) or {}
    return "cl" not in listed or bool(listed["cl"].result_list)


def _card_link(card: GiftCard | None) -> Link | None:
    return Link(card.masked_code, card_url(card.pk)) if card else None


def _facts_of(card: Card) -> dict[str, Any]:
    def words(amount_minor: int) -> str:
        return money_text(amount_minor, card.currency)

    return {
        "balance": words(card.balance_minor),
        "spendable": words(card.spendable_minor),
        "held": words(card.held_minor) if card.held_minor else "",
        "sold": words(card.sold_minor),
        "redeemed": words(card.redeemed_minor),
        "good_through": day_text(card.expires_on),
        "time_zone": card.time_zone if card.expires_on else "",
        "valid_from": card.valid_from,
        "currency": card.currency,
    }


def _words_of(totals: CardTotals) -> dict[str, Any]:
    return {
        "currency": totals.currency,
        "is_test": totals.test_mode,
        "cards": totals.cards,
        "cards_with_value": totals.cards_with_value,
        "balance": money_text(totals.balance_minor, totals.currency),
        "held": money_text(totals.held_minor, totals.currency) if totals.held_minor else "",
    }
