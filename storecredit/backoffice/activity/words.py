"""What an activity changed and tells, in words: it is kept by the names and codes of programs."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import DecimalField, Model
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.timezone import is_naive
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ledger.queries import Customer
from storecredit.api.scopes import Scope
from storecredit.audit.queries import Activity
from storecredit.backoffice.activity.columns import column_of
from storecredit.backoffice.kit import DASH, Words, day_text, moment_text
from storecredit.backoffice.kit.shipped import shipped
from storecredit.backoffice.models import ChangeState
from storecredit.finance.queries import RunKind

_NAMES: Final[Mapping[str, Words]] = {
    "active": gettext_lazy("Active"),
    "amount": gettext_lazy("Amount"),
    "approved": gettext_lazy("Approved"),
    "arguments": gettext_lazy("Arguments"),
    "asked_by": gettext_lazy("Asked by"),
    "auto_approve_up_to_minor": gettext_lazy("Approved at once up to (smallest units)"),
    "believed": gettext_lazy("Events signed with it are believed"),
    "change": gettext_lazy("Change"),
    "checkout": gettext_lazy("Checkout"),
    "client": gettext_lazy("API client"),
    "client_id": gettext_lazy("API client"),
    "comment": gettext_lazy("Comment"),
    "company_account": gettext_lazy("Company’s sign-in"),
    "currency": gettext_lazy("Currency"),
    "customer": gettext_lazy("Customer"),
    "customer_id": gettext_lazy("Customer"),
    "dormant_days": gettext_lazy("Without an entry for (days)"),
    "email": gettext_lazy("E-mail"),
    "expires_at": gettext_lazy("Expires"),
    "factor": gettext_lazy("Second factor"),
    "factor_renewed": gettext_lazy("Factor as it is stored"),
    "factors": gettext_lazy("Second factors"),
    "file": gettext_lazy("File"),
    "first": gettext_lazy("First day"),
    "fulfillment": gettext_lazy("Fulfilment"),
    "good_through": gettext_lazy("Good through"),
    "group_id": gettext_lazy("Role"),
    "host": gettext_lazy("Machine"),
    "issue_limits": gettext_lazy("Largest single issue"),
    "issue_limits_per_day": gettext_lazy("Most issued in a day"),
    "kind": gettext_lazy("Kind"),
    "language": gettext_lazy("Language"),
    "last": gettext_lazy("Last day"),
    "layout": gettext_lazy("Layout"),
    "list": gettext_lazy("List"),
    "login": gettext_lazy("Login of the machine"),
    "mail_sent": gettext_lazy("Mail sent"),
    "miss_limit": gettext_lazy("Wrong gift card codes"),
    "name": gettext_lazy("Name"),
    "networks": gettext_lazy("Calls from"),
    "notices_decided": gettext_lazy("Mail of what was decided"),
    "notices_mentioned": gettext_lazy("Mail of comments that name them"),
    "notices_waiting": gettext_lazy("Mail of what waits"),
    "owner": gettext_lazy("Owner"),
    "owner_id": gettext_lazy("Owner"),
    "password": gettext_lazy("Password as it is stored"),
    "per_day": gettext_lazy("Per day"),
    "per_request": gettext_lazy("Per request"),
    "permission": gettext_lazy("Permission"),
    "payment_source": gettext_lazy("Payment source"),
    "permissions": gettext_lazy("Permissions"),
    "person": gettext_lazy("Person"),
    "policy": gettext_lazy("Policy"),
    "prefix": gettext_lazy("Key"),
    "rate": pgettext_lazy("API", "Requests"),
    "reader_id": gettext_lazy("Who reads a new key"),
    "refund": gettext_lazy("Refund"),
    "report": gettext_lazy("Report"),
    "retention": gettext_lazy("Past its time"),
    "retired_at": gettext_lazy("Retired"),
    "retired_by": gettext_lazy("Retired by"),
    "revoked_at": gettext_lazy("Revoked"),
    "role": gettext_lazy("Role"),
    "roles": gettext_lazy("Roles"),
    "rows": gettext_lazy("Lines"),
    "scopes": gettext_lazy("Scopes"),
    "sealed_with": gettext_lazy("Sealed with"),
    "second_approval_above_minor": gettext_lazy("Two people above (smallest units)"),
    "sessions": gettext_lazy("Sessions"),
    "source": gettext_lazy("Whose list"),
    "staff": gettext_lazy("May sign in"),
    "state": gettext_lazy("State"),
    "status": gettext_lazy("Status"),
    "superuser": gettext_lazy("Superuser"),
    "tenant": gettext_lazy("Tenant"),
    "test_mode": gettext_lazy("Test mode"),
    "time_zone": gettext_lazy("Time zone"),
    "tries": gettext_lazy("Wrong tries"),
    "type": gettext_lazy("Type"),
    "user_id": gettext_lazy("Person"),
    "username": gettext_lazy("Sign-in name"),
    "waits": gettext_lazy("Waits"),
    "what": gettext_lazy("What"),
    "why": gettext_lazy("Why"),
    "with": gettext_lazy("With"),
    "with_cards": gettext_lazy("With cards"),
    "with_the_code": gettext_lazy("With the whole code"),
}
_CODES: Final[Mapping[str, Words]] = {
    "password": gettext_lazy("password"),
    "passkey": gettext_lazy("passkey"),
    "webauthn": gettext_lazy("passkey"),
    "totp": gettext_lazy("app that shows codes"),
    "recovery_codes": gettext_lazy("recovery codes"),
    "as before": gettext_lazy("as before"),
    "another": gettext_lazy("another"),
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "True": gettext_lazy("yes"),
    "False": gettext_lazy("no"),
    "holders": gettext_lazy("Who is owed"),
    **dict(RunKind.choices),
    **dict(ChangeState.choices),
}
_LARGEST_KEY: Final = 2**63 - 1
#: How deep lists in lists are told.
_DEEPEST: Final = 20
_DAY_FIRST: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")


def by_name(told: Any) -> dict[str, Any]:
    """What a program tells it tells by name; what raw SQL wrote may be anything."""
    return told if isinstance(told, dict) else {"what": told}


def name_text(name: str, of: str = "") -> str:
    """
    What is called so, to people: as the column of its row is called, where it is one.

    :param of: the kind of what was changed, such as `ledger.reason`; blank if nobody knows.
    """
    if known := _NAMES.get(name):
        return str(known)
    column = column_of(of, name)
    return capfirst(str(column.verbose_name)) if column else name.replace("_", " ").capitalize()


def value_text(name: str, value: Any, of: str = "", depth: int = 0) -> str:
    """What stands under a name: rows by their names, codes in words, days and moments as the reader writes them."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        # The database writes its own columns as they stand there.
        value = _read(value)
    if value in (None, "", [], {}):
        return DASH
    if depth > _DEEPEST:
        return "…"
    if name == "factors" and isinstance(value, list):
        return str(len(value))
    if name in _ROWS:
        return _names_of(_ROWS[name], value if isinstance(value, list) else [value])
    if isinstance(value, list):
        return ", ".join(value_text("", each, depth=depth + 1) for each in value)
    if isinstance(value, dict):
        told = (f"{name_text(key)} {value_text(key, each, depth=depth + 1)}" for key, each in value.items())
        return ", ".join(sorted(told)) or DASH
    if name == "" and value in Scope.values:
        return gettext(Scope(value).label)
    column = column_of(of, name)
    if column and column.choices and value in dict(column.flatchoices):
        return str(dict(column.flatchoices)[value])
    if isinstance(column, DecimalField):
        return _figure_text(str(value))
    words = _CODES.get(str(value))
    return _time_text(str(value)) or (shipped(str(value)) if words is None else str(words))


