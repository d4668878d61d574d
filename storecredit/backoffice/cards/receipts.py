"""
The receipt for a card, to be printed on one page: what it is worth, what was spent, and what is left.

It shows the card by its last four characters. With the code it is an answer to a POST, as every page that shows one.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.queries import CardEvent, GiftCard, get_card_by_id, list_card_events, shown_state
from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.cards.steps import RevealCode
from storecredit.backoffice.cards.steps.codes import qr_svg
from storecredit.backoffice.cards.words import group_code, restrictions
from storecredit.backoffice.kit import (
    Button,
    Outcome,
    PageMixin,
    day_text,
    in_the_shop,
    money_text,
    signed_text,
    subject_of,
    tell,
)

#: So many movements leave room for the rest on one page.
_MOVEMENTS_SHOWN = 15


class ReceiptWithCode(RevealCode):
    """Shows the code on the receipt in the place of a page of its own."""

    slug, label, icon = "receipt-with-code", _("Receipt with the code"), "receipt"

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        return show_receipt(self.admin, self.request, self.target, code=outcome.record.code)


class ReceiptMixin(PageMixin):
    """A card has a receipt."""

    def receipt_button(self, target: GiftCard) -> Button:
        return Button(gettext("Receipt"), reverse("admin:giftcards_giftcard_receipt", args=[target.pk]), "receipt")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.receipt_view)
        return [path("<path:object_id>/receipt/", view, name="giftcards_giftcard_receipt"), *super().get_urls()]

    def receipt_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The receipt, without the code."""
        target = self.get_page_object(request, object_id)
        if target is None:
            raise Http404
        if not self.has_view_permission(request, target):
            raise PermissionDenied
        return show_receipt(self, request, target)


def show_receipt(model_admin: Any, request: HttpRequest, card: GiftCard, *, code: str = "") -> HttpResponse:
    """A card's receipt as it stands now. With a code no cache may keep it."""
    now = timezone.now()
    [way] = model_admin.list_buttons(request, card, only=[ReceiptWithCode.slug])
    context = model_admin.page_frame(request, card) | {
        "title": gettext("Receipt"),
        "shop": settings.SHOP_NAME,
        "card": card,
        "code": group_code(code),
        "qr": qr_svg(code) if code else "",
        "facts": _facts_of(card, now),
        "movements": [_movement(event, card.account.currency) for event in _newest_movements(card)],
        "made_on": day_text(in_the_shop(now).date()),
        "with_code_url": "" if way.refusal or code else way.url,
        "back_url": model_admin.page_url(card),
    }
    tell(request, kind=ActivityKind.PRINTED, subject=subject_of(card), details={"with_the_code": bool(code)})
    response = TemplateResponse(request, "backoffice/cards/receipt.html", context)
    if code:
        response.headers["Cache-Control"] = "no-store"
    return response


def _facts_of(row: GiftCard, now: datetime) -> list[tuple[str, str]]:
    card = get_card_by_id(card_id=row.pk, now=now)

    def amount(minor: int) -> str:
        return money_text(minor, card.currency)

    # Whatever came or went beside purchases: so that the sums add up to the balance.
    other_minor = card.balance_minor - card.sold_minor + card.redeemed_minor
    facts = [
        (gettext("Gift card"), row.masked_code),
        (gettext("Account"), card.account_number),
        (gettext("Issued on"), day_text(in_the_shop(card.created_at).date())),
        (gettext("For"), row.recipient_name),
        (gettext("State"), str(shown_state(row, now).label)),
        (gettext("Good through"), day_text(card.expires_on)),
        (gettext("Restrictions"), ", ".join(restrictions(row))),
        (gettext("Value"), amount(card.sold_minor)),
        (gettext("Spent"), amount(card.redeemed_minor)),
        (gettext("Expired, moved or corrected"), signed_text(other_minor, card.currency) if other_minor else ""),
        (gettext("Held for purchases"), amount(card.held_minor) if card.held_minor else ""),
    ]
    return [*((label, text) for label, text in facts if text), (gettext("Balance"), amount(card.balance_minor))]


def _newest_movements(card: GiftCard) -> list[CardEvent]:
    events = list_card_events(card_id=card.pk).exclude(amount_minor=0)
    return list(reversed(events[:_MOVEMENTS_SHOWN]))


def _movement(event: CardEvent, currency: str) -> dict[str, str]:
    return {
        "on": day_text(in_the_shop(event.created_at).date()),
        "what": event.get_kind_display(),
        "reference": "" if event.reference.startswith(("move-", "replace-")) else event.reference,
        "amount": signed_text(event.amount_minor, currency),
        "balance": money_text(event.balance_after_minor, currency),
    }
