"""Whom a customer who was merged into another has become, and where what was theirs is now."""

from django.db.models import F

from ledger.models import Account, AccountKind


def find_heir_id(*, account_id: int) -> int | None:
    """
    The store credit, in the same currency, of whom the account's customer was merged into; None if they were not.

    Merging opens one for each that it closes.
    """
    heirs = Account.objects.filter(
        kind=AccountKind.STORE_CREDIT,
        customer__merged__accounts=account_id,
        customer__merged__accounts__kind=AccountKind.STORE_CREDIT,
        currency=F("customer__merged__accounts__currency"),
    )
    found: int | None = heirs.values_list("pk", flat=True).first()
    return found


def list_former_account_ids(*, customer_id: int) -> list[int]:
    """The store credit, closed since, of whoever was merged into somebody."""
    former = Account.objects.filter(kind=AccountKind.STORE_CREDIT, customer__merged_into=customer_id)
    return list(former.order_by("pk").values_list("pk", flat=True))
