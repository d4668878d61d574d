from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from giftcards.models import EventKind
from ledger.queries import Transaction


def list_refundable(*, account_id: int) -> QuerySet[Transaction]:
    """
    The redemptions of an account of which not all has come back, newest first.

    Each carries `left_minor`: what refunds of it may still give back, in minor units.
    """
    undone = Transaction.objects.filter(reverses_id=OuterRef("pk")).order_by().values("reverses_id")
    came_back = Subquery(undone.annotate(total_minor=Sum("amount_minor")).values("total_minor"))
    return (
        Transaction.objects.filter(account_id=account_id, type=EventKind.REDEEM)
        .annotate(left_minor=-F("amount_minor") - Coalesce(came_back, 0))
        .filter(left_minor__gt=0)
        .order_by("-sequence")
    )
