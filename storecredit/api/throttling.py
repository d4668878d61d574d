"""
How often a client may call: one fixed window per client, counted in the cache, which all processes of a deployment
share once REDIS_URL names one.

Add and increment are atomic there, so nothing is lost when many requests arrive at once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.core.cache import cache
from redis import RedisError
from rest_framework.throttling import BaseThrottle

from storecredit.api.problems import Busy
from storecredit.api.rates import parse_rate
from storecredit.client_address import client_address


@dataclass(frozen=True, slots=True)
class Window:
    """The window of time that a moment falls into, of one who is counted."""

    key: str
    most: int
    period_seconds: int
    left_seconds: int

    def count(self) -> int:
        """
        Count one request.

        :raises Busy: if the cache cannot be reached. Without a count there is no limit, so nobody comes in uncounted.
        """
        try:
            return _count(self.key, timeout_seconds=self.period_seconds + 1)
        except RedisError as error:
            raise Busy from error

    def read(self) -> int | None:
        """How many were counted; None if the cache cannot be reached."""
        try:
            return int(cache.get(self.key, 0))
        except RedisError:
            return None

    def headers(self, count: int) -> dict[str, str]:
        """What a client is told of its rate."""
        return {
            "RateLimit-Limit": str(self.most),
            "RateLimit-Remaining": str(max(self.most - count, 0)),
            "RateLimit-Reset": str(self.left_seconds),
        }


def window_at(now: datetime, *, ident: int | str, rate: str) -> Window:
    """
    The window that a request falls into.

    :param ident: a client's primary key, or a text without blanks for one that is known otherwise, as by its address.
    """
    limit = parse_rate(rate)
    number, elapsed_seconds = divmod(int(now.timestamp()), limit.period_seconds)
    return Window(
        key=f"api-rate:{ident}:{limit.period_seconds}:{number}",
        most=limit.most,
        period_seconds=limit.period_seconds,
        left_seconds=limit.period_seconds - elapsed_seconds,
    )


class ClientRateThrottle(BaseThrottle):
    """Each client by its own rate."""

    _window: Window

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether the client is within its rate, of which it is told with every answer."""
        self._window = self.window_of(request)
        count = self._window.count()
        request.rate_headers = self._window.headers(count)
        return count <= self._window.most

    def wait(self) -> float:
        """The seconds until the window ends."""
        return self._window.left_seconds

    def window_of(self, request: Any) -> Window:
        """Whose requests are counted together."""
        return window_at(request.now, ident=request.auth.client_id, rate=request.auth.rate)


class AddressRateThrottle(ClientRateThrottle):
    """Whoever calls without a key, by their address. Derive from it and name the rate."""

    rate: ClassVar[str]

    def window_of(self, request: Any) -> Window:
        address = client_address(request._request)
        return window_at(request.now, ident=f"address-{address}", rate=self.rate)


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
