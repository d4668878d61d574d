from django.contrib.auth.models import Group
from django.db import models
from django.db.models.constraints import UniqueConstraint
from django.utils.translation import gettext_lazy as _


class ShippedGrant(models.Model):
    """
    A permission that a shipped role was given, once.

    What stands here is never given again, so what an administrator takes away stays away. A deleted group takes its
    rows with it, by a trigger, and nothing else takes any: the role comes back whole. What a later version ships the
    role without is taken back, and that once.
    """

    role = models.CharField(max_length=32)
    group = models.ForeignKey(Group, on_delete=models.DO_NOTHING, related_name="shipped_grants")
    permission = models.CharField(max_length=201, help_text=_("App and code name, such as ledger.issue_credit."))
    taken_back_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        permissions = [("export_lists", "Can export lists")]
        constraints = [
            UniqueConstraint(name="backoffice_shippedgrant_once_per_role", fields=["role", "permission"]),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.permission}"
