"""The arguments by which commands say how a file is laid out, and where its errors are written."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.errors import CurrencyUnknown
from ledger.management.choices import Choice
from ledger.management.column_maps import (
    ColumnMap,
    DayOrder,
    Decimals,
    Layout,
    MapUnusable,
    Separator,
    list_kept,
    own_map,
    read_map,
)
from ledger.management.csv_file import CsvFile
from ledger.management.job import COULD_NOT_RUN
from ledger.management.result_file import result_file
from ledger.queries import require_in_use

#: How a choice is said on the command line, where commands speak English.
_FLAGS = {
    Choice.AS_WRITTEN: "--as-written %(name)s says that it is meant",
    Choice.CURRENCY: "--currency says it for all lines that name none",
    Choice.DECIMALS: "--decimals comma or point says which",
    Choice.EXPIRED_CARDS: "--expired-cards takes such cards",
    Choice.LEGACY_NUMBERS: "--legacy-numbers takes it",
}
_SEPARATORS = {each.name.lower(): each for each in Separator}


def add_layout_arguments(parser: CommandParser, file: type[CsvFile]) -> None:
    """Add `--map` and the choices beside it, and `--errors`."""
    shipped = ", ".join(["own", *(each.name for each in file.list_maps())])
    parser.add_argument(
        "--map",
        metavar="NAME",
        help=f"how the file is laid out: {shipped}, one that was saved in the admin, or a map of your own, as "
        "NAME.json. Without it, whichever of these knows the file's headers",
    )
    parser.add_argument(
        "--ignore-unknown", action="store_true", help="leave out the columns that the map does not know"
    )
    parser.add_argument(
        "--separator", choices=_SEPARATORS, help="what separates the columns (default: as the map says)"
    )
    parser.add_argument(
        "--decimals",
        choices=[each.value for each in Decimals if each],
        help="what sets decimals apart; the other then sets thousands apart (default: as the map says)",
    )
    parser.add_argument(
        "--days",
        choices=[each.value for each in DayOrder],
        help="how days are written: 2027-12-31, 31.12.2027 or 12/31/2027 (default: as the map says)",
    )
    parser.add_argument("--errors", metavar="FILE", help="write every error here, by line, as CSV")
    parser.add_argument(
        "--as-written",
        metavar="COLUMN",
        action="extend",
        nargs="+",
        default=[],
        help="take the cells of these columns as they are, though they look like what a spreadsheet makes of text: "
        "6.03E+15, =A1, 'x, ####, #REF!, 12-May",
    )


def read_layout(options: Mapping[str, Any], file: type[CsvFile]) -> Layout:
    """
    How the options say that the file is laid out.

    :raises CommandError: if there is no such map, or `--as-written` names no column of such a file.
    """
    for name in options["as_written"]:
        if name not in file.columns:
            raise CommandError(
                f"--as-written: {name!r} is not a column; the columns are {', '.join(file.columns)}.",
                returncode=COULD_NOT_RUN,
            )
    separator, decimals, days = options["separator"], options["decimals"], options["days"]
    kept = list_kept(file.kind, file.columns)
    return Layout(
        map=_find_map(options["map"], file, kept) if options["map"] else None,
        known=kept,
        separator=_SEPARATORS[separator] if separator else None,
        decimals=Decimals(decimals) if decimals else None,
        days=DayOrder(days) if days else None,
        ignore_unknown=options["ignore_unknown"],
        as_written=frozenset(options["as_written"]),
        hints=_FLAGS,
    )


def write_all_errors(file: CsvFile, options: Mapping[str, Any]) -> None:
    """
    Write every error into the file that `--errors` names, with the header under which the column stands in the file.

    :raises CommandError: if it cannot be written, or is the file that was read.
    """
    columns = ["line", "column", "header", "message"]
    with result_file(options["errors"], columns, source=options["file"], option="--errors") as result:
        if result is None:
            return
        for error in file.list_errors():
            result.write_row((error.line or None, error.column, file.headers.get(error.column, ""), error.message))


@contextmanager
def open_to_compare(name: str, *, currency: str) -> Iterator[BinaryIO]:
    """
    The file, open to be read within.

    :param currency: of the lines that name none; empty if nobody said.
    :raises CommandError: if there is no such currency, or the file or what it says cannot be laid aside.
    """
    try:
        if currency:
            require_in_use(currency)
        with Path(name).open("rb") as source:
            yield source
    except CurrencyUnknown as error:
        raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    except sqlite3.Error as error:
        raise CommandError(f"Could not run: no room to read the file: {error}", returncode=COULD_NOT_RUN) from error


def refuse_to_compare(file: CsvFile, options: Mapping[str, Any], command: BaseCommand) -> NoReturn:
    """
    Name the bad lines of a file: what they were to say would be missing.

    :raises CommandError: always.
    """
    write_all_errors(file, options)
    if options["json"]:
        refusal = {"clean": False, "compared": False, **layout_facts(file), **file.error_facts}
        command.stdout.write(json.dumps(refusal))
    file.write_errors(command.stderr.write)
    raise CommandError("Could not run: the file has bad lines, so nothing was compared.", returncode=COULD_NOT_RUN)


def layout_facts(file: CsvFile) -> dict[str, Any]:
    """How the file was read, as a program reads it."""
    return {"map": file.map.name, "columns_left_out": file.left_out if file.layout.ignore_unknown else []}


def layout_rows(file: CsvFile) -> list[tuple[str, object]]:
    """How the file was read, where it is not in our own layout or something was left out."""
    rows: list[tuple[str, object]] = [("read as", file.map.title)] if file.map.is_foreign else []
    if file.left_out and file.layout.ignore_unknown:
        rows.append(("columns left out", ", ".join(file.left_out)))
    return rows


def _find_map(name: str, file: type[CsvFile], kept: Sequence[ColumnMap]) -> ColumnMap:
    own = own_map(reads=file.kind, columns=file.columns)
    known = {each.name: each for each in (own, *file.list_maps(), *kept)}
    if name in known:
        return known[name]
    if not name.endswith(".json"):
        raise CommandError(
            f"--map: {name!r} is none of {', '.join(known)}, and no file NAME.json.", returncode=COULD_NOT_RUN
        )
    return _read_own_map(name, {file.kind: file.columns})


def _read_own_map(name: str, columns: Mapping[str, Sequence[str]]) -> ColumnMap:
    try:
        return read_map(Path(name).read_bytes(), columns=columns)
    except OSError as error:
        raise CommandError(f"--map: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    except MapUnusable as error:
        raise CommandError(f"--map: {name} is no map for this: {error}.", returncode=COULD_NOT_RUN) from error
