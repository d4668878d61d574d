from typing import Any

from django.core.management.base import CommandParser

from ledger.management.job import Job
from ledger.operations import release_timed_out_holds


class Command(Job):
    name = "release_holds"
    help = (
        "Release the holds whose time has passed, so that what they set aside can be spent again. Run it every few "
        "minutes; twice or in parallel releases nothing twice. Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_moment_argument(parser)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        now = self.read_moment(options["now"])
        released = release_timed_out_holds(actor=self.actor, now=now)
        rows = [("Holds released", released)]
        self.write_summary(
            "Timed-out holds", rows, {"now": now.isoformat(), "released": released}, as_json=options["json"]
        )
