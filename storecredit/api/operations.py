"""How API clients and their keys come and go. The commands and the admin both call these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from storecredit.api.errors import (
    ApiClientInvalid,
    ApiClientNameTaken,
    ApiClientNotFound,
    ApiKeyNotFound,
    ApproverNeedsOwner,
)
from storecredit.api.keys import find_prefix, hash_key, new_key
from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.scopes import Scope

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key just made. `plain` is the key itself: show it once and forget it."""

    client: ApiClient
    key: ApiKey
    plain: str


@transaction.atomic
def create_api_client(
    *,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    owner: "User | None" = None,
    rate: str = "600/min",
    miss_limit: str = "60/h",
    expires_at: datetime | None = None,
    issue_limits: Mapping[str, int] | None = None,
    issue_limits_per_day: Mapping[str, int] | None = None,
    tenant: str = "",
    test_mode: bool = False,
) -> IssuedKey:
    """
    Make an API client and its first key.

    :param expires_at: when the key stops working; never, if left out.
    :param issue_limits: the most that it may issue at once, in minor units by currency.
    :param issue_limits_per_day: the most that it may issue in a day of the shop, likewise. With any limit of either
        kind it issues nothing in a currency that neither names.
    :raises ApiClientNameTaken: if another client has that name.
    :raises ApproverNeedsOwner: if `credits:approve` is asked for without an owner.
    :raises ApiClientInvalid: if a scope is unknown, or a rate, a limit, the tenant or the expiry is not well-formed.
    """
    if Scope.CREDITS_APPROVE in scopes and owner is None:
        raise ApproverNeedsOwner(name=name)
    if ApiClient.objects.filter(name=name).exists():
        raise ApiClientNameTaken(name=name)
    client = ApiClient(
        name=name,
        owner=owner,
        scopes=list(dict.fromkeys(scopes)),
        rate=rate,
        miss_limit=miss_limit,
        issue_limits=dict(issue_limits or {}),
        issue_limits_per_day=dict(issue_limits_per_day or {}),
        tenant=tenant,
        test_mode=test_mode,
        created_at=now,
    )
    try:
        client.full_clean()
    except ValidationError as error:
        detail, messages = next(iter(error.message_dict.items()))
        raise ApiClientInvalid(detail=detail, message=f"{detail}: {messages[0]}") from error
    client.save()
    return _issue_key(client, now, expires_at)


@transaction.atomic
def rotate_api_key(*, name: str, now: datetime, expires_at: datetime | None = None) -> IssuedKey:
    """
    Make one more key for a client. Its other keys work on until they are revoked.

    :raises ApiClientNotFound: if no client has that name.
    :raises ApiClientInvalid: if the expiry is not in the future.
    """
    return _issue_key(_get_client(name), now, expires_at)


@transaction.atomic
def revoke_api_key(*, prefix: str, now: datetime) -> ApiKey:
    """
    End a key. The next request with it is refused. Revoking it again changes nothing.

    :param prefix: the eight characters after `sc_`, with or without what stands around them.
    :raises ApiKeyNotFound: if no key has that prefix.
    """
    public = find_prefix(prefix) or prefix.removeprefix("sc_")
    key = ApiKey.objects.select_for_update().select_related("client").filter(prefix=public).first()
    if key is None:
        raise ApiKeyNotFound(prefix=public)
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
    return key


@transaction.atomic
def revoke_all_api_keys(*, name: str, now: datetime) -> int:
    """
    End every key of a client.

    :returns: how many worked until now.
    :raises ApiClientNotFound: if no client has that name.
    """
    return _get_client(name).keys.filter(revoked_at__isnull=True).update(revoked_at=now)


def _get_client(name: str) -> ApiClient:
    client = ApiClient.objects.filter(name=name).first()
    if client is None:
        raise ApiClientNotFound(name=name)
    return client


def _issue_key(client: ApiClient, now: datetime, expires_at: datetime | None) -> IssuedKey:
    if expires_at is not None and expires_at <= now:
        raise ApiClientInvalid(detail="expires_at", message="expires_at: The expiry is not in the future.")
    drawn = new_key()
    key = ApiKey.objects.create(
        client=client,
        prefix=drawn.prefix,
        hash=hash_key(drawn.plain),
        created_at=now,
        expires_at=expires_at,
    )
    return IssuedKey(client=client, key=key, plain=drawn.plain)
