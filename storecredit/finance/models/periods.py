from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models import AccountKind, Acted, Cut, Funding
from ledger.models.texts import NoteField
from storecredit.finance.models.journals import JournalExport

_WHO: dict[str, Any] = {"on_delete": models.PROTECT, "null": True, "related_name": "+", "db_index": False}


class PeriodStatus(models.TextChoices):
    OPEN = "OPEN", _("Open")
    CLOSING = "CLOSING", pgettext_lazy("month", "Closing")
    CLOSED = "CLOSED", _("Closed")


class Period(models.Model):
    """
    A month of the shop's time zone, which one person closes and another approves.

    Months count 1, 2, 3 …, one after the other without a gap: triggers see to it, and to the way from state to state.
    What is closed never changes any more.
    """

    number = models.PositiveIntegerField(primary_key=True)
    first_day = models.DateField(_("month"), unique=True)
    status = models.CharField(_("state"), max_length=7, choices=PeriodStatus, default=PeriodStatus.OPEN)
    #: The cuts of its first and of its last midnight; a month with which the books began has none before it.
    begin_cut = models.OneToOneField(Cut, on_delete=models.PROTECT, null=True, related_name="+")
    end_cut = models.OneToOneField(Cut, on_delete=models.PROTECT, null=True, related_name="+")
    journal = models.ForeignKey(JournalExport, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, **_WHO)
    closing_at = models.DateTimeField(_("closing since"), null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, **_WHO)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        permissions = [
            ("close_period", "Can close a month"),
            ("approve_period", "Can approve that a month is closed"),
        ]
        constraints = [
            CheckConstraint(name="finance_period_number_positive", condition=Q(number__gte=1)),
            CheckConstraint(
                name="finance_period_tells_its_state",
                condition=Q(
                    status="OPEN",
                    end_cut__isnull=True,
                    journal__isnull=True,
                    closed_by__isnull=True,
                    closing_at__isnull=True,
                    approved_by__isnull=True,
                    closed_at__isnull=True,
                )
                | Q(
                    status="CLOSING",
                    end_cut__isnull=False,
                    journal__isnull=True,
                    closed_by__isnull=False,
                    closing_at__isnull=False,
                    approved_by__isnull=True,
                    closed_at__isnull=True,
                )
                | Q(
                    status="CLOSED",
                    end_cut__isnull=False,
                    journal__isnull=False,
                    closed_by__isnull=False,
                    closing_at__isnull=False,
                    approved_by__isnull=False,
                    closed_at__isnull=False,
                ),
            ),
            # Whoever closes a month does not approve it, superusers included.
            CheckConstraint(
                name="finance_period_four_eyes",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("closed_by")),
            ),
        ]

    def __str__(self) -> str:
        return month_text(self.first_day)


def month_text(first_day: date) -> str:
    """A month as people say it."""
    return date_format(first_day, "F Y")


#: The columns of a kept line that are movements, in the order in which finance reads them.
MOVEMENTS = (
    "issued", "loaded", "refunded", "imported", "transferred_in", "transferred_out", "spent", "expired", "voided",
    "adjusted", "reversed",
)  # fmt: skip


class PeriodFigure(models.Model):
    """
    A line of the roll-forward of a closed month, in minor units, each movement with its sign.

    Written as the month is closed, never updated or deleted. It adds up.
    """

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="figures", db_index=False)
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=12, choices=AccountKind)
    funding = models.CharField(max_length=9, choices=Funding)
    opening_minor = models.BigIntegerField()
    issued_minor = models.BigIntegerField()
    loaded_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    imported_minor = models.BigIntegerField()
    transferred_in_minor = models.BigIntegerField()
    transferred_out_minor = models.BigIntegerField()
    spent_minor = models.BigIntegerField()
    expired_minor = models.BigIntegerField()
    voided_minor = models.BigIntegerField()
    adjusted_minor = models.BigIntegerField()
    reversed_minor = models.BigIntegerField()
    closing_minor = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="finance_periodfigure_one_a_line", fields=["period", "currency", "kind", "funding"]),
            CheckConstraint(
                name="finance_periodfigure_adds_up",
                condition=Q(
                    closing_minor=F("opening_minor")
                    + F("issued_minor")
                    + F("loaded_minor")
                    + F("refunded_minor")
                    + F("imported_minor")
                    + F("transferred_in_minor")
                    + F("transferred_out_minor")
                    + F("spent_minor")
                    + F("expired_minor")
                    + F("voided_minor")
                    + F("adjusted_minor")
                    + F("reversed_minor")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.kind} {self.funding} in period {self.period_id}"


class PeriodEventKind(models.TextChoices):
    OPENED = "OPENED", _("Opened")
    ASKED = "ASKED", _("Asked to close")
    APPROVED = "APPROVED", _("Approved and closed")
    REFUSED = "REFUSED", _("Refused")


class PeriodEvent(Acted):
    """A line of a month's history: what happened, who did it and why. Never updated or deleted."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=8, choices=PeriodEventKind)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, **_WHO)
    note = NoteField(max_length=500, blank=True)
    #: How many findings of reconciliations nobody had decided about, as whoever closed or approved saw it.
    open_findings = models.PositiveIntegerField(default=0)

    class Meta(Acted.Meta):
        default_permissions = ()
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(name="finance_periodevent_kind_known", condition=Q(kind__in=PeriodEventKind.values)),
            CheckConstraint(name="finance_periodevent_refusal_says_why", condition=~Q(kind="REFUSED") | ~Q(note="")),
            CheckConstraint(name="finance_periodevent_findings_say_why", condition=Q(open_findings=0) | ~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
