from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext_lazy as _

from ledger.models import Signed
from storecredit.credits.models.requests import CreditRequest, RequestStatus


class RequestEventKind(models.TextChoices):
    CREATED = "CREATED", _("Asked for")
    CHANGED = "CHANGED", _("Changed")
    PAYEE_CHANGED = "PAYEE_CHANGED", _("Payee changed")
    VOTED = "VOTED", _("Approved, another approval is needed")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")
    CANCELED = "CANCELED", _("Canceled")
    TIMED_OUT = "TIMED_OUT", _("Timed out")
    FAILED = "FAILED", _("Marked as failed")
    RETRIED = "RETRIED", _("Asked for again")


class CreditRequestEvent(Signed):
    """One line of a request's history: what became of it, who did it, through which door, when and why. Immutable."""

    request = models.ForeignKey(CreditRequest, on_delete=models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(max_length=13, choices=RequestEventKind)
    from_status = models.CharField(max_length=9, choices=RequestStatus, blank=True)
    to_status = models.CharField(max_length=9, choices=RequestStatus)
    version = models.PositiveIntegerField()
    note = models.CharField(max_length=500, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    request_header_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField()

    class Meta(Signed.Meta):
        constraints = [
            *Signed.Meta.constraints,
            CheckConstraint(
                name="credits_creditrequestevent_kind_known", condition=Q(kind__in=RequestEventKind.values)
            ),
        ]
        indexes = [
            Index(name="credits_creditrequestevent_of", fields=["request", "id"]),
            Index(name="credits_requestevent_by_time", fields=["created_at", "id"]),
            Index(
                name="credits_requestevent_by_person",
                fields=["actor_id", "created_at", "id"],
                condition=Q(actor_kind="STAFF"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class CreditRequestVote(models.Model):
    """One person's approval of one version of a request. A person votes once, and never on what they asked for."""

    request = models.ForeignKey(CreditRequest, on_delete=models.PROTECT, related_name="votes", db_index=False)
    version = models.PositiveIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credit_request_votes", db_index=False
    )
    label = models.CharField(max_length=150)
    door = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            UniqueConstraint(name="credits_creditrequestvote_one_per_person", fields=["request", "version", "person"]),
        ]
        indexes = [Index(name="credits_vote_of_person", fields=["person", "created_at"])]

    def __str__(self) -> str:
        return f"{self.label} on {self.request_id}"
