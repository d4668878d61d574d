"""What is approved by itself and what by two; how much roles issue, and how much people and roles approve."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from moneyed import Money, get_currency
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from ledger.adminbase import AuditedAdmin, ShortListMixin, money_text
from ledger.errors import DomainError
from ledger.money import from_minor, is_in_circulation, list_known_currencies, to_minor
from storecredit.credits.models import ApprovalPolicy, ApproverLimit, IssueLimit
from storecredit.credits.queries import approval_warnings, list_approval_currencies

_LARGEST_MINOR = 10**15


def currency_choices() -> list[tuple[str, str]]:
    """Every currency, the shop's own first: what comes back in a closed one is approved, too."""
    others = [code for code in list_known_currencies() if is_in_circulation(code) and code != settings.DEFAULT_CURRENCY]
    return [(code, f"{code} · {get_currency(code).name}") for code in [settings.DEFAULT_CURRENCY, *others]]


class MoneyForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument at run time
    """
    Amounts are typed as money and kept in minor units of the row's currency.

    `amounts` names the column of each amount field; `rules` says in words what the database's rules refuse.
    """

    amounts: ClassVar[dict[str, str]] = {}
    rules: ClassVar[dict[str, str]] = {}

    currency = forms.ChoiceField(widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The currency of a row that is there stays: another one is another row.
        if "currency" in self.fields:
            self.fields["currency"].choices = currency_choices()  # type: ignore[attr-defined]  # a choice field's
        for name, column in self.amounts.items():
            minor = getattr(self.instance, column)
            if minor is not None and name in self.fields:
                self.initial[name] = from_minor(minor, self.instance.currency).amount

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        currency = data.get("currency") or self.instance.currency
        for name, column in self.amounts.items():
            if name in data and currency:
                self._read(name, column, data[name], currency)
        return data

    def _read(self, name: str, column: str, amount: Decimal | None, currency: str) -> None:
        try:
            minor = None if amount is None else to_minor(Money(amount, currency))
        except DomainError as error:
            self.add_error(name, str(error))
            return
        if minor is not None and not 0 <= minor <= _LARGEST_MINOR:
            self.add_error(name, "Enter an amount that is not negative." if minor < 0 else "This is too large.")
            return
        setattr(self.instance, column, minor)

    def _get_validation_exclusions(self) -> set[str]:
        # The columns of the amounts are set here, so the database's rules can look at them.
        exclude: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # django-stubs does not know it
        return exclude - set(self.amounts.values())

    def _post_clean(self) -> None:
        if not self.errors:
            super()._post_clean()  # type: ignore[misc]  # django-stubs does not know it

    def _update_errors(self, errors: ValidationError) -> None:
        # What the database's rules refuse names the rule; staff read it in words.
        for error in errors.error_dict.get(NON_FIELD_ERRORS, []) if hasattr(errors, "error_dict") else []:
            broken = str(error.message)
            error.message = next((words for rule, words in self.rules.items() if rule in broken), broken)
        super()._update_errors(errors)  # type: ignore[misc]  # django-stubs does not know it


def _amount(label: str, help_text: str = "", *, required: bool = True) -> forms.DecimalField:
    widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(max_digits=20, label=label, help_text=help_text, required=required, widget=widget)


class PolicyForm(MoneyForm):
    amounts: ClassVar = {
        "auto_approve_up_to": "auto_approve_up_to_minor",
        "second_approval_above": "second_approval_above_minor",
    }
    rules: ClassVar = {
        "credits_approvalpolicy_one_per": "There is a policy for this case already: change that one.",
        "credits_approvalpolicy_amounts_in_order": "What is approved alone is more than nothing, and no more than what "
        "needs a second approval.",
    }

    auto_approve_up_to = _amount(
        "Approve at once up to",
        "What API clients ask for up to this amount is approved without a person. Empty: nothing.",
        required=False,
    )
    second_approval_above = _amount(
        "Second approval above", "Above this amount two people have to approve. Empty: one is enough.", required=False
    )

    class Meta:
        model = ApprovalPolicy
        fields = ["code", "kind", "client", "currency"]


class IssueLimitForm(MoneyForm):
    amounts: ClassVar = {"amount": "amount_minor"}

    amount = _amount(
        "Largest amount",
        "The most that a member of the role issues at once alone. More becomes a request that somebody else approves.",
    )

    class Meta:
        model = IssueLimit
        fields = ["group", "currency"]


class ApproverLimitForm(MoneyForm):
    amounts: ClassVar = {"per_request": "per_request_minor", "per_day": "per_day_minor"}
    rules: ClassVar = {
        "credits_approverlimit_user_or_role": "Name either a person or a role.",
        "credits_approverlimit_one_per_user": "This person has a limit in this currency: change that one.",
        "credits_approverlimit_one_per_role": "This role has a limit in this currency: change that one.",
        "credits_approverlimit_positive": "Enter more than nothing. To take the right away, delete the limit.",
    }

    per_request = _amount("Per request", "The largest request that they may approve.")
    per_day = _amount("Per day", "The sum of what they may approve in a day. Empty: no limit by day.", required=False)

    class Meta:
        model = ApproverLimit
        fields = ["user", "group", "currency"]


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
    search_help_text = "Policy code"
    ordering = ["code", "currency", "pk"]
    fieldsets = [
        (
            "For which requests",
            {
                "fields": ["currency", "code", "kind", "client"],
                "description": "The policy that fits most closely decides: first by API client, then by code, then by "
                "type.",
            },
        ),
        ("What is decided", {"fields": ["auto_approve_up_to", "second_approval_above"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["currency"] if obj else []

    @display(description="Code", ordering="code")
    def case(self, policy: ApprovalPolicy) -> str:
        return policy.code or "any"

    @display(description="Type", ordering="kind")
    def shown_kind(self, policy: ApprovalPolicy) -> str:
        return policy.get_kind_display() or "both"

    @display(description="Approved at once up to")
    def alone(self, policy: ApprovalPolicy) -> str:
        return _words(policy.auto_approve_up_to_minor, policy.currency, "nothing")

    @display(description="Two people above")
    def second(self, policy: ApprovalPolicy) -> str:
        return _words(policy.second_approval_above_minor, policy.currency, "never")


@admin.register(IssueLimit)
class IssueLimitAdmin(LimitAdmin):
    form = IssueLimitForm
    list_display = ["group", "currency", "most"]
    list_filter = ["currency"]
    list_select_related = ["group"]
    search_fields = ["group__name"]
    search_help_text = "Role"
    ordering = ["group__name", "currency", "pk"]
    fieldsets = [
        (
            None,
            {
                "fields": ["group", "currency", "amount"],
                "description": "A role without a limit issues any amount. Whoever has one through any of their roles "
                "issues nothing alone in currencies that have none. Of several roles' limits the largest counts.",
            },
        )
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["group", "currency"] if obj else []

    @display(description="At once", ordering="amount_minor")
    def most(self, limit: IssueLimit) -> str:
        return money_text(limit.amount_minor, limit.currency)


@admin.register(ApproverLimit)
class ApproverLimitAdmin(LimitAdmin):
    form = ApproverLimitForm
    list_display = ["who", "currency", "request_limit", "day_limit"]
    list_filter = ["currency"]
    search_fields = ["user__username", "group__name"]
    search_help_text = "User name or role"
    ordering = ["user__username", "group__name", "currency", "pk"]
    fieldsets = [
        (
            "Who",
            {
                "fields": ["user", "group"],
                "description": "A person or a role. Without a limit nobody approves anything, administrators and "
                "superusers included. A person's own limits in a currency take the place of their roles'.",
            },
        ),
        ("How much", {"fields": ["currency", "per_request", "per_day"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user", "group")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["user", "group", "currency"] if obj else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = get_user_model().objects.filter(is_staff=True).order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @display(description="Who", header=True)
    def who(self, limit: ApproverLimit) -> list[str]:
        return [limit.user.get_username(), "Person"] if limit.user else [str(limit.group), "Role"]

    @display(description="Per request", ordering="per_request_minor")
    def request_limit(self, limit: ApproverLimit) -> str:
        return money_text(limit.per_request_minor, limit.currency)

    @display(description="Per day")
    def day_limit(self, limit: ApproverLimit) -> str:
        return _words(limit.per_day_minor, limit.currency, "no limit")
