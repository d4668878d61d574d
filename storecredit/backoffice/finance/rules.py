"""To which accounts of the general ledger movements go."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import DateField, Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from storecredit.backoffice.kit import AuditedAdmin, RulesInWords, ShortListMixin
from storecredit.backoffice.kit.shipped import shipped
from storecredit.finance.queries import GeneralLedgerAccount, GeneralLedgerRule


class DayInput(UnfoldAdminTextInputWidget):
    """A day as a browser lets it be picked."""

    input_type = "date"


class _ChartAdmin(ShortListMixin, AuditedAdmin):
    """Rows that are written as they were typed."""

    def create(self, form: Any, request: HttpRequest) -> Model:
        form.instance.save(force_insert=True)
        return form.instance

    def update(self, obj: Model, changes: dict[str, Any], request: HttpRequest) -> Model:
        obj.save(update_fields=list(changes))
        return obj


@admin.register(GeneralLedgerAccount)
class GeneralLedgerAccountAdmin(_ChartAdmin):
    list_display = ["code", "shown_name"]
    list_display_links = ["code", "shown_name"]
    search_fields = ["code", "name"]
    search_help_text = _("Number or name")
    ordering = ["code"]
    fieldsets = [
        (None, {"fields": ["code", "name"]}),
        (
            _("In other programs"),
            {
                "fields": ["datev_code", "quickbooks_name", "xero_code"],
                "description": _("How files for them name it. A journal that was exported keeps the names of its day."),
            },
        ),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["code"]

    @display(description=_("name"), ordering="name")
    def shown_name(self, account: GeneralLedgerAccount) -> str:
        return shipped(account.name)


class RuleForm(RulesInWords):
    rules: ClassVar = {
        "finance_generalledgerrule_one": _("There is a rule for the same movements from this day on: change that one."),
        "finance_generalledgerrule_days_in_order": _("The last day is before the first."),
        "finance_generalledgerrule_two_accounts": _("Debit and credit are two accounts."),
    }


@admin.register(GeneralLedgerRule)
class GeneralLedgerRuleAdmin(_ChartAdmin):
    form = RuleForm
    list_display = ["booked_to", "applies_to", "debit_to", "credit_to", "valid_from", "valid_until"]
    list_display_links = ["booked_to"]
    list_filter = ["counter_account"]
    search_fields = ["debit__code", "credit__code"]
    search_help_text = _("Number of an account")
    ordering = ["counter_account", "kind", "funding", "type", "valid_from"]
    list_select_related = ["debit", "credit", "reason"]
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        **AuditedAdmin.formfield_overrides,
        DateField: {"widget": DayInput},
    }
    fieldsets = [
        (None, {"fields": ["counter_account", "kind", "funding", "type", "reason"]}),
        (
            _("Accounts"),
            {
                "fields": ["debit", "credit"],
                "description": _("Of a movement by which the customer gains. Where they lose, the two are exchanged."),
            },
        ),
        (
            _("When"),
            {
                "fields": ["valid_from", "valid_until"],
                "description": _("A journal that was exported stays as it was. Add a rule from a later day instead."),
            },
        ),
    ]

    @display(description=_("Booked to"))
    def booked_to(self, rule: GeneralLedgerRule) -> str:
        return rule.get_counter_account_display()

    @display(description=_("debit"))
    def debit_to(self, rule: GeneralLedgerRule) -> str:
        return _account_text(rule.debit)

    @display(description=_("credit"))
    def credit_to(self, rule: GeneralLedgerRule) -> str:
        return _account_text(rule.credit)

    @display(description=_("Only of"))
    def applies_to(self, rule: GeneralLedgerRule) -> str:
        said = [rule.get_kind_display(), rule.get_funding_display(), rule.get_type_display(), rule.reason]
        return ", ".join(str(each) for each in said if each) or "–"


def _account_text(account: GeneralLedgerAccount) -> str:
    return f"{account.code} {shipped(account.name)}"
