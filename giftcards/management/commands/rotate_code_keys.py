import sys
from typing import Any

from django.core.management.base import CommandParser

from giftcards.operations import RotationSummary, count_cards_by_key, count_codes_to_rotate, rotate_codes
from ledger.management.job import REFUSED, Job


class Command(Job):
    name = "rotate_code_keys"
    help = (
        "Seal the codes of gift cards anew that an older key of CODE_KEYS has sealed, with the newest. First put the "
        "new key before the old ones in every process's environment; then run this while the application serves; "
        "when none remain, take the old key away. A run that was killed is simply run again. "
        "Exit code 0: none remain, 1: some remain, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count how many remain")
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = count_codes_to_rotate()
        summary = RotationSummary()
        if not options["check"]:
            with self.progress(quiet=options["json"]) as progress:
                task = progress.add_task("Sealing codes", total=waiting)

                def on_portion(so_far: RotationSummary) -> None:
                    progress.update(task, completed=so_far.sealed, total=max(waiting, so_far.sealed))

                summary = rotate_codes(on_portion=on_portion)
        remaining = count_codes_to_rotate()
        for number in summary.unreadable:
            self.stderr.write(f"{number}: the code does not open with the keys in CODE_KEYS")
        for number in summary.doubled:
            self.stderr.write(f"{number}: another card has the same code under the newest key")
        facts = {
            "check": options["check"],
            "sealed": summary.sealed,
            "remaining": remaining,
            "unreadable": summary.unreadable,
            "doubled": summary.doubled,
            "keys": count_cards_by_key(),
        }
        rows: list[tuple[str, object]] = [("Codes sealed anew", summary.sealed), ("Codes that remain", remaining)]
        self.write_summary("Code keys", rows, facts, as_json=options["json"])
        if remaining:
            sys.exit(REFUSED)
