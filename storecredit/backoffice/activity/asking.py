"""What the list of activities is asked for, and how a name that is typed becomes whoever or whatever bears it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from ledger.queries import Account, list_numbered
from storecredit.api.models import ApiClient
from storecredit.credits.queries import map_people_behind

_LONGEST_KEY = 18
_ACTORS = frozenset({"STAFF", "API", "SYSTEM", "NOBODY"})


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody or something, as rows name it: `STAFF` and `7`, `ledger.customer` and `12`."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Keys:
    """
    By which programs a person acts, or acted.

    :param login: by which rows name the person whose key it was.
    :param clients: the API clients that they stand or stood behind.
    :param own: those of them that nobody else ever stood behind, for rows that do not say whose key it was.
    """

    person: str
    login: str
    clients: tuple[str, ...]
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Which activities are wanted.

    :param kind: the source and the kind in it, such as `entry` and `REDEEM`; the kind is blank for all of the source.
    :param subjects: any of them. None: of anything.
    :param keys: with what a person did, what their keys did. None: it is no person, or they have none.
    """

    who: Named | None = None
    keys: Keys | None = None
    subjects: tuple[Named, ...] | None = None
    kind: tuple[str, str] | None = None
    door: str = ""
    since: datetime | None = None
    until: datetime | None = None


def is_key(text: str) -> bool:
    """Whether this is a number that a row of a person may have."""
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_KEY


def find_who(text: str) -> Named:
    """Whoever goes by this: `STAFF:7`, a sign-in name, the name of an API client, or a command."""
    kind, _, of_id = text.partition(":")
    if kind in _ACTORS:
        return Named(kind, of_id)
    person = get_user_model()._default_manager.filter(username=text).values_list("pk", flat=True).first()
    if person is not None:
        return Named("STAFF", str(person))
    client = ApiClient.objects.filter(name=text).values_list("pk", flat=True).first()
    return Named("SYSTEM", text) if client is None else Named("API", str(client))


def find_keys(who: Named | None) -> Keys | None:
    """The programs of a person, if they have any."""
    if who is None or who.kind != "STAFF" or not is_key(who.id):
        return None
    login = get_user_model()._default_manager.filter(pk=who.id).values_list("username", flat=True).first()
    behind = map_people_behind(person_id=int(who.id))
    if login is None or not behind:
        return None
    own = tuple(str(client) for client, people in behind.items() if people == {int(who.id)})
    return Keys(who.id, login, tuple(map(str, behind)), own)


def find_subjects(text: str) -> tuple[Named, ...]:
    """Whatever goes by this: `ledger.customer:12`, a customer's or an account's number, a person, or an API client."""
    kind, _, of_id = text.partition(":")
    if "." in kind or kind.startswith("page"):
        return (Named(kind, of_id),)
    ways: list[tuple[str, Any]] = [
        ("ledger.customer", list_numbered(number=text)),
        ("ledger.account", Account.objects.filter(number=text)),
        ("auth.user", get_user_model()._default_manager.filter(username=text)),
        ("api.apiclient", ApiClient.objects.filter(name=text)),
    ]
    return tuple(Named(kind, str(pk)) for kind, rows in ways for pk in rows.order_by("pk").values_list("pk", flat=True))


def subject_query(target: Any) -> str:
    """What asks for all that was done to one object."""
    return f"{target._meta.label_lower}:{target.pk}"


def accounts_of(customer_id: str) -> list[int]:
    """The accounts of a customer."""
    return list(Account.objects.filter(customer_id=customer_id).order_by("pk").values_list("pk", flat=True))
