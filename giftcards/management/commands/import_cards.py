import csv
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from moneyed import Money

from giftcards.errors import CodeTaken, TimeZoneUnknown
from giftcards.management.card_file import COLUMNS, CardFile
from giftcards.operations import ImportedCard, ImportStatus, import_cards, preview_card_import, require_time_zone
from ledger.errors import AmountNotExact, AmountTooLarge, CurrencyUnknown, DomainError
from ledger.management.csv_file import ERRORS_SHOWN
from ledger.management.job import COULD_NOT_RUN, REFUSED, Job
from ledger.money import decimals, from_minor, to_minor


class Command(Job):
    name = "import_cards"
    help = (
        f"Make gift cards from a CSV file of another system: UTF-8, commas, a header with some of "
        f"{', '.join(COLUMNS)}; "
        "number and balance are required. expires_on is the last day on which a card can be spent, in the row's "
        "time_zone; state is active or blocked. The balances come in as IMPORT entries against OPENING. If one line "
        "is bad or a control total differs from the file's sum, everything wrong is said and nothing is written. The "
        "cards are written in portions: a run that was killed is simply run again, and what stands there is passed "
        "over. No output holds a card's number. Exit code 0: done, 1: the file is refused, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", help="the file, or - for standard input")
        parser.add_argument(
            "--control-total",
            metavar="[EUR=]12345.67",
            action="append",
            default=[],
            help="what the balances of one currency must come to; once for each currency in the file. Without a "
            "currency: --currency's, else the file's only one",
        )
        parser.add_argument("--control-count", type=int, metavar="N", help="how many cards the file must have")
        parser.add_argument("--currency", default="", help="of the rows that name none")
        parser.add_argument(
            "--time-zone", default=settings.TIME_ZONE, help="of the rows that name none (default: %(default)s)"
        )
        parser.add_argument("--dry-run", action="store_true", help="check and compare, but write nothing")
        parser.add_argument("--result", metavar="FILE", help="write line, last four, account number and status here")
        parser.add_argument("--test-mode", action="store_true", help="the cards are test cards")
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["control_total"] and not options["dry_run"]:
            raise CommandError("--control-total is needed, or --dry-run.", returncode=COULD_NOT_RUN)
        now = timezone.now()
        with self.progress(quiet=options["json"]) as progress:
            progress.add_task("Reading", total=None)
            file = _read(options)
        counts = {"new": 0, "present": 0, "imported": 0}
        if not file.error_count:
            _compare_controls(file, options)
        if not file.error_count:
            counts["new"], counts["present"], conflicts = preview_card_import(
                rows=file, now=now, test_mode=options["test_mode"]
            )
            for conflict in conflicts:
                file.add_error(conflict.line, conflict.column, conflict.message)
        if not file.error_count and not options["dry_run"]:
            self._import(file, counts, now, options)
        self._write(file, counts, options)
        if file.error_count:
            sys.exit(REFUSED)

    def _import(self, file: CardFile, counts: dict[str, int], now: Any, options: dict[str, Any]) -> None:
        with self.progress(quiet=options["json"]) as progress, _result_file(options["result"]) as result:
            task = progress.add_task("Making cards", total=file.row_count)
            counts["present"] = 0  # counted again, for another import may be at the same file

            def on_portion(cards: list[ImportedCard]) -> None:
                for card in cards:
                    counts["imported" if card.status == ImportStatus.IMPORTED else "present"] += 1
                progress.update(task, advance=len(cards))
                if result:
                    writer = csv.writer(result, lineterminator="\n")
                    writer.writerows((card.line, card.last_four, card.account_number, card.status) for card in cards)
                    result.flush()

            try:
                import_cards(
                    rows=file,
                    actor=self.actor,
                    now=now,
                    source=Path(options["file"]).name,
                    test_mode=options["test_mode"],
                    on_portion=on_portion,
                )
            except CodeTaken:
                file.add_error(0, "number", "a card was given one of the numbers meanwhile; run it again")
            except DomainError as error:
                raise CommandError(f"Stopped half-way: {error} Run it again.", returncode=REFUSED) from error

    def _write(self, file: CardFile, counts: dict[str, int], options: dict[str, Any]) -> None:
        sums = {
            currency: str(from_minor(minor, currency).amount) for currency, minor in sorted(file.sum_balances().items())
        }
        facts = {
            "file": options["file"],
            "dry_run": options["dry_run"],
            "test_mode": options["test_mode"],
            "rows": file.row_count,
            **counts,
            "totals": sums,
            "error_count": file.error_count,
            "errors": [{"line": e.line or None, "column": e.column or None, "message": e.message} for e in file.errors],
        }
        if not options["json"]:
            for error in file.errors:
                self.stderr.write(str(error) if error.line else f"{error.column}: {error.message}")
            if file.error_count > ERRORS_SHOWN:
                self.stderr.write(f"… and {file.error_count - ERRORS_SHOWN} more errors")
        rows: list[tuple[str, object]] = [("rows", file.row_count), *counts.items()]
        rows += [(f"total {currency}", amount) for currency, amount in sums.items()]
        rows.append(("errors", file.error_count))
        outcome = "done" if counts["imported"] or not (options["dry_run"] or file.error_count) else "nothing written"
        self.write_summary(f"Gift cards from {options['file']} ({outcome})", rows, facts, as_json=options["json"])


