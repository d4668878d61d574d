import sys
from typing import Any

from django.core.management.base import CommandParser

from ledger.management.job import REFUSED, Job
from storecredit.checkouts.operations import process_events, reseal_webhook_secrets
from storecredit.checkouts.queries import count_unfinished_events


class Command(Job):
    name = "process_webhooks"
    help = (
        "Process the vendor's events that were stored and not processed, because the process that took them in was "
        "stopped or the database was busy. Run it every minute; twice or in parallel does nothing twice. It also "
        "seals webhook secrets with the newest key. Exit code 0: done, 1: some failed and say why, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        now = self.read_moment(None)
        with self.progress(quiet=options["json"]) as progress:
            task = progress.add_task("Processing events", total=count_unfinished_events())
            done = process_events(actor=self.actor, now=now, on_event=lambda: progress.advance(task))
        resealed = reseal_webhook_secrets().sealed
        rows = [
            ("Processed", done.processed),
            ("Ignored", done.ignored),
            ("Failed", done.failed),
            ("Secrets sealed anew", resealed),
        ]
        facts = {"processed": done.processed, "ignored": done.ignored, "failed": done.failed, "resealed": resealed}
        self.write_summary("Webhook events", rows, facts, as_json=options["json"])
        if done.failed:
            sys.exit(REFUSED)
