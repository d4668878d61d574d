"""What an account had when a period began, what moved it, and what it had when the period ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ledger.errors import StatementTooLong
from ledger.models import Account, Transaction


@dataclass(frozen=True, slots=True)
class Statement:
    """
    The movements of one account in a period, oldest first, between two balances. Amounts in minor units.

    What holds set aside is part of a balance; what has expired is so until the sweep books it.
    """

    account: Account
    opening_minor: int
    entries: list[Transaction]

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.came_minor + self.went_minor

    @property
    def came_minor(self) -> int:
        return sum(entry.amount_minor for entry in self.entries if entry.amount_minor > 0)

    @property
    def went_minor(self) -> int:
        return sum(entry.amount_minor for entry in self.entries if entry.amount_minor < 0)


def list_statements(*, account_ids: Collection[int], since: datetime, until: datetime, at_most: int) -> list[Statement]:
    """
    A statement of each of these accounts, store credit first, by currency.

    :param until: the first moment that is not of the period any more.
    :param at_most: how many movements there may be in all.
    :raises StatementTooLong: if there are more.
    """
    moved = Transaction.objects.filter(account_id__in=account_ids, created_at__gte=since, created_at__lt=until)
    entries = list(moved.order_by("account_id", "sequence").select_related("reverses")[: at_most + 1])
    if len(entries) > at_most:
        raise StatementTooLong(at_most=at_most)
    return [
        Statement(
            account=account,
            opening_minor=_balance_before(account, since),
            entries=[entry for entry in entries if entry.account_id == account.pk],
        )
        for account in Account.objects.filter(pk__in=account_ids).order_by("-kind", "currency", "pk")
    ]


def _balance_before(account: Account, moment: datetime) -> int:
    # An account's entries never go back in time, and each carries the sum of all up to it.
    before = account.transactions.filter(created_at__lt=moment).order_by("-sequence")
    return before.values_list("balance_after_minor", flat=True).first() or 0
