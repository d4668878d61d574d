"""
How much each client calls, and from where: counted in the process, and added to the database once in a while.

So a request costs no statement for it. Whoever serves requests keeps `UseWriter` running; of a process that is killed
what was counted since the last time is lost, at most `WRITTEN_EVERY_SECONDS` of it, and nothing of one that is stopped.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from threading import Event, Lock, Thread
from typing import Any, Final, NamedTuple

from django.db import DatabaseError, IntegrityError, InterfaceError, connection, connections
from django.utils import timezone

from storecredit.api.models import UseOutcome

logger = logging.getLogger(__name__)

WRITTEN_EVERY_SECONDS: Final = 30

_ADD = """
    INSERT INTO api_clientuse (client_id, day, dialect, outcome, count, last_at, last_address) VALUES {rows}
    ON CONFLICT (client_id, day, dialect, outcome) DO UPDATE SET
        count = api_clientuse.count + excluded.count,
        last_address = CASE WHEN excluded.last_at >= api_clientuse.last_at
                            THEN excluded.last_address ELSE api_clientuse.last_address END,
        last_at = CASE WHEN excluded.last_at >= api_clientuse.last_at
                       THEN excluded.last_at ELSE api_clientuse.last_at END
"""
_ROWS_AT_ONCE: Final = 500
_ADDRESS_LENGTH: Final = 45


class _Of(NamedTuple):
    """What calls are counted apart by."""

    client_id: int
    day: date
    dialect: str
    outcome: str


@dataclass(slots=True)
class _Tally:
    count: int
    last_at: datetime
    last_address: str

    def add(self, other: "_Tally") -> None:
        self.count += other.count
        if other.last_at >= self.last_at:
            self.last_at, self.last_address = other.last_at, other.last_address


_tallies: dict[_Of, _Tally] = {}
_lock = Lock()


def count_use(*, client_id: int, dialect: str, outcome: UseOutcome, address: str, now: datetime) -> None:
    """Count one call of a client."""
    day = timezone.localdate(now, timezone.get_default_timezone())
    _put({_Of(client_id, day, dialect, outcome.value): _Tally(1, now, address[:_ADDRESS_LENGTH])})


def write_use() -> int:
    """
    Add what was counted to the database; what could not be added is kept for the next time.

    :returns: how many calls.
    """
    with _lock:
        taken = dict(_tallies)
        _tallies.clear()
    rest = dict(sorted(taken.items()))
    try:
        while rest:
            portion = {of: rest[of] for of in list(rest)[:_ROWS_AT_ONCE]}
            _add_what_fits(portion)
            rest = {of: tally for of, tally in rest.items() if of not in portion}
    except (DatabaseError, InterfaceError) as error:
        logger.warning("The calls of API clients could not be counted now: %s", str(error).strip())
        _put(rest)
    return sum(tally.count for tally in taken.values()) - sum(tally.count for tally in rest.values())


def outcome_of(status: int) -> UseOutcome:
    """What a call came to, by the status of its answer."""
    if status < 400:
        return UseOutcome.ANSWERED
    if status >= 500:
        return UseOutcome.FAILED
    return _OUTCOMES.get(status, UseOutcome.REFUSED)


_OUTCOMES: Final = {403: UseOutcome.NOT_ALLOWED, 404: UseOutcome.NOT_FOUND, 429: UseOutcome.TOO_MANY}


class UseWriter(Thread):
    """Writes what was counted, until it is told to stop; then once more."""

    def __init__(self, *, every_seconds: float = WRITTEN_EVERY_SECONDS) -> None:
        super().__init__(name="use-writer", daemon=True)
        self._every_seconds, self._stopping = every_seconds, Event()

    def run(self) -> None:
        """Until it is stopped."""
        while not self._stopping.wait(self._every_seconds):
            self._write()
        self._write()

    def stop(self) -> None:
        """Have the rest written, and wait for it."""
        self._stopping.set()
        self.join(timeout=10)

    def _write(self) -> None:
        try:
            write_use()
        finally:
            connections.close_all()


def _put(tallies: dict[_Of, _Tally]) -> None:
    with _lock:
        for of, tally in tallies.items():
            if of in _tallies:
                _tallies[of].add(tally)
            else:
                _tallies[of] = tally


def _add_what_fits(tallies: dict[_Of, _Tally]) -> None:
    """Add all of them; of a client that the database does not know any more, nothing, now or the next time."""
    try:
        _add(tallies)
    except IntegrityError as error:
        if len(tallies) == 1:
            logger.warning("The calls of a client that is gone are not counted: %s", str(error).strip())
            return
        for of, tally in tallies.items():
            _add_what_fits({of: tally})


def _add(tallies: dict[_Of, _Tally]) -> None:
    values: list[Any] = []
    for of, tally in tallies.items():
        last_at = connection.ops.adapt_datetimefield_value(tally.last_at)
        day = connection.ops.adapt_datefield_value(of.day)
        values += [of.client_id, day, of.dialect, of.outcome, tally.count, last_at, tally.last_address]
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(tallies))
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(rows=rows), values)