def _read(options: dict[str, Any]) -> CardFile:
    name, currency, time_zone = options["file"], options["currency"], options["time_zone"]
    try:
        require_time_zone(time_zone)
        if currency:
            decimals(currency)
        if name == "-":
            return CardFile(sys.stdin.buffer, currency=currency, time_zone=time_zone)
        with Path(name).open("rb") as source:
            return CardFile(source, currency=currency, time_zone=time_zone)
    except (TimeZoneUnknown, CurrencyUnknown) as error:
        raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    except sqlite3.Error as error:
        raise CommandError(f"Could not run: no room to read the file: {error}", returncode=COULD_NOT_RUN) from error


def _compare_controls(file: CardFile, options: dict[str, Any]) -> None:
    """Each currency's sum is exactly what somebody says who has not added up this file."""
    sums = file.sum_balances()
    said = _read_totals(options, sums)
    for currency in sorted(sums.keys() | said.keys()) if said else []:
        found = from_minor(sums.get(currency, 0), currency)
        if currency not in said:
            file.add_error(0, "--control-total", f"none is given for {currency}, of which the file has {found.amount}")
        elif to_minor(said[currency]) != sums.get(currency, 0):
            told = said[currency].amount
            file.add_error(0, "--control-total", f"{currency} should be {told}; the file has {found.amount}")
    count = options["control_count"]
    if count is not None and count != file.row_count:
        file.add_error(0, "--control-count", f"should be {count}; the file has {file.row_count}")


def _read_totals(options: dict[str, Any], sums: dict[str, int]) -> dict[str, Money]:
    said: dict[str, Money] = {}
    for text in options["control_total"]:
        name, _, amount = text.rpartition("=")
        currency = name or options["currency"] or (next(iter(sums)) if len(sums) == 1 else "")
        try:
            total = Money(Decimal(amount), currency) if decimals(currency) >= 0 else None
            if total is None or not total.amount.is_finite() or currency in said:
                raise InvalidOperation
            to_minor(total)
        except (InvalidOperation, CurrencyUnknown, AmountNotExact, AmountTooLarge) as error:
            raise CommandError(
                f"--control-total {text!r} is not one amount for one currency of the file, such as 12345.67 or "
                "EUR=12345.67.",
                returncode=COULD_NOT_RUN,
            ) from error
        said[currency] = total
    return said


@contextmanager
def _result_file(name: str | None) -> Iterator[TextIO | None]:
    if name is None:
        yield None
        return
    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    with open(handle, "w", newline="", encoding="utf-8") as result:
        csv.writer(result, lineterminator="\n").writerow(["line", "last_four", "account_number", "status"])
        yield result
