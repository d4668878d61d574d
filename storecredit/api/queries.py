"""Readings of API clients."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Prefetch, Q

from storecredit.api.issue_limits import write_issue_limits
from storecredit.api.models import ApiClient, ApiKey, PersonLookUps


class ClientSummary(NamedTuple):
    """An API client in a list. `live_keys` are the public prefixes of the keys that work; limits as `USD 100.00`."""

    name: str
    owner: str | None
    scopes: list[str]
    rate: str
    miss_limit: str
    issue_limits: list[str]
    issue_limits_per_day: list[str]
    tenant: str
    test_mode: bool
    active: bool
    live_keys: list[str]


def list_api_clients(*, now: datetime) -> list[ClientSummary]:
    """Every API client by name, with the keys that work at `now`."""
    live = ApiKey.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)
    clients = ApiClient.objects.select_related("owner").prefetch_related(
        Prefetch("keys", queryset=live.order_by("pk"), to_attr="live_keys")
    )
    return [
        ClientSummary(
            name=client.name,
            owner=client.owner.get_username() if client.owner else None,
            scopes=client.scopes,
            rate=client.rate,
            miss_limit=client.miss_limit,
            issue_limits=write_issue_limits(client.issue_limits),
            issue_limits_per_day=write_issue_limits(client.issue_limits_per_day),
            tenant=client.tenant,
            test_mode=client.test_mode,
            active=client.active,
            live_keys=[key.prefix for key in client.live_keys],
        )
        for client in clients.order_by("name", "pk")
    ]


def find_look_ups_stopped_at(*, person_id: int) -> datetime | None:
    """When somebody at the back office last guessed too many card codes, None if never."""
    rows = PersonLookUps.objects.filter(person=person_id)
    return rows.values_list("look_ups_limited_at", flat=True).first()
