"""
Which keys of API clients two people stand behind. Whoever reads the key of a client that nobody owns is that program:
one that moves money, or shows whole codes, is not read on one administrator's word. Anybody of them ends it alone.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from storecredit.api.models import ApiClient, ApiKey
from storecredit.api.scopes import does_more_than_look
from storecredit.backoffice.models import AccessChange, ChangeKind, ChangeState

#: For so long after another administrator agreed, whoever asked may make one key.
MADE_WITHIN: Final = timedelta(days=3)


def asks_for_two(client: ApiClient) -> bool:
    """Whether a key of a client waits for a second administrator: nobody owns it, and it does more than look."""
    return client.owner_id is None and does_more_than_look(client.scopes)


def ends_keys(change: AccessChange) -> bool:
    """Whether to approve a change ends keys that one administrator alone has read: the client comes to do more."""
    if change.kind != ChangeKind.CLIENT or not change.subject_id or change.after is None:
        return False
    before, after = (change.before or {}).get("scopes", []), change.after.get("scopes", [])
    is_first = does_more_than_look(after) and not does_more_than_look(before)
    keys = ApiKey.objects.filter(client_id=int(change.subject_id), revoked_at__isnull=True)
    return is_first and change.after.get("owner_id") is None and keys.exists()


def is_agreed(client: ApiClient, person: Any, now: datetime) -> bool:
    """
    Whether another administrator agreed lately that this person reads a new key, and none was made since. Who agreed
    to what a new client may do, agreed to its first key; a client that ever had one is not new.
    """
    counts = Q(kind=ChangeKind.KEY)
    if not client.keys.exists():
        counts |= Q(kind=ChangeKind.CLIENT, before__scopes=[]) & ~Q(after__scopes=[])
    agreed = AccessChange.objects.filter(
        counts,
        subject_id=str(client.pk),
        state=ChangeState.APPLIED,
        asked_by=person,
        decided_at__gt=now - MADE_WITHIN,
    )
    last = agreed.order_by("-decided_at", "-pk").first()
    if last is None or last.decided_at is None:
        return False
    return not client.keys.filter(created_at__gte=last.decided_at).exists()
