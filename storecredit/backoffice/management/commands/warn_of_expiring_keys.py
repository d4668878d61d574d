import sys
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from ledger.management.job import REFUSED, Job
from storecredit.backoffice.notices.expiring_keys import warn_of_expiring_keys


class Command(Job):
    name = "warn_of_expiring_keys"
    help = (
        "Mail the owner of an API client, and those who keep the clients, that its key ends: 14 days before, and once "
        "more 2 days before. A key that another one of the client outlives is passed over. Without EMAIL_URL it does "
        "nothing. Exit code 0: done, 1: the mail server did not take some, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MAIL_GOES_OUT:
            self.stderr.write("No mail goes out: EMAIL_URL is not set. Nothing was done.")
            return
        sent = warn_of_expiring_keys(now=self.read_moment(None))
        rows = [("Mails sent", sent.mails), ("Mails not taken", sent.failed)]
        facts = {"sent": sent.mails, "failed": sent.failed}
        self.write_summary("Keys that end soon", rows, facts, as_json=options["json"])
        if sent.failed:
            sys.exit(REFUSED)
