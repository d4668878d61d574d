from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from giftcards.queries import DeliveryState, list_due_deliveries
from ledger.management.job import COULD_NOT_RUN, Job
from storecredit.backoffice.cards.mailing import deliver_due


class Command(Job):
    name = "send_codes"
    help = (
        "Send the codes of gift cards to their recipients: those that wait for it, and those that the mail server did "
        "not take before. Run it every minute; in parallel each is attempted once. A mail is sent at least once: cut "
        "off between sending and saying so, it is sent again. Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if not settings.MAIL_GOES_OUT and list_due_deliveries(now=now, at_most=1):
            raise CommandError("Codes wait, and no mail goes out: EMAIL_URL is not set.", returncode=COULD_NOT_RUN)
        tried = deliver_due(actor=self.actor, now=now)
        sent = sum(delivery.state == DeliveryState.SENT for delivery in tried)
        facts = {"sent": sent, "not_sent": len(tried) - sent}
        rows = [("Sent", sent), ("Not sent yet", len(tried) - sent)]
        self.write_summary("Codes to recipients", rows, facts, as_json=options["json"])
