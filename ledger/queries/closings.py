"""Up to when the books are closed."""

from datetime import datetime

from django.db.models import Max

from ledger.models import BooksClosing


def find_closed_until() -> datetime | None:
    """The moment before which everything has been reported; None: nothing has."""
    found: datetime | None = BooksClosing.objects.aggregate(Max("cut__boundary"))["cut__boundary__max"]
    return found
