from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models.texts import NameField, NoteField


class BatchStatus(models.TextChoices):
    PENDING = "PENDING", _("Pending")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")
    VOID = "VOID", pgettext_lazy("state", "Void")


class CreditRequestBatch(models.Model):
    """
    Requests that came in one file and are approved as one decision.

    `digest` is what the rows were when they came in: a row that has changed since makes the batch void, and what is
    left of it is decided row by row. `totals` are minor units by currency.
    """

    name = NameField(max_length=120)
    file_digest = models.CharField(max_length=64, help_text=_("SHA-256 of the file: it is taken once."))
    size = models.PositiveIntegerField(_("number of requests"))
    totals = models.JSONField(help_text=_("Minor units by currency."))
    digest = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=BatchStatus, default=BatchStatus.PENDING)
    test_mode = models.BooleanField(_("test"), default=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = NoteField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = _("credit request batches")
        constraints = [
            UniqueConstraint(name="credits_creditrequestbatch_file_once", fields=["file_digest", "test_mode"]),
            CheckConstraint(name="credits_creditrequestbatch_not_empty", condition=Q(size__gte=1)),
            CheckConstraint(
                name="credits_creditrequestbatch_four_eyes",
                condition=~Q(status="APPROVED") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by"))),
            ),
        ]

    def __str__(self) -> str:
        return self.name
