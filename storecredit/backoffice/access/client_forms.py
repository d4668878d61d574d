"""What staff say of an API client."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from storecredit.api.issue_limits import parse_issue_limits, write_issue_limits
from storecredit.api.models import ApiClient
from storecredit.api.networks import parse_networks
from storecredit.api.scopes import Scope
from storecredit.backoffice.kit import day_field


class LinesField(forms.CharField):
    """Several things as staff write them, one to a line; as the model keeps them in between."""

    def parse(self, lines: Iterable[str]) -> Any:
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        try:
            return self.parse(line for line in str(value or "").splitlines() if line.strip())
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or self.to_python("")) != self.to_python(data))
        except forms.ValidationError:
            return True


class IssueLimitsField(LinesField):
    """Limits by currency."""

    def parse(self, lines: Iterable[str]) -> Any:
        return parse_issue_limits(lines)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(write_issue_limits(value)) if isinstance(value, dict) else value


class NetworksField(LinesField):
    """Networks from where somebody may call."""

    def parse(self, lines: Iterable[str]) -> Any:
        return parse_networks(lines)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class ApiClientForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument at run time
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=lambda: [(scope.value, gettext(scope.label)) for scope in Scope],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("What the program may do. Give it no more than it needs."),
    )

    issue_limits = IssueLimitsField(
        label=_("Largest single issue"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_(
            "The most that the program may issue at once: a currency and an amount to a line, such as USD 100.00."
        ),
    )

    issue_limits_per_day = IssueLimitsField(
        label=_("Most issued in a day"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_(
            "The most that it may issue in one day of the shop, likewise. With any limit of either kind it "
            "issues nothing in currencies that are not named; without one it issues any amount."
        ),
    )

    networks = NetworksField(
        label=_("Allowed networks"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_(
            "From where the program may call: a network or an address to a line, such as 192.0.2.0/24 or "
            "2001:db8::/32. Empty: from anywhere."
        ),
    )

    valid_until = day_field(
        _("Key valid until"), _("The last day on which its first key works. Empty: until it is revoked.")
    )

    class Meta:
        model = ApiClient
        fields = [
            "name",
            "owner",
            "scopes",
            "rate",
            "miss_limit",
            "issue_limits",
            "issue_limits_per_day",
            "networks",
            "tenant",
            "test_mode",
            "active",
        ]
        widgets = {"test_mode": UnfoldBooleanSwitchWidget, "active": UnfoldBooleanSwitchWidget}
