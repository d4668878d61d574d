"""What of an entry has been undone: by its reversal, or by refunds. A refund that was reversed has undone nothing."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Abs, Coalesce

from ledger.models import Lot, Transaction, TransactionType

_STANDING = {"reversals__isnull": True}


def sum_undone_minor(*, transaction: Transaction) -> int:
    """
    How much of an entry reversals and refunds have undone, in minor units.

    Certain while the entry's account is locked.
    """
    standing = transaction.reversals.filter(**_STANDING)
    return sum(abs(amount) for amount in standing.values_list("amount_minor", flat=True))


def undone_minor() -> Coalesce:
    """The same for each entry of a queryset, to annotate it with."""
    standing: QuerySet[Transaction, Any] = Transaction.objects.filter(reverses_id=OuterRef("pk"), **_STANDING)
    by_entry = standing.order_by().values("reverses_id").annotate(total_minor=Sum(Abs("amount_minor")))
    return Coalesce(Subquery(by_entry.values("total_minor")), 0)


def credit_brought_in(transaction: Transaction) -> dict[int, int]:
    """What a credit brought in, in minor units by lot: by the lots that it made and those that it gave back to."""
    came = dict(transaction.lots.values_list("pk", "amount_minor"))
    return came | {lot_id: -given for lot_id, given in transaction.lot_uses.values_list("lot_id", "amount_minor")}


def sum_left_of_credit_minor(*, transaction: Transaction) -> int:
    """How much of what a credit brought in is neither spent nor set aside, in minor units."""
    came = credit_brought_in(transaction)
    lots = Lot.objects.filter(pk__in=came)
    return sum(min(lot.remaining_minor - lot.reserved_minor, came[lot.pk]) for lot in lots)


def find_other_side(*, transfer: Transaction) -> Transaction | None:
    """The entry that was written beside a transfer's: the nearest by number, for a reference may be used again."""
    sides = Transaction.objects.filter(
        type=TransactionType.TRANSFER,
        reference=transfer.reference,
        currency=transfer.currency,
        amount_minor=-transfer.amount_minor,
        created_at=transfer.created_at,
    )
    if transfer.amount_minor > 0:
        return sides.filter(number__lt=transfer.number).order_by("-number").first()
    return sides.filter(number__gt=transfer.number).order_by("number").first()
