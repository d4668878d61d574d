"""Value goes off a card, onto it, or to a customer's store credit."""

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from giftcards.operations import move_card_to_store_credit, redeem_card, reload_card
from giftcards.queries import Card
from ledger.errors import DomainError
from ledger.operations import Funding, Why
from ledger.queries import Transaction, get_transaction
from storecredit.backoffice.approvals.ways_out import is_above_limit, leave_to_another, wait
from storecredit.backoffice.cards.steps.asking import AskingCardStep, LastDayNotAsked
from storecredit.backoffice.cards.steps.base import Movement
from storecredit.backoffice.cards.steps.forms import MoveForm, RedeemForm, ReloadForm
from storecredit.backoffice.kit import Change, DomainForm, Fact, Outcome, day_text, money_text, signed_text
from storecredit.credits.operations import NewRequest, RequestKind
from storecredit.credits.queries import CreditRequest, Receiver


class RedeemCard(Movement):
    slug, label, icon, permission = "redeem", _("Redeem"), "shopping_bag", "giftcards.redeem_card"
    explanation = _("The customer pays with this card.")
    done = _("Redeemed %(amount)s.")

    def refusal(self) -> str:
        nothing = gettext("there is nothing on it that can be spent.")
        return super().refusal() or ("" if self.seen.spendable_minor else nothing)

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        card, customer = self.seen, self.target.customer
        whole = card.must_redeem_whole
        return RedeemForm(
            data,
            currency=card.currency,
            spendable=money_text(card.spendable_minor, card.currency),
            is_whole=whole,
            only_for=str(customer) if card.customer_only and customer else "",
            initial={"amount": card.spendable} if whole else None,
        )

    def post(self, data: dict[str, Any], card: Card, key: str, now: datetime) -> Transaction:
        return redeem_card(
            card=card,
            amount=data["amount"],
            actor=self.actor,
            now=now,
            customer_id=card.customer_id if data.get("is_customer") else None,
            why=Why(note=data["note"], reference=data["reference"], key=key),
        )

    def facts(self, data: dict[str, Any], entry: Transaction) -> list[Fact]:
        return [Fact(gettext("Takes"), signed_text(entry.amount_minor, entry.currency))]


class ReloadCard(AskingCardStep, Movement):
    slug, label, icon, permission = "reload", _("Reload"), "add_card", "giftcards.reload_card"
    explanation = _("Put more value on this card.")
    done = _("Reloaded %(amount)s.")

    def refusal(self) -> str:
        return super().refusal() or ("" if self.seen.reloadable else gettext("it was made to be spent once."))

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        form = ReloadForm(data, currency=self.seen.currency)
        if self.seen.expires_on:
            form.fields["good_through"].help_text = gettext(
                "Leave it empty to keep %(day)s. It can only become later."
            ) % {"day": day_text(self.seen.expires_on)}
        else:
            del form.fields["good_through"]
        return form

    def post(self, data: dict[str, Any], card: Card, key: str, now: datetime) -> Transaction:
        return reload_card(
            card=card,
            amount=data["amount"],
            actor=self.actor,
            now=now,
            expires_on=data.get("good_through"),
            funding=Funding(data["funding"]),
            why=Why(note=data["note"], reference=data["reference"], key=key),
        )

    def more_changes(self, before: Card, after: Card) -> list[Change]:
        if before.expires_on == after.expires_on:
            return []
        return [Change(gettext("Good through"), day_text(before.expires_on), day_text(after.expires_on))]

    def facts(self, data: dict[str, Any], entry: Transaction) -> list[Fact]:
        return [
            Fact(gettext("Adds"), signed_text(entry.amount_minor, entry.currency)),
            Fact(gettext("Who pays"), str(Funding(data["funding"]).label)),
        ]

    def known_currency(self) -> str:
        return self.seen.currency

    def receiver(self, data: dict[str, Any]) -> Receiver:
        return Receiver(customer_id=self.target.customer_id, account_id=self.target.account_id)

    def wanted(self, data: dict[str, Any], amount: Money) -> NewRequest:
        if data.get("good_through"):
            raise LastDayNotAsked
        return NewRequest(
            amount=amount,
            kind=RequestKind.GIFT_CARD,
            reason=self.chosen_reason(data),
            note=data["note"],
            card_id=self.target.pk,
        )

    def more_facts(self, request: CreditRequest, now: datetime) -> list[Fact]:
        return [Fact(gettext("Good through"), day_text(self.seen.expires_on))]


class MoveToStoreCredit(Movement):
    """All that can be spent, to one customer."""

    slug, label, icon = "move", _("Move to store credit"), "swap_horiz"
    permission = "giftcards.move_card"
    explanation = _("All that can be spent from this card becomes store credit of a customer. The card stays, empty.")
    done = _("Moved %(amount)s.")

    def refusal(self) -> str:
        nothing = gettext("there is nothing on it that can be moved.")
        return super().refusal() or ("" if self.seen.spendable_minor else nothing)

    def ways_out(self, error: DomainError | None, data: dict[str, Any]) -> list[SafeString]:
        return wait(error) or leave_to_another() if is_above_limit(error) else []

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        customer = self.target.customer
        return MoveForm(data, test_mode=self.target.test_mode, owner=str(customer) if customer else "")

    def receivers(self, data: dict[str, Any]) -> list[int]:
        return [data["customer"].pk] if data["customer"] else []

    def post(self, data: dict[str, Any], card: Card, key: str, now: datetime) -> Transaction:
        out, into = move_card_to_store_credit(
            card_id=card.id,
            actor=self.actor,
            now=now,
            customer_id=data["customer"].pk if data["customer"] else None,
            why=Why(note=data["why"], key=key),
        )
        # Who receives it is part of what staff agree to.
        self.arrived = get_transaction(transaction_id=into.id)
        return out

    def more_changes(self, before: Card, after: Card) -> list[Change]:
        entry = self.arrived
        credit_before = entry.balance_after_minor - entry.amount_minor
        return [
            Change(
                gettext("Store credit of %(customer)s")
                % {"customer": entry.account.customer.display_name if entry.account.customer else "–"},
                money_text(credit_before, entry.currency),
                money_text(entry.balance_after_minor, entry.currency),
            )
        ]

    def facts(self, data: dict[str, Any], entry: Transaction) -> list[Fact]:
        return [Fact(gettext("To"), str(self.arrived.account.customer)), Fact(gettext("Why"), data["why"])]

    def perform(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        outcome = super().perform(data, token, now)
        customer_id = self.arrived.account.customer_id
        return Outcome(
            review=outcome.review,
            url=reverse("admin:ledger_customer_change", args=[customer_id]),
            message=outcome.message,
            record=outcome.record,
        )
