import sqlite3
import sys
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from giftcards.errors import CodeTaken, TimeZoneUnknown
from giftcards.management.card_file import COLUMNS, CardFile
from giftcards.operations import ImportedCard, ImportStatus, import_cards, preview_card_import, require_time_zone
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
from ledger.management.result_file import result_file
from ledger.money import from_minor, require_open
from ledger.operations import take_statistics


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
        add_control_arguments(parser, amounts="balances", rows="cards")
        parser.add_argument(
            "--time-zone", default=settings.TIME_ZONE, help="of the rows that name none (default: %(default)s)"
        )
        parser.add_argument(
            "--legacy-numbers",
            action="store_true",
            help="take numbers of one to three characters, and of groups with blanks between them",
        )
        parser.add_argument(
            "--expired-cards",
            action="store_true",
            help="take cards whose last day is over: nobody can spend from them, and the next sweep books them out",
        )
        parser.add_argument("--dry-run", action="store_true", help="check and compare, but write nothing")
        parser.add_argument("--result", metavar="FILE", help="write line, last four, account number and status here")
        parser.add_argument("--test-mode", action="store_true", help="the cards are test cards")
        add_layout_arguments(parser, CardFile)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        require_controls(options, "control_total")
        now = timezone.now()
        with self.progress(quiet=options["json"]) as progress:
            progress.add_task("Reading", total=None)
            file = _read(options)
        counts = {"new": 0, "present": 0, "imported": 0}
        if not file.error_count:
            compare_controls(file, file.sum_balances(), options)
        if file.headers:
            counts["new"], counts["present"] = preview_card_import(
                rows=file,
                now=now,
                test_mode=options["test_mode"],
                take_expired=options["expired_cards"],
                on_conflict=file.add_conflict,
            )
        if not file.error_count and not options["dry_run"]:
            self._import(file, counts, now, options)
        self._write(file, counts, options)
        if file.error_count:
            sys.exit(REFUSED)

    def _import(self, file: CardFile, counts: dict[str, int], now: Any, options: dict[str, Any]) -> None:
        columns = ["line", "last_four", "account_number", "status"]
        with (
            self.progress(quiet=options["json"]) as progress,
            result_file(options["result"], columns, source=options["file"]) as result,
        ):
            task = progress.add_task("Making cards", total=file.row_count)
            counts["present"] = 0  # counted again, for another import may be at the same file

            def on_portion(cards: list[ImportedCard]) -> None:
                for card in cards:
                    counts["imported" if card.status == ImportStatus.IMPORTED else "present"] += 1
                progress.update(task, advance=len(cards))
                if result:
                    for card in cards:
                        result.write_row((card.line, card.last_four, card.account_number, card.status.value))
                    result.flush()

            try:
                import_cards(
                    rows=file,
                    actor=self.actor,
                    now=now,
                    source=Path(options["file"]).name,
                    test_mode=options["test_mode"],
                    take_expired=options["expired_cards"],
                    on_portion=on_portion,
                )
                take_statistics(
                    "giftcards_giftcard",
                    "giftcards_cardevent",
                    "giftcards_cardword",
                    "ledger_account",
                    "ledger_lot",
                    "ledger_transaction",
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
            **layout_facts(file),
            **file.error_facts,
        }
        write_all_errors(file, options)
        if not options["json"]:
            file.write_errors(self.stderr.write)
        rows: list[tuple[str, object]] = [("rows", file.row_count), *layout_rows(file), *counts.items()]
        rows += [(f"total {currency}", amount) for currency, amount in sums.items()]
        rows.append(("errors", file.error_count))
        outcome = "done" if counts["imported"] or not (options["dry_run"] or file.error_count) else "nothing written"
        self.write_summary(f"Gift cards from {options['file']} ({outcome})", rows, facts, as_json=options["json"])


def _read(options: dict[str, Any]) -> CardFile:
    name, currency, time_zone = options["file"], options["currency"], options["time_zone"]
    layout = read_layout(options, CardFile)
    read = partial(
        CardFile, currency=currency, time_zone=time_zone, layout=layout, legacy_numbers=options["legacy_numbers"]
    )
    try:
        require_time_zone(time_zone)
        if currency:
            require_open(currency, timezone.now().date())
        if name == "-":
            return read(sys.stdin.buffer)
        with Path(name).open("rb") as source:
            return read(source)
    except (TimeZoneUnknown, CurrencyUnknown) as error:
        raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    except sqlite3.Error as error:
        raise CommandError(f"Could not run: no room to read the file: {error}", returncode=COULD_NOT_RUN) from error
