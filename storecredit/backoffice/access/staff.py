"""Who may come in, and what they may do."""

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from storecredit.api.queries import find_look_ups_stopped_at
from storecredit.audit.operations import ActivityKind
from storecredit.backoffice.access.invitations import NO_MAIL, SendLink, send_link, tell_former_address
from storecredit.backoffice.access.own import LinkCustomer, UnlinkCustomer
from storecredit.backoffice.access.people import NewPersonForm, PersonForm, RoleForm, rename_models
from storecredit.backoffice.access.signing_in.recovering import LiftLock, TakeFactors
from storecredit.backoffice.access.signing_in.sessions import forget_devices
from storecredit.backoffice.approvals.limits import warn_of_hopeless_requests
from storecredit.backoffice.changes.bearing import bears_on
from storecredit.backoffice.changes.entry import let_in_by_role
from storecredit.backoffice.changes.forms import ask_or_say
from storecredit.backoffice.changes.logins import end_sessions
from storecredit.backoffice.changes.permissions import permission_text
from storecredit.backoffice.changes.raising import is_raising, moves_address
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.kit import (
    DASH,
    ExportMixin,
    HouseAdmin,
    Link,
    OfferedLookupsMixin,
    OnceMixin,
    PageMixin,
    ShortListMixin,
    Words,
    buttons_context,
    moment_text,
    number_text,
    subject_of,
    tell,
    ways_to_deeds,
    words_cell,
)
from storecredit.backoffice.kit.paging import CountedChangeList
from storecredit.backoffice.kit.shipped import shipped
from storecredit.backoffice.models import ChangeKind
from storecredit.credits.queries import find_link

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

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        return [(key, shipped(str(name))) for key, name in super().field_choices(field, request, model_admin)]


