"""
How often a client may name a card's code that no card has.

A code is worth money to whoever guesses it. So misses are counted, and beyond the client's limit nothing is looked up
for it any more, neither misses nor hits, for a time that grows while it goes on. Counted with the cache's atomic add
and increment, where all processes of a deployment see it.
"""

import logging
from datetime import datetime
from typing import Final

from django.core.cache import cache

from storecredit.api.callers import Caller
from storecredit.api.models import ApiClient
from storecredit.api.problems import TooManyMisses
from storecredit.api.rates import parse_rate

logger = logging.getLogger(__name__)

FIRST_WAIT_SECONDS: Final = 30
LONGEST_WAIT_SECONDS: Final = 15 * 60


def require_look_ups(*, caller: Caller, now: datetime) -> None:
    """
    Refuse a client that has to wait.

    :raises TooManyMisses: with the seconds until a code is looked up for it again.
    """
    until = cache.get(_waits(caller))
    if until is not None and until > now.timestamp():
        raise TooManyMisses(wait_seconds=max(1, round(until - now.timestamp())))


def count_miss(*, caller: Caller, now: datetime) -> None:
    """Count a code that no card has; with the last one that the limit allows the wait begins."""
    limit = parse_rate(caller.miss_limit)
    misses = _count(f"card-misses:{caller.client_id}", limit.period_seconds)
    if misses < limit.most:
        return
    waits = cache.get(_rounds(caller), 0)
    wait_seconds = min(FIRST_WAIT_SECONDS * 2**waits, LONGEST_WAIT_SECONDS)
    # Of several misses at once one alone begins the wait, so that it doubles once.
    if not cache.add(_waits(caller), now.timestamp() + wait_seconds, timeout=wait_seconds):
        return
    # It is forgotten when the client has been well-behaved for as long as its limit speaks of.
    cache.set(_rounds(caller), min(waits + 1, 16), timeout=wait_seconds + limit.period_seconds)
    ApiClient.objects.filter(pk=caller.client_id).update(look_ups_limited_at=now)
    logger.warning(
        "The API client %s named %d unknown card codes: no code is looked up for it for %d s.",
        caller.client_name,
        misses,
        wait_seconds,
    )


def _count(key: str, seconds: int) -> int:
    """Count one more within a time that began with the first."""
    if cache.add(key, 1, timeout=seconds):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # the time ended, and its counter with it, between the two calls
        cache.add(key, 1, timeout=seconds)
        return 1


def _waits(caller: Caller) -> str:
    return f"card-look-ups-wait:{caller.client_id}"


def _rounds(caller: Caller) -> str:
    return f"card-look-ups-rounds:{caller.client_id}"
