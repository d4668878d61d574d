"""A change of access in words: what is so, and what would be."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

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
    """
    Each thing that would be other than it was when the change was asked for.

    Of what is a long list only that which joins or leaves it is told: nobody compares forty permissions with forty-one.
    """
    kind = ChangeKind(change.kind)
    told: list[Change] = []
    for name in sorted({*(change.before or {}), *(change.after or {})} - {_WHY}):
        before, after = (change.before or {}).get(name), (change.after or {}).get(name)
        if before != after and name in _EACH and change.before is not None and change.after is not None:
            told += _each_of(name, before or [], after or [])
        elif before != after:
            was = _words(kind, name, change.before)
            gone = change.after is None and was != DASH
            told.append(
                Change(_label(kind, name), was, gettext("removed") if gone else _words(kind, name, change.after))
            )
    # What differs is told though its words be the same: whoever decides has to know that something is another.
    return [each for each in told if (each.before, each.after) != (DASH, DASH)]


def why_of(change: AccessChange) -> str:
    """What was said as it was asked for; blank where nothing was."""
    return str((change.after or {}).get(_WHY, ""))


def _each_of(name: str, before: Iterable[Any], after: Iterable[Any]) -> list[Change]:
    kept, listed = {*before} & {*after}, _EACH[name]
    joining = [Change(words, gettext("no"), gettext("yes")) for words in listed({*after} - kept)]
    leaving = [Change(words, gettext("yes"), gettext("no")) for words in listed({*before} - kept)]
    return [*joining, *leaving]


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


def _permissions(keys: Iterable[int]) -> list[str]:
    rows = Permission.objects.filter(pk__in=keys).select_related("content_type")
    return sorted(permission_text(row) for row in rows)


def _scopes(names: Iterable[str]) -> list[str]:
    return [gettext(Scope(name).label) for name in sorted(names) if name in Scope.values]


_NAMED: Mapping[str, Any] = {
    "owner_id": User, "user_id": User, "group_id": Group, "client_id": ApiClient, "customer_id": Customer,
    "reader_id": User,
}  # fmt: skip
_WHY: Final = "why"
_EACH: Mapping[str, Callable[[Any], list[str]]] = {"permissions": _permissions, "scopes": _scopes}
_LISTED: Mapping[str, Callable[[Any], str]] = {
    "roles": lambda keys: _names(Group, keys),
    "permissions": lambda keys: ", ".join(_permissions(keys)) or DASH,
    "scopes": lambda names: ", ".join(_scopes(names)) or DASH,
    "factors": lambda keys: str(len(keys)),
    "networks": lambda networks: ", ".join(networks) or gettext("from anywhere"),
}
