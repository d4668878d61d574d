"""What the money buttons ask for."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money, get_currency

from ledger.money import list_open_currencies
from ledger.queries import Reason, ReasonUse, list_reasons
from storecredit.backoffice.kit import AmountField, DomainForm, amount_of, day_field, keep_amount_to
from storecredit.backoffice.kit.shipped import shipped

_AMOUNT_ERRORS = (
    "amount_not_positive",
    "amount_not_exact",
    "amount_too_large",
    "insufficient_credit",
)
ERROR_FIELDS = {
    **dict.fromkeys(_AMOUNT_ERRORS, "amount"),
    "account_not_open": "amount",
    "currency_unknown": "amount",
    "reason_unknown": "reason",
    "reason_needs_note": "note",
    "reason_needs_order": "reference",
    "expiry_in_the_past": "good_through",
    "day_out_of_range": "good_through",
    "issue_limit_exceeded": "amount",
    "day_issue_limit_exceeded": "amount",
    "order_number_too_long": "reference",
}


class WhyMixin(DomainForm):
    """Every movement of money says why. `uses` says for what reasons are offered."""

    error_fields = ERROR_FIELDS
    uses: ClassVar[tuple[ReasonUse, ...]] = ("giving",)

    reason = forms.ChoiceField(label=_("Reason"))
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands in the history."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(reason.code, _reason_words(reason)) for reason in list_reasons(*self.uses)]
        choices: Any = [("", gettext("Choose why")), *offered]
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]  # a choice field


class AmountForm(WhyMixin):
    """An amount in a currency that is known already."""

    amount = AmountField(label=_("Amount"))
    reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=255,
        help_text=_("The order or the case that this is about, if there is one."),
    )

    def __init__(self, *args: Any, currency: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if currency:
            keep_amount_to(self, currency)


class GoodThroughMixin(forms.Form):
    good_through = day_field(
        _("Good through"),
        _("The last day on which it can be spent. Leave it empty for what the reason says, mostly for ever."),
    )


class DebitForm(AmountForm):
    uses = ("taking",)
    field_order = ["amount", "reason", "note", "reference"]


class IssueForm(GoodThroughMixin, AmountForm):
    field_order = ["amount", "reason", "note", "reference", "good_through"]


class IssueToCustomerForm(IssueForm):
    field_order = ["amount", "reason", "note", "reference", "good_through"]

    def __init__(self, *args: Any, known: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = list(dict.fromkeys([*known, settings.DEFAULT_CURRENCY]))
        open_ones = list_open_currencies(timezone.now().date())
        first = [code for code in first if code in open_ones]
        others = [code for code in open_ones if code not in first]
        amount_of(self).offer((code, f"{code} · {get_currency(code).name}") for code in [*first, *others])


class AdjustForm(GoodThroughMixin, AmountForm):
    uses = ("giving", "taking")
    direction = forms.ChoiceField(
        label=_("What is wrong"), choices=[("add", _("Too little: add")), ("take", _("Too much: take away"))]
    )
    field_order = ["direction", "amount", "reason", "note", "reference", "good_through"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("direction") == "take" and data.get("good_through"):
            self.add_error("good_through", gettext("Credit that is taken away has no last day."))
        use: ReasonUse = "taking" if data.get("direction") == "take" else "giving"
        if data.get("reason") and not list_reasons(use).filter(pk=data["reason"]).exists():
            self.add_error(
                "reason",
                gettext("This is no reason for giving credit.")
                if use == "giving"
                else gettext("This is no reason for taking credit."),
            )
        amount: Money | None = data.get("amount")
        if amount is not None and amount.amount <= 0:
            self.add_error("amount", gettext("Enter how much, without a sign."))
        elif amount is not None and data.get("direction") == "take":
            data["amount"] = -amount
        return data


class ReverseForm(WhyMixin):
    uses = ("reversing",)
    field_order = ["reason", "note"]


def _reason_words(reason: Reason) -> str:
    needs = {
        (True, False): gettext("needs a note"),
        (False, True): gettext("needs the order"),
        (True, True): gettext("needs a note and the order"),
    }.get((reason.needs_note, reason.needs_order), "")
    return " – ".join(filter(None, (f"{shipped(reason.label)} ({reason.code})", needs)))
