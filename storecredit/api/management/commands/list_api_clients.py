import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from storecredit.api.queries import list_api_clients


class Command(BaseCommand):
    help = "List the API clients and their live keys. No key itself is shown: only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON array")

    def handle(self, *args: Any, **options: Any) -> None:
        clients = list_api_clients(now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps([client._asdict() for client in clients], indent=2))
            return
        for client in clients:
            marks = [mark for mark, shown in (("test", client.test_mode), ("off", not client.active)) if shown]
            label = f" ({', '.join(marks)})" if marks else ""
            self.stdout.write(
                f"{client.name}{label}\n"
                f"  keys    {', '.join(f'sc_{prefix}_…' for prefix in client.live_keys) or 'none that work'}\n"
                f"  scopes  {', '.join(client.scopes) or 'none'}\n"
                f"  rate    {client.rate}    owner  {client.owner or 'none'}"
                + (f"\n  issues  at most {', '.join(client.issue_limits)} at once" if client.issue_limits else "")
            )
