"""What the steps of a card ask for."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import get_currency

from ledger.errors import CustomerNotFound
from ledger.money import list_open_currencies
from ledger.operations import Funding
from ledger.queries import Customer, get_customer, list_customers, list_reasons
from storecredit.backoffice.cards.words import FUNDINGS
from storecredit.backoffice.kit import AmountField, DomainForm, WhyForm, amount_of, day_field, keep_amount_to
from storecredit.backoffice.kit.shipped import shipped

#: Of customers whose addresses begin alike, so many are compared.
_MOST_ALIKE = 50
_AMOUNT_ERRORS = (
    "amount_not_positive",
    "amount_not_exact",
    "amount_too_large",
    "insufficient_credit",
    "card_must_be_redeemed_whole",
)


class ReasonMixin(DomainForm):
    """Asks for the reason that a request needs."""

    error_fields = {
        "issue_limit_exceeded": "amount",
        "day_issue_limit_exceeded": "amount",
        "reason_not_chosen": "reason",
        "reason_unknown": "reason",
        "reason_needs_note": "note",
        "reason_needs_order": "reference",
        "order_number_too_long": "reference",
        "last_day_not_asked": "good_through",
        "expiry_in_the_past": "good_through",
    }

    reason = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        help_text=_("Needed above your limit: there the reason decides what the credit counts as."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = ((reason.code, shipped(reason.label)) for reason in list_reasons("giving"))
        set_choices(self, "reason", [("", gettext("Choose why")), *reasons])


class AmountForm(DomainForm):
    """An amount in a currency that is known already."""

    error_fields = {
        **dict.fromkeys(_AMOUNT_ERRORS, "amount"),
        "expiry_not_later": "good_through",
        "day_out_of_range": "good_through",
    }

    amount = AmountField(label=_("Amount"), max_digits=15)
    reference = forms.CharField(
        required=False, max_length=255, label=_("Order or receipt"), help_text=_("Its number, if there is one.")
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands in the card's history."),
    )

    def __init__(self, *args: Any, currency: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if currency:
            keep_amount_to(self, currency)


class FundingMixin(forms.Form):
    """Who pays for the value; whoever gives it away says why."""

    funding = forms.ChoiceField(label=_("Who pays"), choices=FUNDINGS)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("funding", Funding.PAID) != Funding.PAID and not data.get("note"):
            self.add_error("note", gettext("Say why the shop gives this away."))
        return data


class RedeemForm(AmountForm):
    field_order = ["amount", "reference", "note"]

    def __init__(
        self, *args: Any, spendable: str = "", is_whole: bool = False, only_for: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        words = gettext("There is %(amount)s to spend.")
        if is_whole:
            words = gettext("This card is spent in one piece: %(amount)s.")
        self.fields["amount"].help_text = words % {"amount": spendable}
        if only_for:
            self.fields["is_customer"] = forms.BooleanField(
                label=gettext("It is %(customer)s who pays with it") % {"customer": only_for},
                help_text=gettext("Nobody else may spend this card."),
                error_messages={"required": gettext("Only its customer may spend this card.")},
            )


class ReloadForm(ReasonMixin, FundingMixin, AmountForm):
    error_fields = {**AmountForm.error_fields, **ReasonMixin.error_fields}

    good_through = day_field(
        _("New last day"), _("Leave it empty to keep the card's last day. It can only become later.")
    )
    field_order = ["amount", "funding", "reason", "reference", "note", "good_through"]


class RefundForm(AmountForm):
    """
    Which redemption, and how much of it.

    :param redemptions: what may be refunded: id and words of each.
    """

    error_fields = AmountForm.error_fields | dict.fromkeys(
        ("refund_exceeds_spend", "issue_limit_exceeded", "day_issue_limit_exceeded"), "amount"
    )

    redemption = forms.ChoiceField(label=_("Which purchase"))
    reference = forms.CharField(
        required=False, max_length=255, label=_("Return or receipt"), help_text=_("Empty: the order of the purchase.")
    )
    note = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands in the card's history."),
    )
    field_order = ["redemption", "amount", "reference", "note"]

    def __init__(self, *args: Any, redemptions: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "redemption", redemptions)


class CustomerMixin(forms.Form):
    """Names a customer, of real or of test money."""

    customer = forms.CharField(
        label=_("Customer"),
        required=False,
        max_length=254,
        help_text=_("The customer's number, such as CUST-000123, or e-mail address."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    test_mode_of_customer = False

    def clean_customer(self) -> Customer | None:
        text = self.cleaned_data["customer"].strip()
        return find_named_customer(text, test_mode=self.test_mode_of_customer) if text else None


class MakeForm(ReasonMixin, FundingMixin, CustomerMixin, AmountForm):
    error_fields = {**AmountForm.error_fields, **ReasonMixin.error_fields, "currency_unknown": "amount"}

    good_through = day_field(_("Good through"), _("The last day on which it can be spent. Empty: for ever."))
    valid_from = day_field(_("Valid from"), _("The first day on which it can be spent. Empty: at once."))
    reference = forms.CharField(
        required=False, max_length=64, label=_("Order or receipt"), help_text=_("Its number, if there is one.")
    )
    customer_only = forms.BooleanField(required=False, label=_("Nobody but this customer may spend it"))
    recipient_name = forms.CharField(
        required=False, max_length=200, label=_("For whom"), help_text=_("The name on the card, if it is a present.")
    )
    recipient_email = forms.EmailField(required=False, label=_("Their e-mail"))
    reloadable = forms.BooleanField(required=False, initial=True, label=_("Can be reloaded"))
    must_redeem_whole = forms.BooleanField(required=False, label=_("Must be spent in one piece"))
    test_mode = forms.BooleanField(
        required=False, label=_("Test card"), help_text=_("For trying things out: it can be spent by test keys alone.")
    )
    field_order = [
        "amount",
        "funding",
        "reason",
        "reference",
        "note",
        "good_through",
        "valid_from",
        "customer",
        "customer_only",
        "recipient_name",
        "recipient_email",
        "reloadable",
        "must_redeem_whole",
        "test_mode",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount_of(self).offer(currency_choices())
        test = self.fields["test_mode"].widget.value_from_datadict(self.data, self.files, self.add_prefix("test_mode"))
        self.test_mode_of_customer = bool(test)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("customer_only") and not data.get("customer") and "customer" not in self.errors:
            self.add_error("customer", gettext("Name the customer who alone may spend it."))
        if data.get("amount") is not None and data["amount"].amount <= 0:
            self.add_error("amount", gettext("A card is made with a value."))
        first, last = data.get("valid_from"), data.get("good_through")
        if first and last and last < first:
            self.add_error("good_through", gettext("This is before the first day on which it can be spent."))
        return data


class ExtendForm(WhyForm):
    error_fields = {"expiry_not_later": "good_through", "day_out_of_range": "good_through"}

    good_through = day_field(_("New last day"), _("The last day on which the card can be spent."), required=True)
    field_order = ["good_through", "why"]


class AssignForm(CustomerMixin, WhyForm):
    customer_only = forms.BooleanField(required=False, label=_("Nobody but this customer may spend it"))
    field_order = ["customer", "customer_only", "why"]

    def __init__(self, *args: Any, test_mode: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.test_mode_of_customer = test_mode
        self.fields["customer"].help_text = gettext("Number or e-mail address. Empty: the card is its bearer's again.")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("customer_only") and not data.get("customer") and "customer" not in self.errors:
            self.add_error("customer", gettext("Name the customer who alone may spend it."))
        return data


class MoveForm(CustomerMixin, WhyForm):
    field_order = ["customer", "why"]

    def __init__(self, *args: Any, test_mode: bool = False, owner: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.test_mode_of_customer = test_mode
        if owner:
            self.fields["customer"].help_text = gettext(
                "Number or e-mail address. Empty: %(customer)s, whose card it is."
            ) % {"customer": owner}
        else:
            self.fields["customer"].required = True


def set_choices(form: forms.BaseForm, name: str, choices: Iterable[tuple[str, str]]) -> None:
    """Offer these in a field that was made to choose from them."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def find_named_customer(text: str, *, test_mode: bool) -> Customer:
    """The customer of a number or an e-mail address, or a refusal for the form."""
    try:
        return get_customer(identifier=text, test_mode=test_mode)
    except CustomerNotFound:
        pass
    known = list_customers(test_mode=test_mode, search=text)[:_MOST_ALIKE] if "@" in text else []
    found = [customer for customer in known if customer.email.casefold() == text.casefold()]
    if len(found) > 1:
        raise forms.ValidationError(gettext("Several customers have this e-mail address. Enter the number."))
    if not found:
        raise forms.ValidationError(
            gettext("No test customer has this number or e-mail address.")
            if test_mode
            else gettext("No customer has this number or e-mail address.")
        )
    return found[0]


def currency_choices() -> list[tuple[str, str]]:
    """Every currency in which new credit is given, the shop's own first."""
    open_ones = list_open_currencies(timezone.now().date())
    first = sorted(open_ones, key=lambda code: (code != settings.DEFAULT_CURRENCY, code))
    return [(code, f"{code} · {get_currency(code).name}") for code in first]
