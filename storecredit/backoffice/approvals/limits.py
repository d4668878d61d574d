"""What is approved by itself and what by two; how much roles issue, and how much people and roles approve."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.wording import amount_text
from storecredit.backoffice.approvals.limit_forms import (
    ApproverLimitForm,
    IssueCeilingForm,
    IssueLimitForm,
    PolicyForm,
)
from storecredit.backoffice.changes.forms import SecondPersonMixin
from storecredit.backoffice.kit import (
    AuditedAdmin,
    ShortListMixin,
    minor_cells,
    money_cells,
    money_text,
    number_text,
)
from storecredit.backoffice.kit.shipped import shipped
from storecredit.backoffice.models import ChangeKind
from storecredit.credits.queries import (
    SHIPPED_CEILING_MINOR,
    ApprovalPolicy,
    ApproverLimit,
    IssueCeiling,
    IssueLimit,
    approval_warnings,
    get_ceiling,
    get_day_ceiling,
    list_approval_currencies,
)


class LimitAdmin(SecondPersonMixin, ShortListMixin, AuditedAdmin):
    """Rows that say who may what from now on. Unlike what has a history, they can be deleted; Django's log tells."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        warn_of_hopeless_requests(request, obj.currency)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        warn_of_hopeless_requests(request, obj.currency)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        user: Any = request.user
        may = bool(user.has_perm(f"{self.opts.app_label}.delete_{self.opts.model_name}"))
        return may and not self.is_own(request, obj)

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
    change_kind = ChangeKind.POLICY
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

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        # The amounts are the form's own: whoever may not change them is shown what the list says of them.
        if self.has_change_permission(request, obj) or obj is None:
            return self.fieldsets
        return [self.fieldsets[0], (self.fieldsets[1][0], {"fields": ["alone", "second"]})]

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
    change_kind = ChangeKind.ISSUE_LIMIT
    list_display = ["role", "currency", "most", "day_limit"]
    list_filter = ["currency"]
    list_select_related = ["group"]
    exported = {
        "most": [money_cells(lambda limit: limit.amount)],
        "day_limit": [money_cells(lambda limit: limit.per_day)],
    }
    search_fields = ["group__name"]
    search_help_text = _("Role")
    ordering = ["group__name", "currency", "pk"]
    fieldsets = [
        (
            None,
            {
                "fields": ["group", "currency", "amount", "per_day"],
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

    @display(description=_("Role"), ordering="group__name")
    def role(self, limit: IssueLimit) -> str:
        return shipped(limit.group.name)

    @display(description=_("At once"), ordering="amount")
    def most(self, limit: IssueLimit) -> str:
        return amount_text(limit.amount)

    @display(description=_("Per day"))
    def day_limit(self, limit: IssueLimit) -> str:
        return gettext("as the ceiling") if limit.per_day is None else amount_text(limit.per_day)


@admin.register(IssueCeiling)
class IssueCeilingAdmin(LimitAdmin):
    form = IssueCeilingForm
    change_kind = ChangeKind.ISSUE_CEILING
    list_display = ["currency", "most", "day_limit"]
    exported = {
        "most": [money_cells(lambda ceiling: ceiling.amount)],
        "day_limit": [money_cells(lambda ceiling: ceiling.per_day)],
    }
    search_fields = ["currency"]
    search_help_text = _("Currency")
    ordering = ["currency", "pk"]

    def say_when_empty(self) -> str:
        currency = settings.DEFAULT_CURRENCY
        return gettext(
            "No currency has a ceiling of its own. Without one nobody issues more than %(at_once)s at once or "
            "%(per_day)s in a day by themselves, or as much in the smallest unit of another currency."
        ) % {
            "at_once": amount_text(get_ceiling(currency=currency)),
            "per_day": amount_text(get_day_ceiling(currency=currency)),
        }

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        told = gettext(
            "Holds for everybody, superusers included. A currency without a ceiling of its own has %(number)s of its "
            "smallest unit, such as %(amount)s."
        ) % {
            "number": number_text(SHIPPED_CEILING_MINOR),
            "amount": money_text(SHIPPED_CEILING_MINOR, "USD"),
        }
        return [(None, {"fields": ["currency", "amount", "per_day"], "description": told})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["currency"] if obj else []

    @display(description=_("At once"), ordering="amount")
    def most(self, ceiling: IssueCeiling) -> str:
        return amount_text(ceiling.amount)

    @display(description=_("Per day"))
    def day_limit(self, ceiling: IssueCeiling) -> str:
        return amount_text(get_day_ceiling(currency=ceiling.currency))


@admin.register(ApproverLimit)
class ApproverLimitAdmin(LimitAdmin):
    form = ApproverLimitForm
    change_kind = ChangeKind.APPROVER_LIMIT
    list_display = ["who", "currency", "request_limit", "day_limit"]
    list_filter = ["currency"]
    search_fields = ["user__username", "group__name"]
    search_help_text = _("Sign-in name or role")
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
        return (
            [limit.user.get_username(), gettext("Person")]
            if limit.user
            else [shipped(str(limit.group)), gettext("Role")]
        )

    @display(description=_("Per request"), ordering="per_request")
    def request_limit(self, limit: ApproverLimit) -> str:
        return amount_text(limit.per_request)

    @display(description=_("Per day"))
    def day_limit(self, limit: ApproverLimit) -> str:
        return gettext("no limit") if limit.per_day is None else amount_text(limit.per_day)
