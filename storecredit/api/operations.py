"""How API clients and their keys come and go. The commands and the admin both call these."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from storecredit.api.errors import (
    ApiClientInvalid,
    ApiClientNameTaken,
    ApiClientNotFound,
    ApiKeyNotFound,
    ApproverNeedsOwner,
    KeyIsItsOwners,
    OwnerHasApproved,
    TooManyKeys,
)
from storecredit.api.keys import find_prefix, hash_key, new_key
from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.queries import live_keys
from storecredit.api.scopes import Scope, does_more_than_look
from storecredit.credits.queries import has_approved_for

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class Maker:
    """
    Who makes a key, and where. Whoever makes one reads it.

    :param person: None at the shell, which has the database anyway and knows nobody.
    """

    door: str
    person: "User | None" = None


SHELL = Maker(door="shell")
#: One, and another while a program changes over to it.
MOST_KEYS: Final = 2


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key just made. `plain` is the key itself: show it once and forget it."""

    client: ApiClient
    key: ApiKey
    plain: str


@transaction.atomic
def add_api_client(
    *,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    owner: "User | None" = None,
    rate: str = "600/min",
    miss_limit: str = "60/h",
    issue_limits: Mapping[str, int] | None = None,
    issue_limits_per_day: Mapping[str, int] | None = None,
    networks: Sequence[str] = (),
    tenant: str = "",
    test_mode: bool = False,
) -> ApiClient:
    """
    Make an API client, which has no key yet.

    :param issue_limits: the most that it may issue at once, in minor units by currency.
    :param issue_limits_per_day: the most that it may issue in a day of the shop, likewise. With any limit of either
        kind it issues nothing in a currency that neither names.
    :param networks: from where it may call, in their usual form; none: from anywhere.
    :raises ApiClientNameTaken: if another client has that name.
    :raises ApproverNeedsOwner: if `credits:approve` is asked for without an owner.
    :raises ApiClientInvalid: if a scope is unknown, or a rate, a limit, a network or the tenant is not well-formed.
    """
    _require_owner_to_approve(name, scopes, owner)
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
        networks=list(networks),
        tenant=tenant,
        test_mode=test_mode,
        created_at=now,
    )
    _require_valid(client)
    client.save()
    return client


@transaction.atomic
def create_api_client(
    *, name: str, now: datetime, expires_at: datetime | None = None, maker: Maker = SHELL, **details: Any
) -> IssuedKey:
    """
    Make an API client and its first key.

    :param expires_at: when the key stops working; never, if left out.
    :param details: as `add_api_client` takes them.
    :raises KeyIsItsOwners: as `rotate_api_key`.
    :raises DomainError: as `add_api_client`; ApiClientInvalid also if the expiry is not in the future.
    """
    return _issue_key(add_api_client(name=name, now=now, **details), now, expires_at, maker)


@transaction.atomic
def change_api_client(*, client_id: int, changes: Mapping[str, Any], now: datetime) -> ApiClient:
    """
    Change an API client's details, but never its name and mode. Another owner, none or a first one, and the scope
    `credits:approve` where it was not, end all its keys: whoever reads one now did not get it to speak for that person.
    So does the first scope that does more than look where nobody owns the client: its keys were one person's to read.

    :param changes: by field name.
    :raises ApproverNeedsOwner: if it could then approve credits with no owner.
    :raises OwnerHasApproved: if the new owner has approved what it asked for.
    :raises ApiClientInvalid: for a detail that is not well-formed.
    """
    client = ApiClient.objects.select_for_update(no_key=True, of=("self",)).get(pk=client_id)
    before, had = client.owner_id, list(client.scopes)
    _change(client, changes)
    if client.owner_id != before or _ends_keys(client, had):
        _revoke_all(client, now)
    if client.owner is not None and client.owner_id != before:
        _require_no_approver(client, client.owner)
    client.save(update_fields=list(changes))
    return client


def refuse_invalid_changes(*, client_id: int, changes: Mapping[str, Any]) -> None:
    """
    See whether an API client would take some changes, and make none.

    :raises DomainError: as `change_api_client`.
    """
    client = ApiClient.objects.get(pk=client_id)
    before = client.owner_id
    _change(client, changes)
    if client.owner is not None and client.owner_id != before:
        _require_no_approver(client, client.owner)


