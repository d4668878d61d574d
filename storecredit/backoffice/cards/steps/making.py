"""A card is made, or above the issue limit asked for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from giftcards.operations import create_card
from giftcards.queries import Card, get_card_by_id
from ledger.errors import CustomerNotFound
from ledger.operations import AccountKind, Funding, Why
from ledger.queries import Customer, find_transaction, get_customer, get_transaction, list_accounts, list_transactions
from storecredit.backoffice.approvals.words import request_url
from storecredit.backoffice.cards.steps.asking import AskingCardStep
from storecredit.backoffice.cards.steps.codes import MADE_ON_CONFIRMATION, made_by, show_code
from storecredit.backoffice.cards.steps.forms import MakeForm
from storecredit.backoffice.cards.words import balance_text, card_url, restrictions
from storecredit.backoffice.kit import Change, Fact, Outcome, Review, day_text, first_moment_of, movement_key
from storecredit.credits.operations import NewRequest, RequestKind
from storecredit.credits.queries import CreditRequest, Receiver


class MakeCard(AskingCardStep):
    """A new card, or the request for one; its target is the card that is not there yet."""

    slug, label, icon, permission = "add", _("Make a gift card"), "add", "giftcards.issue_card"
    explanation = _("The card can be spent as soon as it is made. Its code is shown once, on the last page.")

    def make_form(self, data: QueryDict | None = None) -> MakeForm:
        asked = self.request.GET.get("customer", "")
        initial = {"customer": asked, "amount": [None, _currency_of(asked)]} if asked else None
        return MakeForm(data, initial=initial)

    def give(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
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
            why=Why(note=data["note"], key=movement_key(token)),
            test_mode=data["test_mode"],
        )
        card = get_card_by_id(card_id=made.id, now=now)
        return Outcome(
            review=Review(
                changes=[Change(gettext("On the new card"), "–", balance_text(card))],
                facts=list(_facts_of_new(card, data)),
            ),
            url=card_url(made.id),
            message=gettext("The card is made."),
            record=made,
        )

    def show_given(self, outcome: Outcome) -> HttpResponse:
        return show_code(self.admin, self.request, made_by(outcome), gettext("The new gift card"))

    def find_given(self, token: str) -> str | None:
        entry = find_transaction(key=movement_key(token))
        return card_url(get_transaction(transaction_id=entry.pk).account.card.pk) if entry else None

    def is_test(self, data: dict[str, Any]) -> bool:
        return bool(data["test_mode"])

    def asked_url(self, request: CreditRequest) -> str:
        return request_url(request)

    def receiver(self, data: dict[str, Any]) -> Receiver | None:
        return Receiver(customer_id=data["customer"].pk) if data["customer"] else None

    def made(self, outcome: Outcome) -> list[UUID]:
        if self.asks:
            return super().made(outcome)
        return [entry.pk for entry in list_transactions(account_ids=[outcome.record.account_id])]

    def wanted(self, data: dict[str, Any], amount: Money) -> NewRequest:
        customer, valid_from = data["customer"], first_moment_of(data["valid_from"])
        terms: dict[str, Any] = {
            "recipient_name": data["recipient_name"],
            "recipient_email": data["recipient_email"],
            "must_redeem_whole": data["must_redeem_whole"],
            "customer_only": data["customer_only"],
            "customer_id": customer.pk if customer else None,
            "valid_from": valid_from.isoformat() if valid_from else None,
        }
        return NewRequest(
            amount=amount,
            kind=RequestKind.GIFT_CARD,
            reason=self.chosen_reason(data),
            note=data["note"],
            expires_on=data["good_through"],
            terms={name: value for name, value in terms.items() if value} | {"reloadable": data["reloadable"]},
        )

    def more_facts(self, request: CreditRequest, now: datetime) -> list[Fact]:
        customer = self.customer_words(request)
        return [Fact(gettext("Belongs to"), customer or gettext("whoever bears it")), *super().more_facts(request, now)]

    def customer_words(self, request: CreditRequest) -> str:
        named = request.terms.get("customer_id")
        return str(Customer.objects.get(pk=named)) if named else ""


def _facts_of_new(card: Card, data: dict[str, Any]) -> list[Fact]:
    customer = data["customer"]
    told = (
        (gettext("For"), ", ".join(filter(None, [data["recipient_name"], data["recipient_email"]]))),
        (gettext("Valid from"), day_text(data["valid_from"]) if data["valid_from"] else ""),
        (gettext("But"), "\n".join(restrictions(card))),
        (gettext("Order or receipt"), data["reference"]),
        (gettext("Why"), data["note"]),
        (gettext("Test"), gettext("this is a test card") if card.test_mode else ""),
    )
    return [
        Fact(gettext("Code"), str(MADE_ON_CONFIRMATION)),
        Fact(gettext("Who pays"), str(Funding(data["funding"]).label)),
        Fact(gettext("Good through"), day_text(card.expires_on)),
        Fact(gettext("Belongs to"), str(customer) if customer else gettext("whoever bears it")),
        *(Fact(label, text) for label, text in told if text),
    ]


def _currency_of(identifier: str) -> str:
    """What a customer has store credit in, first; the shop's own if they have none."""
    try:
        customer = get_customer(identifier=identifier, test_mode=False)
    except CustomerNotFound:
        return settings.DEFAULT_CURRENCY
    held = list_accounts(customer_id=customer.pk, now=timezone.now())
    return next((each.currency for each in held if each.kind == AccountKind.STORE_CREDIT), settings.DEFAULT_CURRENCY)
