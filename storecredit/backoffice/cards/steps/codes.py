"""
Steps that end in a code: a card in the place of another, and the code of an old one; and the page that shows it.

The code stands on the page that answers the POST and nowhere else: not in the session, a message, a log or a review.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giftcards.operations import CardState, NewCard, replace_card, reveal_code
from giftcards.queries import Card, GiftCard, get_card_by_id
from ledger.operations import Why
from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.cards.steps.base import Decision
from storecredit.backoffice.cards.steps.states import ALIVE
from storecredit.backoffice.cards.words import balance_text, card_url, group_code, restrictions
from storecredit.backoffice.kit import Change, Fact, Outcome, day_text, money_text

MADE_ON_CONFIRMATION = _("is drawn when you confirm, and shown once")


@dataclass(frozen=True, slots=True)
class OpenCode:
    """A code on its way to the page that shows it."""

    code: str = field(repr=False)


class ReplaceCard(Decision):
    slug, label, icon, permission, danger = "replace", _("Replace"), "autorenew", "giftcards.replace_card", True
    explanation = _(
        "For a lost or stolen card: its value moves to a new card with a new code, and this one is voided for good."
    )
    possible_in = ALIVE
    done = _("Card %(card)s is replaced.")

    def refusal(self) -> str:
        held = gettext("some of its value is held for a purchase.")
        return super().refusal() or (held if self.seen.held_minor else "")

    def decide(self, data: dict[str, Any], now: datetime) -> NewCard:
        made = replace_card(card_id=self.target.pk, actor=self.actor, now=now, why=Why(note=data["why"]))
        self.new = get_card_by_id(card_id=made.id, now=now)
        return made

    def changes(self, before: Card, after: Card) -> list[Change]:
        return [
            Change(gettext("This card"), str(before.state.label), str(after.state.label)),
            Change(gettext("On this card"), balance_text(before), balance_text(after)),
            Change(gettext("On the new card"), "–", balance_text(self.new)),
        ]

    def facts(self, data: dict[str, Any]) -> list[Fact]:
        lost_minor = self.seen.balance_minor - self.new.balance_minor
        lost = (
            [
                Fact(
                    gettext("Is lost"),
                    gettext("%(amount)s that had expired") % {"amount": money_text(lost_minor, self.new.currency)},
                )
            ]
            if lost_minor
            else []
        )
        return [
            Fact(gettext("New code"), str(MADE_ON_CONFIRMATION)),
            Fact(gettext("Good through"), day_text(self.new.expires_on)),
            *lost,
        ]

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        return show_code(self.admin, self.request, made_by(outcome), gettext("The card in its place"))


class RevealCode(Decision):
    slug, label, icon, permission = "reveal", _("Reveal code"), "visibility", "giftcards.reveal_code"
    activity = ActivityKind.CODE_REVEALED
    explanation = _(
        "For printing or sending a card again. Whoever knows the code can spend the card: that you saw it, when and "
        "why stays in the card's history."
    )
    possible_in = frozenset(CardState)
    done = _("Card %(card)s showed its code.")

    def decide(self, data: dict[str, Any], now: datetime) -> OpenCode:
        return OpenCode(reveal_code(card_id=self.target.pk, actor=self.actor, now=now, why=Why(note=data["why"])))

    def changes(self, before: Card, after: Card) -> list[Change]:
        return [Change(gettext("The code"), gettext("hidden"), gettext("shown to you, once"))]

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        shown = NewCard(id=self.target.pk, account_id=self.target.account_id, code=outcome.record.code)
        return show_code(
            self.admin,
            self.request,
            shown,
            gettext("The code of %(card)s") % {"card": self.target.masked_code},
        )


def show_code(model_admin: Any, request: HttpRequest, made: NewCard, title: str) -> HttpResponse:
    """The one page that shows a code, fit for printing. It is an answer to a POST, and no cache may keep it."""
    card: GiftCard = model_admin.get_queryset(request).get(pk=made.id)
    [sending] = model_admin.list_buttons(request, card, only=["send"])
    context = model_admin.page_frame(request, card) | {
        "title": title,
        "code": group_code(made.code),
        "qr": qr_svg(made.code),
        "value": money_text(card.account.balance_minor, card.account.currency),
        "good_through": day_text(card.expires_on),
        "for_whom": card.recipient_name,
        "restrictions": restrictions(card),
        "send_url": "" if sending.refusal or not card.recipient_email else sending.url,
        "recipient": card.recipient_email,
        "back_url": card_url(card.pk),
    }
    response = TemplateResponse(request, "backoffice/cards/code_once.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def qr_svg(code: str) -> str:
    """The code as a QR symbol for a page: an SVG without a size of its own."""
    return segno.make_qr(code, error="m").svg_inline(border=2, omitsize=True, svgclass="card-qr", lineclass=None)


def made_by(outcome: Outcome) -> NewCard:
    """The card that a step made, with its code."""
    made: NewCard = outcome.record
    return made
