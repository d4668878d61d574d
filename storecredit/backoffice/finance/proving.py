"""
The books proved in the browser: a few checks at a time, from where the last ones ended.

Each check sees the books as of one moment, and none holds up anybody's work. A page that was closed goes on where it
was; a slice that is asked for twice runs once.
"""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ledger.operations import Actor, operation
from ledger.queries import Finding
from storecredit.backoffice.proof import list_checks, list_findings
from storecredit.finance.operations import MOST_KEPT, begin_run, resume_run, seen_in_books
from storecredit.finance.queries import ReconciliationRun, RunKind, RunOutcome

#: What fits into this is done in one slice; a check is never cut.
_SLICE_SECONDS: Final = 1.5


def begin_proof(*, actor: Actor, now: datetime) -> ReconciliationRun:
    """A run of the books that waits for its first slice."""
    return begin_run(kind=RunKind.BOOKS, actor=actor, now=now, options={"codes": False}).run


def prove_slice(*, run_id: int, now: datetime) -> ReconciliationRun:
    """
    Run the next checks of a run; nothing if it has ended.

    The checks look at the books outside of any transaction that writes. What they found is kept if by then nobody else
    has kept what the same checks found.
    """
    names = [name for name, _rule, _title in list_checks()]
    run = ReconciliationRun.objects.get(pk=run_id)
    if run.outcome != RunOutcome.RUNNING:
        return run
    place, began = run.position, time.monotonic()
    counts: dict[str, int] = {}
    found: list[Finding] = []
    while place < len(names) and (place == run.position or time.monotonic() - began < _SLICE_SECONDS):
        for finding in list_findings(on_check=counts.__setitem__, only={names[place]}):
            # Of what is beyond the most that a run keeps only the number is told.
            if len(found) < MOST_KEPT:
                found.append(finding)
        place += 1
    return _keep(run, place, len(names), found, counts, now)


@operation
def _keep(
    seen: ReconciliationRun, place: int, last: int, found: list[Finding], counts: Mapping[str, int], now: datetime
) -> ReconciliationRun:
    run = ReconciliationRun.objects.select_for_update().get(pk=seen.pk)
    if run.outcome != RunOutcome.RUNNING or run.position != seen.position:
        return run
    recorder = resume_run(run=run)
    for finding in found:
        recorder.see(seen_in_books(finding), now)
    recorder.count_unseen(sum(counts.values()) - len(found))
    for name, number in counts.items():
        recorder.count(name, number)
    recorder.flush(now, position=place)
    return recorder.end(checked=last, now=now) if place == last else recorder.run
