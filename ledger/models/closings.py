from django.db import models

from ledger.models.actors import Signed
from ledger.models.cuts import Cut


class BooksClosing(Signed):
    """
    What was entered before a cut has been reported: it is undone only by a correction that another person approved.

    Never updated or deleted.
    """

    cut = models.OneToOneField(Cut, on_delete=models.PROTECT, primary_key=True, related_name="closing")
    closed_at = models.DateTimeField()

    class Meta(Signed.Meta):
        default_permissions = ()

    def __str__(self) -> str:
        return f"Closing at cut {self.cut_id}"
