"""
What pages show of a cut and what takes long to add up: it never changes, so the second who looks need not wait.

By the cut's digest, which no other cut has, here or elsewhere. Only pages recall; reports, files and journals are added
up anew each time.
"""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS
from redis import RedisError

from ledger.queries import Cut, find_digest
from storecredit.finance.queries.ageing import Ageing, sum_ages
from storecredit.finance.queries.breakage import Cohort, CohortSums, list_cohorts, sum_cohorts

T = TypeVar("T")

#: So long it is remembered where somebody has looked.
_SECONDS = 3600


def recall_ages(*, cut: Cut, using: str = DEFAULT_DB_ALIAS) -> list[Ageing]:
    """What `sum_ages` says of a cut, for a page."""
    return _recall("ages", cut, using, lambda: sum_ages(cut=cut, using=using))


def recall_cohorts(*, cut: Cut) -> list[Cohort]:
    """What `list_cohorts` says of a cut, for a page. Rates and what was recognised are those of now."""
    sums: CohortSums = _recall("cohorts", cut, DEFAULT_DB_ALIAS, lambda: sum_cohorts(cut=cut))
    return list_cohorts(cut=cut, sums=sums)


def _recall(what: str, cut: Cut, using: str, add_up: Callable[[], T]) -> T:
    key = f"finance:{what}:{find_digest(number=cut.number, using=using)}"
    try:
        found: T | None = cache.get(key)
        if found is None:
            found = add_up()
            cache.set(key, found, _SECONDS)
    except RedisError:
        return add_up()
    return found
