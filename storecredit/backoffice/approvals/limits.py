"""What is approved by itself and what by two; how much roles issue, and how much people and roles approve."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from moneyed import Money, get_currency
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from ledger.errors import DomainError
from ledger.money import from_minor, is_in_circulation, list_known_currencies, require_decimal, to_minor
from ledger.wording import amount_text
from storecredit.backoffice.kit import (
    AmountField,
    AuditedAdmin,
    ShortListMixin,
    Words,
    minor_cells,
    money_cells,
    money_text,
    number_text,
)
from storecredit.credits.queries import (
    SHIPPED_CEILING_MINOR,
    ApprovalPolicy,
    ApproverLimit,
    IssueCeiling,
    IssueLimit,
    approval_warnings,
    get_ceiling,
    list_approval_currencies,
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


class LimitForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument at run time
    """
    A row of amounts in one currency, which is asked for once.

    `rules` says in words what the database's rules refuse.
    """

    rules: ClassVar[dict[str, Words]] = {}

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

    def _update_errors(self, errors: ValidationError) -> None:
        # What the database's rules refuse names the rule; staff read it in words.
        for error in errors.error_dict.get(NON_FIELD_ERRORS, []) if hasattr(errors, "error_dict") else []:
            broken = str(error.message)
            error.message = next((str(words) for rule, words in self.rules.items() if rule in broken), broken)
        super()._update_errors(errors)  # type: ignore[misc]  # django-stubs does not know it


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

    class Meta:
        model = IssueLimit
        fields = ["group", "currency", "amount"]

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

    class Meta:
        model = IssueCeiling
        fields = ["currency", "amount"]


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


class LimitAdmin(ShortListMixin, AuditedAdmin):
    """Rows that say who may what from now on. Unlike what has a history, they can be deleted; Django's log tells."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        warn_of_hopeless_requests(request, obj.currency)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        warn_of_hopeless_requests(request, obj.currency)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        user: Any = request.user
        return bool(user.has_perm(f"{self.opts.app_label}.delete_{self.opts.model_name}"))

    def create(self, form: Any, request: HttpRequest) -> Model:
        form.instance.save(force_insert=True)
        return form.instance

    def update(self, obj: Model, changes: dict[str, Any], request: HttpRequest) -> Model:
        obj.save()
        return obj


def warn_of_hopeless_requests(request: HttpRequest, *currencies: str) -> None:
    """Tell whoever has changed limits, policies or people which requests nobody can approve now."""
    for currency in currencies or list_approval_currencies():
        for sentence in approval_warnings(currency=currency):
            messages.warning(request, sentence)


def _words(minor: int | None, currency: str, empty: str) -> str:
    return empty if minor is None else money_text(minor, currency)


