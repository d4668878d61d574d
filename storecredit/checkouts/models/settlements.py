from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint

from ledger.models import Acted
from storecredit.checkouts.models.orders import UnreturnedCredit
from storecredit.checkouts.models.vendor import CreditDeduction, WebhookEvent


class Settlement(Acted):
    """
    What staff did about a shortfall, about credit that could not go back or about an event that failed: who, when and
    how. It stays as it is.

    Written before the row that it settles, which a trigger refuses to call settled without it.
    """

    deduction = models.OneToOneField(CreditDeduction, on_delete=models.PROTECT, null=True, related_name="settlement")
    unreturned = models.OneToOneField(UnreturnedCredit, on_delete=models.PROTECT, null=True, related_name="settlement")
    event = models.OneToOneField(WebhookEvent, on_delete=models.PROTECT, null=True, related_name="settlement")
    resolution = models.CharField(max_length=500)

    class Meta(Acted.Meta):
        constraints = [
            *Acted.Meta.constraints,
            CheckConstraint(
                name="checkouts_settlement_of_one_thing",
                condition=Q(deduction__isnull=False, unreturned__isnull=True, event__isnull=True)
                | Q(deduction__isnull=True, unreturned__isnull=False, event__isnull=True)
                | Q(deduction__isnull=True, unreturned__isnull=True, event__isnull=False),
            ),
            CheckConstraint(name="checkouts_settlement_says_how", condition=~Q(resolution="")),
        ]

    def __str__(self) -> str:
        return f"Settlement {self.pk}"
