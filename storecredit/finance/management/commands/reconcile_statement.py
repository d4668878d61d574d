import json
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO, cast

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ledger.management.file_arguments import (
    add_layout_arguments,
    layout_facts,
    open_to_compare,
    read_layout,
    refuse_to_compare,
)
from ledger.management.job import COULD_NOT_RUN, REFUSED, Job
from ledger.management.result_file import result_file
from ledger.management.span import Span, add_span_arguments, read_span
from ledger.operations import TransactionType
from ledger.text import TextKind, find_too_long, find_unfit
from storecredit.finance.management.keeping import add_keeping_argument, digest_file, keep_differences
from storecredit.finance.management.statement_facts import FACTS, tell
from storecredit.finance.management.statement_file import COLUMNS, StatementFile
from storecredit.finance.operations import RunRecorder, begin_run, seen_in_statement
from storecredit.finance.queries import Difference, RunKind, list_referred

_SHOWN = 1000
_MOST_DAYS_APART = 366
_HEADINGS = ("What", "Reference", "Currency", "Theirs", "Ours", "Lines", "Entries", "First line", "Days", "Our days")


class Command(Job):
    name = "reconcile_statement"
    help = (
        "Compare somebody else's list of what was given and spent with our books, by reference: what is missing here, "
        f"what is missing there, where the amounts differ. FILE.csv has the columns {', '.join(COLUMNS)}; lines and "
        "entries of one reference in one currency are added up. Bad lines are named, and then nothing is compared. It "
        "posts nothing; the run and what differs are kept. "
        "Exit code 0: clean, 1: something differs, 2: could not run, or a line is bad."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the list, as CSV in UTF-8 with a header")
        add_span_arguments(parser)
        parser.add_argument("--client", default="", metavar="NAME", help="only what this API client wrote in our books")
        parser.add_argument(
            "--type",
            dest="types",
            action="append",
            default=[],
            choices=TransactionType.values,
            help="only entries of this type; may be repeated",
        )
        parser.add_argument(
            "--positive-is",
            choices=("given", "spent"),
            default="given",
            help="what an amount above zero is in the file: what a customer was given, or what they spent",
        )
        parser.add_argument(
            "--days-apart",
            type=int,
            default=1,
            metavar="DAYS",
            help="where the file says a time: so many days may lie between its and ours (default: 1)",
        )
        parser.add_argument("--currency", default="", help="of the lines that name none")
        parser.add_argument("--test-mode", action="store_true", help="compare test money")
        parser.add_argument(
            "--source",
            default="",
            metavar="NAME",
            help="whose list it is: what differs in lists of different names are different findings",
        )
        parser.add_argument("--result", metavar="FILE", help="write every difference here, as CSV")
        add_keeping_argument(parser)
        add_layout_arguments(parser, StatementFile)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        span, self.now = read_span(options), timezone.now()
        if message := find_unfit(options["source"], TextKind.NAME) or find_too_long(options["source"], 100):
            raise CommandError(f"--source: it {message}.", returncode=COULD_NOT_RUN)
        if not 0 <= options["days_apart"] <= _MOST_DAYS_APART:
            raise CommandError(f"--days-apart: it is a number from 0 to {_MOST_DAYS_APART}.", returncode=COULD_NOT_RUN)
        with self.progress(quiet=options["json"]) as progress:
            progress.add_task("Reading", total=None)
            file = _read(options, span)
        if file.error_count:
            refuse_to_compare(file, options, self)
        ours = list_referred(
            test_mode=options["test_mode"],
            first=span.begin,
            before=span.end,
            client=options["client"],
            types=options["types"],
        )
        if reference := file.set_against(ours):
            raise CommandError(
                f"Could not run: what is told of {reference} is too much to be added up.", returncode=COULD_NOT_RUN
            )
        counts: Counter[str] = Counter()
        shown: list[dict[str, Any]] = []
        with result_file(options["result"], FACTS, source=options["file"]) as result, closing(file.staged):
            recorder = self._begin(span, options) if options["keep"] else None
            differences = keep_differences(
                file.compare(days_apart=options["days_apart"]),
                recorder,
                self.now,
                lambda found: seen_in_statement(found, test_mode=options["test_mode"], source=options["source"]),
            )
            for found in differences:
                counts[found.difference] += 1
                facts = tell(found, spends=file.spends)
                if result:
                    result.write_row(facts[name] for name in FACTS)
                if len(shown) < _SHOWN:
                    shown.append(facts)
            if recorder:
                recorder.end(checked=file.row_count, now=timezone.now(), totals=file.sum_sides())
        self._write(file, shown, counts, options)
        if counts.total():
            sys.exit(REFUSED)

    def _begin(self, span: Span, options: dict[str, Any]) -> RunRecorder:
        asked = ("client", "types", "positive_is", "days_apart")
        return begin_run(
            kind=RunKind.STATEMENT,
            actor=self.actor,
            now=self.now,
            first_day=span.first,
            last_day=span.last,
            test_mode=options["test_mode"],
            source=options["source"],
            file_name=Path(options["file"]).name,
            digest=digest_file(options["file"]),
            options={name: options[name] for name in asked},
        )

    def _write(
        self, file: StatementFile, shown: list[dict[str, Any]], counts: Counter[str], options: dict[str, Any]
    ) -> None:
        left_out = counts.total() - len(shown)
        if options["json"]:
            answer = {
                "clean": not counts.total(),
                "compared": True,
                "file": options["file"],
                **layout_facts(file),
                "rows": file.row_count,
                "rows_of_other_days": file.outside_count,
                **{each.name.lower(): counts[each] for each in Difference},
                "findings": shown,
                "left_out": left_out,
            }
            self.stdout.write(json.dumps(answer, indent=2))
            return
        console = Console(file=cast(TextIO, self.stdout), width=None if sys.stdout.isatty() else 200)
        if shown:
            table = Table(title="What differs")
            for heading in _HEADINGS:
                table.add_column(heading, overflow="fold")
            for facts in shown:
                table.add_row(*("–" if facts[name] is None else str(facts[name]) for name in FACTS))
            console.print(table)
        if left_out:
            console.print(f"… and {left_out} more; --result FILE writes all of them.")
        tally = ", ".join(f"{counts[each]} {each}" for each in Difference if counts[each])
        console.print(f"{file.row_count} lines compared: {tally or 'clean'}.")
        if file.outside_count:
            console.print(f"{file.outside_count} lines of other days were left out.")


def _read(options: dict[str, Any], span: Span) -> StatementFile:
    name, currency = options["file"], options["currency"]
    layout = read_layout(options, StatementFile)
    with open_to_compare(name, currency=currency) as source:
        return StatementFile(
            source,
            currency=currency,
            layout=layout,
            spends=options["positive_is"] == "spent",
            first=span.first,
            last=span.last,
        )
