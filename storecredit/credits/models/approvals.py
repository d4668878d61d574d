from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint, UniqueConstraint
from django.db.models.indexes import Index

from ledger.models.texts import NoteField
from storecredit.credits.models.customers import CustomerRequest


class MoneyApproval(models.Model):
    """
    That one person approved a correction of the books, or that credit becomes another customer's: a row a currency.

    It counts into the person's day as their approvals of credit requests do. Never updated or deleted.
    """

    #: The corrections are kept above the credit requests, whose approvers approve them.
    correction = models.ForeignKey(
        "finance.Correction", on_delete=models.PROTECT, null=True, related_name="approvals", db_index=False
    )
    customer_request = models.ForeignKey(
        CustomerRequest, on_delete=models.PROTECT, null=True, related_name="approvals", db_index=False
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    label = models.CharField(max_length=150)
    door = models.CharField(max_length=64)
    note = NoteField(max_length=500, blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="credits_moneyapproval_of_one_thing",
                condition=Q(correction__isnull=False, customer_request__isnull=True)
                | Q(correction__isnull=True, customer_request__isnull=False),
            ),
            CheckConstraint(name="credits_moneyapproval_amount_positive", condition=Q(amount_minor__gt=0)),
            UniqueConstraint(
                name="credits_moneyapproval_once_a_correction", fields=["correction", "person", "currency"]
            ),
            UniqueConstraint(
                name="credits_moneyapproval_once_a_request", fields=["customer_request", "person", "currency"]
            ),
        ]
        indexes = [Index(name="credits_moneyapproval_of_day", fields=["person", "created_at"])]

    def __str__(self) -> str:
        return f"{self.label} on {self.correction_id or self.customer_request_id}"
