"""Who calls: one statement finds the key, its client, and what the client's idempotency key stood for before."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType

from django.db import connection

from ledger.operations import Actor, ActorKind
from storecredit.api.keys import find_prefix, hash_key

_FIND = """
    SELECT k.hash, c.id, c.name, c.owner_id, c.scopes, c.rate, c.miss_limit, c.tenant, c.test_mode,
           {record}, c.look_ups_stopped_until, c.issue_limits, c.issue_limits_per_day
    FROM api_apikey k
    JOIN api_apiclient c ON c.id = k.client_id
    {join}
    WHERE k.prefix = %s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %s) AND c.active
"""
_FIND_WITH_RECORD = _FIND.format(
    record="r.fingerprint, r.status, r.answer",
    join="LEFT JOIN api_idempotencyrecord r ON r.client_id = c.id AND r.namespace = '' AND r.key = %s",
)
_FIND_ALONE = _FIND.format(record="NULL, NULL, NULL", join="")


@dataclass(frozen=True, slots=True)
class Record:
    """What an idempotency key stood for, and the answer it got."""

    fingerprint: str
    status: int
    answer: str


@dataclass(frozen=True, slots=True)
class Caller:
    """The API client behind a request."""

    client_id: int
    client_name: str
    owner_id: int | None
    scopes: frozenset[str]
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

    def actor(self, *, door: str, request_id: str) -> Actor:
        """The caller as the books write it down."""
        return Actor(
            kind=ActorKind.API, id=str(self.client_id), label=self.client_name, door=door, request_id=request_id
        )


def find_caller(*, key: str, idempotency_key: str | None, now: datetime) -> Caller | None:
    """
    The client that a key belongs to, or None for a key that is malformed, unknown, revoked, expired or switched off.

    :param idempotency_key: well-formed, or None if the request has none that can be looked up.
    """
    prefix = find_prefix(key)
    if prefix is None:
        return None
    with connection.cursor() as cursor:
        values = [prefix, connection.ops.adapt_datetimefield_value(now)]
        if idempotency_key is None:
            cursor.execute(_FIND_ALONE, values)
        else:
            cursor.execute(_FIND_WITH_RECORD, [idempotency_key, *values])
        rows = cursor.fetchall()
    if not rows or not secrets.compare_digest(rows[0][0], hash_key(key)):
        return None
    _, client_id, name, owner_id, scopes, rate, miss_limit, tenant, test_mode, *record, stopped, limits, day_limits = (
        rows[0]
    )
    fingerprint, status, answer = record
    return Caller(
        client_id=client_id,
        client_name=name,
        owner_id=owner_id,
        scopes=_read_scopes(scopes),
        rate=rate,
        miss_limit=miss_limit,
        tenant=tenant,
        test_mode=bool(test_mode),
        issue_limits=_read_limits(limits),
        issue_limits_per_day=_read_limits(day_limits),
        record=None if fingerprint is None else Record(fingerprint=fingerprint, status=status, answer=answer),
        # SQLite hands out naive times, which stand for UTC.
        look_ups_stopped_until=stopped.replace(tzinfo=UTC) if stopped is not None and not stopped.tzinfo else stopped,
    )


@lru_cache(maxsize=1024)
def _read_limits(text: str) -> Mapping[str, int]:
    return MappingProxyType(json.loads(text))


@lru_cache(maxsize=1024)
def _read_scopes(text: str) -> frozenset[str]:
    return frozenset(json.loads(text))
