from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    STAFF = "STAFF", _("Staff")
    API = "API", _("API client")
    SYSTEM = "SYSTEM", _("System job")


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Who acts, and through which door. Every row of money carries it.

    :param id: the user's, client's or job's id, as text.
    :param label: what staff read: a user name, a client's name, a command.
    :param door: `admin`, `api:tiquo`, `command:expire_credit` …
    :param request_id: the HTTP request's id, if there was one.
    :param owner: the login of the person whose key it was, where a program acts for one.
    :param owner_id: that person's key.
    :param is_agreed: another person has agreed to what is done, or to how much: nobody gives it alone.
    """

    kind: ActorKind
    id: str
    label: str
    door: str
    request_id: str = ""
    owner: str = ""
    owner_id: str = ""
    is_agreed: bool = False

    @property
    def gives_alone(self) -> int | None:
        """Who gives what this actor gives, with nobody beside them; None: two agreed, or it is no person's deed."""
        if self.is_agreed:
            return None
        person = self.id if self.kind == ActorKind.STAFF else self.owner_id
        return int(person) if person else None

    def agreed(self) -> "Actor":
        """The same, for what another person has agreed to."""
        return replace(self, is_agreed=True)

    @property
    def details(self) -> dict[str, str]:
        """What has no column of its own, and stands among the details of whatever says why something was done."""
        return {"owner": self.owner} if self.owner else {}


class Signed(models.Model):
    """A row that says who made it, and through which door."""

    actor_kind = models.CharField(max_length=6, choices=ActorKind)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=150)
    door = models.CharField(max_length=64)

    class Meta:
        abstract = True
        constraints = [
            CheckConstraint(
                name="%(app_label)s_%(class)s_says_who_and_how",
                condition=Q(actor_kind__in=ActorKind.values) & ~Q(actor_label="") & ~Q(door=""),
            ),
        ]


class Acted(Signed):
    """A row that says also in which HTTP request it was made, if in one, and when."""

    request_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField()

    class Meta(Signed.Meta):
        abstract = True


def made_by(actor: Actor, now: datetime) -> dict[str, Any]:
    """The columns of `Acted`."""
    return {
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "door": actor.door,
        "request_id": actor.request_id,
        "created_at": now,
    }
