"""What a line of the list of activities says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from storecredit.audit.queries import Activity
from storecredit.backoffice.activity.words import by_name, name_text, value_text
from storecredit.backoffice.kit import DASH
from storecredit.backoffice.kit.shipped import shipped


@dataclass(frozen=True)
class Deed:
    """
    One line of the list, from wherever it comes.

    :param url: where what it was done to is looked at; blank if nowhere.
    """

    at: datetime
    who: str
    door: str
    kind: str
    subject: str = ""
    url: str = ""
    text: str = ""
    address: str = ""
    #: The list of the admin asks each of its rows for these.
    pk: str = ""
    _meta: ClassVar[Any] = Activity._meta


def url_of(kind: str, of_id: str) -> str:
    """The page of an object; blank if it has none."""
    app, _dot, model = kind.partition(".")
    try:
        return reverse(f"admin:{app}_{model}_change", args=[of_id]) if of_id else ""
    except NoReverseMatch:
        return ""


def changes_text(row: Activity) -> str:
    """What an activity changed, and what else it tells, in one line."""
    of = row.subject_kind
    before, after, details = map(by_name, (row.before, row.after, row.details))
    changed = [
        (name_text(name, of), value_text(name, before.get(name), of), value_text(name, after.get(name), of))
        for name in {*before, *after}
        if before.get(name) != after.get(name)
    ]
    # Nothing is kept in more than one way: as no text, as no list. Each database keeps names in an order of its own.
    told = sorted(f"{name}: {was} → {became}" for name, was, became in changed if (was, became) != (DASH, DASH))
    more = sorted(f"{name_text(name)}: {value_text(name, value)}" for name, value in details.items() if name != "text")
    text = [shipped(str(details["text"]))] if "text" in details else []
    return " · ".join([*told, *text, *more])


def deed_of(row: Any, *, kind: str, subject: str, url: str, text: str, owner: str = "") -> Deed:
    """A line of a row that keeps its actor, and whose key it was where a program acted for a person."""
    who = who_text(row.actor_label, owner)
    return Deed(at=row.created_at, who=who, door=row.door, kind=kind, subject=subject, url=url, text=text)


def owner_in(details: Any) -> str:
    """Whose key it was, as entries and events of cards tell it; blank where it was nobody's."""
    return str(details.get("owner", "")) if isinstance(details, dict) else ""


def who_text(label: str, owner: str) -> str:
    """Who acted: a program that acted for a person names them."""
    return _("%(client)s, with a key of %(owner)s") % {"client": label, "owner": owner} if owner else label
