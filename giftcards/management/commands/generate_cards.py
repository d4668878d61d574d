from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from moneyed import Money
from rich.progress import Progress

from giftcards.operations import make_batch, plan_batch
from giftcards.queries.batches import get_batch, list_unfinished_batches
from ledger.errors import CurrencyUnknown, DomainError
from ledger.management.cells import read_day
from ledger.management.job import COULD_NOT_RUN, REFUSED, Job
from ledger.money import require_open
from ledger.operations import take_statistics


class Command(Job):
    name = "generate_cards"
    help = (
        "Make the cards of batches that are planned or half made: the named ones, else all. With --new it plans a "
        "batch first. A run that was killed is simply run again and goes on where it was; two at once share the work. "
        "It prints no codes: they are taken out in the admin, once. "
        "Exit code 0: done, 1: refused, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batches", metavar="BATCH", nargs="*", help="name of a batch; none: every unfinished one")
        new = parser.add_argument_group("a new batch")
        new.add_argument("--new", metavar="NAME", help="plan a batch of this name and make its cards")
        new.add_argument("--count", type=int, metavar="N", help="how many cards, 1 to 100000")
        new.add_argument("--amount", metavar="25.00", help="the value of each card")
        new.add_argument("--currency", default=settings.DEFAULT_CURRENCY, help="default: %(default)s")
        new.add_argument("--expires-on", metavar="YYYY-MM-DD", help="the last day on which they can be spent")
        new.add_argument("--time-zone", metavar="NAME", help="where that day ends; default: the project's")
        new.add_argument("--must-redeem-whole", action="store_true", help="each is spent in one piece or not at all")
        new.add_argument("--no-reload", action="store_true", help="they cannot be reloaded")
        new.add_argument("--test-mode", action="store_true", help="they are test cards")
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["new"]) == bool(options["batches"]) and options["new"]:
            raise CommandError("Name batches or plan a --new one, not both.", returncode=COULD_NOT_RUN)
        try:
            batches = [self._plan(options)] if options["new"] else self._find(options["batches"])
            made = []
            with self.progress(quiet=options["json"]) as progress:
                for batch in batches:
                    made.append(self._make(batch, progress))
        except DomainError as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        take_statistics(
            "giftcards_giftcard", "giftcards_cardevent", "ledger_account", "ledger_lot", "ledger_transaction"
        )
        self.write_summary(
            "Cards made",
            [(fact["batch"], fact["made"]) for fact in made],
            {"batches": made, "made": sum(fact["made"] for fact in made)},
            as_json=options["json"],
        )

    def _make(self, batch: Any, progress: Progress) -> dict[str, Any]:
        before = batch.made
        task = progress.add_task(batch.name, total=batch.size, completed=before)
        done = make_batch(
            batch_id=batch.pk,
            actor=self.actor,
            now=timezone.now(),
            on_portion=lambda now_made: progress.update(task, completed=now_made.made),
        )
        return {"batch": done.name, "size": done.size, "made": done.made - before, "status": done.status}

    def _find(self, names: list[str]) -> list[Any]:
        return [get_batch(name=name) for name in names] if names else list(list_unfinished_batches())

    def _plan(self, options: dict[str, Any]) -> Any:
        for name in ("count", "amount"):
            if options[name] is None:
                raise CommandError(f"--new needs --{name}.", returncode=COULD_NOT_RUN)
        return plan_batch(
            name=options["new"],
            amount=_read_money(options["amount"], options["currency"]),
            size=options["count"],
            actor=self.actor,
            now=timezone.now(),
            expires_on=_read_day(options["expires_on"]),
            time_zone=options["time_zone"],
            must_redeem_whole=options["must_redeem_whole"],
            reloadable=not options["no_reload"],
            test_mode=options["test_mode"],
        )


def _read_money(text: str, currency: str) -> Money:
    try:
        require_open(currency, timezone.now().date())
        amount = Decimal(text)
    except CurrencyUnknown as error:
        raise CommandError(f"--currency: {error}", returncode=COULD_NOT_RUN) from error
    except InvalidOperation as error:
        raise CommandError(f"--amount {text!r} {currency!r} is not an amount.", returncode=COULD_NOT_RUN) from error
    if not amount.is_finite():
        raise CommandError(f"--amount {text!r} is not an amount.", returncode=COULD_NOT_RUN)
    return Money(amount, currency)


def _read_day(text: str | None) -> date | None:
    if not text:
        return None
    day = read_day(text)
    if day is None:
        raise CommandError(
            f"--expires-on: {text!r} is not a day such as 2027-12-31, or at an end of the calendar.",
            returncode=COULD_NOT_RUN,
        )
    return day
