"""Which changes of an API client wait for a second administrator."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from storecredit.api.models import ApiClient
from storecredit.backoffice.changes.forms import ask_or_say
from storecredit.backoffice.changes.raising import raises_client_limits, widens_client
from storecredit.backoffice.changes.subjects import state_of
from storecredit.backoffice.models import ChangeKind

_LIMITS = ("issue_limits", "issue_limits_per_day")
_REACH = ("networks", "rate", "miss_limit", "tenant")


def split_changes(client: ApiClient, changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """
    What of some changes is done at once, and what waits: limits that rise, a reach that widens, and what a client is
    to do with nobody behind it. What a person stands behind does no more than they may.
    """
    stood = state_of(ChangeKind.CLIENT, client)
    owner = changes.get("owner", client.owner)
    will = stood | {name: changes[name] for name in (*_LIMITS, *_REACH) if name in changes}
    will["scopes"] = sorted(changes.get("scopes", client.scopes))
    at_once, waiting = dict(changes), {name: will[name] for name in widens_client(stood, will)}
    if raises_client_limits(stood, will):
        waiting |= {name: will[name] for name in _LIMITS if will[name] != stood[name]}
    had = set(client.scopes) if client.owner_id is None else set()
    if owner is None and not set(will["scopes"]) <= had:
        waiting["scopes"] = will["scopes"]
        at_once["scopes"] = [scope for scope in client.scopes if scope in had & set(will["scopes"])]
    return {name: value for name, value in at_once.items() if name == "scopes" or name not in waiting}, waiting


def ask_for_client(request: HttpRequest, client: ApiClient, waiting: Mapping[str, Any]) -> None:
    """Ask for what of a client's changes waits."""
    stands = state_of(ChangeKind.CLIENT, ApiClient.objects.get(pk=client.pk))
    ask_or_say(
        request,
        kind=ChangeKind.CLIENT,
        subject_id=str(client.pk),
        label=client.name,
        before=stands,
        after=stands | dict(waiting),
    )