@admin.register(User)
class UserAdmin(PageMixin, ShortListMixin, HouseAdmin):
    """People are switched off, not deleted: their names stand in the books."""

    form = PersonForm
    steps = [SendLink, TakeFactors, LiftLock, LinkCustomer, UnlinkCustomer]
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

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Nobody changes what they themselves may do, whoever they are.
        own = ["is_active", "groups"] if obj is not None and obj.pk == request.user.pk else []
        # By it the books say who did what, so it is nobody else's, and no other, once somebody has come in by it.
        kept = ["username"] if obj is not None and obj.last_login is not None else []
        return [*self.readonly_fields, *own, *kept]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        is_own = obj.pk == request.user.pk
        level = "is_superuser" if _is_superuser(request) and not is_own else "superuser"
        allowed = {
            "fields": ["is_active", level, "groups"],
            "description": gettext(
                "Their roles decide. Whoever is not active cannot sign in, whatever their roles are. More than "
                "they may do now waits for a second administrator, and so does another e-mail address, and whoever was "
                "switched off; less is so at once. Nobody changes their own."
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
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.label_from_instance = lambda role: shipped(role.name)
        return field

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
            link = find_link(person_id=person.pk)
            # Of the two that link and let go, the one that can be meant.
            other = LinkCustomer.slug if link else UnlinkCustomer.slug
            buttons = [button for button in self.list_buttons(request, person) if button.slug != other]
            offered = buttons_context(buttons) | {"ways": ways_to_deeds(request, person), "link": link}
        answer = self.changeform_view(request, object_id, form_url, offered | (extra_context or {}))
        if former := getattr(request, "former_address", ""):
            tell_former_address(request, person, former, is_asked=hasattr(request, "moved"))
        return answer

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        elif "email" in form.changed_data:
            request.former_address = form.initial["email"]  # type: ignore[attr-defined]  # carried until it is committed
            if obj.pk != request.user.pk and moves_address(form.initial, form.cleaned_data):
                obj.email = form.initial["email"]
                request.moved = True  # type: ignore[attr-defined]  # carried to what is asked
        if change and obj.is_superuser and not form.initial.get("is_superuser", True):
            obj.is_superuser = False
            request.raised = True  # type: ignore[attr-defined]  # carried to what is asked
        if change and obj.is_active and not form.initial.get("is_active", True):
            obj.is_active = False
            request.let_back = True  # type: ignore[attr-defined]  # carried to what is asked
        super().save_model(request, obj, form, change)
        if change and not obj.is_active and form.initial.get("is_active"):
            # Else they would be signed in again by what is left, once somebody lets them back.
            end_sessions(obj)
            forget_devices(obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        person = form.instance
        stood = state_of(ChangeKind.PERSON, person)
        wanted = {
            "roles": sorted(group.pk for group in form.cleaned_data["groups"])
            if "groups" in form.cleaned_data
            else stood["roles"],
            "superuser": hasattr(request, "raised") or person.is_superuser,
            "email": form.cleaned_data["email"] if hasattr(request, "moved") else stood["email"],
            "active": hasattr(request, "let_back") or person.is_active,
        }
        only_roles = wanted | {"superuser": False, "email": stood["email"], "active": stood["active"]}
        is_raising_roles = is_raising(ChangeKind.PERSON, stood, only_roles)
        if is_raising_roles:
            form.cleaned_data["groups"] = _kept_at_once(stood, wanted)
        super().save_related(request, form, formsets, change)
        let_in_by_role(person)
        if is_raising_roles or any(hasattr(request, mark) for mark in ("raised", "moved", "let_back")):
            ask_or_say(
                request,
                kind=ChangeKind.PERSON,
                subject_id=str(person.pk),
                label=person.get_username(),
                before=state_of(ChangeKind.PERSON, person),
                after=wanted,
            )
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
        names = sorted(shipped(group.name) for group in user.groups.all())
        return ", ".join([gettext("Superuser"), *names] if user.is_superuser else names) or "–"


@admin.register(Group)
class GroupAdmin(OfferedLookupsMixin, ExportMixin, OnceMixin, DjangoGroupAdmin, ModelAdmin):
    """The roles. Every migrate brings a deleted one back; what is changed in one stays changed."""

    form = RoleForm
    change_form_before_template = "backoffice/access/role_above.html"
    list_display = ["shown_name", "held_by"]
    exported: ClassVar = {
        "shown_name": [words_cell(_("Name"), lambda role: role.name)],
        "held_by": [words_cell(_("People"), lambda role: role.people)],
    }
    search_help_text = _("Name")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        return CountedChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(people=Count("user", filter=Q(user__is_active=True)))

    @display(description=_("Name"), ordering="name")
    def shown_name(self, role: Group) -> str:
        return shipped(role.name)

    @display(description=_("People"), ordering="people")
    def held_by(self, role: Any) -> str:
        """How many have it whose login is on, with the way to them."""
        return people_with(role, role.people)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        role: Any = self.get_object(request, object_id)
        held_by = people_with(role, role.people) if role is not None else ""
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {"held_by": held_by} | (extra_context or {})
        )
        return answer

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": ["name", "rights"]})]

    @display(description=_("Rights"))
    def rights(self, role: Group) -> str:
        """What a role may, a line each, for whoever may not change it."""
        listed = role.permissions.select_related("content_type")
        return format_html_join(mark_safe("<br>"), "{}", sorted((permission_text(each),) for each in listed)) or DASH

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "permissions":
            field.label_from_instance = permission_text
            field.help_text = gettext(
                "What you add waits for a second administrator; what you take away is gone at once. Nobody changes a "
                "role of their own."
            )
        return field

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_own_role(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # With a role goes its limit, which may be all that keeps somebody down: that goes first, by two.
        is_limiting = obj is not None and obj.issue_limits.exists()
        return super().has_delete_permission(request, obj) and not is_limiting and not _is_own_role(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        if not all(self.has_delete_permission(request, group) for group in queryset):
            raise PermissionDenied
        super().delete_queryset(request, queryset)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        stood = state_of(ChangeKind.ROLE, form.instance)
        wanted = {"permissions": sorted(each.pk for each in form.cleaned_data["permissions"])}
        raised = is_raising(ChangeKind.ROLE, stood, wanted)
        if raised:
            kept = set(stood["permissions"]) & set(wanted["permissions"])
            form.cleaned_data["permissions"] = Permission.objects.filter(pk__in=kept)
        super().save_related(request, form, formsets, change)
        if raised:
            ask_or_say(
                request,
                kind=ChangeKind.ROLE,
                subject_id=str(form.instance.pk),
                label=form.instance.name,
                before=state_of(ChangeKind.ROLE, form.instance),
                after=wanted,
            )
        warn_of_hopeless_requests(request)


def people_with(role: Group, count: int) -> str:
    """So many people have a role, as the way to their list."""
    words = ngettext("%(count)s person", "%(count)s people", count) % {"count": number_text(count)}
    return str(Link(words, f"{reverse('admin:auth_user_changelist')}?groups__id__exact={role.pk}&is_active__exact=1"))


def _kept_at_once(stood: Mapping[str, Any], wanted: Mapping[str, Any]) -> QuerySet[Group]:
    """The roles that a person keeps until somebody decides: without those that go, unless that raises by itself."""
    kept = sorted(set(stood["roles"]) & set(wanted["roles"]))
    if is_raising(ChangeKind.PERSON, stood, {**stood, "roles": kept, "superuser": False}):
        kept = stood["roles"]
    return Group.objects.filter(pk__in=kept)


def _is_own_role(request: HttpRequest, role: Any) -> bool:
    return role is not None and bears_on(request.user, ChangeKind.ROLE, str(role.pk))


def _is_superuser(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.is_superuser)
