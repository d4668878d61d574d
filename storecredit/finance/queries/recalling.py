"""
What pages show of a cut and what takes long to add up: it never changes, so the second who looks need not wait.

By the cut's digest, which no other cut has, here or elsewhere. Cohorts of an earlier cut are remembered, too: a later
one adds to them what came after it, so that who looks at a new cut waits for what is new. Only pages recall; reports,
files and journals are added up anew each time.
"""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS
from redis import RedisError

from ledger.queries import Cut, find_digest
from storecredit.finance.queries.ageing import Ageing, sum_ages
from storecredit.finance.queries.breakage import Cohort, CohortSums, list_cohorts, sum_cohorts

T = TypeVar("T")

#: So long it is remembered where somebody has looked.
_SECONDS = 30 * 24 * 3600
#: So many cuts back it is looked for whether one is remembered to which the later ones can be added.
_CUTS_BACK = 62


def recall_ages(*, cut: Cut, using: str = DEFAULT_DB_ALIAS) -> list[Ageing]:
    """What `sum_ages` says of a cut, for a page."""
    return _recall("ages", cut, using, lambda: sum_ages(cut=cut, using=using))


def recall_cohorts(*, cut: Cut) -> list[Cohort]:
    """What `list_cohorts` says of a cut, for a page. Rates and what was recognised are those of now."""
    sums: CohortSums = _recall(
        "cohorts", cut, DEFAULT_DB_ALIAS, lambda: sum_cohorts(cut=cut, since=_find_earlier_cohorts(cut))
    )
    return list_cohorts(cut=cut, sums=sums)


def _find_earlier_cohorts(cut: Cut) -> tuple[Cut, CohortSums] | None:
    """The newest cut before one whose cohorts are remembered, and those."""
    before = Cut.objects.filter(number__lt=cut.number, seal__isnull=False).select_related("seal").order_by("-number")
    try:
        for each in before[:_CUTS_BACK]:
            remembered: CohortSums | None = cache.get(_key_of("cohorts", each.seal.digest))
            if remembered is not None:
                return each, remembered
    except RedisError:
        return None
    return None


def _recall(what: str, cut: Cut, using: str, add_up: Callable[[], T]) -> T:
    key = _key_of(what, find_digest(number=cut.number, using=using))
    try:
        found: T | None = cache.get(key)
        if found is None:
            found = add_up()
            cache.set(key, found, _SECONDS)
    except RedisError:
        return add_up()
    return found


def _key_of(what: str, digest: str | None) -> str:
    # A year's cohort begins with the year of the shop's zone.
    return f"finance:{what}:{settings.TIME_ZONE}:{digest}"