def _change(client: ApiClient, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        setattr(client, name, value)
    _require_owner_to_approve(client.name, client.scopes, client.owner)
    _require_valid(client, changes)


@transaction.atomic
def rotate_api_key(
    *,
    name: str,
    now: datetime,
    expires_at: datetime | None = None,
    old_end_at: datetime | None = None,
    maker: Maker = SHELL,
) -> IssuedKey:
    """
    Make another key for a client. Its old ones work on beside it until they end, so that the program can change over.

    :param expires_at: when the new one stops working; never, if left out.
    :param old_end_at: when the old ones stop working, at the latest: at once if that is not after `now`; when they
        would anyway, if left out.
    :param maker: who makes it, and where. In the admin nobody but the owner makes a key of a client that has one.
    :raises ApiClientNotFound: if no client has that name.
    :raises KeyIsItsOwners: if it is made in the admin by anybody else than its owner.
    :raises TooManyKeys: if more than `MOST_KEYS` would work.
    :raises ApiClientInvalid: if the expiry is not in the future.
    """
    client = _lock_client(name)
    live = list(live_keys(now).filter(client=client).order_by("pk"))
    ends_at_once = old_end_at is not None and old_end_at <= now
    if not ends_at_once and len(live) >= MOST_KEYS:
        raise TooManyKeys(name=name, keys=[str(key) for key in live])
    issued = _issue_key(client, now, expires_at, maker)
    for key in live:
        if ends_at_once:
            key.revoked_at = now
        elif old_end_at is not None and (key.expires_at is None or key.expires_at > old_end_at):
            key.expires_at = old_end_at
        key.save(update_fields=["revoked_at", "expires_at"])
    return issued


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
    return _revoke_all(_lock_client(name), now)


def mark_key_told(*, key_id: int, now: datetime) -> None:
    """Note that people were told that a key ends."""
    ApiKey.objects.filter(pk=key_id).update(warned_at=now)


def _lock_client(name: str) -> ApiClient:
    client = ApiClient.objects.select_for_update(no_key=True, of=("self",)).filter(name=name).first()
    if client is None:
        raise ApiClientNotFound(name=name)
    return client


def _ends_keys(client: ApiClient, had: Sequence[str]) -> bool:
    """Whether what a client may do now is no more what its keys were given out for."""
    if Scope.CREDITS_APPROVE in client.scopes and Scope.CREDITS_APPROVE not in had:
        return True
    return client.owner_id is None and does_more_than_look(client.scopes) and not does_more_than_look(had)


def _revoke_all(client: ApiClient, now: datetime) -> int:
    # One that has expired stays what it was, but may not come to speak for another person either.
    return client.keys.filter(revoked_at__isnull=True).update(revoked_at=now)


def _require_owner_to_approve(name: str, scopes: Sequence[str], owner: "User | None") -> None:
    if Scope.CREDITS_APPROVE in scopes and owner is None:
        raise ApproverNeedsOwner(name=name)


def _require_no_approver(client: ApiClient, owner: "User") -> None:
    if has_approved_for(client_id=client.pk, person_id=owner.pk):
        raise OwnerHasApproved(name=client.name, owner=owner.get_username())


def _require_valid(client: ApiClient, changed: Iterable[str] | None = None) -> None:
    untouched = set() if changed is None else {field.name for field in ApiClient._meta.fields} - set(changed)
    try:
        client.full_clean(exclude=untouched)
    except ValidationError as error:
        detail, messages = next(iter(error.message_dict.items()))
        raise ApiClientInvalid(detail=detail, message=f"{detail}: {messages[0]}") from error


def _issue_key(client: ApiClient, now: datetime, expires_at: datetime | None, maker: Maker) -> IssuedKey:
    if maker.person is not None and client.owner is not None and client.owner_id != maker.person.pk:
        raise KeyIsItsOwners(name=client.name, owner=client.owner.get_username())
    if expires_at is not None and expires_at <= now:
        raise ApiClientInvalid(detail="expires_at", message="expires_at: The expiry is not in the future.")
    drawn = new_key()
    key = ApiKey.objects.create(
        client=client,
        prefix=drawn.prefix,
        hash=hash_key(drawn.plain),
        created_at=now,
        expires_at=expires_at,
        made_by=maker.person,
        door=maker.door,
    )
    return IssuedKey(client=client, key=key, plain=drawn.plain)
