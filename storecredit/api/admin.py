"""API clients and their keys. A key is shown once, by the page that answers its making, and kept nowhere."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from ledger.adminbase import (
    AuditedAdmin,
    Change,
    DomainForm,
    EditablePageMixin,
    Fact,
    LoggedStep,
    Outcome,
    Review,
    ShortListMixin,
    test_tag,
)
from storecredit.api.errors import ApproverNeedsOwner
from storecredit.api.issue_limits import parse_issue_limits, write_issue_limits
from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.operations import (
    IssuedKey,
    create_api_client,
    revoke_all_api_keys,
    revoke_api_key,
    rotate_api_key,
)
from storecredit.api.scopes import Scope


class IssueLimitsField(forms.CharField):
    """Limits as staff write them, one to a line; as the model keeps them in between."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(write_issue_limits(value)) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        try:
            return parse_issue_limits(line for line in str(value or "").splitlines() if line.strip())
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or {}) != self.to_python(data))
        except forms.ValidationError:
            return True


class ApiClientForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no argument at run time
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What the program may do. Give it no more than it needs.",
    )

    issue_limits = IssueLimitsField(
        label="Largest single issue",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="The most that the program may issue at once: a currency and an amount to a line, such as "
        "USD 100.00.",
    )

    issue_limits_per_day = IssueLimitsField(
        label="Most issued in a day",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="The most that it may issue in one day of the shop, likewise. With any limit of either kind it "
        "issues nothing in currencies that are not named; without one it issues any amount.",
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
            "tenant",
            "test_mode",
            "active",
        ]
        widgets = {"test_mode": UnfoldBooleanSwitchWidget, "active": UnfoldBooleanSwitchWidget}


class RevokeForm(DomainForm):
    key = forms.ChoiceField(label="Which key")
    why = forms.CharField(max_length=500, label="Why", widget=forms.Textarea(attrs={"rows": 2}))


class _KeyStep(LoggedStep):
    permission = "api.change_apiclient"
    target: ApiClient

    def live_keys(self) -> list[ApiKey]:
        now = timezone.now()
        return [key for key in self.target.keys.order_by("pk") if is_live(key, now)]

    def outcome(self, before: int, after: int, facts: list[Fact], message: str, record: Any = None) -> Outcome:
        return Outcome(
            review=Review(
                changes=[Change("Keys that work", str(before), str(after))],
                facts=[Fact("API client", self.target.name), *facts],
            ),
            url=self.admin.page_url(self.target),
            message=message,
            record=record,
        )


class IssueKey(_KeyStep):
    slug, label, icon = "issue-key", "Issue another key", "key"
    explanation = "The new key works at once; the old ones work on until you revoke them."

    def refusal(self) -> str:
        return "" if self.target.active else "the client is switched off."

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = len(self.live_keys())
        issued = rotate_api_key(name=self.target.name, now=now)
        return self.outcome(before, before + 1, [Fact("Why", data["why"])], "The key is issued.", issued)

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"Issued {outcome.record.key}: {data['why']}"

    def show_outcome(self, outcome: Outcome) -> HttpResponse:
        return show_key(self.admin, self.request, outcome.record)


class RevokeKey(_KeyStep):
    slug, label, icon, danger = "revoke-key", "Revoke a key", "key_off", True
    form_class = RevokeForm
    explanation = "The next request with this key is refused. It cannot be undone: issue another key instead."

    def refusal(self) -> str:
        return "" if self.live_keys() else "no key works any more."

    def make_form(self, data: QueryDict | None = None) -> DomainForm:
        form = RevokeForm(data, initial={"key": self.request.GET.get("key", "")})
        form.fields["key"].choices = [(key.prefix, str(key)) for key in self.live_keys()]  # type: ignore[attr-defined]
        return form

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = len(self.live_keys())
        key = revoke_api_key(prefix=data["key"], now=now)
        facts = [Fact("Key", str(key)), Fact("Why", data["why"])]
        return self.outcome(before, len(self.live_keys()), facts, f"{key} is revoked.", key)

    def log_text(self, data: dict[str, Any], outcome: Outcome) -> str:
        return f"Revoked {outcome.record}: {data['why']}"


