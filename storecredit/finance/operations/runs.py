"""
A run is kept from its start: what it finds is written a portion at a time, so that memory does not grow with it.

The same thing found again is the same finding. One that was corrected is open again; so is one that was explained, if
its figures are not those that the explanation was for.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from ledger.operations import Actor, operation
from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.finance.models import (
    FindingEvent,
    FindingSighting,
    FindingState,
    ReconciliationFinding,
    ReconciliationRun,
    RunKind,
    RunOutcome,
    made_by,
)
from storecredit.finance.operations.findings import settle_corrections
from storecredit.finance.operations.seeing import Seen

#: Of one run so many findings are kept; the others are counted.
MOST_KEPT: Final = 10_000
_AT_ONCE: Final = 500
#: What has not ended by then was broken off.
_BROKEN_OFF: Final = timedelta(days=1)
_LATEST = ("severity", "message", "currency", "theirs_minor", "ours_minor", "facts", "last_run", "last_seen_at")


class RunRecorder:
    """A run that is under way. What it sees is kept up to `MOST_KEPT`, and counted beyond."""

    def __init__(self, run: ReconciliationRun) -> None:
        self.run = run
        self._counts: Counter[str] = Counter(run.counts)
        self._found = run.found
        self._waiting: list[Seen] = []
        self._times: Counter[str] = Counter()

    def see(self, seen: Seen, now: datetime) -> None:
        """Note one finding."""
        self._found += 1
        if self.run.kind != RunKind.BOOKS:
            self._counts[seen.code] += 1
        if self.run.kept + len(self._waiting) >= MOST_KEPT:
            return
        self._times[seen.fingerprint] += 1
        self._waiting.append(seen.numbered(self._times[seen.fingerprint]))
        if len(self._waiting) == _AT_ONCE:
            self.flush(now)

    def count_unseen(self, found: int) -> None:
        """Note how many findings more there were of which nothing is kept."""
        self._found += found

    def count(self, check: str, found: int) -> None:
        """Note how much a check of the books found: nothing, too."""
        self._counts[check] = found

    def flush(self, now: datetime, *, position: int | None = None) -> None:
        """
        Write what was noted.

        :param position: how many checks are done by now, for a run that goes on later.
        """
        place = self.run.position if position is None else position
        progress = {"found": self._found, "counts": dict(self._counts), "position": place}
        self.run = _keep(run_id=self.run.pk, seen=self._waiting, progress=progress, now=now)
        self._waiting = []

    def end(
        self,
        *,
        checked: int,
        now: datetime,
        totals: Mapping[str, Mapping[str, int]] | None = None,
    ) -> ReconciliationRun:
        """
        Write the rest, and make the run final.

        :param checked: how many lines, or checks, it looked at.
        :param totals: control totals by currency, in minor units.
        """
        self.flush(now)
        outcome = RunOutcome.FINDINGS if self._found else RunOutcome.CLEAN
        facts = {"checked": checked, "totals": dict(totals or {})}
        self.run = _end(run_id=self.run.pk, outcome=outcome, facts=facts, now=now)
        return self.run

    def fail(self, *, problem: str, now: datetime) -> ReconciliationRun:
        """Make the run final as one that could not be done."""
        self.run = _end(run_id=self.run.pk, outcome=RunOutcome.FAILED, facts={"problem": problem[:500]}, now=now)
        return self.run


@operation
def begin_run(
    *,
    kind: RunKind,
    actor: Actor,
    now: datetime,
    first_day: date | None = None,
    last_day: date | None = None,
    test_mode: bool = False,
    source: str = "",
    file_name: str = "",
    digest: str = "",
    options: Mapping[str, Any] | None = None,
) -> RunRecorder:
    """
    Keep that a run has begun. What was broken off a day ago is ended, and what requests corrected is corrected.

    :param first_day, last_day: the days that are compared, both within; None: without an end.
    :param source: whose list it is. Findings of different lists are different findings.
    :param digest: SHA-256 of the file.
    :param options: what else was asked for, as a program reads it.
    """
    for left in ReconciliationRun.objects.filter(kind=kind, ended_at__isnull=True, created_at__lt=now - _BROKEN_OFF):
        _end(run_id=left.pk, outcome=RunOutcome.FAILED, facts={"problem": "It was broken off."}, now=now)
    settle_corrections(now=now)
    run = ReconciliationRun(
        kind=kind,
        first_day=first_day,
        last_day=last_day,
        test_mode=test_mode,
        source=source,
        file_name=file_name[:200],
        digest=digest,
        options=dict(options or {}),
        **made_by(actor, now),
    )
    run.save(force_insert=True)
    record_activity(
        actor=actor,
        kind=ActivityKind.RECONCILED,
        subject=Subject(kind="finance.reconciliationrun", id=str(run.pk), label=str(run)),
        details={"what": kind.value, "file": run.file_name, "source": source},
        now=now,
    )
    return RunRecorder(run)


def resume_run(*, run: ReconciliationRun) -> RunRecorder:
    """Go on with a run that is kept."""
    return RunRecorder(run)


@operation
def _end(*, run_id: int, outcome: RunOutcome, facts: Mapping[str, Any], now: datetime) -> ReconciliationRun:
    """End a run; one that ended already stays as it is."""
    run = ReconciliationRun.objects.select_for_update().get(pk=run_id)
    if run.ended_at is not None:
        return run
    for name, value in facts.items():
        setattr(run, name, value)
    run.outcome, run.ended_at = outcome, now
    run.save()
    return run


@operation
def _keep(*, run_id: int, seen: Sequence[Seen], progress: Mapping[str, Any], now: datetime) -> ReconciliationRun:
    """Write a portion of what a run saw, and how far it is."""
    run = ReconciliationRun.objects.select_for_update().get(pk=run_id)
    portion = {each.fingerprint: each for each in sorted(seen, key=lambda each: each.fingerprint)}
    # Whoever sees the same at the same time waits here, in the same order.
    rows = [_new_finding(each, run, now) for each in portion.values()]
    ReconciliationFinding.objects.bulk_create(rows, ignore_conflicts=True)
    findings = list(
        ReconciliationFinding.objects.select_for_update().filter(fingerprint__in=portion).order_by("fingerprint")
    )
    reopened = [finding for finding in findings if _is_back(finding, portion[finding.fingerprint])]
    known = [finding for finding in findings if finding.last_run_id != run.pk]
    for finding in known:
        _take_over(finding, portion[finding.fingerprint], run, now)
    ReconciliationFinding.objects.bulk_update(known, _LATEST)
    FindingEvent.objects.bulk_create(
        FindingEvent(
            finding=finding, from_state=finding.state, to_state=FindingState.REOPENED, run=run, **_again(run, now)
        )
        for finding in reopened
    )
    FindingSighting.objects.bulk_create(
        FindingSighting(
            run=run,
            finding=finding,
            message=finding.message,
            theirs_minor=finding.theirs_minor,
            ours_minor=finding.ours_minor,
        )
        for finding in findings
    )
    for name, value in progress.items():
        setattr(run, name, value)
    run.kept += len(findings)
    run.new += sum(finding.first_run_id == run.pk for finding in findings)
    run.reopened += len(reopened)
    run.save()
    return run


def _new_finding(seen: Seen, run: ReconciliationRun, now: datetime) -> ReconciliationFinding:
    finding = ReconciliationFinding(
        kind=seen.kind,
        fingerprint=seen.fingerprint,
        code=seen.code,
        subject_kind=seen.subject_kind[:20],
        subject_id=seen.subject_id[:300],
        account_number=seen.account_number,
        test_mode=seen.test_mode,
        source=seen.source,
        first_run=run,
        first_seen_at=now,
    )
    _take_over(finding, seen, run, now)
    return finding


def _take_over(finding: ReconciliationFinding, seen: Seen, run: ReconciliationRun, now: datetime) -> None:
    """What it looks like now."""
    finding.severity, finding.message = seen.severity, seen.message[:1000]
    finding.currency, finding.facts = seen.currency, dict(seen.facts)
    finding.theirs_minor, finding.ours_minor = seen.theirs_minor, seen.ours_minor
    finding.last_run = run
    # Clocks may wander; a finding is never seen before it was seen first.
    finding.last_seen_at = max(now, finding.first_seen_at)


def _is_back(finding: ReconciliationFinding, seen: Seen) -> bool:
    if finding.state == FindingState.EXPLAINED:
        return _figures_of(finding) != _figures_of(seen)
    return finding.state == FindingState.CORRECTED


def _figures_of(told: ReconciliationFinding | Seen) -> tuple[Any, ...]:
    """
    What an explanation is for. What is wrong in the books has its figures in its words alone; on which line a list
    tells of something is none.
    """
    facts = {name: value for name, value in told.facts.items() if name != "line"}
    return told.currency, told.theirs_minor, told.ours_minor, told.message[:1000], facts


def _again(run: ReconciliationRun, now: datetime) -> dict[str, Any]:
    """A run that sees a finding again acts as whoever asked for the run."""
    names = ("actor_kind", "actor_id", "actor_label", "door", "request_id")
    return {**{name: getattr(run, name) for name in names}, "created_at": now}
