"""What a page shows of a file that is imported."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storecredit.backoffice.imports.choosing import KINDS
from storecredit.backoffice.imports.confirming import needs_another
from storecredit.backoffice.imports.kinds import Kind
from storecredit.backoffice.kit import (
    Button,
    Facts,
    Head,
    Link,
    Table,
    moment,
    money_text,
    number_text,
    numbers,
    styled,
)
from storecredit.backoffice.models import ENDED, ImportRun, ImportState

_FAULTS_SHOWN = 100
_KNOWN_WHOLE = frozenset(
    {ImportState.CHECKED, ImportState.RUNNING, ImportState.DONE, ImportState.REJECTED, ImportState.STOPPED}
)
#: Something of it is written.
WRITTEN = frozenset({ImportState.RUNNING, ImportState.DONE, ImportState.STOPPED})
_MEND = _("Nothing of the file is written while one line is wrong. Mend it and upload it again, or change the columns.")
#: What became of lines, by the word that stands in the result.
_OUTCOMES = {
    "imported": _("Imported"),
    "present": _("Present"),
    "empty": _("Empty"),
    "created": _("Created"),
    "updated": _("Changed"),
    "unchanged": _("Unchanged"),
    "passed over": _("Passed over: merged or anonymised"),
    # Of customers in files of earlier releases.
    "known": _("Known"),
    "made": _("Made"),
    "PENDING": _("Pending"),
    "missing here": _("Missing here"),
    "missing there": _("Missing there"),
    "amount differs": _("Amount differs"),
    "returned differs": _("Returned differs"),
    "currency differs": _("Currency differs"),
    "day differs": _("Day differs"),
}


def may_start(run: ImportRun) -> bool:
    """Whether it can be written: it was checked, has lines, and none of them is wrong."""
    return run.state == ImportState.CHECKED and run.rows > 0 and not run.faults


def may_drop(run: ImportRun) -> bool:
    """Whether it is still nothing but a file."""
    return run.state not in {ImportState.RUNNING, *ENDED}


def whose(run: ImportRun) -> str:
    """What a colleague is told of a file; nothing once it has ended, or while it is theirs to confirm."""
    if run.state in ENDED or (may_start(run) and needs_another(run)):
        return ""
    if at_it := run.carried_on_by or run.confirmed_by:
        return gettext("%(person)s goes on with this file.") % {"person": at_it.get_username()}
    words = gettext("%(person)s uploaded this file: nobody else goes on with it.")
    return words % {"person": run.started_by.get_username()}


def head_of(run: ImportRun, list_url: str) -> Head:
    result = Button(gettext("Result as CSV"), reverse("admin:backoffice_importrun_result", args=[run.pk]), "download")
    return Head(
        title=run.file_name,
        tags=[styled("tag", run.get_state_display())],
        about=[
            run.get_kind_display(),
            format_html(
                gettext("Uploaded by {person} on {moment}"),
                person=run.started_by.get_username(),
                moment=moment(run.created_at),
            ),
            Link(gettext("All imports"), list_url),
        ],
        is_test=run.test_mode,
        ways=[*_found_by(run), result] if run.state in WRITTEN & {*ENDED} else [],
    )


def _found_by(run: ImportRun) -> list[Button]:
    """The way to the reconciliation that it was, if it was one."""
    kept = run.facts.get("reconciliation")
    if not kept:
        return []
    return [Button(gettext("What it found"), reverse("admin:finance_reconciliationrun_change", args=[kept]), "rule")]


def columns_of(kinds: Iterable[Kind]) -> Facts:
    """What can be imported, and the columns of our own layout."""
    columns = gettext("Its columns: %(columns)s.")
    told = [(str(kind.name.label), f"{kind.help} {columns % {'columns': kind.column_names}}") for kind in kinds]
    return Facts("", told)


def facts_of(run: ImportRun) -> Facts | None:
    """What the file says; nothing until all of it was read."""
    if run.state == ImportState.UPLOADING:
        broken = gettext("The upload was broken off. Drop the file and upload it again.")
        return Facts(
            "",
            [
                (
                    gettext("Received"),
                    gettext("%(received)s of %(size)s bytes")
                    % {"received": number_text(run.received), "size": number_text(run.size)},
                )
            ],
            notice=broken,
        )
    if run.state not in _KNOWN_WHOLE:
        return None
    sums = run.facts.get("sums_minor", {}) if KINDS[run.kind].has_sums else {}
    outcomes = sorted(run.facts.get("outcomes", {}).items())
    return Facts(
        gettext("The file"),
        [
            (gettext("Read as"), run.facts.get("map", "")),
            (gettext("Confirmed by"), run.confirmed_by.get_username() if run.confirmed_by else ""),
            (gettext("Gone on with by"), run.carried_on_by.get_username() if run.carried_on_by else ""),
            (gettext("Ended by"), run.ended_by.get_username() if run.ended_by else ""),
            (gettext("Why"), run.ended_because),
            (gettext("Lines"), number_text(run.rows)),
            (gettext("Lines written"), number_text(run.done_rows) if run.state == ImportState.STOPPED else ""),
            *((gettext("Total in %(code)s") % {"code": code}, money_text(minor, code)) for code, minor in sums.items()),
            (gettext("Errors"), number_text(run.faults)),
            *((_outcome_words(outcome), number_text(count)) for outcome, count in outcomes),
        ],
    )


def _outcome_words(outcome: str) -> str:
    return str(_OUTCOMES.get(outcome, outcome.capitalize()))


def faults_of(run: ImportRun) -> Table | None:
    """The first of what is wrong; nothing if nothing is."""
    if not run.faults:
        return None
    faults = run.found_faults.order_by("line", "pk")[:_FAULTS_SHOWN]
    more = max(0, run.faults - _FAULTS_SHOWN)
    left = gettext("… and %(count)s more.") % {"count": number_text(more)}
    return Table(
        gettext("What is wrong"),
        [numbers(gettext("Line")), gettext("Column"), gettext("What is wrong")],
        [
            [f"{each.line}" if each.line else gettext("the file"), each.header or each.column, each.message]
            for each in faults
        ],
        beside=Link(gettext("All of it as CSV"), reverse("admin:backoffice_importrun_errors", args=[run.pk])),
        below=f"{left} {_MEND}" if more else str(_MEND),
    )


def progress_of(run: ImportRun) -> dict[str, Any]:
    """How far it is, for the page and for its script."""
    done, total, words = run.position, run.size, gettext("%(done)s of %(total)s bytes read")
    if run.state == ImportState.RUNNING:
        done, total, words = run.done_rows, run.rows, gettext("%(done)s of %(total)s lines written")
    elif run.state == ImportState.UPLOADING:
        done, total, words = run.received, run.size, gettext("%(done)s of %(total)s bytes sent")
    return {
        "url": reverse("admin:backoffice_importrun_change", args=[run.pk]),
        "busy": run.state in {ImportState.CHECKING, ImportState.RUNNING},
        "done": done,
        "total": total,
        "words": words % {"done": number_text(done), "total": number_text(total)},
    }


def slices_of(run: ImportRun) -> dict[str, Any] | None:
    """What is under way; None if nothing is."""
    titles = {
        ImportState.CHECKING.value: gettext("The file is checked; nothing is written"),
        ImportState.RUNNING.value: gettext("The lines are written"),
    }
    if run.state not in titles:
        return None
    address = reverse("admin:backoffice_importrun_slice", args=[run.pk])
    return {**progress_of(run), "title": titles[run.state], "address": address, "button": gettext("Go on")}
