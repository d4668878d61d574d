from django.db import models
from django.db.models.constraints import UniqueConstraint


class Erasure(models.Model):
    """
    What a person is called was erased from one row. Its words are gone; that they are, and of whom, stays.

    Written before the change, which a trigger refuses without it, and only as two people decided it. A row that cuts
    seal keeps its seal: `digest_sealed` is the digest of the text that it had, `digest_left` of the one that it has.

    Two people may be named by one row: it is erased of each of them, and each line tells what it left.

    :param row_name: how the seals name the row.
    """

    table_name = models.CharField(max_length=64)
    row_id = models.CharField(max_length=64)
    row_name = models.CharField(max_length=64)
    customer_id = models.BigIntegerField()
    digest_sealed = models.CharField(max_length=64, blank=True)
    digest_left = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [UniqueConstraint(name="audit_erasure_once", fields=["table_name", "row_id", "customer_id"])]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}"
