"""Which cuts a report is asked about, and how it is written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO, cast

from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from ledger.errors import DomainError
from ledger.management.job import COULD_NOT_RUN, Job
from ledger.management.result_file import result_file
from ledger.money import from_minor
from ledger.queries import Cut, find_cut_at, find_last_sealed_cut
from storecredit.finance.errors import NoCutAt
from storecredit.finance.queries import Line, Movement, Source

_WIDE = 240


class Report(Job):
    """A command that reads cuts and writes nothing."""

    def add_report_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--result", metavar="FILE", help="write the lines here, as CSV")
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """
        Report.

        :raises CommandError: with exit code 2, for what finance refuses.
        """
        try:
            self.report(options)
        except DomainError as error:
            raise CommandError(f"Could not run: {error}", returncode=COULD_NOT_RUN) from error

    def report(self, options: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def write_lines(
        self, title: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], options: Mapping[str, Any]
    ) -> None:
        """A table of the rows, and the file that `--result` names."""
        table = Table(title=title)
        for name in columns:
            table.add_column(name.replace("_", " ").capitalize(), justify="left" if name in _WORDS else "right")
        with result_file(options["result"], columns, source="") as result:
            for row in rows:
                cells = [row[name] for name in columns]
                table.add_row(*map(str, cells))
                if result:
                    result.write_row(cells)
        if not options["json"]:
            console = Console(file=cast(TextIO, self.stdout), width=None if self.stdout.isatty() else _WIDE)
            console.print(table)

    def tell_source(self, source: Source, options: Mapping[str, Any]) -> None:
        """Which database was read, where a shop has two."""
        if options["json"]:
            return
        if source.replayed_at:
            self.stdout.write(f"Read from the replica, as of {source.replayed_at.isoformat()}.")
        elif source.fallback:
            self.stdout.write(f"{source.fallback} Read from the primary.")


_WORDS = frozenset({"currency", "kind", "funding"})


def cut_at(boundary: datetime | None) -> Cut:
    """
    The sealed cut of this boundary; the newest for None.

    :raises NoCutAt: if time was not closed there.
    :raises CommandError: if time was never closed.
    """
    if boundary is None:
        newest = find_last_sealed_cut()
        if newest is None:
            raise CommandError("Could not run: there is no cut yet: take_cut takes one.", returncode=COULD_NOT_RUN)
        return newest
    cut = find_cut_at(boundary=boundary)
    if cut is None:
        raise NoCutAt(boundary=boundary)
    return cut


def cut_facts(cut: Cut | None) -> dict[str, Any] | None:
    """A cut as a program reads it."""
    if cut is None:
        return None
    return {"cut": cut.number, "boundary": cut.boundary.isoformat(), "digest": cut.seal.digest}


def amount(minor: int, currency: str) -> str:
    """Minor units in major ones, with the decimals of the currency."""
    return str(from_minor(minor, currency).amount)


def line_facts(line: Line) -> dict[str, Any]:
    """A line as a program reads it; amounts in major units. A total has no kind and no funding."""
    currency = line.kept.currency
    return {
        **line.kept._asdict(),
        "opening": amount(line.opening_minor, currency),
        **{each.name.lower(): amount(line.moved_minor[each], currency) for each in Movement},
        "closing": amount(line.closing_minor, currency),
    }
