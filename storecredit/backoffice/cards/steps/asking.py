"""The steps that give credit by a card, within the issue limits of staff: above them they ask for it."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import QueryDict
from moneyed import Money

from ledger.errors import DomainError
from ledger.money import from_minor
from ledger.queries import Customer, list_reasons, list_transactions
from ledger.wording import amount_text
from storecredit.backoffice.approvals.limited_steps import AskingStep, LimitedStep
from storecredit.backoffice.approvals.words import day_words, request_url
from storecredit.backoffice.cards.steps.batches import PlanBatch, PlanForm
from storecredit.backoffice.cards.steps.codes import MakeCard
from storecredit.backoffice.cards.steps.forms import MakeForm, ReloadForm, first_moment_of
from storecredit.backoffice.cards.steps.values import ReloadCard
from storecredit.backoffice.kit import DomainForm, Fact, Outcome
from storecredit.credits.operations import NewRequest, RequestKind
from storecredit.credits.queries import CreditRequest, Receiver, get_ceiling

_ASKED = {
    "issue_limit_exceeded": "amount",
    "reason_not_chosen": "reason",
    "reason_unknown": "reason",
    "reason_needs_note": "note",
    "reason_needs_order": "reference",
    "order_number_too_long": "reference",
    "last_day_not_asked": "good_through",
    "expiry_in_the_past": "good_through",
}


class ReasonNotChosen(DomainError):
    """What is asked for has a reason, by which it will be booked."""

    code = "reason_not_chosen"

    def __init__(self) -> None:
        super().__init__("This is above your limit and has to be approved: choose a reason.")


class LastDayNotAsked(DomainError):
    """A request puts value on a card and leaves its last day alone."""

    code = "last_day_not_asked"

    def __init__(self) -> None:
        super().__init__("This is above your limit: a request does not move the card's last day. Extend the card.")


class ReasonMixin(DomainForm):
    """Asks for the reason that a request needs."""

    reason = forms.ChoiceField(
        required=False, help_text="Needed above your limit: there the reason decides what the credit counts as."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = [("", "Choose why"), *((reason.code, reason.label) for reason in list_reasons())]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]  # a choice field's


class AskingMakeForm(ReasonMixin, MakeForm):
    error_fields: ClassVar = {**MakeForm.error_fields, **_ASKED}
    field_order = ["currency", "amount", "funding", "reason", *MakeForm.field_order[3:]]


class AskingReloadForm(ReasonMixin, ReloadForm):
    error_fields: ClassVar = {**ReloadForm.error_fields, **_ASKED}
    field_order = ["amount", "funding", "reason", *ReloadForm.field_order[2:]]


class LimitedPlanForm(PlanForm):
    error_fields: ClassVar = {**PlanForm.error_fields, "issue_limit_exceeded": "amount"}


class AskingCardStep(AskingStep):
    """Puts value on a card, or asks for it."""

    def wanted_amount(self, data: dict[str, Any]) -> Money:
        amount: Money = data["amount"]
        return amount

    def chosen_reason(self, data: dict[str, Any]) -> str:
        """
        The reason that the form asks for.

        :raises ReasonNotChosen: if it was left empty.
        """
        if not data.get("reason"):
            raise ReasonNotChosen
        return str(data["reason"])


class MakeOrAskForCard(AskingCardStep, MakeCard):
    form_class: ClassVar[type[MakeForm]] = AskingMakeForm

    def make_form(self, data: QueryDict | None = None) -> Any:
        return super().make_form(data)

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
        return [Fact("Belongs to", customer or "whoever bears it"), *super().more_facts(request, now)]

    def customer_words(self, request: CreditRequest) -> str:
        named = request.terms.get("customer_id")
        return str(Customer.objects.get(pk=named)) if named else ""


class ReloadOrAskForIt(AskingCardStep, ReloadCard):
    form_class: ClassVar[type[ReloadForm]] = AskingReloadForm

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
        return [Fact("Good through", day_words(self.seen.expires_on))]


class PlanBatchWithinLimit(LimitedStep, PlanBatch):
    """Batches cannot be asked for: each card keeps to the shop's ceiling, and all together to the role's limit."""

    form_class = LimitedPlanForm

    def explain(self) -> str:
        limits = " or ".join(amount_text(limit) for limit in self.limits.values())
        ceiling = amount_text(get_ceiling(currency=settings.DEFAULT_CURRENCY))
        told = f"{super().explain()} A card holds at most {ceiling}"
        return f"{told}, and all together are worth at most {limits}." if limits else f"{told}, or its like."

    def perform(self, data: dict[str, Any], token: str, now: datetime) -> Outcome:
        each: Money = data["amount"]
        self.require_at_most(each, get_ceiling(currency=each.currency.code))
        if self.limits:
            nothing = from_minor(0, each.currency.code)
            self.require_at_most(each * data["size"], self.limits.get(each.currency.code, nothing))
        return super().perform(data, token, now)