def _figure_text(text: str) -> str:
    """A figure as the reader writes it, whatever places one database keeps and the other does not."""
    try:
        figure = Decimal(text)
    except InvalidOperation:
        return text
    return number_format(f"{figure.normalize():f}", force_grouping=True) if figure.is_finite() else text


def _time_text(text: str) -> str:
    """A day or a moment as programs write it, as the reader does; blank if it is none."""
    # The standard has shorter ways, in which a number of eight digits is a day.
    if not _DAY_FIRST.match(text):
        return ""
    try:
        if day := parse_date(text):
            return day_text(day)
        moment = parse_datetime(text)
        if moment is None:
            return ""
        # One database writes its moments without the zone, which is always this one.
        return moment_text(moment.replace(tzinfo=UTC) if is_naive(moment) else moment)
    except (ValueError, OverflowError):
        # no day, or one beyond the calendar where the reader is
        return ""


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


_ROWS: Final[Mapping[str, type[Model]]] = {
    "roles": Group,
    "group_id": Group,
    "permissions": Permission,
    "asked_by": get_user_model(),
    "user_id": get_user_model(),
    "owner_id": get_user_model(),
    "reader_id": get_user_model(),
    "customer_id": Customer,
}


#: Of the rows that activities name, what each is called; of what is gone, nothing.
_Called = dict[type[Model], dict[int, str]]
_called: ContextVar[_Called | None] = ContextVar("called", default=None)


@contextmanager
def names_read_once(rows: Iterable[Activity]) -> Iterator[None]:
    """While these activities are told: what they name is read at once, instead of row by row."""
    wanted: dict[type[Model], set[int]] = {}
    for row in rows:
        for told in map(by_name, (row.before, row.after, row.details)):
            for name, value in told.items():
                if name in _ROWS:
                    wanted.setdefault(_ROWS[name], set()).update(_keys_in(value))
    before = _called.set({model: _names_by_key(model, keys) for model, keys in wanted.items()})
    try:
        yield
    finally:
        _called.reset(before)


def _keys_in(value: Any) -> list[int]:
    value = _read(value) if isinstance(value, str) else value
    return [key for key in (value if isinstance(value, list) else [value]) if _is_key(key)]


def _is_key(key: Any) -> bool:
    return isinstance(key, int) and 0 <= key <= _LARGEST_KEY


def _names_by_key(model: type[Model], keys: Iterable[int]) -> dict[int, str]:
    rows = model._default_manager.filter(pk__in=keys)
    return {row.pk: shipped(getattr(row, "name", "") or str(row)) for row in rows}


def _names_of(model: type[Model], keys: Iterable[Any]) -> str:
    wanted = [key for key in keys if _is_key(key)]
    if len(wanted) > 10:
        return gettext("%(count)s of them") % {"count": len(wanted)}
    known = (_called.get() or {}).get(model)
    names = _names_by_key(model, wanted) if known is None and wanted else known or {}
    named = sorted(names[key] for key in wanted if key in names)
    return ", ".join([*named, *(str(key) for key in keys if key not in wanted)]) or DASH
