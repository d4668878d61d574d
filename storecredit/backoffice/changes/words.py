"""A change of access in words: what is so, and what would be."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.utils.translation import gettext
from moneyed import Money

from ledger.queries import Customer
from ledger.wording import amount_text
from storecredit.api.models import ApiClient
from storecredit.api.scopes import Scope
from storecredit.backoffice.changes.permissions import permission_text
from storecredit.backoffice.changes.subjects import ROWS, State
from storecredit.backoffice.kit import DASH, Change, money_text
from storecredit.backoffice.kit.rows import door_text
from storecredit.backoffice.kit.shipped import shipped
from storecredit.backoffice.models import AccessChange, ChangeKind
from storecredit.credits.operations import RequestKind


def asker_of(change: AccessChange) -> str:
    """Who asked for it; what was done on the command line nobody did."""
    return change.asked_by.get_username() if change.asked_by else door_text(change.decided_door)


def decider_of(change: AccessChange) -> str:
    """Who decided it, if it is decided."""
    return change.decided_by.get_username() if change.decided_by else door_text(change.decided_door) or DASH


def changes_of(change: AccessChange) -> list[Change]:
    """Each thing that would be other than it was when the change was asked for."""
    kind = ChangeKind(change.kind)
    told = [(_told(kind, name, change), name) for name in sorted({*(change.before or {}), *(change.after or {})})]
    return [
        Change(_label(kind, name), before, after)
        for (before, after), name in told
        if (change.before or {}).get(name) != (change.after or {}).get(name) and (before or after)
    ]


def _told(kind: ChangeKind, name: str, change: AccessChange) -> tuple[str, str]:
    return _words(kind, name, change.before), _words(kind, name, change.after)


def _label(kind: ChangeKind, name: str) -> str:
    labels = {
        "roles": gettext("Roles"),
        "superuser": gettext("Superuser"),
        "email": gettext("E-mail"),
        "active": gettext("Active"),
        "permissions": gettext("Permissions"),
        "scopes": gettext("Scopes"),
        "issue_limits": gettext("Largest single issue"),
        "issue_limits_per_day": gettext("Most issued in a day"),
        "owner_id": gettext("Owner"),
        "networks": gettext("Allowed networks"),
        "rate": gettext("Rate"),
        "miss_limit": gettext("Miss limit"),
        "tenant": gettext("Tenant"),
        "customer_id": gettext("Customer"),
        "factors": gettext("Second factors"),
        "reader_id": gettext("Who reads a new key"),
        "why": gettext("Why"),
        "believed": gettext("Events signed with it are believed"),
        "retired": gettext("Retired"),
    }
    if name in labels:
        return labels[name]
    # By its column: `group_id`.
    field = next(each for each in ROWS[kind]._meta.concrete_fields if each.attname == name)
    return str(field.verbose_name)[:1].upper() + str(field.verbose_name)[1:]


def _words(kind: ChangeKind, name: str, state: State) -> str:
    value = (state or {}).get(name)
    if name in _LISTED:
        return _LISTED[name](value or [])
    if name in ("issue_limits", "issue_limits_per_day"):
        limits: Mapping[str, int] = value or {}
        return ", ".join(money_text(limits[code], code) for code in sorted(limits)) or gettext("no limit")
    if state is None or value in (None, ""):
        return DASH
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name in _NAMED:
        row = _NAMED[name].objects.filter(pk=value).first()
        return shipped(str(row)) if row else DASH
    if name.endswith("_minor"):
        return money_text(value, state["currency"])
    if name in ("amount", "per_request", "per_day"):
        return amount_text(Money(Decimal(value), state["currency"]))
    return str(RequestKind(value).label) if kind == ChangeKind.POLICY and name == "kind" else str(value)


def _names(model: Any, keys: Iterable[int]) -> str:
    return ", ".join(sorted(shipped(str(row)) for row in model.objects.filter(pk__in=keys))) or DASH


def _permissions(keys: Iterable[int]) -> str:
    rows = Permission.objects.filter(pk__in=keys).select_related("content_type")
    return ", ".join(sorted(permission_text(row) for row in rows)) or DASH


def _scopes(names: Iterable[str]) -> str:
    return ", ".join(gettext(Scope(name).label) for name in names if name in Scope.values) or DASH


_NAMED: Mapping[str, Any] = {
    "owner_id": User, "user_id": User, "group_id": Group, "client_id": ApiClient, "customer_id": Customer,
    "reader_id": User,
}  # fmt: skip
_LISTED: Mapping[str, Callable[[Any], str]] = {
    "roles": lambda keys: _names(Group, keys),
    "permissions": _permissions,
    "scopes": _scopes,
    "factors": lambda keys: str(len(keys)),
    "networks": lambda networks: ", ".join(networks) or gettext("from anywhere"),
}
