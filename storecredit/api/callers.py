"""
Who calls: one statement finds the key, its client, what the person behind it may do now and how much of it, and what
the client's idempotency key stood for before.
"""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from types import MappingProxyType

from django.db import connection
from moneyed import Money

from ledger.money import to_minor
from ledger.operations import Actor, ActorKind
from storecredit.api.keys import find_prefix, hash_key
from storecredit.api.rights import Right, usable_scopes

_FIND = """
    SELECT k.hash, c.id, c.name, c.owner_id, u.username, c.scopes, c.rate, c.miss_limit, c.tenant, c.test_mode,
           {record}, c.look_ups_stopped_until, c.issue_limits, c.issue_limits_per_day, c.networks,
           CASE WHEN c.owner_id IS NULL OR u.is_superuser THEN NULL ELSE COALESCE((
               SELECT {gather}(t.app_label || '.' || p.codename, ' ')
               FROM auth_permission p
               JOIN django_content_type t ON t.id = p.content_type_id
               WHERE p.id IN (
                   SELECT up.permission_id FROM auth_user_user_permissions up WHERE up.user_id = c.owner_id
                   UNION
                   SELECT gp.permission_id FROM auth_user_groups ug
                   JOIN auth_group_permissions gp ON gp.group_id = ug.group_id WHERE ug.user_id = c.owner_id)
           ), '') END,
           CASE WHEN c.owner_id IS NOT NULL THEN (
               SELECT {gather}(l.currency || ':' || CAST(l.amount AS VARCHAR(25)), ' ')
               FROM credits_issuelimit l
               JOIN auth_user_groups lg ON lg.group_id = l.group_id WHERE lg.user_id = c.owner_id
           ) END,
           CASE WHEN c.owner_id IS NOT NULL THEN (
               SELECT {gather}(l.currency || ':' || CAST(l.amount AS VARCHAR(25)), ' ') FROM credits_issueceiling l
           ) END
    FROM api_apikey k
    JOIN api_apiclient c ON c.id = k.client_id
    LEFT JOIN auth_user u ON u.id = c.owner_id
    {join}
    WHERE k.prefix = %s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %s) AND c.active
      AND (c.owner_id IS NULL OR u.is_active)
"""
_RECORD = "r.fingerprint, r.version, r.status, r.answer"
_JOIN_RECORD = "LEFT JOIN api_idempotencyrecord r ON r.client_id = c.id AND r.namespace = '' AND r.key = %s"


@dataclass(frozen=True, slots=True)
class Record:
    """What an idempotency key stood for, and the answer it got."""

    fingerprint: str
    #: How the fingerprint was taken.
    version: int
    status: int
    answer: str


