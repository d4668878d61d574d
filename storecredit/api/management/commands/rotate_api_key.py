from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.errors import DomainError
from storecredit.api.management.output import read_expiry, write_key
from storecredit.api.operations import Maker, rotate_api_key
from storecredit.audit.management.told import ToldCommand


class Command(ToldCommand):
    name = "rotate_api_key"
    help = "Make one more key for an API client and print it, once. The old keys work until they are revoked."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the client's name")
        parser.add_argument("--expires-at", metavar="ISO", help="when the key ends, such as 2027-01-31T00:00:00Z")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            issued = rotate_api_key(
                name=options["name"],
                expires_at=read_expiry(options["expires_at"]),
                now=timezone.now(),
                maker=Maker(door="command:rotate_api_key"),
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        write_key(self.stdout, issued, as_json=options["json"])
