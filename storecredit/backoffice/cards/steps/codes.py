"""
Steps that end in a code: a new card, one in the place of another, and the code of an old one.

The code stands on the page that answers the POST and nowhere else: not in the session, a message, a log or a review.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

import segno
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse

from giftcards.operations import CardState, NewCard, create_card, replace_card, reveal_code
from giftcards.queries import Card, GiftCard, get_card_by_id
from ledger.operations import Funding, Why
from ledger.queries import find_transaction, get_transaction
from storecredit.backoffice.cards.steps.base import Decision
from storecredit.backoffice.cards.steps.forms import MakeForm, first_moment_of
from storecredit.backoffice.cards.steps.states import ALIVE
from storecredit.backoffice.cards.words import balance_text, card_url, day_text, group_code, restrictions
from storecredit.backoffice.kit import Change, ConfirmStep, Fact, Outcome, Review, money_text

_MADE_ON_CONFIRMATION = "is drawn when you confirm, and shown once"


@dataclass(frozen=True, slots=True)
class OpenCode:
    """A code on its way to the page that shows it."""

    code: str = field(repr=False)


class MakeCard(ConfirmStep):
    """A new card; its target is the card that is not there yet."""

    slug, label, icon, permission = "add", "Make a gift card", "add", "giftcards.issue_card"
    form_class: ClassVar[type[MakeForm]] = MakeForm
    explanation = "The card can be spent as soon as it is made. Its code is shown once, on the last page."

    def make_form(self, data: QueryDict | None = None) -> MakeForm:
        asked = self.request.GET.get("customer", "")
        return self.form_class(data, initial={"customer": asked} if asked else None)

    def perform(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        customer = data["customer"]
        made = create_card(
            amount=data["amount"],
            actor=self.actor,
            now=now,
            expires_on=data["good_through"],
            valid_from=first_moment_of(data["valid_from"]),
            funding=Funding(data["funding"]),
            must_redeem_whole=data["must_redeem_whole"],
            reloadable=data["reloadable"],
            customer_id=customer.pk if customer else None,
            customer_only=data["customer_only"],
            recipient_name=data["recipient_name"],
            recipient_email=data["recipient_email"],
            sale_id=data["reference"],
            why=Why(note=data["note"], key=_key(token)),
            test_mode=data["test_mode"],
        )
        card = get_card_by_id(card_id=made.id, now=now)
        return Outcome(
            review=Review(
                changes=[Change("On the new card", "–", balance_text(card))],
                facts=list(_facts_of_new(card, data)),
            ),
            url=card_url(made.id),
            message="The card is made.",
            record=made,
        )

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        return show_code(self.admin, self.request, _made(outcome), "The new gift card")

    def find_done(self, token: str) -> str | None:
        entry = find_transaction(key=_key(token))
        return card_url(get_transaction(transaction_id=entry.pk).account.card.pk) if entry else None

    def _signed_for(self) -> list[str]:
        return [type(self).__qualname__, str(self.request.user.pk)]


class ReplaceCard(Decision):
    slug, label, icon, permission, danger = "replace", "Replace", "autorenew", "giftcards.replace_card", True
    explanation = (
        "For a lost or stolen card: its value moves to a new card with a new code, and this one is voided for good."
    )
    possible_in = ALIVE
    done = "is replaced"

    def refusal(self) -> str:
        held = "some of its value is held for a purchase."
        return super().refusal() or (held if self.seen.held_minor else "")

    def decide(self, data: dict[str, Any], now: datetime) -> NewCard:
        made = replace_card(card_id=self.target.pk, actor=self.actor, now=now, why=Why(note=data["why"]))
        self.new = get_card_by_id(card_id=made.id, now=now)
        return made

    def changes(self, before: Card, after: Card) -> list[Change]:
        return [
            Change("This card", before.state.label, after.state.label),
            Change("On this card", balance_text(before), balance_text(after)),
            Change("On the new card", "–", balance_text(self.new)),
        ]

    def facts(self, data: dict[str, Any]) -> list[Fact]:
        lost_minor = self.seen.balance_minor - self.new.balance_minor
        lost = [Fact("Is lost", f"{money_text(lost_minor, self.new.currency)} that had expired")] if lost_minor else []
        return [Fact("New code", _MADE_ON_CONFIRMATION), Fact("Good through", day_text(self.new.expires_on)), *lost]

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        return show_code(self.admin, self.request, _made(outcome), "The card in its place")


class RevealCode(Decision):
    slug, label, icon, permission = "reveal", "Reveal code", "visibility", "giftcards.reveal_code"
    explanation = (
        "For printing or sending a card again. Whoever knows the code can spend the card: that you saw it, when and "
        "why stays in the card's history."
    )
    possible_in = frozenset(CardState)
    done = "showed its code"

    def decide(self, data: dict[str, Any], now: datetime) -> OpenCode:
        return OpenCode(reveal_code(card_id=self.target.pk, actor=self.actor, now=now, why=Why(note=data["why"])))

    def changes(self, before: Card, after: Card) -> list[Change]:
        return [Change("The code", "hidden", "shown to you, once")]

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        shown = NewCard(id=self.target.pk, account_id=self.target.account_id, code=outcome.record.code)
        return show_code(self.admin, self.request, shown, f"The code of {self.target.masked_code}")


def show_code(model_admin: Any, request: HttpRequest, made: NewCard, title: str) -> HttpResponse:
    """The one page that shows a code, fit for printing. It is an answer to a POST, and no cache may keep it."""
    card: GiftCard = model_admin.get_queryset(request).get(pk=made.id)
    context = model_admin.page_frame(request, card) | {
        "title": title,
        "code": group_code(made.code),
        "qr": qr_svg(made.code),
        "value": money_text(card.account.balance_minor, card.account.currency),
        "good_through": day_text(card.expires_on),
        "for_whom": card.recipient_name,
        "restrictions": restrictions(card),
        "back_url": card_url(card.pk),
    }
    response = TemplateResponse(request, "backoffice/cards/code_once.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def qr_svg(code: str) -> str:
    """The code as a QR symbol for a page: an SVG without a size of its own."""
    return segno.make_qr(code, error="m").svg_inline(border=2, omitsize=True, svgclass="card-qr", lineclass=None)


def _made(outcome: Outcome) -> NewCard:
    made: NewCard = outcome.record
    return made


def _facts_of_new(card: Card, data: dict[str, Any]) -> list[Fact]:
    customer = data["customer"]
    told = (
        ("For", ", ".join(filter(None, [data["recipient_name"], data["recipient_email"]]))),
        ("Valid from", day_text(data["valid_from"]) if data["valid_from"] else ""),
        ("But", "\n".join(restrictions(card))),
        ("Order or receipt", data["reference"]),
        ("Why", data["note"]),
        ("Test", "this is a test card" if card.test_mode else ""),
    )
    return [
        Fact("Code", _MADE_ON_CONFIRMATION),
        Fact("Who pays", str(Funding(data["funding"]).label)),
        Fact("Good through", day_text(card.expires_on)),
        Fact("Belongs to", str(customer) if customer else "whoever bears it"),
        *(Fact(label, text) for label, text in told if text),
    ]


def _key(token: str) -> str:
    return f"admin:{token}"
