"""What a page shows of a file that is imported."""

from django.urls import reverse

from storecredit.backoffice.imports.choosing import KINDS
from storecredit.backoffice.kit import Button, Facts, Head, Link, Table, moment, money_text, numbers, phrase, styled
from storecredit.backoffice.models import ImportRun, ImportState

_FAULTS_SHOWN = 100
_KNOWN_WHOLE = frozenset({ImportState.CHECKED, ImportState.RUNNING, ImportState.DONE})
_MEND = "Nothing of the file is written while one line is wrong. Mend it and upload it again, or change the columns."


def may_start(run: ImportRun) -> bool:
    """Whether it can be written: it was checked, has lines, and none of them is wrong."""
    return run.state == ImportState.CHECKED and run.rows > 0 and not run.faults


def may_drop(run: ImportRun) -> bool:
    """Whether it is still nothing but a file."""
    return run.state not in {ImportState.RUNNING, ImportState.DONE, ImportState.DROPPED}


def head_of(run: ImportRun, list_url: str) -> Head:
    result = Button("Result as CSV", reverse("admin:backoffice_importrun_result", args=[run.pk]), "download")
    return Head(
        title=run.file_name,
        tags=[styled("tag", run.get_state_display())],
        about=[
            run.get_kind_display(),
            phrase("Uploaded by", run.started_by.get_username(), "on", moment(run.created_at)),
            Link("All imports", list_url),
        ],
        is_test=run.test_mode,
        ways=[result] if run.state == ImportState.DONE else [],
    )


def facts_of(run: ImportRun) -> Facts | None:
    """What the file says; nothing until all of it was read."""
    if run.state == ImportState.UPLOADING:
        broken = "The upload was broken off. Drop the file and upload it again."
        return Facts("", [("Received", f"{run.received:,} of {run.size:,} bytes")], notice=broken)
    if run.state not in _KNOWN_WHOLE:
        return None
    sums = run.facts.get("sums_minor", {}) if KINDS[run.kind].has_sums else {}
    outcomes = sorted(run.facts.get("outcomes", {}).items())
    return Facts(
        "The file",
        [
            ("Read as", run.facts.get("map", "")),
            ("Lines", f"{run.rows:,}"),
            *((f"Total in {code}", money_text(minor, code)) for code, minor in sums.items()),
            ("Errors", f"{run.faults:,}"),
            *((str(outcome).capitalize(), f"{count:,}") for outcome, count in outcomes),
        ],
    )


def faults_of(run: ImportRun) -> Table | None:
    """The first of what is wrong; nothing if nothing is."""
    if not run.faults:
        return None
    faults = run.found_faults.order_by("line", "pk")[:_FAULTS_SHOWN]
    more = max(0, run.faults - _FAULTS_SHOWN)
    return Table(
        "What is wrong",
        [numbers("Line"), "Column", "What is wrong"],
        [[f"{each.line}" if each.line else "the file", each.header or each.column, each.message] for each in faults],
        beside=Link("All of it as CSV", reverse("admin:backoffice_importrun_errors", args=[run.pk])),
        below=f"… and {more:,} more. {_MEND}" if more else _MEND,
    )
