from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, QuerySet

from ledger.models import Hold, Lot, Transaction


def list_transactions(
    *,
    account_ids: Iterable[int],
    type: str = "",
    created_from: datetime | None = None,
    created_before: datetime | None = None,
) -> QuerySet[Transaction]:
    """Transactions of these accounts, newest first, with the lots that they brought in at hand."""
    found = Transaction.objects.filter(account_id__in=list(account_ids))
    if type:
        found = found.filter(type=type)
    if created_from:
        found = found.filter(created_at__gte=created_from)
    if created_before:
        found = found.filter(created_at__lt=created_before)
    return found.order_by("-number").prefetch_related("lots")


def list_open_lots(*, account_ids: Iterable[int]) -> QuerySet[Lot]:
    """Credit that is left, in the order in which it will be spent."""
    lots = Lot.objects.filter(account_id__in=list(account_ids)).open()
    return lots.order_by("account__currency", "account_id", F("expires_at").asc(nulls_last=True), "id").select_related(
        "account", "transaction"
    )


def list_holds(*, account_ids: Iterable[int], open_only: bool = True) -> QuerySet[Hold]:
    """Holds, newest first."""
    holds = Hold.objects.filter(account_id__in=list(account_ids))
    return (holds.open() if open_only else holds).order_by("-pk").select_related("account")
