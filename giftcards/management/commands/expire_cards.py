from typing import Any

from django.core.management.base import CommandParser

from giftcards.operations import count_due_cards, expire_cards
from ledger.management.job import Job
from ledger.money import from_minor
from ledger.operations import count_expired_lots, take_statistics


class Command(Job):
    name = "expire_cards"
    help = (
        "Mark the gift cards whose last day is over, and book credit that has expired: what was paid for to breakage, "
        "the rest back to where it came from. An expired card cannot be spent, swept or not; what a hold sets aside "
        "waits for the hold, and a blocked card until it is unblocked. Run it every night; twice or in parallel books "
        "nothing twice. Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count what would be marked and booked")
        self.add_moment_argument(parser)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        now = self.read_moment(options["now"])
        due, lots = count_due_cards(now=now), count_expired_lots(now=now)
        facts: dict[str, Any] = {"now": now.isoformat(), "dry_run": options["dry_run"]}
        rows: list[tuple[str, object]]
        if options["dry_run"]:
            rows = [("Cards to mark", due), ("Lots to book", lots)]
            self.write_summary("Expired cards", rows, {**facts, "cards": due, "lots": lots}, as_json=options["json"])
            return
        with self.progress(quiet=options["json"]) as progress:
            cards_task = progress.add_task("Marking cards", total=due)
            credit_task = progress.add_task("Booking expired credit", total=lots)
            marked, summary = expire_cards(
                actor=self.actor,
                now=now,
                on_cards=lambda marked: progress.update(cards_task, completed=marked, total=max(due, marked)),
                on_credit=lambda done: progress.update(credit_task, completed=done.lots, total=max(lots, done.lots)),
            )
        take_statistics(
            "giftcards_giftcard", "giftcards_cardevent", "ledger_lot", "ledger_lotuse", "ledger_transaction"
        )
        amounts = {currency: from_minor(minor, currency) for currency, minor in sorted(summary.amount_minor.items())}
        rows = [("Cards marked", marked), ("Lots booked", summary.lots)]
        rows += [(f"Booked in {currency}", money.amount) for currency, money in amounts.items()]
        facts |= {
            "cards": marked,
            "lots": summary.lots,
            "booked": [{"currency": currency, "amount": str(money.amount)} for currency, money in amounts.items()],
        }
        self.write_summary("Expired cards", rows, facts, as_json=options["json"])
