from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.errors import DomainError
from storecredit.api.operations import revoke_all_api_keys, revoke_api_key
from storecredit.audit.management.told import ToldCommand


class Command(ToldCommand):
    name = "revoke_api_key"
    help = "End an API key, or all of a client's. Its next request is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("prefix", nargs="?", help="the key's public part: eight characters after 'sc_'")
        which.add_argument("--all", metavar="NAME", help="every key of the client of this name")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            if options["all"] is not None:
                count = revoke_all_api_keys(name=options["all"], now=now)
                self.stdout.write(f"{count} key(s) of {options['all']} revoked.")
            else:
                key = revoke_api_key(prefix=options["prefix"], now=now)
                self.stdout.write(f"Key sc_{key.prefix}_… of {key.client.name} is revoked.")
        except DomainError as error:
            raise CommandError(str(error)) from error
