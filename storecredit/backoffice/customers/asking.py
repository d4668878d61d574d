"""What staff ask for about a customer and somebody else decides: merging, moving credit, making anonymous."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.operations import AccountKind
from ledger.queries import Customer, list_accounts
from storecredit.backoffice.approvals.steps import staff_party
from storecredit.backoffice.cards.steps.forms import find_named_customer
from storecredit.backoffice.kit import (
    AmountField,
    Change,
    DomainForm,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    WhyForm,
    amount_of,
    money_text,
)
from storecredit.credits.operations import CustomerRequestKind, ask_about_customer
from storecredit.credits.queries import ABOUT_CUSTOMERS, CustomerRequest

ASK = "credits.ask_about_customer"


class OtherForm(WhyForm):
    """Names another customer."""

    other = forms.CharField(
        label=_("Other customer"), max_length=254, help_text=_("Number or e-mail address of the one who stays.")
    )
    field_order = ["other", "why"]

    def __init__(self, *args: Any, test_mode: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.test_mode = test_mode

    def clean_other(self) -> Customer:
        return find_named_customer(self.cleaned_data["other"], test_mode=self.test_mode)


class MoveForm(OtherForm):
    """Names another customer, and how much goes to them."""

    error_fields: ClassVar[dict[str, str]] = {
        "amount_not_positive": "amount",
        "amount_not_exact": "amount",
        "insufficient_credit": "amount",
    }
    amount = AmountField(label=_("Amount"))
    field_order = ["other", "amount", "why"]

    def __init__(self, *args: Any, currencies: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].help_text = gettext("Number or e-mail address of who is to have it.")
        amount_of(self).offer((currency, currency) for currency in currencies)


class AskStep(LoggedStep):
    """Asks for something about a customer. Nothing is done before somebody else has approved it."""

    permission = ASK
    kind: ClassVar[CustomerRequestKind]
    is_rare = True

    target: Customer

    def refusal(self) -> str:
        if self.target.merged_into_id is not None:
            return gettext("this customer was merged into another.")
        return gettext("this customer was made anonymous.") if self.target.anonymised_at is not None else ""

    def standing(self) -> list[Fact]:
        return [
            Fact(gettext("Balance in %(currency)s") % {"currency": currency}, money_text(minor, currency))
            for currency, minor in balances_of(self.target).items()
        ]

    def what(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is asked for, besides its kind, the customer and why."""
        return {}

    def changes(self, request: CustomerRequest) -> list[Change]:
        """What its approval would change, as things stand now."""
        return foresee(request)

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        request = ask_about_customer(
            kind=self.kind,
            customer_id=self.target.pk,
            party=staff_party(self.request),
            now=now,
            note=data["why"],
            **self.what(data),
        )
        who = [each.get_username() for each in ABOUT_CUSTOMERS.list_deciders(request)]
        facts = [Fact(gettext("Customer"), _named(self.target))]
        facts += [Fact(gettext("Other customer"), _named(request.other))] if request.other else []
        return Outcome(
            review=Review(
                changes=self.changes(request),
                facts=[
                    *facts,
                    Fact(gettext("Why"), data["why"]),
                    Fact(gettext("Who may approve it"), ", ".join(who) or gettext("nobody as things stand")),
                ],
            ),
            url=reverse("admin:credits_customerrequest_change", args=[request.pk]),
            message=gettext("Asked for. Somebody else has to approve it."),
            record=request,
        )

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        request: CustomerRequest = outcome.record
        parts = [str(self.label).rstrip("…"), request.other.number if request.other else "", amount_text(request)]
        return f"{' '.join(filter(None, parts))}: {data['why']}"

    def others(self, outcome: Outcome) -> list[Model]:
        request: CustomerRequest = outcome.record
        return [request, request.other] if request.other else [request]

    def find_done(self, token: str) -> str | None:
        if super().find_done(token) is None:
            return None
        return reverse("admin:credits_customerrequest_changelist")


class AskToMerge(AskStep):
    slug, label, icon, kind = "merge", _("Merge with…"), "merge", CustomerRequestKind.MERGE
    form_class = OtherForm
    explanation = _(
        "All credit and all cards go to the other customer. This one is archived, and their number, document id and "
        "e-mail lead to the other. Somebody else has to approve it; for a day it can be taken back."
    )

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        return OtherForm(data, test_mode=self.target.test_mode)

    def what(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"other_id": data["other"].pk}


class AskToMove(AskStep):
    slug, label, icon, kind = "move_credit", _("Move credit to…"), "move_down", CustomerRequestKind.MOVE
    form_class = MoveForm
    explanation = _(
        "Credit goes to another customer, each piece with its last day. Somebody else has to approve it, within their "
        "limit; for a day it can be taken back."
    )

    def refusal(self) -> str:
        nothing = not any(balances_of(self.target).values())
        return super().refusal() or (gettext("there is no store credit.") if nothing else "")

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        return MoveForm(data, test_mode=self.target.test_mode, currencies=list(balances_of(self.target)))

    def what(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"other_id": data["other"].pk, "amount": data["amount"]}


class AskToAnonymise(AskStep):
    slug, label, icon, kind = "anonymise", _("Make anonymous…"), "person_off", CustomerRequestKind.ANONYMISE
    danger = True
    explanation = _(
        "Names, addresses, notes and whatever else says who they are is erased for good, everywhere. Amounts, dates "
        "and references stay. Somebody else has to approve it."
    )

    def refusal(self) -> str:
        owed = any(balances_of(self.target).values())
        return super().refusal() or (gettext("there is still store credit.") if owed else "")


def balances_of(customer: Customer) -> dict[str, int]:
    """A customer's store credit by currency, in minor units."""
    held = list_accounts(customer_id=customer.pk, now=timezone.now())
    return {each.currency: each.balance_minor for each in held if each.kind == AccountKind.STORE_CREDIT}


def foresee(request: CustomerRequest) -> list[Change]:
    """What the approval of a request would change of both customers' credit, as things stand now."""
    if request.other is None:
        return []
    ours, theirs = balances_of(request.customer), balances_of(request.other)
    moved = dict(ours) if request.amount_minor is None else {request.currency: request.amount_minor}
    return compare(
        request,
        (ours, theirs),
        (
            {currency: minor - moved.get(currency, 0) for currency, minor in ours.items()},
            {currency: theirs.get(currency, 0) + moved.get(currency, 0) for currency in {**theirs, **moved}},
        ),
    )


def compare(
    request: CustomerRequest,
    before: tuple[dict[str, int], dict[str, int]],
    after: tuple[dict[str, int], dict[str, int]],
) -> list[Change]:
    """Before and after, customer by customer and currency by currency."""
    names = [request.customer.number, request.other.number if request.other else ""]
    return [
        Change(
            f"{name}, {currency}",
            money_text(then.get(currency, 0), currency),
            money_text(now.get(currency, 0), currency),
        )
        for name, then, now in zip(names, before, after, strict=True)
        for currency in sorted({**then, **now})
        if then.get(currency, 0) != now.get(currency, 0)
    ]


def amount_text(request: CustomerRequest) -> str:
    """How much a request would move; blank if it is no such request."""
    if request.amount_minor is None:
        return ""
    return money_text(request.amount_minor, request.currency)


def _named(customer: Customer | None) -> str:
    if customer is None:
        return "–"
    return f"{customer.display_name} · {customer.number}"
