from django.db.models import F, QuerySet

from giftcards.models import EventKind
from ledger.queries import Transaction, undone_minor


def list_refundable(*, account_id: int) -> QuerySet[Transaction]:
    """
    The redemptions of an account of which not all has come back, newest first.

    Each carries `left_minor`: what refunds of it may still give back, in minor units.
    """
    return (
        Transaction.objects.filter(account_id=account_id, type=EventKind.REDEEM)
        .annotate(left_minor=-F("amount_minor") - undone_minor())
        .filter(left_minor__gt=0)
        .order_by("-sequence")
    )
