import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.errors import DomainError
from ledger.management.job import COULD_NOT_RUN, Job
from ledger.management.span import read_span_day
from storecredit.finance.management.reports import amount
from storecredit.finance.models import JournalExport, JournalLine
from storecredit.finance.operations import export_journal, get_journal
from storecredit.finance.queries import (
    DatevClient,
    JournalFile,
    Layout,
    day_of,
    sum_accounts,
    sum_currencies,
    write_journal,
)


class Command(Job):
    name = "export_journal"
    help = (
        "Write the journal for the general ledger: each movement with the account that is debited and the one that is "
        "credited, by the general ledger rules. It has all days that no journal has yet, up to --day; asked again "
        "for the same day or number it gives the same file. A movement that no rule maps is named, and nothing is "
        "exported. Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", help="where to write it; the end of its name says how, unless --layout does"
        )
        parser.add_argument(
            "--layout",
            choices=[each.value for each in Layout],
            help="csv, jsonl (an object on each line), xlsx, or as datev, quickbooks or xero import it",
        )
        parser.add_argument("--currency", metavar="CODE", help="the lines in this currency alone")
        parser.add_argument("--day", metavar="DAY", help="its last day, such as 2027-01-31 (default: yesterday)")
        parser.add_argument("--number", type=int, metavar="NUMBER", help="the journal of this number, once more")
        parser.add_argument("--datev-consultant", type=int, metavar="NUMBER", help="instead of DATEV_CONSULTANT")
        parser.add_argument("--datev-client", type=int, metavar="NUMBER", help="instead of DATEV_CLIENT")
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        layout = _read_layout(options)
        try:
            export, lines = get_journal(number=self._find_number(options))
            made = write_journal(
                export=export,
                lines=lines,
                layout=layout,
                datev=_read_datev(options),
                currency=(options["currency"] or "").upper(),
            )
        except DomainError as error:
            raise CommandError(f"Could not run: {error}", returncode=COULD_NOT_RUN) from error
        _write(options["file"], made)
        self._tell(export, lines, options)

    def _find_number(self, options: Mapping[str, Any]) -> int:
        if options["number"] is not None:
            if options["day"]:
                raise CommandError("Name a day or a number, not both.", returncode=COULD_NOT_RUN)
            number: int = options["number"]
            return number
        now = timezone.now()
        yesterday = day_of(now) - timedelta(days=1)
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
            "totals": {currency: amount(minor, currency) for currency, minor in sum_currencies(lines).items()},
            "accounts": totals,
        }
        rows = [(f"{row['currency']} {row['account']}", f"{row['debit']} : {row['credit']}") for row in totals]
        told: list[tuple[str, object]] = [("Lines", export.line_count), *rows]
        self.write_summary(f"Journal {export.number} up to {export.last_day}", told, facts, as_json=options["json"])


def _read_layout(options: Mapping[str, Any]) -> Layout:
    if options["layout"]:
        return Layout(options["layout"])
    named = {f".{each}": each for each in (Layout.CSV, Layout.JSON_LINES, Layout.XLSX)}
    layout = named.get(Path(options["file"]).suffix.lower())
    if layout is None:
        raise CommandError(
            "Could not run: the file's name ends in none of .csv, .jsonl and .xlsx, and --layout says no other form.",
            returncode=COULD_NOT_RUN,
        )
    return layout


def _read_datev(options: Mapping[str, Any]) -> DatevClient | None:
    known = settings.DATEV or {}
    consultant, client = (options[f"datev_{name}"] or known.get(name) for name in ("consultant", "client"))
    if consultant is None or client is None:
        return None
    return DatevClient(**(known | {"consultant": consultant, "client": client}))


def _write(name: str, made: JournalFile) -> None:
    ending = Path(made.name).suffix
    if Path(name).suffix.lower() != ending:
        raise CommandError(
            f"Could not run: in this layout it is a {ending} file"
            + (", for it takes several: name one, or one currency by --currency." if ending == ".zip" else "."),
            returncode=COULD_NOT_RUN,
        )
    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    with open(handle, "wb") as file:
        file.write(made.content)
