"""
What was compared with what, when and by whom, and what was found: each finding once, however often it is seen.

A run is kept from its start and is final once it ended. A finding's state changes only by a line of its history.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models.actors import Acted
from ledger.models.actors import made_by as made_by
from ledger.models.texts import NoteField
from storecredit.finance.models.corrections import Correction


class RunKind(models.TextChoices):
    BOOKS = "BOOKS", _("The books")
    STATEMENT = "STATEMENT", _("A list")
    ORDERS = "ORDERS", _("The vendor's orders")


class RunOutcome(models.TextChoices):
    RUNNING = "RUNNING", _("Running")
    CLEAN = "CLEAN", _("Clean")
    FINDINGS = "FINDINGS", _("Findings")
    FAILED = "FAILED", _("Could not run")


class Severity(models.TextChoices):
    HIGH = "HIGH", _("High")
    MEDIUM = "MEDIUM", _("Medium")
    LOW = "LOW", _("Low")


class FindingState(models.TextChoices):
    OPEN = "OPEN", _("Open")
    EXPLAINED = "EXPLAINED", _("Explained")
    CORRECTED = "CORRECTED", _("Corrected")
    REOPENED = "REOPENED", _("Reopened")


class ReconciliationRun(Acted):
    """
    One comparison, from its start (`created_at`) to its end. Who asked for it is its actor.

    Amounts are in minor units. `found` counts everything that was found, `kept` what has a row.

    :param source: whose list it was, as a person named it; empty: nobody did.
    :param options: what else was asked for.
    :param counts: how much was found, by check.
    :param totals: both sides' control totals, by currency.
    :param position: how many of its checks are done, while it runs.
    :param problem: why it could not run.
    """

    kind = models.CharField(_("what"), max_length=9, choices=RunKind)
    outcome = models.CharField(_("outcome"), max_length=8, choices=RunOutcome, default=RunOutcome.RUNNING)
    ended_at = models.DateTimeField(_("ended"), null=True)
    first_day = models.DateField(_("from"), null=True)
    last_day = models.DateField(_("through"), null=True)
    test_mode = models.BooleanField(_("test money"), default=False)
    source = models.CharField(_("whose list"), max_length=100, blank=True)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    options = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    checked = models.PositiveBigIntegerField(_("compared"), default=0)
    found = models.PositiveBigIntegerField(_("findings"), default=0)
    kept = models.PositiveBigIntegerField(default=0)
    new = models.PositiveBigIntegerField(_("new"), default=0)
    reopened = models.PositiveBigIntegerField(_("reopened"), default=0)
    problem = models.CharField(max_length=500, blank=True)

    class Meta(Acted.Meta):
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        default_permissions = ("view",)
        permissions = [("run_reconciliation", "Can have the books reconciled")]
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(name="finance_reconciliationrun_kind_known", condition=Q(kind__in=RunKind.values)),
            CheckConstraint(name="finance_reconciliationrun_outcome_known", condition=Q(outcome__in=RunOutcome.values)),
            CheckConstraint(
                name="finance_reconciliationrun_ends_with_an_outcome",
                condition=Q(outcome=RunOutcome.RUNNING, ended_at__isnull=True)
                | ~Q(outcome=RunOutcome.RUNNING) & Q(ended_at__isnull=False),
            ),
            CheckConstraint(
                name="finance_reconciliationrun_clean_without_findings",
                condition=~Q(outcome=RunOutcome.CLEAN) | Q(found=0),
            ),
            CheckConstraint(name="finance_reconciliationrun_kept_of_found", condition=Q(kept__lte=F("found"))),
        ]
        indexes = [Index(name="finance_run_of_kind", fields=["kind", "-id"])]

    def __str__(self) -> str:
        return gettext("Reconciliation %(number)s") % {"number": self.pk}


class ReconciliationFinding(models.Model):
    """
    One thing that is wrong, or that two sides tell differently; as it was seen last.

    The same thing found again is the same row: `fingerprint` is made of what it is, and not of its figures.

    :param code: the check that found it, or the kind of difference.
    :param subject_kind: what it is about: `transaction`, `account`, `card`, `reference`, `order`.
    :param facts: what else is known of it, as a program reads it.
    """

    kind = models.CharField(_("found in"), max_length=9, choices=RunKind)
    fingerprint = models.CharField(max_length=64)
    code = models.CharField(_("check"), max_length=60)
    severity = models.CharField(_("severity"), max_length=6, choices=Severity)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.CharField(_("about"), max_length=300, blank=True)
    account_number = models.CharField(_("account"), max_length=64, blank=True)
    test_mode = models.BooleanField(_("test money"), default=False)
    source = models.CharField(_("whose list"), max_length=100, blank=True)
    message = models.CharField(_("what"), max_length=1000)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    theirs_minor = models.BigIntegerField(_("theirs"), null=True)
    ours_minor = models.BigIntegerField(_("ours"), null=True)
    facts = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=9, choices=FindingState, default=FindingState.OPEN)
    first_run = models.ForeignKey(ReconciliationRun, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_run = models.ForeignKey(ReconciliationRun, on_delete=models.PROTECT, related_name="+", db_index=False)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        default_permissions = ("view",)
        permissions = [("decide_finding", "Can explain findings and say that they are corrected")]
        constraints = [
            UniqueConstraint(name="finance_reconciliationfinding_once", fields=["fingerprint"]),
            CheckConstraint(name="finance_reconciliationfinding_kind_known", condition=Q(kind__in=RunKind.values)),
            CheckConstraint(
                name="finance_reconciliationfinding_state_known", condition=Q(state__in=FindingState.values)
            ),
            CheckConstraint(
                name="finance_reconciliationfinding_severity_known", condition=Q(severity__in=Severity.values)
            ),
            CheckConstraint(
                name="finance_reconciliationfinding_seen_in_order", condition=Q(first_seen_at__lte=F("last_seen_at"))
            ),
        ]
        indexes = [
            Index(name="finance_finding_by_state", fields=["state", "-last_seen_at", "-id"]),
            Index(name="finance_finding_by_sight", fields=["-last_seen_at", "-id"]),
        ]

    def __str__(self) -> str:
        return gettext("Finding %(number)s") % {"number": self.pk}


class FindingSighting(models.Model):
    """What a run saw of a finding. Never updated or deleted."""

    run = models.ForeignKey(ReconciliationRun, on_delete=models.PROTECT, related_name="sightings", db_index=False)
    finding = models.ForeignKey(
        ReconciliationFinding, on_delete=models.PROTECT, related_name="sightings", db_index=False
    )
    message = models.CharField(max_length=1000)
    theirs_minor = models.BigIntegerField(null=True)
    ours_minor = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            UniqueConstraint(name="finance_findingsighting_once_a_run", fields=["run", "finding"]),
        ]
        indexes = [Index(name="finance_sighting_of_finding", fields=["finding", "-run"])]

    def __str__(self) -> str:
        return self.message


class FindingEvent(Acted):
    """
    What somebody made of a finding, and why; its state follows. Never updated or deleted.

    A line that goes from a state to the same one says only that somebody looked, or asked for a correction.

    :param run: the run that saw the finding again.
    :param correction: what was asked for, by which it is to be corrected.
    """

    finding = models.ForeignKey(ReconciliationFinding, on_delete=models.PROTECT, related_name="events", db_index=False)
    from_state = models.CharField(max_length=9, choices=FindingState)
    to_state = models.CharField(max_length=9, choices=FindingState)
    note = NoteField(_("note"), max_length=2000, blank=True)
    run = models.ForeignKey(ReconciliationRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta(Acted.Meta):
        default_permissions = ()
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(
                name="finance_findingevent_states_known",
                condition=Q(from_state__in=FindingState.values, to_state__in=FindingState.values),
            ),
            # A finding is open by itself, and again only once somebody had done with it.
            CheckConstraint(
                name="finance_findingevent_ways",
                condition=Q(from_state=F("to_state"))
                | ~Q(to_state=FindingState.OPEN)
                & (
                    ~Q(to_state=FindingState.REOPENED)
                    | Q(from_state__in=[FindingState.EXPLAINED, FindingState.CORRECTED])
                )
                & (~Q(from_state=FindingState.CORRECTED) | Q(to_state=FindingState.REOPENED)),
            ),
            # What people decide they give a reason for; a run that sees a finding again is the reason.
            CheckConstraint(name="finance_findingevent_says_why", condition=~Q(note="") | Q(run__isnull=False)),
        ]
        indexes = [
            Index(name="finance_findingevent_of", fields=["finding", "id"]),
            Index(
                name="finance_findingevent_request",
                fields=["correction"],
                condition=Q(correction__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"
