"""Who acts in the admin, in the books and in Django's own log."""

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Model
from django.http import HttpRequest

from ledger.operations import Actor, ActorKind


def staff_actor(request: HttpRequest) -> Actor:
    """The signed-in member of staff, as the books name them."""
    user: Any = request.user
    return Actor(
        kind=ActorKind.STAFF,
        id=str(user.pk),
        label=user.get_username(),
        door="admin",
        request_id=getattr(request, "request_id", ""),
    )


def audit(request: HttpRequest, target: Model, text: str) -> None:
    """Write what was done to an object into Django's log, where its history shows it."""
    user: Any = request.user
    LogEntry.objects.log_actions(
        user_id=user.pk, queryset=[target], action_flag=CHANGE, change_message=text, single_object=True
    )
