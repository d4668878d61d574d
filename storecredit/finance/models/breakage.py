from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from ledger.models import AccountKind, Funding
from ledger.models.texts import NoteField


class RateStatus(models.TextChoices):
    PENDING = "PENDING", _("Pending")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")


class BreakageRate(models.Model):
    """
    How much of the credit that came in in a year nobody is expected to spend, from a day on; the last one holds.

    One person asks for it and another approves. A trigger sees to it that it never changes.
    """

    year = models.PositiveSmallIntegerField(_("year"), help_text=_("In which the credit came in."))
    kind = models.CharField(_("kind"), max_length=12, choices=AccountKind)
    funding = models.CharField(_("funding"), max_length=9, choices=Funding)
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2, help_text=_("Of what came in."))
    valid_from = models.DateField(_("valid from"))
    note = NoteField(_("note"), max_length=500, help_text=_("On what it rests. Stands in the history."))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )
    asked_at = models.DateTimeField(_("asked for"), editable=False)
    status = models.CharField(_("state"), max_length=8, choices=RateStatus, default=RateStatus.PENDING, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, editable=False
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)

    class Meta:
        verbose_name = _("breakage rate")
        verbose_name_plural = _("breakage rates")
        permissions = [("approve_breakagerate", "Can approve breakage rates")]
        constraints = [
            CheckConstraint(
                name="finance_breakagerate_is_part_of_all", condition=Q(percent__gte=0) & Q(percent__lt=100)
            ),
            CheckConstraint(name="finance_breakagerate_year_known", condition=Q(year__gte=1970) & Q(year__lt=3000)),
            # Whoever asks does not approve, superusers included.
            CheckConstraint(
                name="finance_breakagerate_four_eyes",
                condition=~Q(status="APPROVED") | ~Q(decided_by=F("asked_by")),
            ),
            CheckConstraint(
                name="finance_breakagerate_tells_its_state",
                condition=Q(status="PENDING", decided_by__isnull=True, decided_at__isnull=True)
                | Q(status__in=["APPROVED", "REJECTED"], decided_by__isnull=False, decided_at__isnull=False),
            ),
            UniqueConstraint(
                name="finance_breakagerate_one_from_a_day",
                fields=["year", "kind", "funding", "valid_from"],
                condition=Q(status="APPROVED"),
            ),
        ]

    def __str__(self) -> str:
        about = f"{self.year}, {self.get_kind_display()}, {self.get_funding_display()}"
        return f"{about}: {number_format(self.percent)} %"
