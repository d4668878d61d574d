"""The whole days, in the shop's time zone, that a command is asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.days import first_moment_of
from ledger.management.cells import read_day
from ledger.management.job import COULD_NOT_RUN


@dataclass(frozen=True, slots=True)
class Span:
    """From the first day to the last, both within; None: without an end on that side."""

    first: date | None
    last: date | None

    @property
    def begin(self) -> datetime | None:
        """The moment with which it begins."""
        return first_moment_of(self.first, timezone.get_default_timezone()) if self.first else None

    @property
    def end(self) -> datetime | None:
        """The first moment after it."""
        return first_moment_of(self.last + timedelta(days=1), timezone.get_default_timezone()) if self.last else None


def add_span_arguments(parser: CommandParser) -> None:
    """Add `--from` and `--to`."""
    parser.add_argument("--from", dest="first", metavar="DAY", help="the first day: 2027-01-01")
    parser.add_argument("--to", dest="last", metavar="DAY", help="the last day")


def read_span(options: Mapping[str, Any]) -> Span:
    """
    The days that the options say.

    :raises CommandError: if one of them is none, or the last comes before the first.
    """
    span = Span(read_span_day(options["first"], "--from"), read_span_day(options["last"], "--to"))
    if span.first and span.last and span.last < span.first:
        raise CommandError("--to: it comes before --from.", returncode=COULD_NOT_RUN)
    return span


def read_span_day(text: str | None, flag: str) -> date | None:
    """
    The day that an option says, if it is there.

    :raises CommandError: if it says none.
    """
    day = read_day(text) if text else None
    if text and day is None:
        raise CommandError(f"{flag}: {text!r} is not a day such as 2027-01-31.", returncode=COULD_NOT_RUN)
    return day
