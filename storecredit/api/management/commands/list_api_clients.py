import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from storecredit.api.queries import ClientSummary, list_api_clients
from storecredit.audit.management.told import ToldCommand


class Command(ToldCommand):
    name = "list_api_clients"
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
                + _limits_line(client)
                + (f"\n  from    {', '.join(client.networks)}" if client.networks else "")
                + (f"\n  trouble {client.trouble}" if client.trouble else "")
            )


def _limits_line(client: ClientSummary) -> str:
    """What it may issue, as a line more; none if it has no limit."""
    limits = [(client.issue_limits, "at once"), (client.issue_limits_per_day, "a day")]
    said = [f"at most {', '.join(texts)} {each}" for texts, each in limits if texts]
    return f"\n  issues  {'; '.join(said)}; nothing in other currencies" if said else ""
