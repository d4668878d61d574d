"""
How often somebody may name a code or an account's number that does not exist.

Either is worth money to whoever guesses it. So misses are counted, and beyond the limit nothing is looked up for
whoever it is any more, neither misses nor hits, for a time that grows while it goes on. They are counted at a row of
theirs, which every process of a deployment sees whether or not it has a shared cache: a guesser must not gain by asking
them in turn. Only misses write there, and no more of them than the limit allows.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Value, When

from ledger.guessing import LookUpsStopped, looking
from storecredit.api.callers import Caller
from storecredit.api.models import ApiClient, PersonLookUps
from storecredit.api.rates import Rate, parse_rate

logger = logging.getLogger(__name__)

FIRST_WAIT_SECONDS: Final = 30
LONGEST_WAIT_SECONDS: Final = 15 * 60
#: What a person at the back office may get wrong.
PERSONS_MISS_LIMIT: Final = parse_rate("60/h")


@dataclass
class CountedLooker:
    """
    Somebody whose misses are counted at a row of theirs, once for each secret of a request.

    Inside a transaction, which a refusal takes back, they are kept until it has ended: see `looking_as`.
    """

    #: Gives the row; most requests miss nothing and never need it.
    find_rows: Callable[[], QuerySet[Any]]
    limit: Rate
    label: str
    now: datetime
    stopped_until: datetime | None
    _seen: set[str] = field(default_factory=set)
    _kept: int = 0
    #: How many more may be missed, as far as it is known.
    _left: int | None = None
    _depth: tuple[bool, int] = field(default_factory=lambda: _depth())

    def admit(self) -> None:
        """
        Let them look something up.

        :raises LookUpsStopped: if they have to wait, whether or not there is what they name.
        """
        until = self.stopped_until
        if until is not None and until > self.now:
            raise LookUpsStopped(wait_seconds=max(1, round((until - self.now).total_seconds())))
        if self._left is not None and self._kept >= self._left:
            raise LookUpsStopped(wait_seconds=self._next_wait()[1])

    def missed(self, secret: str) -> None:
        """Count a secret that does not exist, or not for them."""
        bare = secret.replace("-", "").upper()
        if bare in self._seen:
            return
        self._seen.add(bare)
        if _depth() == self._depth:
            self._count(1)
            return
        self._kept += 1
        if self._left is None:
            self._left = self.limit.most - self._running_misses()

    def count_what_was_kept(self) -> None:
        """Count what was missed in a transaction, after its end."""
        kept, self._kept = self._kept, 0
        if kept:
            self._count(kept)

    def _count(self, misses: int) -> None:
        period = timedelta(seconds=self.limit.period_seconds)
        # A time begins with its first miss and ends by itself; the increment is the database's, so that none is lost.
        running = Q(look_up_misses_from__gt=self.now - period)
        self.find_rows().update(
            look_up_misses=Case(When(running, then=F("look_up_misses") + misses), default=Value(misses)),
            look_up_misses_from=Case(When(running, then=F("look_up_misses_from")), default=Value(self.now)),
        )
        counted, waits, until = (
            self.find_rows().values_list("look_up_misses", "look_up_waits", "look_ups_stopped_until").get()
        )
        if counted >= self.limit.most:
            self._stop(counted, waits, until)

    def _stop(self, counted: int, waits: int, until: datetime | None) -> None:
        round_number, wait_seconds = self._wait_after(waits, until)
        self.stopped_until = self.now + timedelta(seconds=wait_seconds)
        # Of several misses at once one alone begins the wait, so that it doubles once.
        begun = (
            self.find_rows()
            .filter(
                Q(look_ups_stopped_until__isnull=True) | Q(look_ups_stopped_until__lte=self.now), look_up_waits=waits
            )
            .update(
                look_up_waits=min(round_number + 1, 16),
                look_ups_stopped_until=self.stopped_until,
                look_ups_limited_at=self.now,
            )
        )
        if begun:
            logger.warning(
                "%s named %d unknown card codes or accounts: none is looked up for them for %d s.",
                self.label,
                counted,
                wait_seconds,
            )

    def _wait_after(self, waits: int, until: datetime | None) -> tuple[int, int]:
        """Which wait comes next, and its seconds. What was is forgotten after as long a time as the limit speaks of."""
        is_forgotten = until is None or until + timedelta(seconds=self.limit.period_seconds) <= self.now
        round_number = 0 if is_forgotten else waits
        return round_number, min(FIRST_WAIT_SECONDS * 2**round_number, LONGEST_WAIT_SECONDS)

    def _next_wait(self) -> tuple[int, int]:
        found = self.find_rows().values_list("look_up_waits", "look_ups_stopped_until").first()
        return self._wait_after(*(found or (0, None)))

    def _running_misses(self) -> int:
        since = self.now - timedelta(seconds=self.limit.period_seconds)
        running = self.find_rows().filter(look_up_misses_from__gt=since)
        return running.values_list("look_up_misses", flat=True).first() or 0


@contextmanager
def looking_as(looker: CountedLooker | None) -> Iterator[None]:
    """Who looks things up in here. What they missed is counted whatever became of it."""
    if looker is None:
        yield
        return
    try:
        with looking(looker):
            yield
    finally:
        looker.count_what_was_kept()


def looker_of_client(*, caller: Caller, now: datetime) -> CountedLooker:
    """An API client, by its own limit."""
    return CountedLooker(
        find_rows=lambda: ApiClient.objects.filter(pk=caller.client_id),
        limit=parse_rate(caller.miss_limit),
        label=f"The API client {caller.client_name}",
        now=now,
        stopped_until=caller.look_ups_stopped_until,
    )


@dataclass
class PersonLooker(CountedLooker):
    """Somebody at the back office, whose row is read and made when they first look something up."""

    person_id: int = 0
    _is_known: bool = False

    def admit(self) -> None:
        """
        Let them look something up.

        :raises LookUpsStopped: if they have to wait.
        """
        if not self._is_known:
            self.stopped_until = self.find_rows().values_list("look_ups_stopped_until", flat=True).first()
            self._is_known = True
        super().admit()

    def _count(self, misses: int) -> None:
        PersonLookUps.objects.bulk_create([PersonLookUps(person_id=self.person_id)], ignore_conflicts=True)
        super()._count(misses)


def looker_of_person(*, person_id: int, name: str, now: datetime) -> PersonLooker:
    """Somebody at the back office."""
    return PersonLooker(
        find_rows=lambda: PersonLookUps.objects.filter(person=person_id),
        limit=PERSONS_MISS_LIMIT,
        label=f"The login {name}",
        now=now,
        stopped_until=None,
        person_id=person_id,
    )


def _depth() -> tuple[bool, int]:
    """How deep in transactions this thread is."""
    return connection.in_atomic_block, len(connection.savepoint_ids)
