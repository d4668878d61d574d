"""Readings of API clients."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import DurationField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value
from django.utils.translation import gettext

from storecredit.api.issue_limits import write_issue_limits
from storecredit.api.models import ApiClient, ApiKey, ClientUse, PersonLookUps
from storecredit.api.rights import usable_scopes

#: So long before a key ends people are told of it, and told once more.
EXPIRY_NEWS: Final = timedelta(days=14)
LAST_NEWS: Final = timedelta(days=2)


class ClientSummary(NamedTuple):
    """An API client in a list. `live_keys` are the public prefixes of the keys that work; limits as `USD 100.00`."""

    name: str
    owner: str | None
    scopes: list[str]
    rate: str
    miss_limit: str
    issue_limits: list[str]
    issue_limits_per_day: list[str]
    networks: list[str]
    tenant: str
    test_mode: bool
    active: bool
    live_keys: list[str]
    trouble: str


def list_api_clients(*, now: datetime) -> list[ClientSummary]:
    """Every API client by name, with the keys that work at `now`."""
    clients = (
        ApiClient.objects.select_related("owner")
        .prefetch_related(Prefetch("keys", queryset=live_keys(now).order_by("pk"), to_attr="live_keys"))
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
            networks=client.networks,
            tenant=client.tenant,
            test_mode=client.test_mode,
            active=client.active,
            live_keys=[key.prefix for key in client.live_keys],
            trouble=troubles.get(client.pk, ""),
        )
        for client in clients
    ]


def list_use(*, client_id: int, first_day: date) -> list[ClientUse]:
    """How often a client called from a day on, newest first. What was counted in the last minute may be missing."""
    rows = ClientUse.objects.filter(client=client_id, day__gte=first_day)
    return list(rows.order_by("-day", "dialect", "outcome", "pk"))


def find_last_use(*, client_id: int) -> ClientUse | None:
    """The row that says when a client last called, and from where; None if it never did."""
    newest = ClientUse.objects.filter(client=client_id).order_by("-day", "-last_at", "-pk")
    return newest.first()


def list_expiring_keys(*, now: datetime) -> list[ApiKey]:
    """
    The keys that end soon while no other key of their client works on after them, and that people were not told of yet:
    once `EXPIRY_NEWS` before, and once more `LAST_NEWS` before.
    """
    soon = live_keys(now).filter(expires_at__lte=now + EXPIRY_NEWS, client__active=True)
    untold = soon.filter(
        Q(warned_at__isnull=True)
        | Q(expires_at__lte=now + LAST_NEWS, warned_at__lt=F("expires_at") - Value(LAST_NEWS, DurationField()))
    )
    others = live_keys(now).filter(client=OuterRef("client")).exclude(pk=OuterRef("pk"))
    outlived = others.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=OuterRef("expires_at")))
    return list(untold.filter(~Exists(outlived)).select_related("client__owner").order_by("expires_at", "pk"))


def find_look_ups_stopped_at(*, person_id: int) -> datetime | None:
    """When somebody at the back office last guessed too many card codes, None if never."""
    rows = PersonLookUps.objects.filter(person=person_id)
    return rows.values_list("look_ups_limited_at", flat=True).first()


def list_troubled_clients(*, now: datetime) -> dict[int, str]:
    """Of the clients with live keys: those whose owner may not do what the keys are for, and what is the matter."""
    keyed = ApiClient.objects.filter(owner__isnull=False, pk__in=live_keys(now).values("client"))
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


def live_keys(now: datetime) -> QuerySet[ApiKey]:
    """The keys that work, but for those whose client or owner is off."""
    return ApiKey.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)
