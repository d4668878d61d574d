"""What the books hold on one person: all that belongs to them by a key."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from ledger.models import Account, AccountEvent, Customer, Hold, LotExpiry, Transaction


def list_rows_of(*, customer_ids: Collection[int]) -> dict[str, QuerySet[Any]]:
    """The rows that are somebody's, by their table."""
    accounts = Account.objects.filter(customer_id__in=customer_ids)
    return {
        "ledger_customer": Customer.objects.filter(pk__in=customer_ids),
        "ledger_account": accounts,
        "ledger_transaction": Transaction.objects.filter(account__in=accounts),
        "ledger_accountevent": AccountEvent.objects.filter(account__in=accounts),
        "ledger_lotexpiry": LotExpiry.objects.filter(lot__account__in=accounts),
        "ledger_hold": Hold.objects.filter(account__in=accounts),
    }
