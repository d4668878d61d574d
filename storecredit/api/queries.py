"""Readings of API clients."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext

from storecredit.api.issue_limits import write_issue_limits
from storecredit.api.models import ApiClient, ApiKey, PersonLookUps
from storecredit.api.rights import usable_scopes


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
    trouble: str


def list_api_clients(*, now: datetime) -> list[ClientSummary]:
    """Every API client by name, with the keys that work at `now`."""
    live = _live_keys(now)
    clients = (
        ApiClient.objects.select_related("owner")
        .prefetch_related(Prefetch("keys", queryset=live.order_by("pk"), to_attr="live_keys"))
        .order_by("name", "pk")
    )
    troubles = list_troubled_clients(now=now)
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
            trouble=troubles.get(client.pk, ""),
        )
        for client in clients
    ]


def find_look_ups_stopped_at(*, person_id: int) -> datetime | None:
    """When somebody at the back office last guessed too many card codes, None if never."""
    rows = PersonLookUps.objects.filter(person=person_id)
    return rows.values_list("look_ups_limited_at", flat=True).first()


def list_troubled_clients(*, now: datetime) -> dict[int, str]:
    """Of the clients with live keys: those whose owner may not do what the keys are for, and what is the matter."""
    keyed = ApiClient.objects.filter(owner__isnull=False, pk__in=_live_keys(now).values("client"))
    said = {client.pk: _trouble_of(client) for client in keyed.select_related("owner").order_by("name", "pk")}
    return {client_id: trouble for client_id, trouble in said.items() if trouble}


def _trouble_of(client: ApiClient) -> str:
    owner = client.owner
    if owner is None:
        return ""
    if not owner.is_active:
        return gettext("The login of %(person)s, its owner, is off: its keys do not work.") % {
            "person": owner.get_username()
        }
    granted = frozenset(client.scopes)
    rights = None if owner.is_superuser else frozenset(owner.get_all_permissions())
    lacking = sorted(granted - usable_scopes(granted, rights))
    if not lacking:
        return ""
    return gettext("Its owner, %(person)s, has not the rights for %(lacking)s.") % {
        "person": owner.get_username(),
        "lacking": ", ".join(lacking),
    }


def _live_keys(now: datetime) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)
