import sqlite3
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.errors import CurrencyUnknown, DomainError
from ledger.management.controls import add_control_arguments, compare_controls, require_controls
from ledger.management.file_arguments import (
    add_layout_arguments,
    layout_facts,
    layout_rows,
    read_layout,
    write_all_errors,
)
from ledger.management.job import COULD_NOT_RUN, REFUSED, Job
from ledger.management.opening_file import COLUMNS, OpeningFile
from ledger.management.result_file import result_file
from ledger.money import from_minor, require_open
from ledger.operations import (
    OpenedBalance,
    OpeningConflict,
    OpeningCounts,
    OpeningStatus,
    import_opening_balances,
    preview_opening_balances,
    take_statistics,
)


class Command(Job):
    name = "import_opening_balances"
    help = (
        "Bring in the store credit that customers have in another system, from a CSV file: UTF-8, a header with some "
        f"of {', '.join(COLUMNS)}; balance is required, and the customer by number or e-mail. The balances come in as "
        "IMPORT entries against OPENING. A balance is known by its customer, currency, last day and reference, and "
        "comes in once, however often it is run. If one line is bad or a control differs, everything wrong is said and "
        "nothing is written. It is written in portions: a run that was killed is simply run again. Exit code 0: done, "
        "1: the file is refused, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", help="the file, or - for standard input")
        add_control_arguments(parser, amounts="balances", rows="lines")
        parser.add_argument("--dry-run", action="store_true", help="check and compare, but write nothing")
        parser.add_argument(
            "--result", metavar="FILE", help="write line, customer, account, transaction and status here"
        )
        parser.add_argument("--test-mode", action="store_true", help="the customers are test customers")
        add_layout_arguments(parser, OpeningFile)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        require_controls(options, "control_total", "control_count")
        now = timezone.now()
        counts = OpeningCounts()
        imported = 0
        with self.progress(quiet=options["json"]) as progress:
            task = progress.add_task("Reading", total=None)
            file = _read(options)
            if not file.error_count:
                compare_controls(file, file.sum_balances(), options)
            if file.headers:
                progress.update(task, description="Comparing")
                counts = preview_opening_balances(
                    rows=file,
                    now=now,
                    test_mode=options["test_mode"],
                    find_twin=file.find_twin,
                    on_conflict=partial(_refuse, file),
                )
        if not file.error_count and not options["dry_run"]:
            imported = self._import(file, now, options)
        self._write(file, counts, imported, options)
        if file.error_count:
            sys.exit(REFUSED)

    def _import(self, file: OpeningFile, now: datetime, options: dict[str, Any]) -> int:
        columns = ["line", "customer_number", "account_number", "transaction_number", "status"]
        imported = 0
        with (
            self.progress(quiet=options["json"]) as progress,
            result_file(options["result"], columns, source=options["file"]) as result,
        ):
            task = progress.add_task("Bringing in", total=file.row_count)

            def on_portion(done: list[OpenedBalance]) -> None:
                nonlocal imported
                imported += sum(each.status == OpeningStatus.IMPORTED for each in done)
                progress.update(task, advance=len(done))
                if result:
                    for each in done:
                        facts = (each.customer_number, each.account_number, each.transaction_number, each.status.value)
                        result.write_row((each.line, *facts))
                    result.flush()

            try:
                import_opening_balances(
                    rows=file,
                    expected_minor=file.sum_balances(),
                    actor=self.actor,
                    now=now,
                    source=Path(options["file"]).name,
                    test_mode=options["test_mode"],
                    on_portion=on_portion,
                )
            except DomainError as error:
                raise CommandError(f"Stopped half-way: {error} Run it again.", returncode=REFUSED) from error
            take_statistics("ledger_account", "ledger_lot", "ledger_transaction")
        return imported

    def _write(self, file: OpeningFile, counts: OpeningCounts, imported: int, options: dict[str, Any]) -> None:
        sums = {
            currency: str(from_minor(minor, currency).amount) for currency, minor in sorted(file.sum_balances().items())
        }
        told = {"new": counts.new, "present": counts.present, "empty": counts.empty, "imported": imported}
        facts = {
            "file": options["file"],
            "dry_run": options["dry_run"],
            "test_mode": options["test_mode"],
            "rows": file.row_count,
            **told,
            "totals": sums,
            **layout_facts(file),
            **file.error_facts,
        }
        write_all_errors(file, options)
        if not options["json"]:
            file.write_errors(self.stderr.write)
        rows: list[tuple[str, object]] = [("rows", file.row_count), *layout_rows(file), *told.items()]
        rows += [(f"total {currency}", amount) for currency, amount in sums.items()]
        rows.append(("errors", file.error_count))
        outcome = "nothing written" if options["dry_run"] or file.error_count else "done"
        self.write_summary(f"Opening balances from {options['file']} ({outcome})", rows, facts, as_json=options["json"])


def _refuse(file: OpeningFile, conflict: OpeningConflict) -> None:
    file.add_error(conflict.line, conflict.column, conflict.message)


def _read(options: dict[str, Any]) -> OpeningFile:
    name, currency = options["file"], options["currency"]
    read = partial(OpeningFile, currency=currency, layout=read_layout(options, OpeningFile))
    try:
        if currency:
            require_open(currency, timezone.now().date())
        if name == "-":
            return read(sys.stdin.buffer)
        with Path(name).open("rb") as source:
            return read(source)
    except CurrencyUnknown as error:
        raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    except sqlite3.Error as error:
        raise CommandError(f"Could not run: no room to read the file: {error}", returncode=COULD_NOT_RUN) from error
