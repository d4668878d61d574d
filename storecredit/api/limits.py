"""How often a client may call, for views that count by themselves."""

from datetime import datetime

from storecredit.api.problems import TooManyRequests
from storecredit.api.throttling import window_at


def count_request(*, client_id: int | str, rate: str, now: datetime) -> None:
    """
    Count one request of a client.

    :raises TooManyRequests: beyond the client's rate, with the seconds until its window ends.
    :raises Busy: if the cache cannot be reached.
    """
    window = window_at(now, ident=client_id, rate=rate)
    if window.count() > window.most:
        raise TooManyRequests(wait_seconds=window.left_seconds)
