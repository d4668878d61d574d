"""
One row for each thing that is done, in the transaction of what it tells of: either both stand or neither.

Nothing secret is written: no password, no key, no code of a card, and nothing that a customer is called or can be
reached by. The names of secrets are refused here, so that a slip is seen by the first test that comes by.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from storecredit.audit.errors import SecretTold
from storecredit.audit.models import Activity, ActivityKind

#: What the last words of a member are that holds a secret: `password`, `api_key`, `card code`.
_SECRET = re.compile(
    r"(^|[^a-z])(passwords?\d*|passphrase|secrets?|tokens?|keys?|seed|(card|gift|recovery|backup|one.time)[^a-z]?codes?)$",
    re.IGNORECASE,
)
_LABEL_LENGTH = 200


class Acting(Protocol):
    """Who acts, and through which door: the ledger's `Actor`, or anything that tells as much."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def door(self) -> str: ...
    @property
    def request_id(self) -> str: ...
    @property
    def owner(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whoever acts, where nobody is at hand who says it better: a command, or a stranger at the door."""

    kind: str
    id: str
    label: str
    door: str = "admin"
    request_id: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What something was done to.

    :param kind: its model in words of the program: `api.apiclient`.
    :param label: by which staff know it. A customer's is their number, never their name.
    """

    kind: str
    id: str
    label: str = ""


_NOTHING = Subject(kind="", id="")


@transaction.atomic
def record_activity(
    *,
    actor: Acting,
    kind: ActivityKind,
    now: datetime,
    subject: Subject = _NOTHING,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    address: str = "",
) -> Activity:
    """
    Write down that somebody did something.

    :param before: by its name each member that was changed, as it was.
    :param after: the same members as they are since.
    :param details: what else is worth telling, in values that JSON has.
    :param address: from where, if over a network.
    :raises SecretTold: if a member is called like a secret.
    """
    row = _row_of(
        actor=actor,
        kind=kind,
        now=now,
        subject=subject,
        told={"before": dict(before or {}), "after": dict(after or {}), "details": dict(details or {})},
        address=address,
    )
    row.save(force_insert=True)
    return row


def record_activities(
    *, actor: Acting, kind: ActivityKind, now: datetime, told: Iterable[tuple[Subject, Mapping[str, Any]]]
) -> None:
    """
    Write down that somebody did one thing to many.

    :param told: each with what is worth telling of it, as `details` of one.
    :raises SecretTold: as `record_activity`.
    """
    Activity.objects.bulk_create(
        _row_of(actor=actor, kind=kind, now=now, subject=subject, told={"details": dict(details)})
        for subject, details in told
    )


def _row_of(
    *, actor: Acting, kind: ActivityKind, now: datetime, subject: Subject, told: dict[str, Any], address: str = ""
) -> Activity:
    for member in _members_of(told):
        if is_secret(member):
            raise SecretTold(member=member)
    return Activity(
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        actor_owner=actor.owner,
        door=actor.door,
        request_id=actor.request_id,
        address=address,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_label=subject.label[:_LABEL_LENGTH],
        created_at=now,
        **told,
    )


def is_secret(member: str) -> bool:
    """Whether something is called like a secret, so that it is not written down."""
    return _SECRET.search(member) is not None


def _members_of(told: Any) -> Iterator[str]:
    if isinstance(told, Mapping):
        for member, value in told.items():
            yield str(member)
            yield from _members_of(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _members_of(value)
