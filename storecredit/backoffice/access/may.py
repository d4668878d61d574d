"""What somebody may do and why; and of a right, who has it and through what."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext

from ledger.wording import amount_text
from storecredit.api.models import ApiClient
from storecredit.api.rights import RIGHTS, usable_scopes
from storecredit.api.scopes import Scope
from storecredit.backoffice.access.key_steps import is_live
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.changes.permissions import permission_text
from storecredit.backoffice.kit import DASH, Head, Link, Shown, Table, money_text, numbers, phrase, tag
from storecredit.backoffice.kit.shipped import shipped
from storecredit.credits.queries import (
    DECIDE,
    ApprovalPolicy,
    IssueCeiling,
    IssueLimit,
    list_giving_days,
    list_issue_limits,
    list_limits,
)

_PEOPLE = "auth.view_user"


def may_see_rights(request: HttpRequest) -> bool:
    """Whether whoever is signed in may see what others may do."""
    user: Any = request.user
    return bool(user.has_perm(_PEOPLE))


def show_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Everything that a person may do and why. Everybody sees their own."""
    if person_id != request.user.pk and not may_see_rights(request):
        raise PermissionDenied
    person: Any = get_user_model().objects.prefetch_related("groups").filter(pk=person_id).first()
    if person is None:
        raise Http404
    name = person.get_username()
    tags = [
        tag(gettext("Superuser"), "bo-tag-warn") if person.is_superuser else "",
        "" if person.is_active else tag(gettext("Switched off: may do nothing"), "bo-tag-bad"),
    ]
    tables = [_rights_of(person), _limits_of(person), _policies_of(person), _clients_of(person)]
    ways = [Link(gettext("All rights"), reverse("admin:rights"))] if may_see_rights(request) else []
    return _page(request, gettext("What %(person)s may do") % {"person": name}, tables, tags, ways)


def show_rights(request: HttpRequest) -> HttpResponse:
    """Every right that there is to give, and which roles have it; of one role with `?role=`."""
    if not may_see_rights(request):
        raise PermissionDenied
    asked = request.GET.get("role", "")
    role = Group.objects.filter(pk=int(asked)).first() if asked.isascii() and asked.isdecimal() else None
    rights = [right for right in _list_rights() if role is None or role in right.group_set.all()]
    rows = [[_right_link(right), _names(right.group_set.all())] for right in rights]
    table = Table(title="", columns=(gettext("Right"), gettext("Roles that have it")), rows=rows)
    title = gettext("Rights of the role %(role)s") % {"role": shipped(role.name)} if role else gettext("Rights")
    return _page(request, title, [table], [], [Link(gettext("All rights"), reverse("admin:rights"))] if role else [])


def show_right(request: HttpRequest, right_id: int) -> HttpResponse:
    """Everybody who has a right, and through what; and the API clients that use it."""
    if not may_see_rights(request):
        raise PermissionDenied
    right = Permission.objects.select_related("content_type").filter(pk=right_id).first()
    if right is None:
        raise Http404
    name = f"{right.content_type.app_label}.{right.codename}"
    people = get_user_model().objects.with_perm(name, backend="django.contrib.auth.backends.ModelBackend")
    granting = set(right.group_set.values_list("pk", flat=True))
    rows = [
        [_person_link(person), _through(person, granting, right in person.user_permissions.all())]
        for person in people.prefetch_related("groups", "user_permissions").order_by("username", "pk").distinct()
    ]
    tables = [
        Table(title=gettext("People"), columns=(gettext("Person"), pgettext("means", "Through")), rows=rows),
        _clients_with(name),
    ]
    return _page(request, permission_text(right), tables, [], [Link(gettext("All rights"), reverse("admin:rights"))])


def _page(
    request: HttpRequest, title: str, tables: Sequence[Table], tags: Sequence[Shown], about: Sequence[Shown]
) -> HttpResponse:
    head = Head(title=title, tags=[each for each in tags if each], about=about)
    context = {**site.each_context(request), "title": title, "head": head, "tables": tables}
    return TemplateResponse(request, "backoffice/tables_page.html", context)


def _list_rights() -> list[Permission]:
    """Those that the roles are shipped with, and those that anybody was given."""
    shipped = {name for names in ROLES.values() for name in names}
    every = Permission.objects.select_related("content_type").prefetch_related("group_set", "user_set")
    found = [
        right
        for right in every
        if right.group_set.all()
        or right.user_set.all()
        or f"{right.content_type.app_label}.{right.codename}" in shipped
    ]
    return sorted(found, key=lambda right: (permission_text(right), right.pk))


def _rights_of(person: Any) -> Table:
    roles = list(person.groups.order_by("name"))
    own = set(person.user_permissions.values_list("pk", flat=True))
    mine = {role.pk for role in roles}
    rows = []
    for right in _list_rights():
        granting = mine & {role.pk for role in right.group_set.all()}
        if granting or right.pk in own or person.is_superuser:
            rows.append([_right_link(right), _through(person, granting, right.pk in own)])
    count = ngettext("%(count)s right", "%(count)s rights", len(rows)) % {"count": len(rows)}
    return Table(title=count, columns=(gettext("Right"), pgettext("means", "Through")), rows=rows)


