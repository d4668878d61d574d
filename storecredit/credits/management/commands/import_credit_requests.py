import hashlib
import sqlite3
import sys
from datetime import datetime
from io import BytesIO
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
from ledger.management.result_file import result_file
from ledger.money import from_minor, require_open
from ledger.operations import take_statistics
from storecredit.credits.errors import FileTaken
from storecredit.credits.management.request_file import COLUMNS, RequestFile
from storecredit.credits.management.requesters import find_requester
from storecredit.credits.operations import Party, check_lines, import_requests
from storecredit.credits.queries import CreditRequestBatch, get_chances
from storecredit.credits.queries.requests import find_batch_of_file

_LARGEST_FILE_BYTES = 64 * 1024 * 1024


class Command(Job):
    name = "import_credit_requests"
    help = (
        f"Ask for everything in a CSV file: UTF-8, commas, a header with some of {', '.join(COLUMNS)}; type, amount "
        "and reason are required. The requests wait as one batch that another person approves or rejects as one "
        "decision; if one of them is changed first, each is decided alone. All or nothing: if a line is bad, or the "
        "count or a sum is not what the controls say, everything wrong is said and nothing is written. A file is "
        "taken once. No output holds a card's number. Exit code 0: done, 1: the file is refused, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", help="the file, or - for standard input")
        parser.add_argument(
            "--requested-by", metavar="USERNAME", required=True, help="who asks, and so cannot approve the batch"
        )
        parser.add_argument("--name", metavar="NAME", help="of the batch; default: the file's")
        add_control_arguments(parser, amounts="amounts", rows="requests")
        parser.add_argument("--dry-run", action="store_true", help="check and compare, but write nothing")
        parser.add_argument("--result", metavar="FILE", help="write line, id and status of each request here")
        parser.add_argument("--test-mode", action="store_true", help="they are test requests")
        add_layout_arguments(parser, RequestFile)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        require_controls(options, "control_count", "control_total")
        party = find_requester(username=options["requested_by"], command=self.name)
        now = timezone.now()
        with self.progress(quiet=options["json"]) as progress:
            task = progress.add_task("Reading", total=None)
            content = _read(options["file"])
            digest = hashlib.sha256(content).hexdigest()
            file = _check_cells(content, options)
            if not file.error_count:
                compare_controls(file, file.sum_amounts(), options)
            if file.headers:
                progress.update(task, description="Checking")
                _check_lines(file, digest, party, now, test_mode=options["test_mode"])
            batch = None
            if not (file.error_count or options["dry_run"]):
                progress.update(task, description="Asking")
                batch = self._import(file, digest, party, now, options)
        self._write(file, batch, options)
        if file.error_count:
            sys.exit(REFUSED)

    def _import(
        self, file: RequestFile, digest: str, party: Party, now: datetime, options: dict[str, Any]
    ) -> CreditRequestBatch | None:
        with result_file(options["result"], ["line", "request", "status"], source=options["file"]) as result:
            try:
                batch = import_requests(
                    name=options["name"] or Path(options["file"]).name[:120],
                    file_digest=digest,
                    lines=file.lines,
                    party=party,
                    now=now,
                    test_mode=options["test_mode"],
                )
            except DomainError as error:
                # It was found good a moment ago: somebody has imported it, or switched a reason or a customer off.
                file.add_error(0, "file", str(error))
                return None
            take_statistics("credits_creditrequest", "credits_creditrequestevent", "credits_creditrequestword")
            if result:
                rows = batch.requests.order_by("batch_line").values_list("batch_line", "pk", "status")
                for row in rows:
                    result.write_row(row)
        return batch

    def _write(self, file: RequestFile, batch: CreditRequestBatch | None, options: dict[str, Any]) -> None:
        sums = {code: str(from_minor(minor, code).amount) for code, minor in sorted(file.sum_amounts().items())}
        facts = {
            "file": options["file"],
            "dry_run": options["dry_run"],
            "test_mode": options["test_mode"],
            "rows": file.row_count,
            "batch": batch.pk if batch else None,
            "name": batch.name if batch else None,
            "requests": batch.size if batch else 0,
            "totals": sums,
            **layout_facts(file),
            **file.error_facts,
        }
        write_all_errors(file, options)
        if not options["json"]:
            file.write_errors(self.stderr.write)
        rows: list[tuple[str, object]] = [("rows", file.row_count), *layout_rows(file)]
        rows.append(("requests", facts["requests"]))
        rows += [(f"total {currency}", amount) for currency, amount in sums.items()]
        if batch:
            chances = get_chances(requests=list(batch.requests.all())).values()
            facts["nobody_can_approve"] = sum(chance.is_none for chance in chances)
            rows.append(("nobody can approve", facts["nobody_can_approve"]))
        rows.append(("errors", file.error_count))
        outcome = f"batch {batch.pk}, {batch.name}" if batch else "nothing written"
        self.write_summary(f"Credit requests from {options['file']} ({outcome})", rows, facts, as_json=options["json"])


def _read(name: str) -> bytes:
    try:
        if name == "-":
            content = sys.stdin.buffer.read(_LARGEST_FILE_BYTES + 1)
        else:
            with Path(name).open("rb") as source:
                content = source.read(_LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise CommandError(f"Could not run: {name}: {error.strerror}", returncode=COULD_NOT_RUN) from error
    if len(content) > _LARGEST_FILE_BYTES:
        raise CommandError(f"Could not run: {name} is larger than 64 MiB.", returncode=COULD_NOT_RUN)
    return content


def _check_cells(content: bytes, options: dict[str, Any]) -> RequestFile:
    currency, layout = options["currency"], read_layout(options, RequestFile)
    try:
        if currency:
            require_open(currency, timezone.now().date())
        return RequestFile(BytesIO(content), currency=currency, layout=layout)
    except CurrencyUnknown as error:
        raise CommandError(str(error), returncode=COULD_NOT_RUN) from error
    except sqlite3.Error as error:
        raise CommandError(f"Could not run: no room to read the file: {error}", returncode=COULD_NOT_RUN) from error


def _check_lines(file: RequestFile, digest: str, party: Party, now: datetime, *, test_mode: bool) -> None:
    known = find_batch_of_file(file_digest=digest, test_mode=test_mode)
    if known is not None:
        file.add_error(0, "file", str(FileTaken(batch=known.name)))
        return
    if not file.row_count:
        file.add_error(0, "rows", "the file has none")
    for refused in check_lines(lines=file.lines, party=party, now=now, test_mode=test_mode):
        file.refuse(refused.line, refused.error)
