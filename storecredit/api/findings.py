"""What guards the keys and what was answered to them: the records themselves can only be trusted while it stands."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from ledger.queries import Check, Finding, name_checks, run_checks
from storecredit.api.models import ApiClient
from storecredit.api.queries import list_troubled_clients

CHECKS = (
    Check(
        "key_of_another",
        10,
        "Nobody but the owner of an API client has made a live key of it in the admin",
        "API key",
        "SELECT k.prefix AS id, '' AS account, c.name FROM api_apikey k JOIN api_apiclient c ON c.id = k.client_id "
        "WHERE k.revoked_at IS NULL AND k.door = 'admin' AND c.owner_id IS NOT NULL "
        "AND (k.made_by_id IS NULL OR k.made_by_id <> c.owner_id)",
        "of {name} was made, and so read, by somebody else than its owner",
    ),
)


def list_checks() -> list[tuple[str, int, str]]:
    """Name, rule and title of each check, in the order in which they run."""
    return name_checks("api", CHECKS)


def list_findings(
    *,
    using: str = "default",
    on_check: Callable[[str, int], None] = lambda name, found: None,
    only: Collection[str] | None = None,
) -> Iterator[Finding]:
    """Everything that is wrong with the tables of API clients in one database."""
    yield from run_checks("api", CHECKS, using=using, on_check=on_check, only=only)


def list_warnings(*, now: datetime) -> list[str]:
    """What is not wrong and yet worth a look, in sentences: keys that their owners' rights do not bear any more."""
    troubles = list_troubled_clients(now=now)
    clients = ApiClient.objects.filter(pk__in=troubles).order_by("name")
    return [f"API client {client.name}: {troubles[client.pk]}" for client in clients]
