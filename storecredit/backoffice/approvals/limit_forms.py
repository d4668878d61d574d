"""The forms of limits and policies: amounts in one currency, and the database's rules in words."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money, get_currency
from unfold.widgets import UnfoldAdminSelectWidget

from ledger.errors import DomainError
from ledger.money import from_minor, is_in_circulation, list_known_currencies, require_decimal, to_minor
from ledger.wording import amount_text
from storecredit.backoffice.kit import (
    AmountField,
    RulesInWords,
)
from storecredit.credits.queries import (
    ApprovalPolicy,
    ApproverLimit,
    IssueCeiling,
    IssueLimit,
    get_ceiling,
    get_day_ceiling,
)


def currency_choices() -> list[tuple[str, str]]:
    """Every currency, the shop's own first: what comes back in a closed one is approved, too."""
    others = [code for code in list_known_currencies() if is_in_circulation(code) and code != settings.DEFAULT_CURRENCY]
    return [(code, f"{code} · {get_currency(code).name}") for code in [settings.DEFAULT_CURRENCY, *others]]


class LimitField(AmountField):
    """An amount that limits others: nothing, or more than it."""

    def validate(self, value: Money | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value.amount < 0:
            raise ValidationError(gettext("Enter an amount that is not negative."), code="negative")
        try:
            require_decimal(value)
        except DomainError as error:
            raise ValidationError(str(error), code=error.code) from error


class LimitForm(RulesInWords):
    """A row of amounts in one currency, which is asked for once."""

    currency = forms.ChoiceField(label=_("Currency"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The currency of a row that is there stays: another one is another row.
        if "currency" in self.fields:
            self.fields["currency"].choices = currency_choices()  # type: ignore[attr-defined]  # a choice field's
        for field in self.fields.values():
            if isinstance(field, LimitField):
                field.keep_to(self._currency())

    def _currency(self) -> str:
        """That of the row, or the one that is sent; an unknown one is refused under its own field."""
        sent = self.data.get(self.add_prefix("currency"), "")
        known = self.instance.currency or (sent if sent in dict(currency_choices()) else "")
        return str(known or settings.DEFAULT_CURRENCY)

    def _post_clean(self) -> None:
        if not self.errors:
            super()._post_clean()  # type: ignore[misc]  # django-stubs does not know it


class PolicyForm(LimitForm):
    """The columns of a policy are of minor units, as what a request asks for is: a trigger compares the two."""

    rules: ClassVar = {
        "credits_approvalpolicy_one_per": _("There is a policy for this case already: change that one."),
        "credits_approvalpolicy_amounts_in_order": _(
            "What is approved alone is more than nothing, and no more than what needs a second approval."
        ),
    }

    auto_approve_up_to = LimitField(
        label=_("Approve at once up to"),
        help_text=_("What API clients ask for up to this amount is approved without a person. Empty: nothing."),
        required=False,
    )
    second_approval_above = LimitField(
        label=_("Second approval above"),
        help_text=_("Above this amount two people have to approve. Empty: one is enough."),
        required=False,
    )
    amounts = ("auto_approve_up_to", "second_approval_above")

    class Meta:
        model = ApprovalPolicy
        fields = ["code", "kind", "client", "currency"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.amounts:
            amount_minor = getattr(self.instance, f"{name}_minor")
            if amount_minor is not None and name in self.fields:
                self.initial[name] = from_minor(amount_minor, self.instance.currency)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in self.amounts:
            if name in data:
                setattr(self.instance, f"{name}_minor", None if data[name] is None else to_minor(data[name]))
        return data

    def _get_validation_exclusions(self) -> set[str]:
        # The columns of the amounts are set here, so the database's rules can look at them.
        exclude: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # django-stubs does not know it
        return exclude - {f"{name}_minor" for name in self.amounts}


class IssueLimitForm(LimitForm):
    amount = LimitField(
        label=_("Largest amount"),
        help_text=_(
            "The most that a member of the role issues at once alone. More becomes a request that somebody else "
            "approves."
        ),
    )

    per_day = LimitField(
        label=_("Per day"),
        help_text=_(
            "The most that a member of the role gives alone in a day of the shop, in all: issued, loaded, given back "
            "or moved, by hand, by a batch or with a key of theirs. Empty: the shop's ceiling of a day."
        ),
        required=False,
    )

    class Meta:
        model = IssueLimit
        fields = ["group", "currency", "amount", "per_day"]

    def clean_per_day(self) -> Money | None:
        """What is above the ceiling would never count."""
        amount: Money | None = self.cleaned_data["per_day"]
        if amount is not None and amount > (ceiling := get_day_ceiling(currency=amount.currency.code)):
            raise ValidationError(
                gettext("The shop's ceiling of a day is %(amount)s: raise that first.")
                % {"amount": amount_text(ceiling)},
                code="ceiling",
            )
        return amount

    def clean_amount(self) -> Money:
        """What is above the ceiling would never count."""
        amount: Money = self.cleaned_data["amount"]
        ceiling = get_ceiling(currency=amount.currency.code)
        if amount > ceiling:
            raise ValidationError(
                gettext("The shop's ceiling is %(amount)s: raise that first.") % {"amount": amount_text(ceiling)},
                code="ceiling",
            )
        return amount


class IssueCeilingForm(LimitForm):
    rules: ClassVar = {"currency": _("This currency has a ceiling: change that one.")}

    amount = LimitField(
        label=_("Largest amount"),
        help_text=_(
            "The most that anybody issues at once alone, whatever their roles. More becomes a request that "
            "somebody else approves."
        ),
    )

    per_day = LimitField(
        label=_("Per day"),
        help_text=_(
            "The most that anybody gives alone in a day of the shop, in all: issued, loaded, given back or moved, by "
            "hand, by a batch or with a key of theirs. Empty: ten times the largest amount."
        ),
        required=False,
    )

    class Meta:
        model = IssueCeiling
        fields = ["currency", "amount", "per_day"]


class ApproverLimitForm(LimitForm):
    rules: ClassVar = {
        "credits_approverlimit_user_or_role": _("Name either a person or a role."),
        "credits_approverlimit_one_per_user": _("This person has a limit in this currency: change that one."),
        "credits_approverlimit_one_per_role": _("This role has a limit in this currency: change that one."),
        "credits_approverlimit_positive": _("Enter more than nothing. To take the right away, delete the limit."),
    }

    per_request = LimitField(label=_("Per request"), help_text=_("The largest request that they may approve."))
    per_day = LimitField(
        label=_("Per day"),
        help_text=_("The sum of what they may approve in a day. Empty: no limit by day."),
        required=False,
    )

    class Meta:
        model = ApproverLimit
        fields = ["user", "group", "currency", "per_request", "per_day"]
