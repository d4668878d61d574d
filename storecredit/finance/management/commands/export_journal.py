import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.errors import DomainError
from ledger.management.job import COULD_NOT_RUN, Job
from ledger.management.result_file import result_file
from ledger.management.span import read_span_day
from storecredit.finance.management.reports import amount
from storecredit.finance.models import JournalExport, JournalLine
from storecredit.finance.operations import export_journal, get_journal
from storecredit.finance.queries import list_rows, sum_accounts, write_json_lines


class Command(Job):
    name = "export_journal"
    help = (
        "Write the journal for the general ledger: each movement with the account that is debited and the one that is "
        "credited, by the general ledger rules. It has all days that no journal has yet, up to --day; asked again "
        "for the same day or number it gives the same file. A movement that no rule maps is named, and nothing is "
        "exported. Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="where to write it: .csv, or .jsonl, an object on each line")
        parser.add_argument("--day", metavar="DAY", help="its last day, such as 2027-01-31 (default: yesterday)")
        parser.add_argument("--number", type=int, metavar="NUMBER", help="the journal of this number, once more")
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["file"]
        if Path(name).suffix.lower() not in {".csv", ".jsonl"}:
            raise CommandError(
                "Could not run: the file's name ends in neither .csv nor .jsonl.", returncode=COULD_NOT_RUN
            )
        try:
            export, lines = get_journal(number=self._find_number(options))
        except DomainError as error:
            raise CommandError(f"Could not run: {error}", returncode=COULD_NOT_RUN) from error
        if name.lower().endswith(".csv"):
            _write_csv(name, lines)
        else:
            _write_json(name, lines)
        self._tell(export, lines, options)

    def _find_number(self, options: Mapping[str, Any]) -> int:
        if options["number"] is not None:
            if options["day"]:
                raise CommandError("Name a day or a number, not both.", returncode=COULD_NOT_RUN)
            number: int = options["number"]
            return number
        now = timezone.now()
        yesterday = timezone.localdate(now) - timedelta(days=1)
        last_day = read_span_day(options["day"], "--day") or yesterday
        return export_journal(last_day=last_day, actor=self.actor, now=now).number

    def _tell(self, export: JournalExport, lines: Sequence[JournalLine], options: Mapping[str, Any]) -> None:
        totals = [
            {
                "currency": currency,
                "account": account,
                "debit": amount(debit, currency),
                "credit": amount(credit, currency),
            }
            for (currency, account), (debit, credit) in sum_accounts(lines).items()
        ]
        facts = {
            "journal": export.number,
            "last_day": export.last_day.isoformat(),
            "lines": export.line_count,
            "digest": export.digest,
            "accounts": totals,
        }
        rows = [(f"{row['currency']} {row['account']}", f"{row['debit']} : {row['credit']}") for row in totals]
        told: list[tuple[str, object]] = [("Lines", export.line_count), *rows]
        self.write_summary(f"Journal {export.number} up to {export.last_day}", told, facts, as_json=options["json"])


def _write_csv(name: str, lines: Sequence[JournalLine]) -> None:
    header, *rows = list_rows(lines)
    with result_file(name, header, source="") as result:
        assert result is not None
        for row in rows:
            result.write_row(row)


def _write_json(name: str, lines: Sequence[JournalLine]) -> None:
    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    with open(handle, "w", encoding="utf-8") as file:
        file.writelines(f"{text}\n" for text in write_json_lines(lines))
