"""
What becomes of a file that its own people do not bring to an end: who may confirm it rejects it, and of one that stands
still while it is written, a colleague goes on with it or ends it there.

Whatever was written stays, each line once: a line that is brought again later is known by its key in the books.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.utils.translation import gettext

from ledger.errors import DomainError, ReasonMissing
from ledger.operations import operation
from storecredit.backoffice.imports.confirming import needs_another
from storecredit.backoffice.imports.kinds import Kind
from storecredit.backoffice.imports.looking import may_start
from storecredit.backoffice.imports.running import RunChanged, count_outcomes
from storecredit.backoffice.imports.uploads import clear, forget_content, lock
from storecredit.backoffice.models import ImportRun, ImportState

#: What nobody has taken a step with for so long stands still.
STANDS_STILL_AFTER: Final = timedelta(minutes=10)


class NotTheirsToEnd(DomainError):
    """A file is ended, or gone on with, by somebody whose it is not."""

    code = "not_theirs_to_end"


def may_reject(run: ImportRun, person_id: int | None) -> bool:
    """Whether somebody who may confirm such files may reject this one."""
    return may_start(run) and needs_another(run) and run.started_by_id != person_id


def stands_still(run: ImportRun, now: datetime) -> bool:
    """Whether it is half written, and nobody is at it: for a while no line came in, or their logins are off."""
    if run.state != ImportState.RUNNING:
        return False
    if run.changed_at <= now - STANDS_STILL_AFTER:
        return True
    return not get_user_model().objects.filter(pk__in=_people_of(run), is_active=True).exists()


def may_carry_on(run: ImportRun, person_id: int | None, now: datetime) -> bool:
    """Whether a colleague who may import such files may go on with this one."""
    return person_id not in _people_of(run) and stands_still(run, now)


def may_stop(run: ImportRun, person_id: int | None, now: datetime) -> bool:
    """Whether somebody who may import such files may end this one halfway: whoever is at it, or where nobody is."""
    return run.state == ImportState.RUNNING and (person_id in _people_of(run) or stands_still(run, now))


@operation
def reject_run(*, run_id: Any, version: int, person_id: int | None, because: str, now: datetime) -> ImportRun:
    """
    Decide against a file that waits for confirmation: nothing of it is ever written.

    :raises ReasonMissing: if it is not said why.
    :raises RunChanged: if it is not any more as the page showed it.
    :raises NotTheirsToEnd: if they uploaded it, or it waits for nobody else.
    """
    run = _lock(run_id, version, because)
    if not may_reject(run, person_id):
        raise NotTheirsToEnd(gettext("It is not yours to reject. Nothing was done."))
    forget_content(run)
    clear(run)
    return _end(run, ImportState.REJECTED, person_id, because, now)


@operation
def carry_on_run(*, run_id: Any, version: int, person_id: int | None, because: str, now: datetime) -> ImportRun:
    """
    Let a colleague go on with a file that stands still. It is still written in the name of whoever confirmed it.

    :raises ReasonMissing: if it is not said why.
    :raises RunChanged: if it is not any more as the page showed it.
    :raises NotTheirsToEnd: if somebody is at it.
    """
    run = _lock(run_id, version, because)
    if not may_carry_on(run, person_id, now):
        raise NotTheirsToEnd(gettext("Somebody is at it. Nothing was done."))
    run.carried_on_by_id = person_id
    run.version += 1
    run.changed_at = now
    run.save(update_fields=["carried_on_by", "version", "changed_at"])
    return run


@operation
def stop_run(*, run_id: Any, version: int, kind: Kind, person_id: int | None, because: str, now: datetime) -> ImportRun:
    """
    End a file halfway: the lines that were written stay, the others are never written.

    :raises ReasonMissing: if it is not said why.
    :raises RunChanged: if it is not any more as the page showed it.
    :raises NotTheirsToEnd: if somebody else is at it.
    """
    run = _lock(run_id, version, because)
    if not may_stop(run, person_id, now):
        raise NotTheirsToEnd(gettext("Somebody is at it. Nothing was done."))
    forget_content(run)
    run.keys.all().delete()
    run.parts.filter(is_done=False).delete()
    run.facts = {**run.facts, "outcomes": count_outcomes(run, kind)}
    return _end(run, ImportState.STOPPED, person_id, because, now)


def _people_of(run: ImportRun) -> set[int]:
    return {key for key in (run.started_by_id, run.confirmed_by_id, run.carried_on_by_id) if key is not None}


def _lock(run_id: Any, version: int, because: str) -> ImportRun:
    if not because.strip():
        raise ReasonMissing
    run = lock(run_id)
    if run.version != version:
        raise RunChanged(gettext("This page was out of date, and nothing was done. This is how it stands now."))
    return run


def _end(run: ImportRun, state: ImportState, person_id: int | None, because: str, now: datetime) -> ImportRun:
    run.state, run.ended_by_id, run.ended_because = state, person_id, because.strip()
    run.version += 1
    run.changed_at = now
    run.save(update_fields=["state", "ended_by", "ended_because", "facts", "version", "changed_at"])
    return run