def _through(person: Any, granting: Iterable[int], is_own: bool) -> Shown:
    """Why a person has a right."""
    wanted = set(granting)
    return phrase(
        tag(gettext("Superuser"), "bo-tag-warn") if person.is_superuser else "",
        *(_role_link(role) for role in person.groups.all() if role.pk in wanted),
        gettext("given to them alone") if is_own else "",
        between=", ",
    )


def _limits_of(person: Any) -> Table:
    rows: list[list[Shown]] = []
    roles: Mapping[str, list[str]] = defaultdict(list)
    for row in IssueLimit.objects.filter(group__user=person).select_related("group").order_by("group__name"):
        roles[row.currency].append(shipped(row.group.name))
    for limit in list_issue_limits(person_id=person.pk):
        through = ", ".join(roles[limit.currency.code])
        rows.append([gettext("Issues alone at once"), amount_text(limit), through])
    for ceiling in IssueCeiling.objects.order_by("currency"):
        rows.append([gettext("Nobody issues alone above"), amount_text(ceiling.amount), gettext("the shop’s ceiling")])
    for today in list_giving_days(person_id=person.pk, now=timezone.now()):
        told = {"limit": amount_text(today.limit), "left": amount_text(today.left)}
        words = gettext("%(limit)s, of which %(left)s are left today") % told
        through = ", ".join(roles[today.limit.currency.code]) or gettext("the shop’s ceiling")
        rows.append([gettext("Gives alone in a day"), words, through])
    for own in list_limits(person_id=person.pk):
        day = gettext("%(amount)s a day") % {"amount": amount_text(own.per_day)} if own.per_day is not None else ""
        words = gettext("%(amount)s a request") % {"amount": amount_text(own.per_request)}
        through = shipped(own.group.name) if own.group else gettext("given to them alone")
        rows.append([gettext("Approves"), ", ".join(each for each in (words, day) if each), through])
    return Table(
        title=gettext("Limits"),
        columns=(gettext("What"), numbers(gettext("How much")), pgettext("means", "Through")),
        rows=rows,
        empty=gettext("None: they issue up to the shop’s ceiling if a role lets them, and approve nothing."),
    )


def _policies_of(person: Any) -> Table:
    policies = ApprovalPolicy.objects.order_by("currency", "code", "pk") if person.has_perm(DECIDE) else []
    return Table(
        title=gettext("Policies for what they approve"),
        columns=(gettext("Policy"), numbers(gettext("Approved at once up to")), numbers(gettext("Two people above"))),
        rows=[
            [
                str(policy),
                _minor(policy.auto_approve_up_to_minor, policy.currency, gettext("nothing")),
                _minor(policy.second_approval_above_minor, policy.currency, gettext("never")),
            ]
            for policy in policies
        ],
    )


def _minor(amount: int | None, currency: str, empty: str) -> str:
    return empty if amount is None else money_text(amount, currency)


def _clients_of(person: Any) -> Table:
    now = timezone.now()
    rights = None if person.is_superuser else frozenset(person.get_all_permissions())
    return Table(
        title=gettext("API clients that act for them"),
        columns=(gettext("API client"), pgettext("permission", "May"), numbers(gettext("Keys that work"))),
        rows=[
            [
                _client_link(client),
                _scopes(usable_scopes(frozenset(client.scopes), rights)),
                str(sum(is_live(key, now) for key in client.keys.all())),
            ]
            for client in ApiClient.objects.filter(owner=person).prefetch_related("keys").order_by("name")
        ],
    )


def _clients_with(name: str) -> Table:
    """The clients of which a scope opens what the right is for. One with an owner does it only as they may."""
    scopes = {scope for scope, rights in RIGHTS.items() if name in rights}
    clients = [
        client
        for client in ApiClient.objects.filter(active=True).select_related("owner").order_by("name")
        if scopes & set(client.scopes) and (client.owner is None or client.owner.has_perm(name))
    ]
    return Table(
        title=gettext("API clients"),
        columns=(gettext("API client"), pgettext("means", "Through"), gettext("Owner")),
        rows=[
            [
                _client_link(client),
                _scopes(scopes & set(client.scopes)),
                _person_link(client.owner) if client.owner else DASH,
            ]
            for client in clients
        ],
    )


def _scopes(scopes: Iterable[str]) -> str:
    return ", ".join(gettext(Scope(scope).label) for scope in sorted(scopes)) or DASH


def _names(roles: Iterable[Group]) -> Shown:
    return phrase(*(_role_link(role) for role in sorted(roles, key=lambda role: role.name)), between=", ") or DASH


def _right_link(right: Permission) -> Link:
    return Link(permission_text(right), reverse("admin:right", args=[right.pk]))


def _person_link(person: Any) -> Link:
    return Link(person.get_username(), reverse("admin:person_rights", args=[person.pk]))


def _role_link(role: Group) -> Link:
    return Link(shipped(role.name), f"{reverse('admin:rights')}?role={role.pk}")


def _client_link(client: ApiClient) -> Link:
    return Link(client.name, reverse("admin:api_apiclient_change", args=[client.pk]))
