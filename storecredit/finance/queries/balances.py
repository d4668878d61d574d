"""What one account had at any moment."""

from datetime import datetime

from django.db.models import Sum

from ledger.queries import Transaction


def sum_balance_minor(*, account_id: int, before: datetime) -> int:
    """What had come together on an account before a moment, in minor units. It is final once a cut has closed it."""
    entries = Transaction.objects.filter(account_id=account_id, created_at__lt=before)
    return entries.aggregate(sum=Sum("amount_minor"))["sum"] or 0
