import sys
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from ledger.management.job import REFUSED, Job
from storecredit.backoffice.changes.deciding import expire_changes
from storecredit.backoffice.notices.planning import plan_notices
from storecredit.backoffice.notices.sending import send_notices


class Command(Job):
    name = "send_notices"
    help = (
        "Mail people what waits for them, what was decided and who calls them, as each of them has chosen. Run it "
        "every few minutes; twice or in parallel sends nothing twice. Without EMAIL_URL it does nothing. "
        "Exit code 0: done, 1: the mail server did not take some, which are tried again, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MAIL_GOES_OUT:
            self.stderr.write("No mail goes out: EMAIL_URL is not set. Nothing was done.")
            return
        now = self.read_moment(None)
        expire_changes(actor=self.actor, now=now)
        planned = plan_notices(now=now)
        with self.progress(quiet=options["json"]) as progress:
            task = progress.add_task("Sending notices", total=None)
            sent = send_notices(now=now, on_mail=lambda: progress.advance(task))
        rows = [
            ("New notices", planned),
            ("Mails sent", sent.mails),
            ("Mails not taken", sent.failed),
            ("Notices not needed any more", sent.dropped),
        ]
        facts = {"planned": planned, "sent": sent.mails, "failed": sent.failed, "dropped": sent.dropped}
        self.write_summary("Notices", rows, facts, as_json=options["json"])
        if sent.failed:
            sys.exit(REFUSED)
