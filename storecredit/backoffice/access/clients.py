"""API clients and their keys. A key is shown once, by the page that answers its making, and kept nowhere."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from storecredit.api.issue_limits import parse_issue_limits, write_issue_limits
from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.operations import (
    add_api_client,
    change_api_client,
    rotate_api_key,
)
from storecredit.api.queries import list_troubled_clients
from storecredit.api.scopes import Scope
from storecredit.backoffice.access.key_steps import IssueKey, RevokeAllKeys, RevokeKey, is_live, show_key, staff_maker
from storecredit.backoffice.changes.clients import ask_for_client, refuse_invalid, split_changes
from storecredit.backoffice.kit import (
    AuditedAdmin,
    Colours,
    EditablePageMixin,
    Facts,
    Head,
    Link,
    ShortListMixin,
    Shown,
    Table,
    as_shown,
    day,
    moment,
    moments,
    money_text,
    phrase,
    state_tag,
    strong,
    tag,
    test_tag,
)

ACTIVE_COLOURS = Colours(
    {
        _("On"): "success",
        _("Off"): "danger",
    }
)


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


class TroubledFilter(admin.SimpleListFilter):
    title, parameter_name = _("owner's rights"), "rights"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("lacking", gettext("Live keys, owner off or without rights"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "lacking":
            return queryset
        return queryset.filter(pk__in=list_troubled_clients(now=timezone.now()))


@admin.register(ApiClient)
class ApiClientAdmin(EditablePageMixin, ShortListMixin, AuditedAdmin):
    form = ApiClientForm
    list_display = ["name", "owner", "what", "rate", "keys_count", "shown_active", "trouble", "mode"]
    list_filter = ["active", "test_mode", TroubledFilter]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__username", "keys__prefix"]
    search_help_text = _("Name, owner, or the public part of a key")
    exported = {"trouble": [as_shown(_("Trouble with the owner"))]}
    ordering = ["name"]
    page_template = "backoffice/access/api_client.html"
    steps = (IssueKey, RevokeKey, RevokeAllKeys)
    fieldsets = [
        (None, {"fields": ["name", "owner", "active", "test_mode"]}),
        (_("What it may do"), {"fields": ["scopes", "tenant"]}),
        (_("How much"), {"fields": ["rate", "miss_limit", "issue_limits", "issue_limits_per_day"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["name", "owner", "test_mode"]}),
        (_("What it may do"), {"fields": ["scopes", "tenant"]}),
        (_("How much"), {"fields": ["rate", "miss_limit", "issue_limits", "issue_limits_per_day"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Whoever stands behind a client sees that one, whatever else they may.
        every = self._list_all(request)
        return every if super().has_view_permission(request) else every.filter(owner_id=request.user.pk)

    def _list_all(self, request: HttpRequest) -> QuerySet[Any]:
        keys = ApiKey.objects.select_related("made_by").order_by("-pk")
        return super().get_queryset(request).prefetch_related(Prefetch("keys", keys))

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        # Found first, and then asked who may see it: a client of somebody else is refused, not unknown.
        return self._list_all(request).filter(pk=object_id).first() if object_id.isdecimal() else None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if super().has_view_permission(request, obj):
            return True
        return stands_behind_clients(request) if obj is None else obj.owner_id == request.user.pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Nobody widens what speaks in their own name.
        return super().has_change_permission(request, obj) and (obj is None or obj.owner_id != request.user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        self.complete_rows(changelist.result_list)
        return changelist

    def complete_rows(self, rows: Any) -> Any:
        troubles = list_troubled_clients(now=timezone.now())
        for client in rows:
            client.trouble = troubles.get(client.pk, "")
        return rows

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # The name stands in the books, and a test client has made test objects.
        return ["name", "test_mode"] if obj else []

    def create(self, form: Any, request: HttpRequest) -> Model:
        data = {name: form.cleaned_data[name] for name in form.cleaned_data if name != "active"}
        now = timezone.now()
        # Whoever reads the key of a client that nobody stands behind does whatever it may.
        alone = list(data["scopes"]) if data["owner"] is None else []
        client = add_api_client(now=now, **data)
        if alone:
            client = change_api_client(client_id=client.pk, changes={"scopes": []}, now=now)
            ask_for_client(request, client, {"scopes": sorted(alone)})
        if client.owner is None or client.owner.pk == request.user.pk:
            # The request carries it to the page.
            request.issued = rotate_api_key(  # type: ignore[attr-defined]  # carried to the page
                name=client.name, now=now, maker=staff_maker(request)
            )
        return client

    def update(self, obj: Any, changes: dict[str, Any], request: HttpRequest) -> Model:
        before = obj.keys.filter(revoked_at__isnull=True).count()
        at_once, waiting = split_changes(ApiClient.objects.get(pk=obj.pk), changes)
        now = timezone.now()
        if waiting:
            refuse_invalid(obj.pk, changes, now)
        client = change_api_client(client_id=obj.pk, changes=at_once, now=now)
        if waiting:
            ask_for_client(request, client, waiting)
        if before and not obj.keys.filter(revoked_at__isnull=True).exists():
            messages.warning(request, gettext("Its keys have ended with this change: another one has to be made."))
        return client

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        issued = getattr(request, "issued", None)
        if issued is not None:
            return show_key(self, request, issued)
        messages.success(
            request,
            gettext(
                "%(client)s is made and has no key yet: its owner, %(person)s, signs in, finds it under API "
                "clients and issues the key, which is shown to them alone."
            )
            % {"client": obj.name, "person": obj.owner.get_username()},
        )
        return HttpResponseRedirect(self.page_url(obj))

    def page_context(self, request: HttpRequest, target: ApiClient) -> dict[str, Any]:
        now = timezone.now()
        return {
            "head": self._head(request, target),
            "trouble": list_troubled_clients(now=now).get(target.pk, ""),
            "scopes": [gettext(Scope(scope).label) for scope in target.scopes if scope in Scope.values],
            "facts": _facts_of(target),
            "keys": _keys_table(target, now),
        }

    def _head(self, request: HttpRequest, client: ApiClient) -> Head:
        edit_url = self.edit_url(request, client)
        return Head(
            title=client.name,
            tags=[
                state_tag(gettext("On") if client.active else gettext("Off"), ACTIVE_COLOURS),
                test_tag(client.test_mode),
            ],
            about=[
                format_html(gettext("Since {day}"), day=day(client.created_at)),
                gettext("Owner: %(person)s") % {"person": client.owner.get_username()} if client.owner else "",
                Link(gettext("Edit"), edit_url) if edit_url else "",
                self.log_link(client, gettext("Changes")),
            ],
        )

    @display(description=pgettext_lazy("permission", "May"))
    def what(self, client: ApiClient) -> str:
        count = len(client.scopes)
        if not count:
            return gettext("nothing")
        return gettext("%(count)s of %(total)s things") % {"count": count, "total": len(Scope)}

    @display(description=_("Keys that work"))
    def keys_count(self, client: ApiClient) -> int:
        now = timezone.now()
        return sum(is_live(key, now) for key in client.keys.all())

    @display(description=_("Status"), label=ACTIVE_COLOURS)
    def shown_active(self, client: ApiClient) -> str:
        return gettext("On") if client.active else gettext("Off")

    @display(description=_("Owner"), label="danger")
    def trouble(self, client: ApiClient) -> str:
        said: str = getattr(client, "trouble", "")
        return gettext("Owner’s login is off") if "is off" in said else gettext("Owner lacks rights") if said else ""

    @display(description="")
    def mode(self, client: ApiClient) -> str:
        return test_tag(client.test_mode)


def _words_of(limits: dict[str, int]) -> list[str]:
    """Limits as amounts read on a page, by currency."""
    return [money_text(limits[currency], currency) for currency in sorted(limits)]


def _facts_of(client: ApiClient) -> Facts:
    once, daily = _words_of(client.issue_limits), _words_of(client.issue_limits_per_day)
    stopped = client.look_ups_limited_at
    return Facts(
        gettext("What it may do"),
        [
            (pgettext("API", "Requests"), client.rate),
            (gettext("Wrong gift card codes"), client.miss_limit),
            (gettext("Largest single issue"), ", ".join(once) or gettext("no limit")),
            (gettext("Most issued in a day"), ", ".join(daily) or gettext("no limit")),
            (gettext("Other currencies"), gettext("nothing") if once or daily else ""),
            (gettext("Card look-ups last stopped"), tag(moment(stopped), "bo-tag-warn") if stopped else ""),
            (gettext("Tenant"), client.tenant),
        ],
    )


def _keys_table(client: ApiClient, now: datetime) -> Table:
    return Table(
        title=gettext("Keys"),
        columns=(gettext("Key"), moments(gettext("Made")), gettext("By"), moments(gettext("Works"))),
        rows=[
            [
                strong(str(key)),
                moment(key.created_at),
                phrase(key.made_by.get_username() if key.made_by else "", key.shown_door),
                _life_of(key, now),
            ]
            for key in client.keys.all()
        ],
        empty=gettext("It has no key."),
    )


def _life_of(key: ApiKey, now: datetime) -> Shown:
    if is_live(key, now):
        return phrase(
            tag(gettext("yes"), "bo-tag-good"),
            format_html(gettext("until {moment}"), moment=moment(key.expires_at)) if key.expires_at else "",
        )
    if key.revoked_at:
        return phrase(tag(gettext("revoked")), moment(key.revoked_at))
    return phrase(tag(gettext("expired")), moment(key.expires_at))


def stands_behind_clients(request: HttpRequest) -> bool:
    """Whether whoever is signed in is the owner of an API client."""
    return ApiClient.objects.filter(owner_id=request.user.pk).exists()


def may_see_clients(request: HttpRequest) -> bool:
    """Whether the way through the admin leads to the API clients: to all of them, or to one's own."""
    user: Any = request.user
    return bool(user.has_perm("api.view_apiclient")) or stands_behind_clients(request)
