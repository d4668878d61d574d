from django.db import models
from django.db.models import Q
from django.db.models.constraints import CheckConstraint
from django.db.models.indexes import Index


class StaffIntent(models.Model):
    """
    Something that a member of staff set out to do: begun with a form, looked at in a review, done once.

    Its token stands in the address of the form and of the review. A row that is spent stays for ever, so that the same
    form can never do its work again; what was typed stays only until then, or until it is old.

    :param person: the user's id, as text.
    :param purpose: which step, of which object.
    :param data: what was typed, as the form sent it.
    :param result: where the doing led (`url`), and what else its page tells.
    """

    token = models.CharField(max_length=32, primary_key=True)
    person = models.CharField(max_length=64)
    purpose = models.CharField(max_length=200)
    data = models.TextField(blank=True)
    kept_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)

    class Meta:
        constraints = [
            CheckConstraint(
                name="ledger_staffintent_keeps_nothing_once_spent", condition=Q(spent_at__isnull=True) | Q(data="")
            ),
        ]
        indexes = [
            Index(name="ledger_staffintent_open", fields=["kept_at"], condition=Q(spent_at__isnull=True)),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.purpose
