"""
Which keys of API clients two people stand behind. Whoever reads the key of a client that nobody owns is that program:
one that moves money, or shows whole codes, is not read on one administrator's word. Anybody of them ends it alone.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from storecredit.api.models import ApiClient
from storecredit.backoffice.models import AccessChange, ChangeKind, ChangeState

#: For so long after another administrator agreed, whoever asked may make one key.
MADE_WITHIN: Final = timedelta(days=3)
_LOOKING: Final = ":read"


def asks_for_two(client: ApiClient) -> bool:
    """Whether a key of a client waits for a second administrator: nobody owns it, and it does more than look."""
    return client.owner_id is None and any(not scope.endswith(_LOOKING) for scope in client.scopes)


def is_agreed(client: ApiClient, person: Any, now: datetime) -> bool:
    """
    Whether another administrator agreed lately that this person reads a new key, and none was made since. Who agreed
    to what a new client may do, agreed to its first key.
    """
    first = Q(kind=ChangeKind.CLIENT, before__scopes=[]) & ~Q(after__scopes=[])
    agreed = AccessChange.objects.filter(
        first | Q(kind=ChangeKind.KEY),
        subject_id=str(client.pk),
        state=ChangeState.APPLIED,
        asked_by=person,
        decided_at__gt=now - MADE_WITHIN,
    )
    last = agreed.order_by("-decided_at", "-pk").first()
    if last is None or last.decided_at is None:
        return False
    return not client.keys.filter(created_at__gte=last.decided_at).exists()
