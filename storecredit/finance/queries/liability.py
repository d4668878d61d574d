"""What is owed as of a cut, from its kept sums alone."""

from collections import defaultdict

from django.db import DEFAULT_DB_ALIAS

from ledger.queries import Cut, list_closings
from storecredit.finance.queries.roll_forward import Kept


def sum_owed(*, cut: Cut, using: str = DEFAULT_DB_ALIAS) -> dict[Kept, int]:
    """What was owed at a cut by currency, kind and funding, in minor units; test money is in none."""
    owed: dict[Kept, int] = defaultdict(int)
    for bucket, figure in list_closings(number=cut.number, using=using).items():
        if not bucket.test_mode:
            owed[Kept(bucket.currency, bucket.kind, bucket.funding)] += figure.closing_minor
    return {kept: minor for kept, minor in sorted(owed.items()) if minor}
