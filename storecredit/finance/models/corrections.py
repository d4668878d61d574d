from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import Account, ActorKind, Lot, Reason, Transaction
from ledger.models.texts import NoteField
from storecredit.finance.models.periods import Period


class CorrectionKind(models.TextChoices):
    ADJUST = "ADJUST", _("Adjustment")
    REVERSE = "REVERSE", _("Reversal")
    EXPIRY = "EXPIRY", _("Change of expiry")


class CorrectionStatus(models.TextChoices):
    PENDING = "PENDING", _("Pending")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")
    CANCELED = "CANCELED", _("Taken back")


class Correction(models.Model):
    """
    A correction of the books that one person asks for and another one approves, with which it is posted, in that month.

    What is asked for never changes, and its own entry has it approved: triggers see to both. `amount_minor` is what the
    account gains; a change of expiry moves nothing. `period` is the month that is corrected.
    """

    kind = models.CharField(_("type"), max_length=7, choices=CorrectionKind)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="corrections")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    #: What is undone, or what an adjustment is about.
    entry = models.ForeignKey(Transaction, on_delete=models.PROTECT, null=True, related_name="corrections")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, null=True, related_name="corrections", db_index=False)
    #: Whose expiry changes, and until when it then lives; None: for ever.
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    expires_at = models.DateTimeField(null=True)
    #: What a reconciliation found.
    finding = models.ForeignKey(
        "finance.ReconciliationFinding", on_delete=models.PROTECT, null=True, related_name="corrections", db_index=False
    )
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    note = NoteField(max_length=500)

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_client = models.ForeignKey(
        "api.ApiClient", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    asked_kind = models.CharField(max_length=6, choices=ActorKind)
    asked_label = models.CharField(max_length=150)
    door = models.CharField(max_length=64)
    asked_at = models.DateTimeField(_("asked for"))

    status = models.CharField(_("state"), max_length=8, choices=CorrectionStatus, default=CorrectionStatus.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_label = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_note = NoteField(max_length=500, blank=True)
    transaction = models.OneToOneField(Transaction, on_delete=models.PROTECT, null=True, related_name="corrected_by")

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        permissions = [
            ("ask_correction", "Can ask for a correction of the books"),
            ("approve_correction", "Can approve corrections of the books"),
        ]
        constraints = [
            CheckConstraint(name="finance_correction_kind_known", condition=Q(kind__in=CorrectionKind.values)),
            CheckConstraint(
                name="finance_correction_of_amount_or_expiry",
                condition=Q(kind="EXPIRY", lot__isnull=False, amount_minor=0, reason__isnull=True)
                | (~Q(kind="EXPIRY") & Q(lot__isnull=True, expires_at__isnull=True) & ~Q(amount_minor=0)),
            ),
            CheckConstraint(name="finance_correction_says_why", condition=~Q(note="") & ~Q(asked_label="")),
            CheckConstraint(
                name="finance_correction_reversal_names_its_entry",
                condition=~Q(kind="REVERSE") | Q(entry__isnull=False),
            ),
            # Whoever asks does not approve, superusers included.
            CheckConstraint(
                name="finance_correction_four_eyes",
                condition=~Q(status="APPROVED") | ~Q(decided_by=F("asked_by")),
            ),
            CheckConstraint(
                name="finance_correction_tells_its_state",
                # Decided and pending it is while its entry is posted, which has it approved.
                condition=Q(
                    status="PENDING", decided_by__isnull=True, decided_at__isnull=True, transaction__isnull=True
                )
                | Q(status="PENDING", decided_by__isnull=False, decided_at__isnull=False, transaction__isnull=True)
                | Q(
                    status="APPROVED",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    transaction__isnull=False,
                    lot__isnull=True,
                )
                | Q(
                    status="APPROVED",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    transaction__isnull=True,
                    lot__isnull=False,
                )
                | Q(
                    status__in=["REJECTED", "CANCELED"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    transaction__isnull=True,
                ),
            ),
        ]
        indexes = [Index(name="finance_correction_pending", fields=["id"], condition=Q(status="PENDING"))]

    def __str__(self) -> str:
        return gettext("Correction %(number)s") % {"number": self.pk}
