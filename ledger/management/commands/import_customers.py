import sqlite3
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.errors import CustomerNumberTaken
from ledger.management.column_maps import Layout
from ledger.management.customer_file import COLUMNS, CustomerFile
from ledger.management.file_arguments import (
    add_layout_arguments,
    layout_facts,
    layout_rows,
    read_layout,
    write_all_errors,
)
from ledger.management.job import COULD_NOT_RUN, REFUSED, Job
from ledger.operations import (
    CustomerImportSummary,
    import_customers,
    preview_customer_import,
    take_statistics,
    tell_of_changed,
)


class Command(Job):
    name = "import_customers"
    help = (
        f"Make and change customers from a CSV file: UTF-8, commas, a header with some of {', '.join(COLUMNS)}. "
        "`number` is required and says which customer a line is about. A column that is absent is left alone; a blank "
        "cell empties the customer's, but for entity_type and status, which it leaves as they are. Blanks around a "
        "cell do not count. All or nothing: if one line is bad, every bad one is named and nothing is written. The "
        "same file again changes nothing, and customers who were merged or anonymised are passed over. Exit code 0: "
        "done, 1: the file has errors, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", help="the file, or - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="check and compare, but write nothing")
        parser.add_argument("--test-mode", action="store_true", help="the customers are test customers")
        add_layout_arguments(parser, CustomerFile)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        test_mode: bool = options["test_mode"]
        summary = CustomerImportSummary()
        with self.progress(quiet=options["json"]) as progress:
            task = progress.add_task("Reading", total=None)
            file = _read(options["file"], read_layout(options, CustomerFile))
            if file.headers:
                progress.update(task, description="Comparing")
                summary, taken = preview_customer_import(rows=file, test_mode=test_mode)
                for row in taken:
                    _refuse_number(file, row.number, test_mode)
            if not file.error_count and not options["dry_run"]:
                progress.update(task, description="Writing")
                try:
                    now = timezone.now()
                    tell = partial(tell_of_changed, actor=self.actor, now=now)
                    summary = import_customers(rows=file, now=now, test_mode=test_mode, on_changed=tell)
                except CustomerNumberTaken as error:
                    _refuse_number(file, error.number, test_mode)
                else:
                    take_statistics("ledger_customer", "ledger_customerword")
        self._write(file, summary, options)
        if file.error_count:
            sys.exit(REFUSED)

    def _write(self, file: CustomerFile, summary: CustomerImportSummary, options: dict[str, Any]) -> None:
        counts = asdict(summary)
        if file.error_count:
            counts = dict.fromkeys(counts, 0)
        facts = {
            "file": options["file"],
            "dry_run": options["dry_run"],
            "test_mode": options["test_mode"],
            "rows": file.row_count,
            **counts,
            **layout_facts(file),
            **file.error_facts,
        }
        write_all_errors(file, options)
        if not options["json"]:
            file.write_errors(self.stderr.write)
        told = ((name.replace("_", " "), count) for name, count in counts.items())
        rows: list[tuple[str, object]] = [("rows", file.row_count), *layout_rows(file), *told]
        rows.append(("errors", file.error_count))
        outcome = "nothing written" if options["dry_run"] or file.error_count else "done"
        self.write_summary(f"Customers from {options['file']} ({outcome})", rows, facts, as_json=options["json"])


def _read(name: str, layout: Layout) -> CustomerFile:
    try:
        if name == "-":
            return CustomerFile(sys.stdin.buffer, layout=layout)
        with Path(name).open("rb") as source:
            return CustomerFile(source, layout=layout)
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    except sqlite3.Error as error:
        raise CommandError(f"Could not run: no room to read the file: {error}", returncode=COULD_NOT_RUN) from error


def _refuse_number(file: CustomerFile, number: str, test_mode: bool) -> None:
    theirs = "live" if test_mode else "test"
    file.add_error(file.find_line(number), "number", f"{number} belongs to a {theirs} customer")
