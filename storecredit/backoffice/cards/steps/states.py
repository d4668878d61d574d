"""What is decided about a card: whether it may be used, until when, and whose it is."""

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from giftcards.operations import CardState, assign_card, block_card, extend_card, unblock_card, void_card
from giftcards.queries import Card
from ledger.operations import Why
from ledger.queries import Customer
from storecredit.backoffice.cards.steps.base import Decision
from storecredit.backoffice.cards.steps.forms import AssignForm, ExtendForm
from storecredit.backoffice.cards.words import balance_text
from storecredit.backoffice.kit import Change, DomainForm, Fact, day_text

ALIVE = frozenset({CardState.PENDING, CardState.ACTIVE, CardState.BLOCKED})


class BlockCard(Decision):
    slug, label, icon, permission, danger = "block", _("Block"), "lock", "giftcards.block_card", True
    explanation = _("Nobody can spend or reload a blocked card until it is unblocked. Its value stays on it.")
    possible_in = frozenset({CardState.ACTIVE, CardState.PENDING})
    done = _("Card %(card)s is blocked.")

    def decide(self, data: dict[str, Any], now: datetime) -> Any:
        return block_card(card_id=self.target.pk, actor=self.actor, now=now, why=Why(note=data["why"]))


class UnblockCard(Decision):
    slug, label, icon, permission = "unblock", _("Unblock"), "lock_open", "giftcards.block_card"
    explanation = _("The card can be spent and reloaded again.")
    possible_in = frozenset({CardState.BLOCKED})
    done = _("Card %(card)s can be used again.")

    def decide(self, data: dict[str, Any], now: datetime) -> Any:
        return unblock_card(card_id=self.target.pk, actor=self.actor, now=now, why=Why(note=data["why"]))


class VoidCard(Decision):
    slug, label, icon, permission, danger = (
        "void",
        pgettext_lazy("button", "Void"),
        "cancel",
        "giftcards.void_card",
        True,
    )
    explanation = _(
        "All value is taken from the card, and nobody can ever use it again. This cannot be undone: to stop a card for "
        "a while, block it instead; to give its owner another one, replace it."
    )
    possible_in = frozenset(set(CardState) - {CardState.VOIDED})
    done = _("Card %(card)s is voided.")

    def refusal(self) -> str:
        held = gettext("some of its value is held for a purchase.")
        return super().refusal() or (held if self.seen.held_minor else "")

    def decide(self, data: dict[str, Any], now: datetime) -> Any:
        return void_card(card_id=self.target.pk, actor=self.actor, now=now, why=Why(note=data["why"]))

    def changes(self, before: Card, after: Card) -> list[Change]:
        return [
            *super().changes(before, after),
            Change(gettext("On the card"), balance_text(before), balance_text(after)),
        ]


class ExtendCard(Decision):
    slug, label, icon, permission = "extend", _("Extend"), "event", "giftcards.extend_card"
    form_class = ExtendForm
    explanation = _("Move the card's last day to a later one. What is on it lives as long.")
    possible_in = ALIVE
    done = _("Card %(card)s lives longer.")

    def refusal(self) -> str:
        return super().refusal() or ("" if self.seen.expires_on else gettext("it is good for ever."))

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        form = ExtendForm(data)
        form.fields["good_through"].help_text = gettext("At present it is good through %(day)s.") % {
            "day": day_text(self.seen.expires_on)
        }
        return form

    def decide(self, data: dict[str, Any], now: datetime) -> Any:
        return extend_card(
            card_id=self.target.pk,
            expires_on=data["good_through"],
            actor=self.actor,
            now=now,
            why=Why(note=data["why"]),
        )

    def changes(self, before: Card, after: Card) -> list[Change]:
        return [Change(gettext("Good through"), day_text(before.expires_on), day_text(after.expires_on))]

    def changed(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"good_through": str(self.was.expires_on)}, {"good_through": str(self.is_now.expires_on)}


class AssignCard(Decision):
    slug, label, icon, permission = "assign", _("Assign"), "person", "giftcards.assign_card"
    explanation = _("Say whose card it is. Its value stays on the card.")
    possible_in = ALIVE | {CardState.EXPIRED}
    done = _("Card %(card)s is assigned.")

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        customer = self.target.customer
        initial = {"customer": customer.number if customer else "", "customer_only": self.target.customer_only}
        return AssignForm(data, test_mode=self.target.test_mode, initial=initial)

    def decide(self, data: dict[str, Any], now: datetime) -> Any:
        self.before = _whose(self.target.customer, self.target.customer_only)
        customer = data["customer"]
        self.numbers = tuple({"customer": each.number if each else ""} for each in (self.target.customer, customer))
        self.after = _whose(customer, data["customer_only"])
        return assign_card(
            card_id=self.target.pk,
            customer_id=customer.pk if customer else None,
            actor=self.actor,
            now=now,
            customer_only=data["customer_only"],
            why=Why(note=data["why"]),
        )

    def changes(self, before: Card, after: Card) -> list[Change]:
        return [Change(gettext("Belongs to"), self.before, self.after)]

    def changed(self) -> tuple[dict[str, Any], dict[str, Any]]:
        before, after = self.numbers
        return before, after

    def card_facts(self) -> list[Fact]:
        return super().card_facts()[:1]


def _whose(customer: Customer | None, customer_only: bool) -> str:
    if customer is None:
        return gettext("its bearer")
    return gettext("%(customer)s alone") % {"customer": customer} if customer_only else str(customer)
