from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint

from ledger.models import Actor, ActorKind


class Acted(models.Model):
    """A row that says who made it, through which door and when."""

    actor_kind = models.CharField(max_length=6, choices=ActorKind)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=150)
    door = models.CharField(max_length=64)
    request_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [
            CheckConstraint(
                name="%(app_label)s_%(class)s_says_who_and_how",
                condition=Q(actor_kind__in=ActorKind.values) & ~Q(actor_label="") & ~Q(door=""),
            ),
        ]


def made_by(actor: Actor, now: Any) -> dict[str, Any]:
    """The columns of `Acted`."""
    return {
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "door": actor.door,
        "request_id": actor.request_id,
        "created_at": now,
    }
