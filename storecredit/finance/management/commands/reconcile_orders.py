import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO, cast

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from ledger.errors import DomainError
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
from storecredit.checkouts.management.comparing import FACTS, Difference, Found, compare, tell
from storecredit.checkouts.management.order_file import COLUMNS, OrderFile, OrderLines
from storecredit.checkouts.operations import find_correction, is_corrected, open_correction
from storecredit.credits.management.requesters import find_requester
from storecredit.credits.operations import Party
from storecredit.credits.queries import CreditRequest
from storecredit.finance.management.keeping import add_keeping_argument, digest_file
from storecredit.finance.management.seen_orders import seen_in_orders
from storecredit.finance.operations import RunRecorder, begin_run
from storecredit.finance.queries import RunKind

_SHOWN = 1000
_READERS = {".csv": OrderFile, ".jsonl": OrderLines}


class Command(Job):
    name = "reconcile_orders"
    help = (
        "Compare the vendor's orders with our books: which line of credit is missing here, which is missing there, "
        f"where the amounts differ. FILE.csv has a line for each line of credit: {', '.join(COLUMNS)}; FILE.jsonl has "
        "an order on each line, as the vendor's API gives it. Bad lines are named, and then nothing is compared. It "
        "posts nothing; the run and what differs are kept. "
        "Exit code 0: clean, 1: something differs, 2: could not run, or a line is bad."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the vendor's orders, as .csv or .jsonl")
        add_span_arguments(parser)
        parser.add_argument("--currency", default="", help="of the lines that name none")
        parser.add_argument("--test-mode", action="store_true", help="compare the test orders")
        parser.add_argument(
            "--open-requests",
            action="store_true",
            help="ask for a correction wherever the customer is owed something, once for ever; nothing is posted",
        )
        parser.add_argument("--requested-by", metavar="USERNAME", help="who asks, and so cannot approve")
        parser.add_argument("--result", metavar="FILE", help="write every difference here, as CSV")
        add_keeping_argument(parser)
        add_layout_arguments(parser, OrderFile)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        party = self._find_party(options)
        span = read_span(options)
        with self.progress(quiet=options["json"]) as progress:
            progress.add_task("Reading", total=None)
            file = _read(options)
        if file.error_count:
            refuse_to_compare(file, options, self)
        found = compare(file, test_mode=options["test_mode"], first=span.begin, before=span.end)
        counts: Counter[str] = Counter()
        shown: list[dict[str, Any]] = []
        with result_file(options["result"], FACTS, source=options["file"]) as result, closing(file.staged):
            recorder = self._begin(span, options) if options["keep"] else None
            for one, facts in self._work_through(found, party, counts, test_mode=options["test_mode"]):
                if result:
                    result.write_row(facts[name] for name in FACTS)
                if len(shown) < _SHOWN:
                    shown.append(facts)
                if recorder:
                    recorder.see(seen_in_orders(one, test_mode=options["test_mode"]), timezone.now())
            if recorder:
                recorder.end(checked=file.row_count, now=timezone.now())
        self._write(file, shown, counts, options)
        if counts["differences"] or counts["refused"]:
            sys.exit(REFUSED)

    def _begin(self, span: Span, options: dict[str, Any]) -> RunRecorder:
        return begin_run(
            kind=RunKind.ORDERS,
            actor=self.actor,
            now=timezone.now(),
            first_day=span.first,
            last_day=span.last,
            test_mode=options["test_mode"],
            file_name=Path(options["file"]).name,
            digest=digest_file(options["file"]),
            options={"open_requests": options["open_requests"]},
        )

    def _find_party(self, options: dict[str, Any]) -> Party | None:
        if not options["open_requests"]:
            return None
        if not options["requested_by"]:
            raise CommandError("--open-requests needs --requested-by USERNAME.", returncode=COULD_NOT_RUN)
        return find_requester(username=options["requested_by"], command=self.name)

    def _work_through(
        self, found: Iterator[Found], party: Party | None, counts: Counter[str], *, test_mode: bool
    ) -> Iterator[tuple[Found, dict[str, Any]]]:
        now = timezone.now()
        for one in found:
            request = None
            if one.ours is not None and one.owed_minor:
                request = find_correction(credit=one.ours, test_mode=test_mode)
                if is_corrected(request, one.owed_minor):
                    counts["corrected"] += 1
                    continue
                if request is None and party is not None:
                    request = self._open(one, party, counts, now, test_mode=test_mode)
            counts["differences"] += 1
            counts[one.difference] += 1
            yield one, tell(one, request)

    def _open(
        self, one: Found, party: Party, counts: Counter[str], now: datetime, *, test_mode: bool
    ) -> CreditRequest | None:
        assert one.ours is not None
        try:
            request = open_correction(
                credit=one.ours, owed_minor=one.owed_minor, party=party, now=now, test_mode=test_mode
            )
        except DomainError as error:
            counts["refused"] += 1
            self.stderr.write(f"order {one.order_id}, source {one.source_id}: no request: {error}")
            return None
        counts["opened"] += request is not None
        return request or find_correction(credit=one.ours, test_mode=test_mode)

    def _write(
        self, file: OrderFile, shown: list[dict[str, Any]], counts: Counter[str], options: dict[str, Any]
    ) -> None:
        left_out = counts["differences"] - len(shown)
        totals = {each.name.lower(): counts[each] for each in Difference}
        more = {"corrected": counts["corrected"], "opened": counts["opened"], "refused": counts["refused"]}
        if options["json"]:
            answer = {
                "clean": not counts["differences"],
                "compared": True,
                "file": options["file"],
                **layout_facts(file),
                "lines_of_credit": file.row_count,
                **totals,
                **more,
                "findings": shown,
                "left_out": left_out,
            }
            self.stdout.write(json.dumps(answer, indent=2))
            return
        console = Console(file=cast(TextIO, self.stdout), width=None if sys.stdout.isatty() else 200)
        if shown:
            table = Table(title="What differs")
            for heading in ("What", "Order", "Source", "Line", "Theirs", "Ours", "Owed to the customer", "Request"):
                table.add_column(heading, overflow="fold")
            for facts in shown:
                table.add_row(*_cells(facts))
            console.print(table)
        if left_out:
            console.print(f"… and {left_out} more; --result FILE writes all of them.")
        tally = ", ".join(f"{counts[each]} {each}" for each in Difference if counts[each])
        compared = f"{file.row_count} lines of credit compared"
        console.print(f"{compared}: {tally}." if tally else f"{compared}: clean.")
        if counts["corrected"]:
            console.print(f"{counts['corrected']} differences were corrected before.")
        if options["open_requests"]:
            console.print(f"{counts['opened']} credit requests opened, {counts['refused']} refused.")


def _read(options: dict[str, Any]) -> OrderFile:
    name, currency = options["file"], options["currency"]
    layout = read_layout(options, OrderFile)
    reader = _READERS.get(Path(name).suffix.lower())
    if reader is None:
        raise CommandError("Could not run: the file's name ends in neither .csv nor .jsonl.", returncode=COULD_NOT_RUN)
    with open_to_compare(name, currency=currency) as source:
        return reader(source, currency=currency, layout=layout)


def _cells(facts: dict[str, Any]) -> list[str]:
    def money(name: str, currency: str, back: str) -> str:
        if facts[name] is None:
            return "–"
        returned = f" ({facts[back]} back)" if facts[back] not in {None, "0", "0.00", "0.000"} else ""
        return f"{facts[currency]} {facts[name]}{returned}"

    return [
        facts["difference"],
        facts["order"],
        facts["source"],
        str(facts["line"] or ""),
        money("theirs", "theirs_currency", "returned"),
        money("ours", "currency", "given_back"),
        f"{facts['currency']} {facts['owed']}" if facts["owed"] else "",
        facts["request"] or "",
    ]
