from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from ledger.days import first_moment_of
from ledger.errors import CutNotLater
from ledger.management.job import COULD_NOT_RUN, Job
from ledger.operations import append_seals, complete_cuts, count_days, mail_seals, take_cut
from ledger.queries import find_last_cut

#: By more than this no clock is ahead that somebody sets.
CLOCKS_DIFFER_AT_MOST = timedelta(seconds=30)


class Command(Job):
    name = "take_cut"
    help = (
        "Close time up to now, add up what happened since the last cut, and seal it: no entry is dated before a cut "
        "any more. Each midnight of the shop's time zone that has passed since becomes a cut of its own. Run it "
        "every five minutes; twice or in parallel closes nothing twice. Where SEAL_FILE and SEAL_TO are set, the seals "
        "are added to that file and mailed there. Exit code 0: done, 2: could not run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_moment_argument(parser)
        self.add_output_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        now = self.read_moment(options["now"])
        _require_clock_of_database(now)
        last = find_last_cut()
        boundaries = list_boundaries(after=last.boundary if last else None, now=now)
        for boundary in boundaries:
            # Another run may have been faster.
            with suppress(CutNotLater):
                take_cut(boundary=boundary, actor=self.actor, now=now)
        sealed = complete_cuts(now=now)
        # Or the first who looks at the charts would wait for it: of a shop that has just moved in, for all it ever did.
        count_days(time_zone=timezone.get_default_timezone_name(), now=now)
        try:
            added = append_seals(path=settings.SEAL_FILE) if settings.SEAL_FILE else []
            if settings.SEAL_TO:
                mail_seals(cuts=sealed, to=settings.SEAL_TO)
        except OSError as error:
            raise CommandError(
                f"Cuts are taken and sealed, and the seals did not leave the database: {error}",
                returncode=COULD_NOT_RUN,
            ) from error
        last = find_last_cut()
        facts: dict[str, Any] = {
            "cuts": [{"number": cut.number, "boundary": cut.boundary.isoformat()} for cut in sealed],
            "closed_until": last.boundary.isoformat() if last else None,
            "digest": sealed[-1].seal.digest if sealed else None,
            "public_key": sealed[-1].seal.public_key if sealed else None,
            "added_to_file": len(added),
        }
        rows: list[tuple[str, object]] = [
            ("Cuts taken", len(boundaries)),
            ("Cuts sealed", len(sealed)),
            ("Entries sealed", sum(cut.seal.entries for cut in sealed)),
            ("Time is closed up to", facts["closed_until"]),
        ]
        self.write_summary("Cuts", rows, facts, as_json=options["json"])


def _require_clock_of_database(now: datetime) -> None:
    """
    Close no time that has not passed elsewhere: whatever is posted until it has would be dated by this clock.

    :raises CommandError: if this machine's clock is far ahead of the database's.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        ahead: timedelta = now - cursor.fetchone()[0]
    if ahead > CLOCKS_DIFFER_AT_MOST:
        raise CommandError(f"Could not run: this clock is {ahead} ahead of the database's.", returncode=COULD_NOT_RUN)


def list_boundaries(*, after: datetime | None, now: datetime) -> list[datetime]:
    """The midnights of the shop's zone since the last cut, without one that of today; behind them now itself."""
    zone = timezone.get_default_timezone()
    day = now.astimezone(zone).date()
    midnights: list[datetime] = []
    while True:
        midnight = first_moment_of(day, zone)
        if after is not None and midnight <= after:
            break
        if midnight < now:
            midnights.insert(0, midnight)
        if after is None:
            break
        day -= timedelta(days=1)
    return [*midnights, *([now] if after is None or now > after else [])]
