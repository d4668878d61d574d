"""API clients and their keys. A key is shown once, by the page that answers its making, and kept nowhere."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.operations import (
    add_api_client,
    change_api_client,
    refuse_invalid_changes,
    rotate_api_key,
)
from storecredit.api.queries import list_troubled_clients
from storecredit.api.scopes import Scope
from storecredit.backoffice.access.client_forms import ApiClientForm
from storecredit.backoffice.access.client_parts import facts_of, keys_table, last_use_of, list_allowed, use_table
from storecredit.backoffice.access.key_steps import IssueKey, RevokeAllKeys, RevokeKey, is_live, show_key, staff_maker
from storecredit.backoffice.changes.clients import ask_for_client, split_changes
from storecredit.backoffice.kit import (
    AuditedAdmin,
    ChoiceFilter,
    Colours,
    EditablePageMixin,
    Head,
    Link,
    ShortListMixin,
    as_shown,
    day,
    first_moment_after,
    phrase,
    state_tag,
    test_tag,
)

ACTIVE_COLOURS = Colours(
    {
        _("On"): "success",
        _("Off"): "danger",
    }
)


class TroubledFilter(ChoiceFilter):
    title, parameter_name = _("owner's rights"), "rights"

    choices_of_filter = (("lacking", _("Live keys, owner off or without rights")),)

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
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
        (_("From where"), {"fields": ["networks"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["name", "owner", "test_mode"]}),
        (_("What it may do"), {"fields": ["scopes", "tenant"]}),
        (_("How much"), {"fields": ["rate", "miss_limit", "issue_limits", "issue_limits_per_day"]}),
        (_("From where, and how long"), {"fields": ["networks", "valid_until"]}),
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
        data = {name: form.cleaned_data[name] for name in form.cleaned_data if name not in ("active", "valid_until")}
        now = timezone.now()
        # Whoever reads the key of a client that nobody stands behind does whatever it may.
        alone = list(data["scopes"]) if data["owner"] is None else []
        client = add_api_client(now=now, **data | ({"scopes": []} if alone else {}))
        if alone:
            refuse_invalid_changes(client_id=client.pk, changes={"scopes": alone})
            ask_for_client(request, client, {"scopes": sorted(alone)})
        elif client.owner is None or client.owner.pk == request.user.pk:
            # The request carries it to the page.
            request.issued = rotate_api_key(  # type: ignore[attr-defined]  # carried to the page
                name=client.name,
                now=now,
                expires_at=first_moment_after(form.cleaned_data["valid_until"]),
                maker=staff_maker(request),
            )
        return client

    def update(self, obj: Any, changes: dict[str, Any], request: HttpRequest) -> Model:
        before = obj.keys.filter(revoked_at__isnull=True).count()
        at_once, waiting = split_changes(ApiClient.objects.get(pk=obj.pk), changes)
        now = timezone.now()
        if waiting:
            refuse_invalid_changes(client_id=obj.pk, changes=changes)
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
        if obj.owner is None:
            messages.success(
                request,
                gettext("%(client)s is made and has no key yet: issue it once another administrator has agreed.")
                % {"client": obj.name},
            )
            return HttpResponseRedirect(self.page_url(obj))
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
            "scopes": list_allowed(target),
            "facts": facts_of(target),
            "keys": keys_table(target, now),
            "use": use_table(target, now),
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
                phrase(gettext("Last used"), last_use_of(client)),
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

    @display(description=_("Trouble with the owner"), label="danger")
    def trouble(self, client: ApiClient) -> str:
        said: str = getattr(client, "trouble", "")
        return gettext("Owner’s login is off") if "is off" in said else gettext("Owner lacks rights") if said else ""

    @display(description="")
    def mode(self, client: ApiClient) -> str:
        return test_tag(client.test_mode)


def stands_behind_clients(request: HttpRequest) -> bool:
    """Whether whoever is signed in is the owner of an API client."""
    return ApiClient.objects.filter(owner_id=request.user.pk).exists()


def may_see_clients(request: HttpRequest) -> bool:
    """Whether the way through the admin leads to the API clients: to all of them, or to one's own."""
    user: Any = request.user
    return bool(user.has_perm("api.view_apiclient")) or stands_behind_clients(request)
