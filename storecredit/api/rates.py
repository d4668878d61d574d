"""Rates as staff write them: `600/min`, `60/h`."""

import re
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext

_SECONDS = {"s": 1, "sec": 1, "min": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}
_RATE = re.compile(r"([1-9][0-9]{0,8})/(s|sec|min|h|hour|d|day)", re.ASCII)


class Rate(NamedTuple):
    """At most `most` in each window of `period_seconds`."""

    most: int
    period_seconds: int


@lru_cache(maxsize=1024)
def parse_rate(text: str) -> Rate:
    """
    Read a rate such as `600/min`.

    :raises ValueError: if it is not a whole number above 0, a slash and one of s, sec, min, h, hour, d, day.
    """
    found = _RATE.fullmatch(text)
    if found is None:
        raise ValueError(
            gettext("%(text)r is not a rate: write a whole number and a unit, such as 600/min, 10/s or 60/h.")
            % {"text": text}
        )
    return Rate(most=int(found[1]), period_seconds=_SECONDS[found[2]])
