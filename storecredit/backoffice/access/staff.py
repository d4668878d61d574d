"""Who may come in, and what they may do."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from storecredit.api.queries import find_look_ups_stopped_at
from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.access.invitations import NO_MAIL, SendLink, send_link, tell_former_address
from storecredit.backoffice.access.people import NewPersonForm, PersonForm, let_in_by_role, rename_models
from storecredit.backoffice.access.permissions import permission_text
from storecredit.backoffice.access.signing_in.recovering import LiftLock, TakeFactors
from storecredit.backoffice.approvals.limits import warn_of_hopeless_requests
from storecredit.backoffice.kit import (
    ExportMixin,
    HouseAdmin,
    OnceMixin,
    PageMixin,
    ShortListMixin,
    buttons_context,
    moment_text,
    subject_of,
    tell,
    ways_to_deeds,
)
from storecredit.backoffice.kit.paging import CountedChangeList

admin.site.index_title = _("Overview")
admin.site.unregister(User)
admin.site.unregister(Group)
# What the library of the sign-in keeps is shown on people's own pages, and changed by nothing else.
for _model in (EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(_model)
rename_models()


class RoleFilter(RelatedFieldListFilter):
    """By role, which is a group to Django."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext("role")


@admin.register(User)
class UserAdmin(PageMixin, ShortListMixin, HouseAdmin):
    """People are switched off, not deleted: their names stand in the books."""

    form = PersonForm
    steps = [SendLink, TakeFactors, LiftLock]
    change_form_before_template = "backoffice/access/person_above.html"
    list_display = ["username", "full_name", "email", "roles", "is_active", "last_login"]
    list_filter = ["is_active", "is_superuser", ("groups", RoleFilter)]
    search_fields = ["username", "first_name", "last_name", "email"]
    search_help_text = _("Sign-in name, name or e-mail")
    ordering = ["username"]
    add_fieldsets = [(None, {"fields": ["first_name", "last_name", "email", "username", "groups"]})]
    who = (_("Who"), {"fields": ["first_name", "last_name", "email", "username"]})
    when = (_("When"), {"fields": ["last_login", "date_joined", "look_ups_stopped"]})
    readonly_fields = ["superuser", "last_login", "date_joined", "look_ups_stopped"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        level = "is_superuser" if _is_superuser(request) else "superuser"
        allowed = {
            "fields": ["is_active", level, "groups"],
            "description": gettext(
                "Their roles decide. Whoever is not active cannot sign in, whatever their roles are."
            ),
        }
        return [self.who, (gettext("What they may do"), allowed), self.when]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        own: dict[str, Any] = {} if obj else {"form": NewPersonForm}
        made: type[Any] = super().get_form(request, obj, change=change, **own | kwargs)
        return made

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
            kwargs["queryset"] = Group.objects.order_by("name")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # A list filtered by what a password's hash begins with would tell the hash.
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever could change where a superuser's links go would be one.
        above = obj is not None and obj.is_superuser and not _is_superuser(request)
        return super().has_change_permission(request, obj) and not above

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        no_mail = "" if settings.MAIL_GOES_OUT else NO_MAIL
        answer = super().add_view(request, form_url, {"no_mail": no_mail} | (extra_context or {}))
        # Not before everything is committed: a mail cannot be taken back.
        if added := getattr(request, "added", None):
            tell(request, kind=ActivityKind.INVITED, subject=subject_of(added))
            send_link(request, added)
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        person = self.get_page_object(request, object_id)
        offered: dict[str, Any] = {}
        if person:
            offered = buttons_context(self.list_buttons(request, person)) | {"ways": ways_to_deeds(request, person)}
        answer = self.changeform_view(request, object_id, form_url, offered | (extra_context or {}))
        if former := getattr(request, "former_address", ""):
            tell_former_address(request, person, former)
        return answer

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        elif "email" in form.changed_data:
            request.former_address = form.initial["email"]  # type: ignore[attr-defined]  # carried until it is committed
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        let_in_by_role(form.instance)
        warn_of_hopeless_requests(request)

    @display(description=_("Name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name() or "–"

    @display(description=_("Superuser"), boolean=True)
    def superuser(self, user: User) -> bool:
        return user.is_superuser

    @display(description=_("Card look-ups last stopped"))
    def look_ups_stopped(self, user: User) -> str:
        """When they last guessed too many card codes."""
        at = find_look_ups_stopped_at(person_id=user.pk)
        return moment_text(at) if at else "–"

    @display(description=_("Roles"))
    def roles(self, user: User) -> str:
        names = sorted(group.name for group in user.groups.all())
        return ", ".join([gettext("Superuser"), *names] if user.is_superuser else names) or "–"


@admin.register(Group)
class GroupAdmin(ExportMixin, OnceMixin, DjangoGroupAdmin, ModelAdmin):
    """The roles. Every migrate brings a deleted one back; what is changed in one stays changed."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return CountedChangeList

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "permissions":
            field.label_from_instance = permission_text
        return field

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        warn_of_hopeless_requests(request)


def _is_superuser(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.is_superuser)
