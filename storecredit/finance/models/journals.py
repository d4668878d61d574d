from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import Cut
from ledger.models.actors import Signed


class JournalExport(Signed):
    """
    The journal of some days as it left the house, once for ever: it begins where the one before ended.

    Never updated or deleted. The digest is that of its lines: SHA-256 over them as they are written in a file of JSON.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    begin_cut = models.OneToOneField(Cut, on_delete=models.PROTECT, null=True, related_name="+")
    end_cut = models.OneToOneField(Cut, on_delete=models.PROTECT, related_name="+")
    last_day = models.DateField(_("last day"))
    line_count = models.BigIntegerField(_("lines"))
    digest = models.CharField(max_length=64)
    #: What each of its accounts was called as it was exported, here and in each layout, by its number.
    accounts = models.JSONField(default=dict)
    exported_at = models.DateTimeField(_("exported"))

    class Meta(Signed.Meta):
        verbose_name = _("journal")
        verbose_name_plural = _("journals")
        permissions = [("view_reports", "Can read the reports of finance")]
        constraints = [
            *Signed.Meta.constraints,
            CheckConstraint(name="finance_journalexport_number_positive", condition=Q(number__gte=1)),
            # The first one alone begins with the books.
            CheckConstraint(
                name="finance_journalexport_begins_where_another_ended",
                condition=Q(number=1, begin_cut__isnull=True) | Q(number__gt=1, begin_cut__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Journal %(number)s") % {"number": self.number}


class JournalLine(models.Model):
    """One line of a journal: an amount in minor units that one account is debited with and another is credited with."""

    export = models.ForeignKey(JournalExport, on_delete=models.PROTECT, related_name="lines", db_index=False)
    place = models.BigIntegerField()
    day = models.DateField()
    debit = models.CharField(max_length=32)
    credit = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    counter_account = models.CharField(max_length=11)
    kind = models.CharField(max_length=12)
    funding = models.CharField(max_length=9)
    type = models.CharField(max_length=8)
    #: Where a rule names it.
    reason = models.CharField(max_length=16, blank=True)
    #: The year in which the credit came in of which breakage is expected.
    cohort = models.CharField(max_length=4, blank=True)
    #: The month before, `2027-01`, of which corrections put this right.
    corrects = models.CharField(max_length=7, blank=True)

    class Meta:
        constraints = [
            UniqueConstraint(name="finance_journalline_one_a_place", fields=["export", "place"]),
            CheckConstraint(name="finance_journalline_amount_positive", condition=Q(amount_minor__gt=0)),
            CheckConstraint(name="finance_journalline_two_accounts", condition=~Q(debit=F("credit"))),
        ]

    def __str__(self) -> str:
        return f"Line {self.place} of journal {self.export_id}"
