from django.db import models
from django.db.models.constraints import UniqueConstraint

from ledger.models.transactions import TransactionType


class DayCount(models.Model):
    """
    How far the entries are added up by day, in one time zone.

    :param counted_through: the number up to which all entries are in the totals.
    :param seen_through: the highest number that there was at `seen_at`: what was being posted then has one that may be
        lower, and is in the books an hour later.
    """

    time_zone = models.CharField(max_length=64)
    counted_through = models.BigIntegerField(default=0)
    seen_through = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [UniqueConstraint(name="ledger_daycount_one_per_time_zone", fields=["time_zone"])]
        default_permissions = ()

    def __str__(self) -> str:
        return self.time_zone


class DayTotal(models.Model):
    """
    What the counted entries of one day, type and currency come to, in minor units. Test money is not in it.

    An entry that undoes another counts as the type of that one.
    """

    count = models.ForeignKey(DayCount, on_delete=models.CASCADE, related_name="totals", db_index=False)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    counted_as = models.CharField(max_length=8, choices=TransactionType)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            UniqueConstraint(name="ledger_daytotal_once", fields=["count", "day", "currency", "counted_as"]),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.counted_as} {self.currency} {self.day}"
