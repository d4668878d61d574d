import json
import sys
from collections.abc import Iterator
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
import ledger.queries
import storecredit.api.findings
import storecredit.backoffice.findings
import storecredit.checkouts.queries
import storecredit.credits.queries
import storecredit.finance.queries
from ledger.queries import Finding
from storecredit.audit.management.told import ToldCommand

#: Each domain proves its own books.
DOMAINS = (
    ("ledger", ledger.queries),
    ("giftcards", giftcards.queries),
    ("credits", storecredit.credits.queries),
    ("checkouts", storecredit.checkouts.queries),
    ("finance", storecredit.finance.queries),
    ("api", storecredit.api.findings),
    ("backoffice", storecredit.backoffice.findings),
)

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2


class Command(ToldCommand):
    name = "reconcile"
    help = (
        "Prove the books: every rule over every account, as of one moment, without stopping anybody's work. "
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

    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"]
        self.with_codes = options["codes"]
        counts: dict[str, int] = {}
        try:
            _require_migrated(using)
            findings = self._collect(using, counts, quiet=options["json"])
            warnings = storecredit.api.findings.list_warnings(now=timezone.now())
        except DatabaseError as error:
            raise CommandError(f"Could not run: {error}", returncode=COULD_NOT_RUN) from error
        if options["json"]:
            self._print_json(counts, findings, warnings)
        else:
            self._print_tables(counts, findings)
            for warning in warnings:
                self.stdout.write(f"Worth a look: {warning}")
        if findings:
            sys.exit(FINDINGS)

    def _collect(self, using: str, counts: dict[str, int], *, quiet: bool) -> list[Finding]:
        console = Console(file=sys.stderr, quiet=quiet or not sys.stderr.isatty())
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("Reconciling", total=len(_list_checks()))

            def on_check(name: str, found: int) -> None:
                counts[name] = found
                progress.update(task, advance=1, description=name)

            findings = list(_list_findings(using, on_check))
            if self.with_codes:
                codes = progress.add_task("Opening codes", total=giftcards.queries.count_codes(using=using))
                faults = list(
                    giftcards.queries.list_code_findings(
                        using=using, on_portion=lambda opened: progress.update(codes, completed=opened)
                    )
                )
                counts[giftcards.queries.CODES[0]] = len(faults)
                findings += faults
            return findings

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
            "warnings": warnings,
        }
        self.stdout.write(json.dumps(answer, indent=2))

    def _print_tables(self, counts: dict[str, int], findings: list[Finding]) -> None:
        console = Console(file=cast(TextIO, self.stdout), width=None if sys.stdout.isatty() else 160)
        table = Table(title="Reconciliation")
        table.add_column("Rule", justify="right")
        table.add_column("Check")
        table.add_column("Findings", justify="right")
        for name, rule, title in [*_list_checks(), *([giftcards.queries.CODES] if self.with_codes else [])]:
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
        accounts = len({finding.account for finding in findings if finding.account})
        words = f"{len(findings)} findings on {accounts} accounts." if findings else "Clean: every rule holds."
        console.print(words, style="bold red" if findings else "bold green")


def _list_checks() -> list[tuple[str, int, str]]:
    return [check for _, queries in DOMAINS for check in queries.list_checks()]


def _list_findings(using: str, on_check: Any) -> Iterator[Finding]:
    for _, queries in DOMAINS:
        yield from queries.list_findings(using=using, on_check=on_check)


def _require_migrated(using: str) -> None:
    connection = connections[using]
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("Could not run: the database has unapplied migrations.", returncode=COULD_NOT_RUN)
