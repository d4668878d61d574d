import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Any, TextIO, cast

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

import giftcards.queries
import storecredit.api.findings
from ledger.errors import DomainError
from ledger.operations import Actor, ActorKind
from ledger.queries import Finding
from storecredit.audit.management.told import ToldCommand
from storecredit.backoffice.proof import list_checks, list_findings
from storecredit.finance.management.keeping import add_keeping_argument
from storecredit.finance.operations import MOST_KEPT, RunRecorder, begin_run, seen_in_books
from storecredit.finance.queries import RunKind, has_started_since

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2
DOOR = "command:reconcile"


class Command(ToldCommand):
    name = "reconcile"
    help = (
        "Prove the books: every rule over every account, as of one moment, without stopping anybody's work. The run "
        "and what it found are kept, for staff to explain and correct. "
        "Exit code 0: clean, 1: something is wrong and each broken row is named, 2: could not run."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--codes", action="store_true", help="Open every gift card's code, too, and compare it with its card."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object instead of tables.")
        parser.add_argument(
            "--database",
            default="default",
            choices=sorted(settings.DATABASES),
            help="Which database to look at; 'replica' spares the one that serves.",
        )
        parser.add_argument(
            "--due",
            metavar="HH:MM",
            help="Run only if this command has kept no run that began since this time of the shop's day was last.",
        )
        add_keeping_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"]
        self.with_codes = options["codes"]
        self.left_out = 0
        counts: dict[str, int] = {}
        try:
            _require_migrated(using)
            if options["due"] and not _is_due(options["due"]):
                return
            recorder = self._begin(using) if options["keep"] else None
            findings = self._prove(using, counts, recorder, quiet=options["json"])
            warnings = storecredit.api.findings.list_warnings(now=timezone.now())
        except (DatabaseError, DomainError) as error:
            raise CommandError(f"Could not run: {error}", returncode=COULD_NOT_RUN) from error
        if options["json"]:
            self._print_json(counts, findings, warnings)
        else:
            self._print_tables(counts, findings)
            for warning in warnings:
                self.stdout.write(f"Worth a look: {warning}")
        self._keep(recorder, counts, findings)
        if findings:
            sys.exit(FINDINGS)

    def _begin(self, using: str) -> RunRecorder:
        actor = Actor(kind=ActorKind.SYSTEM, id="reconcile", label="reconcile", door=DOOR)
        asked = {"codes": self.with_codes, "database": using}
        return begin_run(kind=RunKind.BOOKS, actor=actor, now=timezone.now(), options=asked)

    def _prove(self, using: str, counts: dict[str, int], recorder: RunRecorder | None, *, quiet: bool) -> list[Finding]:
        try:
            return self._collect(using, counts, quiet=quiet)
        except DatabaseError as error:
            if recorder:
                with suppress(DatabaseError):
                    recorder.fail(problem=str(error).strip(), now=timezone.now())
            raise

    def _collect(self, using: str, counts: dict[str, int], *, quiet: bool) -> list[Finding]:
        console = Console(file=sys.stderr, quiet=quiet or not sys.stderr.isatty())
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        findings: list[Finding] = []
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("Reconciling", total=len(list_checks()))

            def on_check(name: str, found: int) -> None:
                counts[name] = found
                progress.update(task, advance=1, description=name)

            for finding in list_findings(using=using, on_check=on_check):
                self._hold(finding, findings)
            if self.with_codes:
                codes = progress.add_task("Opening codes", total=giftcards.queries.count_codes(using=using))
                name, counts[giftcards.queries.CODES[0]] = giftcards.queries.CODES[0], 0
                for finding in giftcards.queries.list_code_findings(
                    using=using, on_portion=lambda opened: progress.update(codes, completed=opened)
                ):
                    counts[name] += 1
                    self._hold(finding, findings)
        return findings

    def _hold(self, finding: Finding, findings: list[Finding]) -> None:
        """Beyond what is kept of a run findings are counted: books that are wrong throughout have no end of them."""
        if len(findings) < MOST_KEPT:
            findings.append(finding)
        else:
            self.left_out += 1

    def _keep(self, recorder: RunRecorder | None, counts: Mapping[str, int], findings: list[Finding]) -> None:
        """Write down what was found, once it was told: of broken books that may be what cannot be done."""
        if recorder is None:
            return
        now = timezone.now()
        try:
            for finding in findings:
                recorder.see(seen_in_books(finding), now)
            recorder.count_unseen(self.left_out)
            for name, found in counts.items():
                recorder.count(name, found)
            recorder.end(checked=len(counts), now=now)
        except (DatabaseError, DomainError) as error:
            words = f"The run could not be kept: {str(error).strip()}"
            if not findings:
                raise CommandError(words, returncode=COULD_NOT_RUN) from error
            self.stderr.write(words)

    def _print_json(self, counts: dict[str, int], findings: list[Finding], warnings: list[str]) -> None:
        answer = {
            "clean": not findings,
            "checks": [{"check": name, "findings": found} for name, found in counts.items()],
            "findings": [
                {
                    "rule": finding.rule,
                    "check": finding.check,
                    "account": finding.account or None,
                    "row": finding.row,
                    "message": finding.message,
                }
                for finding in findings
            ],
            "left_out": self.left_out,
            "warnings": warnings,
        }
        self.stdout.write(json.dumps(answer, indent=2))

    def _print_tables(self, counts: dict[str, int], findings: list[Finding]) -> None:
        console = Console(file=cast(TextIO, self.stdout), width=None if sys.stdout.isatty() else 160)
        table = Table(title="Reconciliation")
        table.add_column("Rule", justify="right")
        table.add_column("Check")
        table.add_column("Findings", justify="right")
        for name, rule, title in [*list_checks(), *([giftcards.queries.CODES] if self.with_codes else [])]:
            found = counts[name]
            table.add_row(str(rule or ""), str(title), str(found or "none"), style="bold red" if found else "")
        console.print(table)
        if findings:
            broken = Table(title="What is wrong")
            for heading in ("Rule", "Check", "Account", "Row", "What"):
                broken.add_column(heading, overflow="fold")
            for finding in findings:
                broken.add_row(str(finding.rule), finding.check, finding.account, finding.row, finding.message)
            console.print(broken)
        if self.left_out:
            console.print(f"… and {self.left_out} more.")
        accounts = len({finding.account for finding in findings if finding.account})
        total = len(findings) + self.left_out
        words = f"{total} findings on {accounts} accounts." if findings else "Clean: every rule holds."
        console.print(words, style="bold red" if findings else "bold green")


def _require_migrated(using: str) -> None:
    connection = connections[using]
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("Could not run: the database has unapplied migrations.", returncode=COULD_NOT_RUN)


def _is_due(text: str) -> bool:
    """Whether nothing was kept since this time of day was last, in the shop's zone."""
    try:
        at = time.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--due: {text!r} is not a time such as 03:15.", returncode=COULD_NOT_RUN) from error
    local = timezone.localtime()
    day = local.date() if local.time() >= at else local.date() - timedelta(days=1)
    moment = timezone.make_aware(datetime.combine(day, at.replace(tzinfo=None)))
    return not has_started_since(kind=RunKind.BOOKS, door=DOOR, moment=moment)
