from django.db import models


class Metadatum(models.Model):
    """
    A member of somebody's metadata, by which they are found: the digest that `ledger.metadata` makes of it.

    Written before the row that it belongs to and never after, so that none can be hung on an old one.
    """

    digest = models.CharField(max_length=64)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.digest
