"""
How often a client may name a card's code that no card has.

A code is worth money to whoever guesses it. So misses are counted, and beyond the client's limit nothing is looked up
for it any more, neither misses nor hits, for a time that grows while it goes on. They are counted at the client's row,
which every process of a deployment sees whether or not it has a shared cache: a guesser must not gain by asking them in
turn. Only misses write there, and no more of them than the limit allows.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Case, F, Q, Value, When

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
    until = caller.look_ups_stopped_until
    if until is not None and until > now:
        raise TooManyMisses(wait_seconds=max(1, round((until - now).total_seconds())))


def count_miss(*, caller: Caller, now: datetime) -> None:
    """Count a code that no card has; with the last one that the limit allows the wait begins."""
    limit = parse_rate(caller.miss_limit)
    period = timedelta(seconds=limit.period_seconds)
    rows = ApiClient.objects.filter(pk=caller.client_id)
    # A time begins with its first miss and ends by itself; the increment is the database's, so that none is lost.
    running = Q(look_up_misses_from__gt=now - period)
    rows.update(
        look_up_misses=Case(When(running, then=F("look_up_misses") + 1), default=Value(1)),
        look_up_misses_from=Case(When(running, then=F("look_up_misses_from")), default=Value(now)),
    )
    misses, waits, until = rows.values_list("look_up_misses", "look_up_waits", "look_ups_stopped_until").get()
    if misses < limit.most:
        return
    # What was is forgotten when the client has been well-behaved for as long as its limit speaks of.
    round_number = 0 if until is None or until + period <= now else waits
    wait_seconds = min(FIRST_WAIT_SECONDS * 2**round_number, LONGEST_WAIT_SECONDS)
    # Of several misses at once one alone begins the wait, so that it doubles once.
    begun = rows.filter(
        Q(look_ups_stopped_until__isnull=True) | Q(look_ups_stopped_until__lte=now), look_up_waits=waits
    ).update(
        look_up_waits=min(round_number + 1, 16),
        look_ups_stopped_until=now + timedelta(seconds=wait_seconds),
        look_ups_limited_at=now,
    )
    if begun:
        logger.warning(
            "The API client %s named %d unknown card codes: no code is looked up for it for %d s.",
            caller.client_name,
            misses,
            wait_seconds,
        )
