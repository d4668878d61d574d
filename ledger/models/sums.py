"""What all accounts hold together, kept so that nobody has to add them up."""

from django.db import models
from django.db.models.constraints import UniqueConstraint


class _Sums(models.Model):
    """
    How many accounts, and how many of them with a balance; what is on them, and what of it is held, in minor units.

    Triggers write both tables as accounts are made and move; nothing else does, but what folds one into the other.
    """

    kind = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    test_mode = models.BooleanField()
    accounts = models.BigIntegerField()
    with_balance = models.BigIntegerField()
    balance_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField()

    class Meta:
        abstract = True
        # Nobody is shown them, nor changes them by hand.
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.currency}"


class AccountSum(_Sums):
    """The accounts of one kind, currency and mode, but for the changes that wait."""

    class Meta(_Sums.Meta):
        constraints = [UniqueConstraint(name="ledger_accountsum_once", fields=["kind", "currency", "test_mode"])]


class AccountSumChange(_Sums):
    """
    A change of such a sum, which waits to be folded into it.

    One row that every posting in a currency changes would have all of them wait for each other.
    """
