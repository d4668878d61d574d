import sys
from collections import Counter
from typing import Any

from django.core.management.base import CommandParser

from giftcards.operations import RotationSummary, count_cards_by_key, count_codes_to_rotate, rotate_codes
from ledger.management.job import REFUSED, Job
from ledger.operations import take_statistics
from storecredit.backoffice.access.signing_in.resealing import (
    count_factors_by_key,
    count_factors_to_rotate,
    reseal_factors,
)
from storecredit.checkouts.operations import reseal_webhook_secrets
from storecredit.checkouts.queries import count_secrets_by_key, count_secrets_to_rotate
from storecredit.credits.operations import count_numbers_by_key, count_numbers_to_rotate, rotate_request_numbers

_COUNTS_BY_KEY = (count_cards_by_key, count_numbers_by_key, count_secrets_by_key, count_factors_by_key)


class Command(Job):
    name = "rotate_code_keys"
    help = (
        "Seal anew, with the newest key of CODE_KEYS, what an older one has sealed: the codes of gift cards, the "
        "numbers that credit requests keep for cards to be made, the secrets of webhooks and those of second factors. "
        "First put the new key before the old ones in every process's environment; then run this while the application "
        "serves; when none remain, take the old key away. A run that was killed is simply run again. Exit code 0: none "
        "remain, 1: some remain, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count how many remain")
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        cards, requests, secrets, factors = (RotationSummary() for _ in range(4))
        if not options["check"]:
            with self.progress(quiet=options["json"]) as progress:
                waiting = _count_waiting()
                task = progress.add_task("Sealing codes", total=waiting)

                def on_portion(before: int, so_far: RotationSummary) -> None:
                    sealed = before + so_far.sealed
                    progress.update(task, completed=sealed, total=max(waiting, sealed))

                cards = rotate_codes(on_portion=lambda so_far: on_portion(0, so_far))
                requests = rotate_request_numbers(on_portion=lambda so_far: on_portion(cards.sealed, so_far))
                secrets = reseal_webhook_secrets()
                factors = reseal_factors()
            take_statistics("giftcards_giftcard", "giftcards_codesealing", "credits_creditrequest")
        remaining = _count_waiting()
        unreadable = [*cards.unreadable, *requests.unreadable, *secrets.unreadable, *factors.unreadable]
        for number in unreadable:
            self.stderr.write(f"{number}: the code does not open with the keys in CODE_KEYS")
        for number in cards.doubled:
            self.stderr.write(f"{number}: another card has the same code under the newest key")
        sealed = cards.sealed + requests.sealed + secrets.sealed + factors.sealed
        facts = {
            "check": options["check"],
            "sealed": sealed,
            "remaining": remaining,
            "unreadable": unreadable,
            "doubled": cards.doubled,
            "keys": dict(sum((Counter(count()) for count in _COUNTS_BY_KEY), Counter())),
        }
        rows: list[tuple[str, object]] = [("Codes sealed anew", sealed), ("Codes that remain", remaining)]
        self.write_summary("Code keys", rows, facts, as_json=options["json"])
        if remaining:
            sys.exit(REFUSED)


def _count_waiting() -> int:
    counts = (count_codes_to_rotate, count_numbers_to_rotate, count_secrets_to_rotate, count_factors_to_rotate)
    return sum(count() for count in counts)
