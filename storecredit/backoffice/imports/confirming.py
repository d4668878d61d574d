"""
Who lets a file be written: of one that brings money into the books, a colleague of whoever uploaded it; of any other,
whoever did.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext

from ledger.errors import DomainError
from storecredit.backoffice.imports.kinds import Kind
from storecredit.backoffice.models import BRING_VALUE, ImportRun, ImportState
from storecredit.credits.operations import Party

_PASSWORDS_AND_ROLES = "django.contrib.auth.backends.ModelBackend"


class NotTheirsToConfirm(DomainError):
    """A file is confirmed by another than whose it is to confirm."""

    code = "not_theirs_to_confirm"


def list_waiting_files() -> QuerySet[ImportRun]:
    """Files that were checked and may bring money into the books, oldest first; `needs_another` says which do."""
    checked = ImportRun.objects.filter(state=ImportState.CHECKED, faults=0, rows__gt=0)
    waiting = checked.filter(kind__in=BRING_VALUE, test_mode=False)
    return waiting.select_related("started_by").order_by("created_at", "pk")


def list_decided_files(*, since: datetime) -> QuerySet[ImportRun]:
    """
    Files that a colleague of the uploader has confirmed, rejected or stopped since a moment, oldest first; without
    those that the uploader stopped.
    """
    confirmed = Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("started_by"))
    ended = Q(ended_by__isnull=False) & ~Q(ended_by=F("started_by"))
    decided = ended | confirmed & Q(ended_by__isnull=True)
    return ImportRun.objects.filter(decided, changed_at__gt=since).order_by("created_at", "pk")


def needs_another(run: ImportRun) -> bool:
    """Whether the file brings money into the books."""
    return run.brings_money


def refuse_confirming(*, run: ImportRun, kind: Kind, person_id: int | None) -> str:
    """What stands against a person's confirming a file, as a sentence; empty if nothing does."""
    is_own = run.started_by_id == person_id
    if not needs_another(run):
        return "" if is_own else gettext("Whoever uploaded it confirms it.")
    if not is_own and person_id is not None:
        return ""
    names = [person.get_username() for person in _list_others(kind, run)]
    if not names:
        return gettext(
            "It brings money into the books, so somebody else confirms it, and there is nobody else who may. Whoever "
            "runs this server gives a colleague the right, or imports the file by the command."
        )
    return gettext("It brings money into the books, so somebody else confirms it: %(names)s.") % {
        "names": ", ".join(names)
    }


def require_may_confirm(*, run: ImportRun, kind: Kind, person_id: int | None) -> None:
    """
    Let a person confirm a file.

    :raises NotTheirsToConfirm: if it is not theirs to.
    """
    if words := refuse_confirming(run=run, kind=kind, person_id=person_id):
        raise NotTheirsToConfirm(words)


def whoever_confirmed(*, run: ImportRun, party: Party) -> Party:
    """In whose name a file is written: that of who confirmed it, whoever's browser asks for the next slice."""
    person = run.confirmed_by
    if person is None or person.pk == party.person_id:
        return party
    actor = replace(party.actor, id=str(person.pk), label=person.get_username())
    return Party(actor=actor, person_id=person.pk)


def _list_others(kind: Kind, run: ImportRun) -> Any:
    people = get_user_model().objects.with_perm(kind.permission, backend=_PASSWORDS_AND_ROLES)
    return people.filter(is_staff=True).exclude(pk=run.started_by_id).order_by("username")[:10]
