"""
What one account held as of any moment, lot by lot.

What a lot held then is what it holds now and what was taken from it since; until when it lived is what its history
says. So it costs what the account has done since, and the lots that are open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from ledger.queries import Account, Hold, Lot, LotExpiry, LotUse, Transaction
from storecredit.finance.errors import DoesNotAddUp


@dataclass(frozen=True, slots=True)
class BalanceThen:
    """
    What an account held, by what had happened before a moment, in minor units.

    :param held_minor: what holds set aside that were open then.
    :param expired_minor: of credit that had expired, was not swept yet and not held.
    """

    balance_minor: int
    held_minor: int
    expired_minor: int

    @property
    def spendable_minor(self) -> int:
        """What could be spent, by the same rule as today's: the balance without what was held and what had expired."""
        return self.balance_minor - self.held_minor - self.expired_minor


def get_balance_then(*, account: Account, at: datetime) -> BalanceThen:
    """
    What an account held as of a moment. An entry of the very moment came after it.

    :raises DoesNotAddUp: if its lots contradict its entries.
    """
    last = Transaction.objects.filter(account=account, created_at__lt=at).order_by("-sequence").first()
    if last is None:
        return BalanceThen(0, 0, 0)
    lots = _list_lots(account, last.sequence)
    if sum(lots.values()) != last.balance_after_minor:
        raise DoesNotAddUp(what=account.number, expected_minor=last.balance_after_minor, found_minor=sum(lots.values()))
    held = Hold.objects.filter(account=account, created_at__lt=at).filter(Q(closed_at=None) | Q(closed_at__gte=at))
    by_lot = dict(held.values_list("hold_lots__lot").annotate(Sum("hold_lots__amount_minor")).order_by())
    expired = sum(lots[lot] - by_lot.get(lot, 0) for lot in _find_expired(lots, at))
    return BalanceThen(last.balance_after_minor, sum(by_lot.values()), expired)


def _list_lots(account: Account, sequence: int) -> dict[int, int]:
    """What each lot held after an entry of its account, by its id; those that held nothing are left out."""
    since = {"transaction__account": account, "transaction__sequence__gt": sequence}
    taken = dict(LotUse.objects.filter(**since).values_list("lot").annotate(Sum("amount_minor")).order_by())
    lots = Lot.objects.filter(Q(account=account, remaining_minor__gt=0) | Q(pk__in=list(taken)))
    born_before = lots.filter(transaction__sequence__lte=sequence).values_list("pk", "remaining_minor")
    held = {lot: remaining + taken.get(lot, 0) for lot, remaining in born_before}
    return {lot: minor for lot, minor in held.items() if minor}


def _find_expired(lots: Mapping[int, int], at: datetime) -> set[int]:
    """Those that lived until a moment at most, by what was known of them then."""
    ends = dict(Lot.objects.filter(pk__in=list(lots)).values_list("pk", "expires_at"))
    changes = LotExpiry.objects.filter(lot__in=list(lots), created_at__gte=at).order_by("-id")
    # The first change after the moment tells what it was before.
    ends |= dict(changes.values_list("lot_id", "before"))
    return {lot for lot, end in ends.items() if end is not None and end <= at}
