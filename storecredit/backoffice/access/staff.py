"""Who may come in, what they may do, and what they did outside the books."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from storecredit.api.queries import find_look_ups_stopped_at
from storecredit.backoffice.approvals.limits import warn_of_hopeless_requests
from storecredit.backoffice.kit import ExportMixin, HouseAdmin, OnceMixin, ReadOnlyAdmin, ShortListMixin, moment_text

admin.site.index_title = "Overview"
admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(ShortListMixin, DjangoUserAdmin, HouseAdmin):  # type: ignore[type-arg, misc]  # as Django made it
    """People are switched off, not deleted: their names stand in the books."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "full_name", "email", "roles", "is_active", "last_login"]
    list_filter = ["is_active", "is_staff", "groups"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Who", {"fields": ["first_name", "last_name", "email"]}),
        (
            "What they may do",
            {
                "fields": ["is_active", "is_staff", "is_superuser", "groups"],
                "description": "Their roles decide. Whoever is to work in here needs “staff status”.",
            },
        ),
        ("When", {"fields": ["last_login", "date_joined", "look_ups_stopped"]}),
    ]
    readonly_fields = ["last_login", "date_joined", "look_ups_stopped"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = super().get_readonly_fields(request, obj)
        return own if _is_superuser(request) else [*own, "is_superuser"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever could change a superuser's password would be one.
        above = obj is not None and obj.is_superuser and not _is_superuser(request)
        return super().has_change_permission(request, obj) and not above

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        warn_of_hopeless_requests(request)

    @display(description="Name", ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name() or "–"

    @display(description="Card look-ups last stopped")
    def look_ups_stopped(self, user: User) -> str:
        """When they last guessed too many card codes."""
        at = find_look_ups_stopped_at(person_id=user.pk)
        return moment_text(at) if at else "–"

    @display(description="Roles")
    def roles(self, user: User) -> str:
        names = sorted(group.name for group in user.groups.all())
        return ", ".join(["Superuser", *names] if user.is_superuser else names) or "–"


@admin.register(Group)
class GroupAdmin(ExportMixin, OnceMixin, DjangoGroupAdmin, ModelAdmin):
    """The roles. Every migrate brings a deleted one back; what is changed in one stays changed."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        warn_of_hopeless_requests(request)


@admin.register(LogEntry)
class StaffLogAdmin(ReadOnlyAdmin):
    list_display = ["action_time", "user", "what", "object_repr", "change"]
    list_display_links = None
    list_filter = ["action_flag"]
    list_select_related = ["user", "content_type"]
    search_fields = ["user__username", "object_repr", "change_message"]
    search_help_text = "User, object or what was done"
    ordering = ["-pk"]

    @display(description="Kind", ordering="content_type")
    def what(self, entry: LogEntry) -> str:
        return str(entry.content_type.name).capitalize() if entry.content_type else "–"

    @display(description="Done")
    def change(self, entry: LogEntry) -> str:
        return entry.get_change_message() or entry.get_action_flag_display()


def _is_superuser(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.is_superuser)
