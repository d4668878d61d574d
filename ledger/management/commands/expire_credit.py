from typing import Any

from django.core.management.base import CommandParser

from ledger.management.job import Job
from ledger.money import from_minor
from ledger.operations import ExpirySummary, count_expired_lots, expire_credit, fold_many_sums, take_statistics


class Command(Job):
    name = "expire_credit"
    help = (
        "Book credit that has expired: what was paid for to breakage, the rest back to where it came from. Expired "
        "credit cannot be spent, booked or not; what a hold sets aside waits for the hold, and a frozen account until "
        "it is open again. Run it every night; twice or in parallel books nothing twice. "
        "Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count what would be booked")
        self.add_moment_argument(parser)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        now = self.read_moment(options["now"])
        due = count_expired_lots(now=now)
        facts: dict[str, Any] = {"now": now.isoformat(), "dry_run": options["dry_run"]}
        if options["dry_run"]:
            rows: list[tuple[str, object]] = [("Lots to book", due)]
            self.write_summary("Expired credit", rows, {**facts, "lots": due}, as_json=options["json"])
            return
        with self.progress(quiet=options["json"]) as progress:
            task = progress.add_task("Booking expired credit", total=due)

            def on_batch(summary: ExpirySummary) -> None:
                progress.update(task, completed=summary.lots, total=max(due, summary.lots))

            summary = expire_credit(actor=self.actor, now=now, progress=on_batch)
        fold_many_sums()
        take_statistics("ledger_lot", "ledger_lotuse", "ledger_transaction")
        amounts = {currency: from_minor(minor, currency) for currency, minor in sorted(summary.amount_minor.items())}
        rows = [("Lots booked", summary.lots)]
        rows += [(f"Booked in {currency}", money.amount) for currency, money in amounts.items()]
        facts |= {
            "lots": summary.lots,
            "booked": [{"currency": currency, "amount": str(money.amount)} for currency, money in amounts.items()],
        }
        self.write_summary("Expired credit", rows, facts, as_json=options["json"])
