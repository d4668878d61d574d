"""What the books hold on one person: all that belongs to them by a key."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from ledger.models import Account, AccountEvent, Customer, Hold, HoldLot, Lot, LotExpiry, LotUse, Transaction


def list_rows_of(
    *, customer_ids: Collection[int], account_ids: Collection[int] | QuerySet[Any] = ()
) -> dict[str, QuerySet[Any]]:
    """
    The rows that are somebody's, by their table.

    :param account_ids: further accounts of theirs, as those of their cards are.
    """
    accounts = Account.objects.filter(Q(customer_id__in=customer_ids) | Q(pk__in=account_ids))
    return {
        "ledger_customer": Customer.objects.filter(pk__in=customer_ids),
        "ledger_account": accounts,
        "ledger_transaction": Transaction.objects.filter(account__in=accounts),
        "ledger_accountevent": AccountEvent.objects.filter(account__in=accounts),
        "ledger_lot": Lot.objects.filter(account__in=accounts),
        "ledger_lotuse": LotUse.objects.filter(lot__account__in=accounts),
        "ledger_lotexpiry": LotExpiry.objects.filter(lot__account__in=accounts),
        "ledger_hold": Hold.objects.filter(account__in=accounts),
        "ledger_holdlot": HoldLot.objects.filter(hold__account__in=accounts),
    }
