"""
Who lets a file be written: of one that brings money into the books, a colleague of whoever uploaded it; of any other,
whoever did.
"""

from dataclasses import replace
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext

from ledger.errors import DomainError
from storecredit.backoffice.imports.choosing import KINDS
from storecredit.backoffice.imports.kinds import Kind
from storecredit.backoffice.models import BRING_VALUE, ImportRun, ImportState
from storecredit.credits.operations import Party
from storecredit.credits.queries import Deciding

_NAMES_SAID = 10


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
    names = [person.get_username() for person in FILES.list_deciders(run)[:_NAMES_SAID]]
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


#: Who confirms a file that brings money into the books.
FILES = Deciding(
    rights=frozenset(KINDS[kind].permission for kind in BRING_VALUE),
    right=lambda run: KINDS[run.kind].permission,
    page="backoffice_importrun",
    asked_by="started_by_id",
    is_open_to=lambda run, decider: needs_another(run),
)
