from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField

from ledger.models import Funding
from ledger.models.texts import NameField


class BatchStatus(models.TextChoices):
    PLANNED = "PLANNED", _("Planned")
    RUNNING = "RUNNING", _("Being made")
    READY = "READY", _("Ready")
    REJECTED = "REJECTED", _("Rejected")


class CardBatch(models.Model):
    """
    Many cards of one value, made by a command in portions. `made` says how far it has come.

    The plain codes of a batch can be taken out once. One that is worth more than whoever planned it gives
    by themself waits: none of its cards is made before somebody else approves it, nor ever once
    somebody else has rejected it. Its name is free again then.
    """

    name = NameField(max_length=120)
    currency = models.CharField(max_length=3)
    amount = MoneyField(max_digits=20, decimal_places=4, default_currency=None, currency_field_name="currency")
    size = models.PositiveIntegerField(_("number of cards"))
    made = models.PositiveIntegerField(default=0, editable=False)
    funding = models.CharField(max_length=9, choices=Funding, default=Funding.PAID)
    expires_on = models.DateField(null=True, blank=True)
    time_zone = models.CharField(max_length=64)
    must_redeem_whole = models.BooleanField(default=False)
    reloadable = models.BooleanField(default=True)
    status = models.CharField(max_length=8, choices=BatchStatus, default=BatchStatus.PLANNED, editable=False)
    test_mode = models.BooleanField(_("test"), default=False, editable=False)
    created_by = models.CharField(max_length=150, editable=False)
    created_at = models.DateTimeField(editable=False)
    waits = models.BooleanField(_("waits for approval"), default=False, editable=False)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    rejected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    rejected_at = models.DateTimeField(null=True, editable=False)
    rejected_because = models.CharField(max_length=500, blank=True, editable=False)
    codes_taken_by = models.CharField(max_length=150, blank=True, editable=False)
    codes_taken_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[models.Manager["CardBatch"]] = models.Manager()

    class Meta:
        verbose_name_plural = _("card batches")
        permissions = [("take_codes", "Can take out a batch's codes, once")]
        constraints = [
            UniqueConstraint(
                name="giftcards_cardbatch_name_unique", fields=["name"], condition=~Q(status=BatchStatus.REJECTED)
            ),
            CheckConstraint(name="giftcards_cardbatch_amount_positive", condition=Q(amount__gt=0)),
            CheckConstraint(name="giftcards_cardbatch_size_in_range", condition=Q(size__gte=1, size__lte=100_000)),
            CheckConstraint(name="giftcards_cardbatch_made_within_size", condition=Q(made__lte=F("size"))),
            CheckConstraint(name="giftcards_cardbatch_made_once_approved", condition=Q(waits=False) | Q(made=0)),
            CheckConstraint(
                name="giftcards_cardbatch_approved_by_another",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | (
                    Q(approved_by__isnull=False, approved_at__isnull=False, planned_by__isnull=False, waits=False)
                    & ~Q(approved_by=F("planned_by"))
                ),
            ),
            CheckConstraint(
                name="giftcards_cardbatch_rejected_with_reason",
                condition=Q(rejected_by__isnull=True, rejected_at__isnull=True, rejected_because="")
                & ~Q(status=BatchStatus.REJECTED)
                | Q(
                    status=BatchStatus.REJECTED,
                    rejected_by__isnull=False,
                    rejected_at__isnull=False,
                    approved_by__isnull=True,
                    waits=False,
                    made=0,
                )
                & ~Q(rejected_because="")
                & ~Q(rejected_by=F("planned_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