class RevokeAllKeys(_KeyStep):
    slug, label, icon, danger = "revoke-all", "Revoke all keys", "block", True
    explanation = "The next request of this program is refused, whichever key it uses."

    def refusal(self) -> str:
        return "" if self.live_keys() else "no key works any more."

    def apply(self, data: dict[str, Any], now: datetime) -> Outcome:
        before = len(self.live_keys())
        revoke_all_api_keys(name=self.target.name, now=now)
        return self.outcome(before, 0, [Fact("Why", data["why"])], "All keys are revoked.")


@admin.register(ApiClient)
class ApiClientAdmin(EditablePageMixin, ShortListMixin, AuditedAdmin):
    form = ApiClientForm
    list_display = ["name", "owner", "what", "rate", "keys_count", "shown_active", "mode"]
    list_filter = ["active", "test_mode"]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__username", "keys__prefix"]
    search_help_text = "Name, owner, or the public part of a key"
    ordering = ["name"]
    page_template = "backoffice/api_client.html"
    steps = (IssueKey, RevokeKey, RevokeAllKeys)
    fieldsets = [
        (None, {"fields": ["name", "owner", "active", "test_mode"]}),
        ("What it may do", {"fields": ["scopes", "tenant"]}),
        ("How much", {"fields": ["rate", "miss_limit", "issue_limits", "issue_limits_per_day"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["name", "owner", "test_mode"]}),
        ("What it may do", {"fields": ["scopes", "tenant"]}),
        ("How much", {"fields": ["rate", "miss_limit", "issue_limits", "issue_limits_per_day"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related(Prefetch("keys", ApiKey.objects.order_by("-pk")))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # The name stands in the books, and a test client has made test objects.
        return ["name", "test_mode"] if obj else []

    def create(self, form: Any, request: HttpRequest) -> Model:
        data = {name: form.cleaned_data[name] for name in form.cleaned_data if name != "active"}
        issued = create_api_client(now=timezone.now(), **data)
        request.issued = issued  # type: ignore[attr-defined]  # the request carries it to the page
        return issued.client

    def update(self, obj: Any, changes: dict[str, Any], request: HttpRequest) -> Model:
        if Scope.CREDITS_APPROVE in obj.scopes and obj.owner is None:
            raise ApproverNeedsOwner(name=obj.name)
        obj.save(update_fields=list(changes))
        return obj

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return show_key(self, request, request.issued)  # type: ignore[attr-defined]

    def page_context(self, request: HttpRequest, target: ApiClient) -> dict[str, Any]:
        now = timezone.now()
        return {
            "keys": [(key, is_live(key, now)) for key in target.keys.all()],
            "issue_limits": write_issue_limits(target.issue_limits),
            "issue_limits_per_day": write_issue_limits(target.issue_limits_per_day),
            "scopes": [Scope(scope).label for scope in target.scopes if scope in Scope.values],
        }

    @display(description="May")
    def what(self, client: ApiClient) -> str:
        count = len(client.scopes)
        return "nothing" if not count else f"{count} of {len(Scope)} things"

    @display(description="Keys that work")
    def keys_count(self, client: ApiClient) -> int:
        now = timezone.now()
        return sum(is_live(key, now) for key in client.keys.all())

    @display(description="Status", label={"On": "success", "Off": "danger"})
    def shown_active(self, client: ApiClient) -> str:
        return "On" if client.active else "Off"

    @display(description="")
    def mode(self, client: ApiClient) -> str:
        return test_tag(client.test_mode)


def is_live(key: ApiKey, now: datetime) -> bool:
    """Whether the key itself works: its client may be switched off all the same."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def show_key(model_admin: Any, request: HttpRequest, issued: IssuedKey) -> HttpResponse:
    """The one page that ever shows a key: an answer to a POST, which like every page in here no cache may keep."""
    messages.success(request, f"A key for {issued.client.name} is issued.")
    context = model_admin.page_frame(request, issued.client)
    context |= {"title": "The new key", "issued": issued, "back_url": model_admin.page_url(issued.client)}
    return TemplateResponse(request, "backoffice/api_key_once.html", context)
