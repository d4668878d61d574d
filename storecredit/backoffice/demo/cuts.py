"""Time is closed in the demo, too: at the beginning of the last month, of this one and of today."""

from datetime import datetime, timedelta

from django.utils import timezone

from ledger.operations import Actor, complete_cuts, take_cut
from ledger.queries import find_last_cut
from storecredit.backoffice.kit import first_moment_of
from storecredit.finance.operations import export_journal


def close_demo(*, actor: Actor, now: datetime) -> None:
    """Take the cuts and export the journal of the last month, unless time was closed before."""
    if find_last_cut() is not None:
        return
    today = timezone.localdate(now)
    this_month = today.replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    for day in sorted({last_month, this_month, today}):
        boundary = first_moment_of(day)
        assert boundary is not None
        take_cut(boundary=boundary, actor=actor, now=now)
    complete_cuts(now=now)
    export_journal(last_day=this_month - timedelta(days=1), actor=actor, now=now)
