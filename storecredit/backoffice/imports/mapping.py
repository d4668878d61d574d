"""From the upload to the dry run: which column of the file is what, said once for each file."""

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from giftcards.queries import looks_like_a_code
from ledger.errors import DomainError
from ledger.management.column_maps import ColumnMap, Separator, fold_header, list_kept, recognise, write_map
from ledger.management.csv_file import has_undecodable
from ledger.management.text_lines import FileUnreadable, TextLines, take_separator
from ledger.operations import operation
from ledger.text import TextKind, find_unfit
from storecredit.backoffice.imports.kinds import Kind, read_map_of
from storecredit.backoffice.imports.running import RunChanged
from storecredit.backoffice.imports.uploads import Upload, lock
from storecredit.backoffice.models import ImportKind, ImportRun, ImportState, SavedMap

LEFT_OUT = "-"
_MOST_COLUMNS = 200
#: Of a card's number, as other systems draw them, there are so many digits, and of a header there are not.
_DIGITS_OF_A_NUMBER = 6


class MappingRefused(DomainError):
    """The columns cannot be read so."""

    code = "mapping_refused"


def read_headers(run: ImportRun) -> tuple[list[str], Separator]:
    """
    The headers of an uploaded file, and what separates them: what was chosen, or as the file itself says or looks.

    :raises MappingRefused: if the file begins with none.
    :raises Unreadable: if it was sealed with a key that is gone.
    """
    said = run.choices.get("separator")
    try:
        lines, seen, _ = take_separator(iter(TextLines(Upload(run))))
        separator = Separator(said) if said else seen or Separator.COMMA
        written = next(csv.reader(lines, delimiter=separator.value, strict=True), [])
    except FileUnreadable as error:
        raise MappingRefused(gettext("The file cannot be read: %(error)s.") % {"error": error}) from error
    except csv.Error:
        written = []
    headers = [" ".join(header.split()) for header in written]
    # Bytes of zero are text in another encoding, or no text.
    if has_undecodable(headers) or any("\0" in header for header in headers):
        raise MappingRefused(gettext("The file is not UTF-8 text. Save it as CSV in UTF-8."))
    if not any(headers):
        raise MappingRefused(gettext("The file begins with no line of headers."))
    if len(headers) > _MOST_COLUMNS:
        raise MappingRefused(gettext("The file has more than %(count)s columns.") % {"count": _MOST_COLUMNS})
    for place, header in enumerate(headers, start=1):
        if message := find_unfit(header, TextKind.NAME):
            raise MappingRefused(
                gettext("The header of column %(number)s %(message)s.") % {"number": place, "message": message}
            )
        # A layout is kept as it stands, and shown.
        if run.kind == ImportKind.CARDS and _is_a_number(header):
            raise MappingRefused(
                gettext("What stands above column %(number)s is a card’s code, not a header.") % {"number": place}
            )
    return headers, separator


def list_known_maps(kind: Kind) -> dict[str, ColumnMap]:
    """Our own layout, those that are shipped and those that were saved here, by name."""
    kept = list_kept(kind.file.kind, kind.file.columns)
    return kind.list_maps() | {each.name: each for each in kept}


def recognise_headers(kind: Kind, headers: Sequence[str]) -> ColumnMap:
    """The map that knows these headers, all of them or else the most; our own if none finds what is required."""
    maps = list_known_maps(kind)
    folded = [fold_header(header) for header in headers]
    for ignore_unknown in (False, True):
        found = recognise(folded, maps=list(maps.values()), required=kind.file.required, ignore_unknown=ignore_unknown)
        if found is not None:
            return found
    return maps["own"]


@operation
def map_columns(
    *,
    run_id: Any,
    version: int,
    kind: Kind,
    columns: Mapping[str, str],
    base: ColumnMap,
    choices: Mapping[str, Any],
    now: datetime,
) -> ImportRun:
    """
    Say what each column of a file is, and let the dry run begin.

    :param columns: for each header the column that it is here, or `LEFT_OUT`.
    :param base: what else is known of the layout: what its words mean, and what stands behind apostrophes.
    :raises RunChanged: if the run is not as the page showed it.
    :raises MappingRefused: if a column is not said, is said twice, or a required one is missing.
    """
    run = lock(run_id)
    if run.state != ImportState.MAPPING or run.version != version:
        raise RunChanged(gettext("This page was out of date, and nothing was done. This is how it stands now."))
    data = make_map(kind, columns, base)
    read_map_of(kind, data)
    run.map = data
    run.choices = {**run.choices, **choices}
    run.state = ImportState.CHECKING
    _begin_anew(run, now)
    return run


@operation
def map_again(*, run_id: Any, version: int, now: datetime) -> ImportRun:
    """
    Go back to the columns of a file that was checked and not started.

    :raises RunChanged: if the run is not as the page showed it.
    """
    run = lock(run_id)
    if run.state not in {ImportState.CHECKING, ImportState.CHECKED} or run.version != version:
        raise RunChanged(gettext("This page was out of date, and nothing was done. This is how it stands now."))
    run.state = ImportState.MAPPING
    _begin_anew(run, now)
    return run


def save_map(*, run: ImportRun, kind: Kind, name: str, person_id: int, now: datetime) -> SavedMap:
    """Keep the run's map under a name, for the next file of the same layout; in the place of one of that name."""
    data = {**(run.map or {}), "name": name, "title": name}
    read_map_of(kind, data)
    saved, _ = SavedMap.objects.update_or_create(
        reads=kind.name, name=name, defaults={"data": data, "saved_by_id": person_id, "saved_at": now}
    )
    return saved


def make_map(kind: Kind, columns: Mapping[str, str], base: ColumnMap) -> dict[str, Any]:
    """
    A map of the file, as data.

    :raises MappingRefused: if a column is not said, is said twice, or a required one is missing.
    """
    # Below no header nothing may stand, unless such a column is left out.
    columns = {header: column for header, column in columns.items() if header or column}
    if unsaid := [header for header, column in columns.items() if not column]:
        raise MappingRefused(
            gettext("Say what these columns are, or leave them out: %(columns)s.") % {"columns": ", ".join(unsaid)}
        )
    taken = [column for column in columns.values() if column != LEFT_OUT]
    if twice := sorted({column for column in taken if taken.count(column) > 1}):
        raise MappingRefused(
            gettext("Two columns of the file cannot both be %(columns)s.") % {"columns": ", ".join(twice)}
        )
    if missing := [name for name in kind.file.required if name not in taken]:
        raise MappingRefused(
            gettext("No column of the file is said to be %(columns)s, which is needed.")
            % {"columns": ", ".join(missing)}
        )
    said = write_map(base)
    return {
        **said,
        "columns": {header: column for header, column in columns.items() if column != LEFT_OUT},
        "ignored": [header for header, column in columns.items() if column == LEFT_OUT],
        "values": {name: words for name, words in said["values"].items() if name in taken},
    }


def digest_of_layout(known: ColumnMap) -> str:
    """What a layout that a page shows is known by, so that another is not taken for it once the page is sent."""
    return hashlib.sha256(json.dumps(write_map(known), sort_keys=True).encode()).hexdigest()


def _is_a_number(header: str) -> bool:
    return looks_like_a_code(header) or sum(symbol.isdigit() for symbol in header) >= _DIGITS_OF_A_NUMBER


def _begin_anew(run: ImportRun, now: datetime) -> None:
    run.parts.all().delete()
    run.keys.all().delete()
    run.found_faults.all().delete()
    run.position = run.line = run.rows = run.faults = 0
    run.facts = {}
    run.version += 1
    run.changed_at = now
    run.save()