@dataclass(frozen=True, slots=True)
class Caller:
    """The API client behind a request."""

    client_id: int
    client_name: str
    owner_id: int | None
    #: The login of the person behind it; empty if there is none.
    owner_name: str
    #: The scopes that the client was given.
    granted: frozenset[str]
    #: What the person behind it may do in the admin now; None: all, as nobody or a superuser is behind it.
    rights: frozenset[str] | None
    rate: str
    miss_limit: str
    tenant: str
    test_mode: bool
    #: What the request's idempotency key stood for already, in the client's own name space.
    record: Record | None
    #: Until when no card's code is looked up for it, because it guessed too many.
    look_ups_stopped_until: datetime | None
    #: The most that it may issue at once, in minor units by currency.
    issue_limits: Mapping[str, int]
    #: The most that it may issue in a day of the shop, likewise.
    issue_limits_per_day: Mapping[str, int]
    #: The most that the person behind it may issue at once by their roles, likewise; superusers too.
    issue_limits_of_owner: Mapping[str, int]
    #: The most that anybody of staff issues at once, in the currencies that have a ceiling of their own.
    issue_ceilings: Mapping[str, int]
    #: From where it may call; none: from anywhere.
    networks: tuple[str, ...] = ()

    @property
    def is_authenticated(self) -> bool:
        """Always, as REST framework asks of whoever a request comes from."""
        return True

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that it can use: those it was given and whose ordinary act the person behind it may do."""
        return usable_scopes(self.granted, self.rights)

    def holds(self, rights: Iterable[Right]) -> bool:
        """Whether the person behind it, if there is one, holds one of these rights."""
        return self.rights is None or not self.rights.isdisjoint(rights)

    def actor(self, *, door: str, request_id: str) -> Actor:
        """The caller as the books write it down."""
        return Actor(
            kind=ActorKind.API,
            id=str(self.client_id),
            label=self.client_name,
            door=door,
            request_id=request_id,
            owner=self.owner_name,
            owner_id="" if self.owner_id is None else str(self.owner_id),
        )


def find_caller(*, key: str, idempotency_key: str | None, now: datetime) -> Caller | None:
    """
    The client that a key belongs to, or None for a key that is malformed, unknown, revoked, expired or switched off, or
    whose owner's login is off.

    :param idempotency_key: well-formed, or None if the request has none that can be looked up.
    """
    prefix = find_prefix(key)
    if prefix is None:
        return None
    with connection.cursor() as cursor:
        values = [prefix, connection.ops.adapt_datetimefield_value(now)]
        if idempotency_key is None:
            cursor.execute(_find(connection.vendor, with_record=False), values)
        else:
            cursor.execute(_find(connection.vendor, with_record=True), [idempotency_key, *values])
        rows = cursor.fetchall()
    if not rows or not secrets.compare_digest(rows[0][0], hash_key(key)):
        return None
    return _read_caller(*rows[0][1:])


def _read_caller(
    client_id: int,
    name: str,
    owner_id: int | None,
    owner_name: str | None,
    scopes: str,
    rate: str,
    miss_limit: str,
    tenant: str,
    test_mode: bool,
    fingerprint: str | None,
    version: int,
    status: int,
    answer: str,
    stopped: datetime | None,
    limits: str,
    day_limits: str,
    networks: str,
    rights: str | None,
    limits_of_owner: str | None,
    ceilings: str | None,
) -> Caller:
    return Caller(
        client_id=client_id,
        client_name=name,
        owner_id=owner_id,
        owner_name=owner_name or "",
        granted=_read_scopes(scopes),
        rights=None if rights is None else _read_rights(rights),
        rate=rate,
        miss_limit=miss_limit,
        tenant=tenant,
        test_mode=bool(test_mode),
        issue_limits=_read_limits(limits),
        issue_limits_per_day=_read_limits(day_limits),
        issue_limits_of_owner=_read_largest(limits_of_owner or ""),
        issue_ceilings=_read_largest(ceilings or ""),
        networks=_read_networks(networks),
        record=None if fingerprint is None else Record(fingerprint, version, status, answer),
        # SQLite hands out naive times, which stand for UTC.
        look_ups_stopped_until=stopped.replace(tzinfo=UTC) if stopped is not None and not stopped.tzinfo else stopped,
    )


@cache
def _find(vendor: str, *, with_record: bool) -> str:
    return _FIND.format(
        gather="group_concat" if vendor == "sqlite" else "string_agg",
        record=_RECORD if with_record else "NULL, NULL, NULL, NULL",
        join=_JOIN_RECORD if with_record else "",
    )


@lru_cache(maxsize=1024)
def _read_rights(text: str) -> frozenset[str]:
    return frozenset(text.split())


@lru_cache(maxsize=1024)
def _read_limits(text: str) -> Mapping[str, int]:
    return MappingProxyType(json.loads(text))


@lru_cache(maxsize=1024)
def _read_largest(text: str) -> Mapping[str, int]:
    """`GBP:50.0000 GBP:80.0000`, one for each role that has a limit: of several the largest counts."""
    largest: dict[str, int] = {}
    for currency, amount in (limit.split(":") for limit in text.split()):
        largest[currency] = max(to_minor(Money(Decimal(amount), currency)), largest.get(currency, 0))
    return MappingProxyType(largest)


@lru_cache(maxsize=1024)
def _read_scopes(text: str) -> frozenset[str]:
    return frozenset(json.loads(text))


@lru_cache(maxsize=1024)
def _read_networks(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))
