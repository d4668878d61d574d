"""What the shop owes, by currency: amounts of two currencies are never added up."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, Sum, Value

from ledger.models import Lot
from ledger.queries.sums import AccountSums, list_account_sums
from ledger.rowwise import row_by_row

EXPIRY_DAYS = (30, 60, 90)
#: The accounts of more than so many are joined at once: looked up one by one, they would take longer than all of them.
MANY_LOTS = 5000
#: Before everything.
EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Liability:
    """
    What is owed in one currency, test money left out. Amounts in minor units.

    `expiring_minor` is credit that expires within 30, 60 and 90 days, each with what the shorter ones hold.
    `overdue_minor` has expired, cannot be spent and waits for the next sweep.
    """

    currency: str
    accounts: int
    owed_minor: int
    held_minor: int
    overdue_minor: int
    expiring_minor: tuple[int, ...]


def sum_liabilities(*, now: datetime) -> list[Liability]:
    """What is owed in each currency with a balance, by currency."""
    owed: dict[str, list[AccountSums]] = {}
    for sums in list_account_sums():
        if not sums.test_mode and sums.with_balance:
            owed.setdefault(sums.currency, []).append(sums)
    expiring = _sum_expiring(now)
    return [
        Liability(
            currency=currency,
            accounts=sum(sums.with_balance for sums in kinds),
            owed_minor=sum(sums.balance_minor for sums in kinds),
            held_minor=sum(sums.held_minor for sums in kinds),
            overdue_minor=expiring.get(currency, Counter())["overdue"],
            expiring_minor=tuple(expiring.get(currency, Counter())[f"within_{days}"] for days in EXPIRY_DAYS),
        )
        for currency, kinds in owed.items()
    ]


def _sum_expiring(now: datetime) -> dict[str, Counter[str]]:
    """
    What has expired and what soon does, by currency. Lots do not know whether they are test money: that is taken off.
    """
    parts = {
        f"within_{days}": Sum(
            "remaining_minor", filter=Q(expires_at__gt=now, expires_at__lte=now + timedelta(days=days)), default=0
        )
        for days in EXPIRY_DAYS
    } | {"overdue": Sum("remaining_minor", filter=Q(expires_at__lte=now), default=0)}
    # From both sides: a planner without figures takes a range that is open on one for a third of the table.
    in_time = Lot.objects.open().filter(expires_at__gt=EVER, expires_at__lte=now + timedelta(days=max(EXPIRY_DAYS)))
    many = in_time.order_by("expires_at", "pk")[MANY_LOTS : MANY_LOTS + 1].exists()
    of_tests = (in_time if many else row_by_row(in_time)).filter(account__test_mode=True)
    all_of_them, theirs = (
        lots.order_by().values("currency").annotate(sign=Value(sign), **parts)
        for lots, sign in ((in_time, 1), (of_tests, -1))
    )
    found: dict[str, Counter[str]] = {}
    both: Any = all_of_them.union(theirs, all=True)  # one statement sees both at one moment
    for row in both:
        sums = found.setdefault(row["currency"], Counter())
        sums.update({name: row["sign"] * row[name] for name in parts})
    return found
