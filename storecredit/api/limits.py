"""
How often a client may call: one fixed window per client, counted in the cache, which all processes of a deployment
share once REDIS_URL names one.

Add and increment are atomic there, so nothing is lost when many requests arrive at once.
"""

from datetime import datetime

from django.core.cache import cache
from redis import RedisError

from storecredit.api.problems import Busy, TooManyRequests
from storecredit.api.rates import parse_rate


def count_request(*, client_id: int | str, rate: str, now: datetime) -> None:
    """
    Count one request of a client.

    :param client_id: its primary key, or a text without blanks for one that is known otherwise, as by its address.
    :raises TooManyRequests: beyond the client's rate, with the seconds until its window ends.
    :raises Busy: if the cache cannot be reached. Without a count there is no limit, so nobody comes in uncounted.
    """
    limit = parse_rate(rate)
    window, elapsed_seconds = divmod(int(now.timestamp()), limit.period_seconds)
    key = f"api-rate:{client_id}:{limit.period_seconds}:{window}"
    try:
        count = _count(key, timeout_seconds=limit.period_seconds + 1)
    except RedisError as error:
        raise Busy from error
    if count > limit.most:
        raise TooManyRequests(wait_seconds=limit.period_seconds - elapsed_seconds)


def _count(key: str, *, timeout_seconds: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # the first of its window
        if cache.add(key, 1, timeout=timeout_seconds):
            return 1
    try:
        return cache.incr(key)  # somebody else was the first
    except ValueError:  # the window ended, and its counter with it, between the two calls
        return 1
