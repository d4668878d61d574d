"""
The dry run: a file is checked a slice at a time, each under the lock of its run and from where the last one ended.

Nothing reaches the books. What is wrong is written down line by line, what is good is laid aside sealed; in the end
both are known of the whole file.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from ledger.management.csv_file import CsvFile, Portion
from ledger.operations import operation
from storecredit.backoffice.imports.kinds import Checked, Kind, PartedKind, digest_of
from storecredit.backoffice.imports.uploads import Upload, lock
from storecredit.backoffice.imports.whole_kinds import WholeKind
from storecredit.backoffice.models import ImportFault, ImportKey, ImportPart, ImportRun, ImportState
from storecredit.credits.operations import Party

_AT_ONCE = 1000


@operation
def check_slice(*, run_id: Any, kind: Kind, party: Party, now: datetime) -> ImportRun:
    """
    Check the next lines of a file; nothing if that is over.

    :raises Unreadable: if what was uploaded was sealed with a key that is gone.
    """
    run = lock(run_id)
    if run.state != ImportState.CHECKING:
        return run
    is_first = not run.position
    file = kind.read(
        Upload(run, position=run.position, header_bytes=run.facts.get("header_bytes", 0)),
        run,
        Portion(first_line=None if is_first else run.line, most_rows=kind.slice_rows, widths=run.facts.get("widths")),
    )
    checked = _check(kind, file, run, party, now) if file.headers else Checked("", [], {})
    _note(run, file, kind, checked)
    is_over = file.is_whole or kind.is_whole
    if is_over:
        run.faults = run.found_faults.count()
        run.state = ImportState.CHECKED
        run.version += 1
        if run.faults:
            run.parts.all().delete()
        run.keys.all().delete()
    run.changed_at = now
    run.save()
    return run


def _check(kind: Kind, file: CsvFile, run: ImportRun, party: Party, now: datetime) -> Checked:
    if isinstance(kind, WholeKind):
        return kind.check_all(file, run, party, now, file.add_error)
    assert isinstance(kind, PartedKind)
    checked = kind.check(file, run, now, file.add_error)
    for line, twin in _find_twins(run, checked.keys):
        file.add_error(line, "", gettext("says the same as line %(line)s already does") % {"line": twin})
    return checked


def _note(run: ImportRun, file: CsvFile, kind: Kind, checked: Checked) -> None:
    faults = (
        ImportFault(
            run=run,
            line=error.line,
            column=error.column[:300],
            header=file.headers.get(error.column, "")[:300],
            message=error.message,
        )
        for error in file.list_errors()
    )
    ImportFault.objects.bulk_create(faults, batch_size=_AT_ONCE)
    if checked.packed and not file.error_count and file.row_count:
        part = ImportPart(run=run, place=run.parts.count(), rows=file.row_count)
        part.hold(checked.packed)
        part.save(force_insert=True)
    before = run.facts.get("sums_minor", {})
    codes = sorted(before.keys() | checked.sums_minor.keys())
    sums_minor = {code: before.get(code, 0) + checked.sums_minor.get(code, 0) for code in codes}
    header_bytes = run.facts.get("header_bytes") or file.header_bytes
    run.position += file.read_bytes - (header_bytes if run.position else 0)
    run.facts = {
        **run.facts,
        "header_bytes": header_bytes,
        "widths": file.widths,
        "sums_minor": sums_minor,
        "map": file.map.title,
    }
    run.line = file.next_line
    run.rows += file.row_count
    run.faults += file.error_count


def _find_twins(run: ImportRun, keys: Sequence[tuple[int, str]]) -> list[tuple[int, int]]:
    """Lines that are known by what a line of an earlier slice is known by, and that line."""
    names = {digest_of(key): line for line, key in keys}
    before: dict[str, int] = {}
    wanted = list(names)
    for place in range(0, len(wanted), _AT_ONCE):
        known = run.keys.filter(name__in=wanted[place : place + _AT_ONCE])
        before.update(known.values_list("name", "line"))
    new = (ImportKey(run=run, name=name, line=line) for name, line in names.items() if name not in before)
    ImportKey.objects.bulk_create(new, batch_size=_AT_ONCE)
    return sorted((names[name], line) for name, line in before.items())
