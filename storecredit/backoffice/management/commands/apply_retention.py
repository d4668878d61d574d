from typing import Any

from django.core.management.base import CommandParser

from ledger.management.job import Job
from storecredit.backoffice.privacy.retaining import apply_retention


class Command(Job):
    name = "apply_retention"
    help = (
        "Delete what is kept no longer than RETENTION_DAYS says: failed sign-ins, sessions that are over and where "
        "they were, notices that were sent, files that were uploaded and never written, faults and results of imported "
        "files, addresses that codes were mailed to, forms that nobody sent; and empty the bodies of the vendor's "
        "events, who bought in checkouts that are over, and answers to requests with a key. Run it every day; what it "
        "deleted is told here and among the activities. Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        gone = apply_retention(actor=self.actor, now=self.read_moment(None))
        rows = [(name.replace("_", " ").capitalize(), count) for name, count in gone.items()]
        self.write_summary("Deleted", rows, gone, as_json=options["json"])
