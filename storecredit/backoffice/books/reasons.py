from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from ledger.queries import BookRules, Reason, Transaction
from storecredit.backoffice.kit import (
    AuditedAdmin,
    Colours,
    ShortListMixin,
    SingleRowAdmin,
    words_cell,
)
from storecredit.backoffice.kit.shipped import shipped

# A trigger refuses these too, once a transaction names the reason.
BOOKING_FIELDS = ["funding", "counter_account"]
USE_FIELDS = ["for_giving", "for_taking", "for_reversing"]
LONGEST_LIFE_DAYS = 36_500


class ReasonForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument at run time
    class Meta:
        model = Reason
        fields = "__all__"  # noqa: DJ007  the admin class names them

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not any(data.get(use) for use in USE_FIELDS):
            data |= dict.fromkeys(USE_FIELDS, True)
        return data

    def clean_expires_in_days(self) -> int | None:
        days: int | None = self.cleaned_data["expires_in_days"]
        if days is not None and not 1 <= days <= LONGEST_LIFE_DAYS:
            raise forms.ValidationError(
                gettext("Between 1 and %(count)s days; empty for ever.") % {"count": LONGEST_LIFE_DAYS}
            )
        return days


@admin.register(Reason)
class ReasonAdmin(ShortListMixin, AuditedAdmin):
    form = ReasonForm
    list_display = ["code", "shown_label", "shown_funding", "books_to", "life", "asks_for", "shown_active"]
    list_display_links = ["code", "shown_label"]
    exported = {"shown_label": [words_cell(_("Label"), lambda reason: reason.label)]}
    list_filter = ["active", "funding"]
    search_fields = ["code", "label"]
    search_help_text = _("Code or label")
    ordering = ["code"]
    fieldsets = [
        (None, {"fields": ["code", "label", "active"]}),
        (
            _("What it books"),
            {
                "fields": ["funding", "counter_account", "general_ledger_code", "expires_in_days"],
                "description": _(
                    "Once a reason has been used, what its credit counts as and what it books to stay for "
                    "ever. Switch it off and add another one instead."
                ),
            },
        ),
        (
            _("Staff are offered it"),
            {
                "fields": USE_FIELDS,
                "description": _("Ticked nowhere, it is offered everywhere. API clients name it as before."),
            },
        ),
        (_("What it asks for"), {"fields": ["needs_note", "needs_order"]}),
    ]

    @display(description=_("Label"), ordering="label")
    def shown_label(self, reason: Reason) -> str:
        return shipped(reason.label)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        used = Transaction.objects.filter(reason_id=obj.pk).exists()
        return ["code", *(BOOKING_FIELDS if used else [])]

    def create(self, form: Any, request: HttpRequest) -> Model:
        form.instance.save(force_insert=True)
        return form.instance

    def update(self, obj: Model, changes: dict[str, Any], request: HttpRequest) -> Model:
        obj.save(update_fields=list(changes))
        return obj

    @display(description=_("Counts as"), ordering="funding")
    def shown_funding(self, reason: Reason) -> str:
        return reason.get_funding_display()

    @display(description=_("Books to"), ordering="counter_account")
    def books_to(self, reason: Reason) -> str:
        return reason.get_counter_account_display()

    @display(description=_("Credit lives"), ordering="expires_in_days")
    def life(self, reason: Reason) -> str:
        days = reason.expires_in_days
        if days is None:
            return gettext("for ever")
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}

    @display(description=_("Asks for"))
    def asks_for(self, reason: Reason) -> str:
        return {
            (True, False): gettext("a note"),
            (False, True): gettext("the order"),
            (True, True): gettext("a note and the order"),
        }.get((reason.needs_note, reason.needs_order), "–")

    @display(description=_("Status"), ordering="active", label=Colours({_("On"): "success", _("Off"): ""}))
    def shown_active(self, reason: Reason) -> str:
        return gettext("On") if reason.active else gettext("Off")


@admin.register(BookRules)
class BookRulesAdmin(SingleRowAdmin):
    """What the shop has decided for its books."""
