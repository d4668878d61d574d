"""What of an entry has been undone: by its reversal, or by refunds."""

from ledger.models import Transaction


def sum_undone_minor(*, transaction: Transaction) -> int:
    """
    How much of an entry reversals and refunds have undone, in minor units.

    Certain while the entry's account is locked.
    """
    # A refund that was reversed has undone nothing.
    standing = transaction.reversals.filter(reversals__isnull=True)
    return sum(abs(amount) for amount in standing.values_list("amount_minor", flat=True))
