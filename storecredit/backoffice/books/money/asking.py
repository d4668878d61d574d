"""What is wrong in the books is asked to be put right: of an entry, or of an account."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from ledger.operations import AccountKind, TransactionType
from ledger.queries import Transaction, sum_undone_minor
from storecredit.backoffice.books.money.forms import AdjustForm, ReverseForm
from storecredit.backoffice.kit import Change, DomainForm, Fact, LoggedStep, Outcome, Review, signed_text
from storecredit.credits.operations import Party
from storecredit.finance.operations import ask_correction
from storecredit.finance.queries import list_closed_months


class _AskCorrection(LoggedStep):
    slug, label, icon = "ask-correction", _("Ask for a correction"), "rule"
    permission = "finance.ask_correction"

    def said(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is to be put right."""
        raise NotImplementedError

    def lock(self) -> Any:
        # Nothing of it changes until somebody approves.
        return self.target

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"{outcome.record}: {data['note']}"

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        correction = ask_correction(
            party=Party(actor=self.actor, person_id=int(self.actor.id)),
            now=now,
            note=data["note"],
            reason=data["reason"],
            **self.said(data),
        )
        user: Any = self.request.user
        page = reverse("admin:finance_correction_change", args=[correction.pk])
        return Outcome(
            review=Review(
                changes=[Change(gettext("Corrections that wait"), "–", "1")],
                facts=[
                    Fact(gettext("Account"), correction.account.number),
                    Fact(gettext("Amount"), signed_text(correction.amount_minor, correction.currency)),
                    *([Fact(gettext("Month that is corrected"), str(correction.period))] if correction.period else []),
                    Fact(gettext("Note"), correction.note),
                ],
            ),
            url=page if user.has_perm("finance.view_correction") else self.admin.page_url(self.target),
            message=gettext("%(correction)s waits for somebody else to approve it.") % {"correction": correction},
            record=correction,
        )


class _NotedReverseForm(ReverseForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = True


class AskReversal(_AskCorrection):
    """Starts from an entry, whose month may be closed."""

    form_class = _NotedReverseForm
    explanation = _("Undo the whole of this transaction, once somebody else has approved it.")

    def refusal(self) -> str:
        if self.target.type == TransactionType.REVERSE:
            return gettext("a reversal cannot be reversed.")
        if sum_undone_minor(transaction=self.target):
            return gettext("it was reversed or refunded already.")
        return ""

    def said(self, data: dict[str, Any]) -> dict[str, UUID]:
        return {"entry_id": self.target.pk}


class CorrectingForm(AdjustForm):
    """An adjustment that says of which closed month, and of which transaction in it, it puts something right."""

    error_fields: ClassVar[dict[str, str]] = {**AdjustForm.error_fields, "correction_of_another_month": "month"}
    month = forms.TypedChoiceField(
        label=_("Corrects the month"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("The closed month in which it went wrong, if it did."),
    )
    entry = forms.CharField(
        label=_("Transaction it is about"),
        required=False,
        max_length=20,
        help_text=_("The number of the transaction that was wrong, if there is one."),
    )
    field_order = ["direction", "amount", "month", "entry", "reason", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = True
        del self.fields["reference"], self.fields["good_through"]
        months: Any = self.fields["month"]
        months.choices = [("", gettext("Of the open month")), *((each.pk, str(each)) for each in list_closed_months())]

    def clean_entry(self) -> Transaction | None:
        text = self.cleaned_data["entry"].strip()
        if not text:
            return None
        found = Transaction.objects.filter(number=int(text)).first() if text.isdecimal() and len(text) < 19 else None
        if found is None:
            raise forms.ValidationError(gettext("There is no transaction of this number."), code="unknown")
        return found


def about_of(data: dict[str, Any]) -> dict[str, Any]:
    """The month and the entry that such a form names, as `ask_correction` takes them."""
    return {"period_number": data["month"], "entry_id": data["entry"].pk if data["entry"] else None}


class AskAdjustment(_AskCorrection):
    """Starts from an account."""

    explanation = _("Put a wrong balance right, once somebody else has approved it.")

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        return CorrectingForm(data, currency=self.target.currency)

    def refusal(self) -> str:
        if self.target.kind == AccountKind.GIFT_CARD:
            return gettext("a gift card's value is changed on the card itself.")
        return ""

    def said(self, data: dict[str, Any]) -> dict[str, Any]:
        amount: Money = data["amount"]
        return {"account_id": self.target.pk, "amount": amount, **about_of(data)}
