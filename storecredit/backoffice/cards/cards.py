"""The list of cards with its totals, and the page of a card."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from unfold.decorators import display

from giftcards.operations import CardState
from giftcards.queries import (
    MOST_SUMMED,
    Card,
    CardTotals,
    CodeDelivery,
    GiftCard,
    find_card_id,
    find_delivery_under_way,
    get_card_by_id,
    looks_like_a_code,
    shown_state,
    sum_all_cards,
    sum_cards,
)
from ledger.guessing import LookUpsStopped, admit, count_miss, looking
from ledger.operations import fold_many_sums
from ledger.queries import list_holds, list_open_lots, map_spendable_minor
from storecredit.backoffice.approvals.waiting import requests_of_card
from storecredit.backoffice.cards.bulk import BlockCards, ExtendCards, SendCodes, UnblockCards
from storecredit.backoffice.cards.filters import (
    BatchFilter,
    CardCurrencyFilter,
    ExpiringFilter,
    StateFilter,
    ValueFilter,
)
from storecredit.backoffice.cards.receipts import ReceiptMixin, ReceiptWithCode
from storecredit.backoffice.cards.steps import CARD_STEPS, BlockCard, MakeCard, RefundRedemption, UnblockCard
from storecredit.backoffice.cards.timeline import card_timeline
from storecredit.backoffice.cards.words import STATE_COLOURS, card_link, card_url, owner_text, restrictions
from storecredit.backoffice.comments.pages import CommentsMixin
from storecredit.backoffice.kit import (
    BulkMixin,
    BulkPage,
    Button,
    ConfirmStep,
    Facts,
    Head,
    Link,
    ModeFilter,
    ReadOnlyAdmin,
    Shown,
    StepButton,
    as_shown,
    day,
    day_text,
    metadata_facts,
    minor_cells,
    moment,
    moment_cell,
    moment_text,
    money_text,
    phrase,
    stacked,
    state_tag,
    styled,
    test_tag,
    words_cell,
)
from storecredit.backoffice.kit.rows import account_link, customer_link, holds_table, lots_table


@admin.register(GiftCard)
class CardAdmin(BulkMixin, CommentsMixin, ReceiptMixin, ReadOnlyAdmin):
    comments_about = "card"
    list_display = ["card", "holder", "value", "shown_state", "good_through", "batch_name", "made", "mode"]
    list_filter = [StateFilter, CardCurrencyFilter, BatchFilter, ExpiringFilter, ValueFilter, ModeFilter]
    search_fields = ["last_four"]
    search_help_text = _("Last four, code, customer, recipient, batch")
    exported = {
        "card": [as_shown(_("Card")), as_shown(_("Account"))],
        "holder": [as_shown(_("Customer")), as_shown(_("Customer number"))],
        "value": [minor_cells("spendable_minor", "account.currency", title=_("Can be spent"))],
        "good_through": [words_cell(_("Good through"), lambda card: card.expires_on)],
        "made": [moment_cell("created_at")],
    }
    ordering = ["-pk"]
    list_before_template = "backoffice/cards/above_list.html"
    page_template = "backoffice/cards/card.html"
    steps: ClassVar[Sequence[type[ConfirmStep]]] = (*CARD_STEPS, ReceiptWithCode)
    bulk_pages: ClassVar[Sequence[type[BulkPage]]] = (BlockCards, UnblockCards, ExtendCards, SendCodes)

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
        return bool(user.has_perm(MakeCard.permission))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return MakeCard(self, request, GiftCard()).respond()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # A code in the query is answered with an address that does not hold it, so that no page prints it back.
        asked = request.GET.get("q", "")
        if asked and (looks_like_a_code(asked) or self._is_a_code(asked)):
            return self._go_to_card(request, asked)
        response = super().changelist_view(request, extra_context)
        if asked and not _has_found_something(response):
            count_miss(asked)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            listed = response.context_data["cl"]
            is_whole = not listed.query and not listed.has_active_filters
            if is_whole:
                fold_many_sums()
            totals = sum_all_cards() if is_whole else sum_cards(listed.queryset)
            if totals is None:
                response.context_data["most_summed"] = MOST_SUMMED
            else:
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
            messages.warning(
                request, gettext("No card has that code. Check it, or search by its last four characters.")
            )
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

    def list_buttons(self, request: HttpRequest, target: GiftCard, only: Sequence[str] = ()) -> list[StepButton]:
        # Of the two only the one that leads somewhere else is worth a word.
        pointless = {BlockCard.slug if target.state == CardState.BLOCKED else UnblockCard.slug}
        # The receipt itself leads to the one with the code.
        pointless |= {ReceiptWithCode.slug} - set(only)
        return [button for button in super().list_buttons(request, target, only) if button.slug not in pointless]

    def page_context(self, request: HttpRequest, target: GiftCard) -> dict[str, Any]:
        now = timezone.now()
        card = get_card_by_id(card_id=target.pk, now=now)
        return {
            "title": gettext("Gift card %(code)s") % {"code": target.masked_code},
            "head": self._head(request, target, now),
            "currency": card.currency,
            "usable": money_text(card.spendable_minor if card.state == CardState.ACTIVE else 0, card.currency),
            "not_usable": "" if card.state == CardState.ACTIVE else _WHY_NOT_USABLE[card.state],
            "pairs": _sums_of(card),
            "facts": _facts_of(target, card),
            "replaced_by": card_link(target.replaced_by),
            "credit_requests": requests_of_card(request, target.pk),
            "metadata": metadata_facts(card.metadata),
            "timeline": card_timeline(
                request,
                target,
                comments=self.list_comments(target),
                way=self.way_to_withdraw(request, target),
                refund_url=self._refund_url(request, target),
            ),
            "lots": lots_table(list_open_lots(account_ids=[card.account_id]), now),
            "holds": holds_table(list_holds(account_ids=[card.account_id]), now),
        }

    def _head(self, request: HttpRequest, card: GiftCard, now: datetime) -> Head:
        return Head(
            title=format_html('<span class="card-number">{}</span>', card.masked_code),
            tags=[state_tag(str(shown_state(card, now).label), STATE_COLOURS)],
            about=[
                customer_link(card.customer) or gettext("Belongs to whoever bears it"),
                format_html(gettext("Made {day}"), day=day(card.created_at)),
                self.log_link(card),
            ],
            is_test=card.test_mode,
            ways=[self.receipt_button(card), *self._statement_buttons(request, card)],
        )

    def _statement_buttons(self, request: HttpRequest, card: GiftCard) -> list[Button]:
        user: Any = request.user
        if not user.has_perm("ledger.view_account"):
            return []
        url = reverse("admin:ledger_account_statement", args=[card.account_id])
        return [Button(gettext("Statement"), url, "receipt_long")]

    def _refund_url(self, request: HttpRequest, target: GiftCard) -> str:
        """Where a redemption is refunded, blank for those who may not."""
        [button] = self.list_buttons(request, target, only=[RefundRedemption.slug])
        return "" if button.refusal else button.url

    # Columns

    @display(description=_("Card"), header=True)
    def card(self, card: GiftCard) -> list[str]:
        return [card.masked_code, card.account.number]

    @display(description=_("Customer"), header=True)
    def holder(self, card: GiftCard) -> list[str]:
        return [owner_text(card), card.customer.number if card.customer else ""]

    def complete_rows(self, rows: list[Any]) -> list[Any]:
        now = timezone.now()
        spendable = map_spendable_minor(account_ids=[card.account_id for card in rows], now=now)
        for card in rows:
            card.spendable_minor = spendable[card.account_id] if card.state_at(now) == CardState.ACTIVE else 0
        return rows

    @display(description=_("Can be spent"))
    def value(self, card: Any) -> str:
        return money_text(card.spendable_minor, card.account.currency)

    @display(description=_("State"), label=STATE_COLOURS)
    def shown_state(self, card: GiftCard) -> str:
        return str(shown_state(card, timezone.now()).label)

    @display(description=_("Good through"))
    def good_through(self, card: GiftCard) -> str:
        return day_text(card.expires_on)

    @display(description=_("Batch"))
    def batch_name(self, card: GiftCard) -> str:
        return card.batch.name if card.batch else "–"

    @display(description=_("Made"))
    def made(self, card: GiftCard) -> str:
        return day_text(timezone.localtime(card.created_at).date())

    @display(description="")
    def mode(self, card: GiftCard) -> str:
        return test_tag(card.test_mode)


_WHY_NOT_USABLE = {
    CardState.PENDING: _("It is not valid yet."),
    CardState.BLOCKED: _("It is blocked: what is on it cannot be spent until it is unblocked."),
    CardState.EXPIRED: _("Its last day is over."),
    CardState.VOIDED: _("It is voided for good."),
}


def _has_found_something(response: HttpResponse) -> bool:
    """Whether a list shows a row; an answer that is no list tells of nothing that was not found."""
    listed = getattr(response, "context_data", None) or {}
    return "cl" not in listed or bool(listed["cl"].result_list)


def _sums_of(card: Card) -> list[tuple[str, str]]:
    told = (
        (gettext("On the card"), card.balance_minor),
        (gettext("Held for purchases"), card.held_minor or None),
        (gettext("Spent so far"), card.redeemed_minor),
        (gettext("Ever put on it"), card.sold_minor),
    )
    return [(label, money_text(minor, card.currency)) for label, minor in told if minor is not None]


def _facts_of(row: GiftCard, card: Card) -> Facts:
    zone = styled("quiet small", f"({card.time_zone})") if card.expires_on else ""
    batch: Shown = ""
    if row.batch:
        link = Link(row.batch.name, reverse("admin:giftcards_cardbatch_change", args=[row.batch.pk]))
        batch = phrase(
            link,
            styled(
                "quiet small",
                gettext("card %(place)s of %(count)s") % {"place": row.batch_place, "count": row.batch.size},
            ),
        )
    return Facts(
        gettext("About this card"),
        [
            (gettext("Good through"), phrase(day_text(card.expires_on), zone)),
            (gettext("Valid from"), moment(card.valid_from)),
            (
                gettext("For"),
                phrase(row.recipient_name, styled("quiet", row.recipient_email) if row.recipient_email else ""),
            ),
            (gettext("Mail with the code"), _under_way_words(find_delivery_under_way(card_id=row.pk))),
            (gettext("Restrictions"), ", ".join(restrictions(row)) or gettext("none")),
            (gettext("Batch"), batch),
            (gettext("Sold with"), row.sale_id),
            (gettext("Replaces"), card_link(GiftCard.objects.filter(replaced_by=row).first())),
            (gettext("Replaced by"), card_link(row.replaced_by)),
            (gettext("Account"), account_link(row.account)),
        ],
    )


def _under_way_words(delivery: CodeDelivery | None) -> Shown:
    if delivery is None:
        return ""
    words = gettext("to be sent to %(address)s") % {"address": delivery.address}
    if not delivery.failure:
        return words
    tried = {"moment": moment_text(delivery.due_at), "failure": delivery.failure}
    return stacked(words, gettext("tried again %(moment)s; last time: %(failure)s") % tried)


def _words_of(totals: CardTotals) -> dict[str, Any]:
    return {
        "currency": totals.currency,
        "is_test": totals.test_mode,
        "cards": totals.cards,
        "cards_with_value": totals.cards_with_value,
        "balance": money_text(totals.balance_minor, totals.currency),
        "held": money_text(totals.held_minor, totals.currency) if totals.held_minor else "",
    }
