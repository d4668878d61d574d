from typing import Any

from django.core.management.base import CommandParser

from ledger.management.job import Job
from storecredit.checkouts.operations import count_due_checkouts, expire_checkouts


class Command(Job):
    name = "expire_checkouts"
    help = (
        "Let go of credit that checkouts have set aside for too long, and give up checkouts that nobody has changed "
        "for too long. Run it every few minutes; twice or in parallel does nothing twice. "
        "Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count the checkouts that would change")
        self.add_moment_argument(parser)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        now = self.read_moment(options["now"])
        due = count_due_checkouts(now=now)
        facts: dict[str, Any] = {"now": now.isoformat(), "dry_run": options["dry_run"]}
        if options["dry_run"]:
            rows = [("Checkouts to change", due)]
            self.write_summary("Timed-out checkouts", rows, {**facts, "checkouts": due}, as_json=options["json"])
            return
        with self.progress(quiet=options["json"]) as progress:
            task = progress.add_task("Looking at checkouts", total=due)
            done = expire_checkouts(actor=self.actor, now=now, on_checkout=lambda: progress.advance(task))
        rows = [
            ("Checkouts whose credit timed out", done.lapsed),
            ("Checkouts given up", done.given_up),
            ("Other holds released", done.holds),
        ]
        facts |= {"lapsed": done.lapsed, "given_up": done.given_up, "holds": done.holds}
        self.write_summary("Timed-out checkouts", rows, facts, as_json=options["json"])
