import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint
from django.utils.translation import gettext_lazy as _

from storecredit.audit.models.kinds import ActivityKind

_LONGEST_SHOWN = 200
#: The kinds of whoever acts. NOBODY is somebody at the door whom nothing has let in.
ACTOR_KINDS = ("STAFF", "API", "SYSTEM", "NOBODY")


def list_kinds() -> list[tuple[str, Any]]:
    """What an activity can be, for forms and pages."""
    return list(ActivityKind.choices)


class ReadAnyway(json.JSONDecoder):
    """Reads also what somebody wrote past the program and Python does not read: no row may shut the whole list."""

    def decode(self, s: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().decode(s, *args, **kwargs)
        except (ValueError, RecursionError):
            # A number of thousands of digits, or a list in a list in a list.
            return s[:_LONGEST_SHOWN]


class Activity(models.Model):
    """
    Something that somebody did: what it was done to, what stood there before and what after.

    Written in the transaction of what it tells of, never updated or deleted. It is kept when a customer is forgotten,
    so that it never holds what a customer is called or can be reached by: a customer is told by their number, and of
    what was changed about them only which members.
    """

    kind = models.CharField(_("kind"), max_length=32, choices=list_kinds)
    actor_kind = models.CharField(max_length=6)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(_("who"), max_length=150)
    actor_owner = models.CharField(max_length=150, blank=True)
    door = models.CharField(_("door"), max_length=64)
    request_id = models.CharField(max_length=128, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    subject_kind = models.CharField(max_length=100, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_label = models.CharField(_("of what"), max_length=200, blank=True)
    before = models.JSONField(_("before"), default=dict, blank=True, encoder=DjangoJSONEncoder, decoder=ReadAnyway)
    after = models.JSONField(_("after"), default=dict, blank=True, encoder=DjangoJSONEncoder, decoder=ReadAnyway)
    details = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder, decoder=ReadAnyway)
    created_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]
        constraints = [
            CheckConstraint(name="audit_activity_says_what", condition=~Q(kind="")),
            CheckConstraint(
                name="audit_activity_says_who_and_how",
                condition=Q(actor_kind__in=ACTOR_KINDS) & ~Q(actor_label="") & ~Q(door=""),
            ),
            CheckConstraint(name="audit_activity_subject_has_a_kind", condition=Q(subject_id="") | ~Q(subject_kind="")),
        ]
        # By day, and by whatever the page asks for, newest first.
        indexes = [
            models.Index(F("created_at").desc(), F("id").desc(), name="audit_activity_by_day"),
            models.Index(
                "actor_kind", "actor_id", F("created_at").desc(), F("id").desc(), name="audit_activity_by_person"
            ),
            models.Index(
                "actor_owner",
                F("created_at").desc(),
                F("id").desc(),
                name="audit_activity_by_owner",
                condition=~Q(actor_owner=""),
            ),
            models.Index(
                "subject_kind", "subject_id", F("created_at").desc(), F("id").desc(), name="audit_activity_by_subject"
            ),
            models.Index("kind", F("created_at").desc(), F("id").desc(), name="audit_activity_by_kind"),
            models.Index("door", F("created_at").desc(), F("id").desc(), name="audit_activity_by_door"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject_label or self.actor_label}"
