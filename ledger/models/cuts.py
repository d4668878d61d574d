from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.utils.translation import gettext

from ledger.models.accounts import AccountKind
from ledger.models.actors import Signed
from ledger.models.reasons import CounterAccount, Funding
from ledger.models.transactions import TransactionType


class Cut(Signed):
    """
    Time is closed up to a moment, for good: no entry is dated before the boundary of a cut any more.

    An entry belongs to the cut whose span holds its date: from the boundary before to this one, which itself belongs
    to the next. Cuts count 1, 2, 3 … without a fork. Never updated or deleted. What it comes to is added up afterwards,
    when nobody waits for it; its seal closes that.
    """

    number = models.BigIntegerField(primary_key=True)
    boundary = models.DateTimeField()
    taken_at = models.DateTimeField()
    #: The last row of each history that is sealed row by row, by its table: what comes later belongs to later cuts.
    marks = models.JSONField(default=dict)
    #: What the guards of the database were as it was taken.
    guards = models.CharField(max_length=64)

    class Meta(Signed.Meta):
        constraints = [
            *Signed.Meta.constraints,
            UniqueConstraint(name="ledger_cut_boundary_unique", fields=["boundary"]),
            CheckConstraint(name="ledger_cut_number_positive", condition=Q(number__gte=1)),
            CheckConstraint(name="ledger_cut_closes_the_past_alone", condition=Q(boundary__lte=F("taken_at"))),
        ]

    def __str__(self) -> str:
        return gettext("Cut %(number)s") % {"number": self.number}


class CutBucket(models.Model):
    """What movements of lots are counted apart by."""

    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=12, choices=AccountKind)
    funding = models.CharField(max_length=9, choices=Funding)
    type = models.CharField(max_length=8, choices=TransactionType)
    counter_account = models.CharField(max_length=11, choices=CounterAccount)
    test_mode = models.BooleanField()

    class Meta:
        constraints = [
            UniqueConstraint(
                name="ledger_cutbucket_once",
                fields=["currency", "kind", "funding", "type", "counter_account", "test_mode"],
            ),
            CheckConstraint(
                name="ledger_cutbucket_words_known",
                condition=Q(
                    kind__in=AccountKind.values,
                    funding__in=Funding.values,
                    type__in=TransactionType.values,
                    counter_account__in=CounterAccount.values,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.funding} in {self.currency}"


class CutFigure(models.Model):
    """
    What one span did to one bucket, in minor units, and what has come together in it since the books began.

    Gained is what came into lots, new ones and those that got something back; lost is what was taken from them.

    A bucket that nothing moved has no row: what it comes to stands in its last one. So a quiet shop's cut costs one row
    and the movements between any two cuts are the difference of two sums. Never updated or deleted.
    """

    cut = models.ForeignKey(Cut, on_delete=models.PROTECT, related_name="figures")
    bucket = models.ForeignKey(CutBucket, on_delete=models.PROTECT, related_name="figures", db_index=False)
    count = models.BigIntegerField()
    gained_minor = models.BigIntegerField()
    lost_minor = models.BigIntegerField()
    closing_count = models.BigIntegerField()
    closing_gained_minor = models.BigIntegerField()
    closing_lost_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            UniqueConstraint(name="ledger_cutfigure_once", fields=["bucket", "cut"]),
            CheckConstraint(name="ledger_cutfigure_count_positive", condition=Q(count__gte=1)),
            CheckConstraint(
                name="ledger_cutfigure_sums_not_negative",
                condition=Q(gained_minor__gte=0, lost_minor__gte=0)
                & Q(closing_gained_minor__gte=F("gained_minor"), closing_lost_minor__gte=F("lost_minor")),
            ),
        ]

    def __str__(self) -> str:
        return f"Figure {self.pk} of cut {self.cut_id}"


class CutSeal(models.Model):
    """
    The proof of a cut: a digest of all that it closed and of the digest before, and a signature that the database could
    not make. Its insert closes the figures of its cut. Never updated or deleted.
    """

    cut = models.OneToOneField(Cut, on_delete=models.PROTECT, primary_key=True, related_name="seal")
    entries = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64, blank=True)
    #: Ed25519, in hexadecimal; both empty where the program was given no key.
    public_key = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=128, blank=True)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            CheckConstraint(name="ledger_cutseal_entries_not_negative", condition=Q(entries__gte=0)),
            CheckConstraint(
                name="ledger_cutseal_signature_names_its_key",
                condition=Q(signature="", public_key="") | (~Q(signature="") & ~Q(public_key="")),
            ),
        ]

    def __str__(self) -> str:
        return f"Seal of cut {self.cut_id}"
