from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.errors import DomainError
from storecredit.api.management.output import read_expiry, write_key
from storecredit.api.operations import Maker, rotate_api_key
from storecredit.audit.management.told import ToldCommand


class Command(ToldCommand):
    name = "rotate_api_key"
    help = (
        "Make another key for an API client and print it, once. The old one works on beside it until it ends: at most "
        "two keys work."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the client's name")
        parser.add_argument("--expires-at", metavar="ISO", help="when the key ends, such as 2027-01-31T00:00:00Z")
        old = parser.add_mutually_exclusive_group()
        old.add_argument("--old-ends-at", metavar="ISO", help="when the old key ends, such as 2026-12-31T00:00:00Z")
        old.add_argument("--end-old", action="store_true", help="end the old key at once")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            issued = rotate_api_key(
                name=options["name"],
                expires_at=read_expiry(options["expires_at"]),
                old_end_at=now if options["end_old"] else read_expiry(options["old_ends_at"], "--old-ends-at"),
                now=now,
                maker=Maker(door="command:rotate_api_key"),
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        write_key(self.stdout, issued, as_json=options["json"])