@admin.register(ApprovalPolicy)
class ApprovalPolicyAdmin(LimitAdmin):
    form = PolicyForm
    list_display = ["case", "currency", "shown_kind", "client", "alone", "second"]
    list_filter = ["currency", "kind"]
    list_select_related = ["client"]
    search_fields = ["code"]
    search_help_text = _("Policy code")
    exported = {
        "alone": [minor_cells("auto_approve_up_to_minor")],
        "second": [minor_cells("second_approval_above_minor")],
    }
    ordering = ["code", "currency", "pk"]
    fieldsets = [
        (
            _("For which requests"),
            {
                "fields": ["currency", "code", "kind", "client"],
                "description": _(
                    "The policy that fits most closely decides: first by API client, then by code, then by type."
                ),
            },
        ),
        (_("What is decided"), {"fields": ["auto_approve_up_to", "second_approval_above"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["currency"] if obj else []

    @display(description=_("Code"), ordering="code")
    def case(self, policy: ApprovalPolicy) -> str:
        return policy.code or pgettext("code", "any")

    @display(description=_("Type"), ordering="kind")
    def shown_kind(self, policy: ApprovalPolicy) -> str:
        return policy.get_kind_display() or pgettext("types", "both")

    @display(description=_("Approved at once up to"))
    def alone(self, policy: ApprovalPolicy) -> str:
        return _words(policy.auto_approve_up_to_minor, policy.currency, gettext("nothing"))

    @display(description=_("Two people above"))
    def second(self, policy: ApprovalPolicy) -> str:
        return _words(policy.second_approval_above_minor, policy.currency, gettext("never"))


@admin.register(IssueLimit)
class IssueLimitAdmin(LimitAdmin):
    form = IssueLimitForm
    list_display = ["group", "currency", "most"]
    list_filter = ["currency"]
    list_select_related = ["group"]
    exported = {"most": [money_cells(lambda limit: limit.amount)]}
    search_fields = ["group__name"]
    search_help_text = _("Role")
    ordering = ["group__name", "currency", "pk"]
    fieldsets = [
        (
            None,
            {
                "fields": ["group", "currency", "amount"],
                "description": _(
                    "A role without a limit issues up to the shop's ceiling. Whoever has one through any of "
                    "their roles issues nothing alone in currencies that have none. Of several roles' limits the "
                    "largest counts."
                ),
            },
        )
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["group", "currency"] if obj else []

    @display(description=_("At once"), ordering="amount")
    def most(self, limit: IssueLimit) -> str:
        return amount_text(limit.amount)


@admin.register(IssueCeiling)
class IssueCeilingAdmin(LimitAdmin):
    form = IssueCeilingForm
    list_display = ["currency", "most"]
    exported = {"most": [money_cells(lambda ceiling: ceiling.amount)]}
    search_fields = ["currency"]
    search_help_text = _("Currency")
    ordering = ["currency", "pk"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        told = gettext(
            "Holds for everybody, superusers included. A currency without a ceiling of its own has %(number)s of its "
            "smallest unit, such as %(amount)s."
        ) % {
            "number": number_text(SHIPPED_CEILING_MINOR),
            "amount": money_text(SHIPPED_CEILING_MINOR, "USD"),
        }
        return [(None, {"fields": ["currency", "amount"], "description": told})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["currency"] if obj else []

    @display(description=_("At once"), ordering="amount")
    def most(self, ceiling: IssueCeiling) -> str:
        return amount_text(ceiling.amount)


@admin.register(ApproverLimit)
class ApproverLimitAdmin(LimitAdmin):
    form = ApproverLimitForm
    list_display = ["who", "currency", "request_limit", "day_limit"]
    list_filter = ["currency"]
    search_fields = ["user__username", "group__name"]
    search_help_text = _("User name or role")
    exported = {
        "request_limit": [money_cells(lambda limit: limit.per_request)],
        "day_limit": [money_cells(lambda limit: limit.per_day)],
    }
    ordering = ["user__username", "group__name", "currency", "pk"]
    fieldsets = [
        (
            _("Who"),
            {
                "fields": ["user", "group"],
                "description": _(
                    "A person or a role. Without a limit nobody approves anything, administrators and "
                    "superusers included. A person's own limits in a currency take the place of their roles'."
                ),
            },
        ),
        (_("How much"), {"fields": ["currency", "per_request", "per_day"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user", "group")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["user", "group", "currency"] if obj else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = get_user_model().objects.filter(is_staff=True).order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @display(description=_("Who"), header=True)
    def who(self, limit: ApproverLimit) -> list[str]:
        return [limit.user.get_username(), gettext("Person")] if limit.user else [str(limit.group), gettext("Role")]

    @display(description=_("Per request"), ordering="per_request")
    def request_limit(self, limit: ApproverLimit) -> str:
        return amount_text(limit.per_request)

    @display(description=_("Per day"))
    def day_limit(self, limit: ApproverLimit) -> str:
        return gettext("no limit") if limit.per_day is None else amount_text(limit.per_day)
