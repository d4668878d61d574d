import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ledger.management.job import COULD_NOT_RUN, Job
from ledger.queries import (
    Finding,
    GuardChange,
    SealFault,
    SealFile,
    Verified,
    find_lots_that_expire_otherwise,
    list_guard_changes,
    verify_seals,
)

CLEAN, FAULTS = 0, 1


class Command(Job):
    name = "verify_seals"
    help = (
        "Make the digest of every cut anew from the entries, lots and histories that it closed, and compare it with "
        "its seal, signature and figures. With --against also with a file of seals that was kept where the owner of "
        "the database cannot write; then each row that differs is named. "
        "Where the guards of the database changed between two cuts, as by an upgrade, both are named; with "
        "--fail-on-guards that is a fault. "
        "Exit code 0: all is as it was sealed, 1: something is not, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--against", metavar="FILE", type=Path, help="the file that SEAL_FILE named")
        parser.add_argument("--after", metavar="N", type=int, default=0, help="begin behind cut N")
        parser.add_argument(
            "--fail-on-guards", action="store_true", help="exit with 1 if the guards changed between two cuts"
        )
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        against = _read(options["against"])
        done = Verified(0, 0)

        def on_cut(verified: Verified) -> None:
            nonlocal done
            done = verified

        faults = list(verify_seals(after=options["after"], against=against, on_cut=on_cut))
        findings = list(find_lots_that_expire_otherwise())
        changes = list(list_guard_changes(after=options["after"]))
        if options["json"]:
            self.stdout.write(json.dumps(_facts(done, faults, findings, changes)))
        else:
            for fault in faults:
                self.stdout.write(f"Cut {fault.cut}: {' '.join(filter(None, (fault.row, fault.message)))}.")
            for finding in findings:
                self.stdout.write(f"{finding.row} {finding.message}.")
            for change in changes:
                self.stdout.write(f"Cut {change.cut}: other guards stood in the database than at cut {change.before}.")
            words = f"{len(faults) + len(findings)} faults" if faults or findings else "all is as it was sealed"
            self.stdout.write(f"{done.cuts} cuts with {done.entries} entries: {words}.")
        if faults or findings or (changes and options["fail_on_guards"]):
            sys.exit(FAULTS)


def _read(path: Path | None) -> SealFile | None:
    try:
        return SealFile(path) if path else None
    except (OSError, KeyError, TypeError) as error:
        raise CommandError(f"{path} is no file of seals: {error}", returncode=COULD_NOT_RUN) from error


def _facts(
    done: Verified, faults: list[SealFault], findings: list[Finding], changes: list[GuardChange]
) -> dict[str, Any]:
    return {
        "clean": not faults and not findings,
        "cuts": done.cuts,
        "entries": done.entries,
        "guards_changed": [{"cut": change.cut, "before": change.before} for change in changes],
        "faults": [
            *({"cut": fault.cut, "row": fault.row or None, "message": fault.message} for fault in faults),
            *({"cut": None, "row": finding.row, "message": finding.message} for finding in findings),
        ],
    }
