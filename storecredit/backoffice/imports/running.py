"""
The writing: a slice at a time, each with what became of it in one transaction under the lock of its run.

So a slice is written once, whoever asks for it and however often: a second tab, a page that was loaded again, a person
who goes on where another stopped. What a slice brings in also has its own keys in the books.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from ledger.errors import DomainError
from ledger.operations import operation, take_statistics
from storecredit.backoffice.imports.confirming import require_may_confirm, whoever_confirmed
from storecredit.backoffice.imports.kinds import Kind, PartedKind
from storecredit.backoffice.imports.uploads import forget_content, lock
from storecredit.backoffice.imports.whole_kinds import WholeKind
from storecredit.backoffice.kit import number_text
from storecredit.backoffice.models import ImportPart, ImportRun, ImportState
from storecredit.credits.operations import Party

_TABLES = (
    "ledger_customer", "ledger_customerword", "ledger_account", "ledger_lot", "ledger_transaction",
    "giftcards_giftcard", "giftcards_cardevent", "giftcards_cardword", "credits_creditrequest",
)  # fmt: skip


class ControlsRefused(DomainError):
    """What was confirmed is not what the file comes to."""

    code = "controls_refused"


class RunChanged(DomainError):
    """The run is not any more as the page showed it."""

    code = "run_changed"


@operation
def start_run(
    *, run_id: Any, version: int, count: int, sums_minor: Mapping[str, int], kind: Kind, party: Party, now: datetime
) -> ImportRun:
    """
    Let a file that was checked be written, in the name of whoever confirms it.

    :param version: as the page showed it.
    :param count, sums_minor: the controls, from a source other than the file.
    :raises RunChanged: if it has been started, dropped or checked anew meanwhile.
    :raises NotTheirsToConfirm: if it brings money into the books and they uploaded it, or it does not and they did not.
    :raises ControlsRefused: if a control differs from the file.
    """
    run = lock(run_id)
    if run.state != ImportState.CHECKED or run.version != version or run.faults:
        raise RunChanged(gettext("This page was out of date, and nothing was done. This is how it stands now."))
    require_may_confirm(run=run, kind=kind, person_id=party.person_id)
    if count != run.rows:
        raise ControlsRefused(
            gettext("The file has %(rows)s lines, not %(count)s.")
            % {"rows": number_text(run.rows), "count": number_text(count)}
        )
    for code, minor in run.facts.get("sums_minor", {}).items():
        if kind.has_sums and sums_minor.get(code) != minor:
            raise ControlsRefused(gettext("The total in %(code)s is not what the lines come to.") % {"code": code})
    if isinstance(kind, PartedKind):
        # What is to be written is laid aside, and nobody goes back from here.
        forget_content(run)
    run.state, run.confirmed_by_id = ImportState.RUNNING, party.person_id
    run.version += 1
    run.changed_at = now
    run.save(update_fields=["state", "confirmed_by", "version", "changed_at"])
    return run


@operation
def write_slice(*, run_id: Any, kind: Kind, party: Party, now: datetime) -> ImportRun:
    """
    Write the next lines of a file, in the name of whoever confirmed it; nothing if all are written.

    :param party: who asks for it.

    :raises DomainError: if the books refuse one of them meanwhile; the slices before stay, and the run can go on.
    :raises Unreadable: if what was laid aside was sealed with a key that is gone.
    """
    run = lock(run_id)
    if run.state != ImportState.RUNNING:
        return run
    party = whoever_confirmed(run=run, party=party)
    if isinstance(kind, WholeKind):
        rows = kind.write_all(run, party, now)
        ImportPart.objects.create(run=run, place=0, rows=len(rows), is_done=True, result=rows, cipher=b"")
        run.done_rows = run.rows
        return _finish(run, kind, now)
    assert isinstance(kind, PartedKind)
    part = run.parts.filter(is_done=False).order_by("place").first()
    if part is None:
        return _finish(run, kind, now)
    # Another person than who uploaded it has confirmed what it brings, unless that is test money.
    part.result = kind.write(part.open(), run, party.actor.agreed(), now)
    # What was laid aside held sealed codes: it is not needed any more.
    part.is_done, part.key, part.cipher = True, "", b""
    part.save(update_fields=["result", "is_done", "key", "cipher"])
    run.done_rows += part.rows
    if not run.parts.filter(is_done=False).exists():
        return _finish(run, kind, now)
    run.changed_at = now
    run.save(update_fields=["done_rows", "changed_at"])
    return run


def list_results(run: ImportRun) -> Iterator[Sequence[Any]]:
    """What became of each line, in the order of the file."""
    for place in run.parts.filter(is_done=True).order_by("place").values_list("place", flat=True):
        yield from run.parts.get(place=place).result


def count_outcomes(run: ImportRun, kind: Kind) -> dict[str, int]:
    """How many lines came to what."""
    place = list(kind.result_columns).index(kind.outcome_column)
    return dict(Counter(str(row[place]) for row in list_results(run)))


def _finish(run: ImportRun, kind: Kind, now: datetime) -> ImportRun:
    forget_content(run)
    run.state = ImportState.DONE
    run.version += 1
    run.changed_at = now
    run.facts = {**run.facts, "outcomes": count_outcomes(run, kind)}
    run.save()
    take_statistics(*_TABLES)
    return run
