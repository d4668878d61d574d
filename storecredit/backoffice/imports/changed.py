"""Customers whom a file changes have it told of them, as where staff change them one by one."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import label_for_field
from django.contrib.contenttypes.models import ContentType
from django.utils import translation
from django.utils.text import capfirst

from ledger.operations import Actor, CustomerChanged, tell_of_changed
from ledger.queries import Customer


def tell_of_each(changed: Sequence[CustomerChanged], *, actor: Actor, now: datetime) -> None:
    """Write down of each what was changed, and not to what: as an activity, and where their page shows it."""
    tell_of_changed(changed, actor=actor, now=now)
    kind = ContentType.objects.get_for_model(Customer)
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=int(actor.id),
            content_type=kind,
            object_id=str(one.id),
            object_repr=one.number,
            action_flag=CHANGE,
            action_time=now,
            change_message=_message(one.names),
        )
        for one in changed
    )


def _message(names: Sequence[str]) -> str:
    """As Django words what a form has changed, for whoever reads it in their language."""
    with translation.override(None):
        labels = [capfirst(str(label_for_field(name, Customer))) for name in names]
    return json.dumps([{"changed": {"fields": labels}}])
