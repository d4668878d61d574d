from django.conf import settings
from django.db import models
from django.db.models.constraints import UniqueConstraint
from django.utils.translation import gettext_lazy as _


class SavedFilter(models.Model):
    """What somebody asks of a list again and again: the query of its address, under a name of theirs."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    list = models.CharField(max_length=100, help_text=_("App and model, such as ledger.transaction."))
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=4000)

    class Meta:
        constraints = [UniqueConstraint(name="backoffice_savedfilter_name_once", fields=["owner", "list", "name"])]

    def __str__(self) -> str:
        return self.name
