from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ledger.management.job import COULD_NOT_RUN, Job
from storecredit.credits.operations import count_due_requests, expire_requests


class Command(Job):
    name = "expire_requests"
    help = (
        "Cancel the credit requests that nobody has decided for long. Run it every night; twice or in parallel "
        "cancels nothing twice, and what somebody decides meanwhile stays decided. "
        "Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--older-than-days", type=int, default=30, metavar="N", help="how long is long (default: %(default)s)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only count what would be canceled")
        self.add_moment_argument(parser)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        count = options["older_than_days"]
        if not 1 <= count <= 36500:
            raise CommandError("--older-than-days must be 1 to 36500.", returncode=COULD_NOT_RUN)
        now, older_than = self.read_moment(options["now"]), timedelta(days=count)
        due = count_due_requests(now=now, older_than=older_than)
        facts: dict[str, Any] = {"now": now.isoformat(), "dry_run": options["dry_run"], "older_than_days": count}
        rows: list[tuple[str, object]]
        if options["dry_run"]:
            rows = [("Requests to cancel", due)]
            self.write_summary("Old requests", rows, {**facts, "requests": due}, as_json=options["json"])
            return
        with self.progress(quiet=options["json"]) as progress:
            task = progress.add_task("Canceling old requests", total=due)

            def on_portion(canceled: int) -> None:
                progress.update(task, completed=canceled, total=max(due, canceled))

            canceled = expire_requests(actor=self.actor, now=now, older_than=older_than, on_portion=on_portion)
        rows = [("Requests canceled", canceled)]
        self.write_summary("Old requests", rows, {**facts, "requests": canceled}, as_json=options["json"])
