"""What people make of findings. Each decision is a line of the finding's history, by which its state changes."""

from datetime import datetime
from typing import Final

from django.db.models import F

from ledger.operations import Actor, ActorKind, operation
from storecredit.audit.operations import ActivityKind, Subject, record_activity
from storecredit.finance.errors import FindingDecided, NoteMissing
from storecredit.finance.models import (
    Correction,
    CorrectionStatus,
    FindingEvent,
    FindingState,
    ReconciliationFinding,
    made_by,
)

#: From which states somebody may bring a finding to another one.
_WAYS: Final = {
    FindingState.EXPLAINED: (FindingState.OPEN, FindingState.REOPENED),
    FindingState.CORRECTED: (FindingState.OPEN, FindingState.REOPENED, FindingState.EXPLAINED),
    FindingState.REOPENED: (FindingState.EXPLAINED, FindingState.CORRECTED),
}
_SETTLER: Final = Actor(kind=ActorKind.SYSTEM, id="reconcile", label="reconcile", door="command:reconcile")


@operation
def explain_finding(*, finding_id: int, actor: Actor, now: datetime, note: str) -> FindingEvent:
    """
    Say why something is as it should be, though it was found.

    :raises NoteMissing: without a note.
    :raises FindingDecided: if somebody has explained or corrected it already.
    """
    return _decide(finding_id, FindingState.EXPLAINED, actor, now, note)


@operation
def correct_finding(*, finding_id: int, actor: Actor, now: datetime, note: str) -> FindingEvent:
    """
    Say that what was wrong is put right, and how. If it is seen again, it is open again.

    :raises NoteMissing: without a note.
    :raises FindingDecided: if it is corrected already.
    """
    return _decide(finding_id, FindingState.CORRECTED, actor, now, note)


@operation
def reopen_finding(*, finding_id: int, actor: Actor, now: datetime, note: str) -> FindingEvent:
    """
    Take back what was decided.

    :raises NoteMissing: without a note.
    :raises FindingDecided: if nothing was decided, or it was taken back already.
    """
    return _decide(finding_id, FindingState.REOPENED, actor, now, note)


@operation
def note_finding(*, finding_id: int, actor: Actor, now: datetime, note: str) -> FindingEvent:
    """
    Say that somebody has looked, and what they saw. The state stays.

    :raises NoteMissing: without a note.
    """
    finding = _lock(finding_id)
    return _tell(finding, FindingState(finding.state), actor, now, note)


@operation
def tell_of_correction(
    *, finding_id: int, correction: Correction, actor: Actor, now: datetime, note: str
) -> FindingEvent:
    """
    Keep with a finding that a correction was asked for. Once that is approved, the finding is corrected.

    :raises NoteMissing: without a note.
    :raises FindingDecided: if it is corrected already.
    """
    finding = _lock(finding_id)
    if finding.state == FindingState.CORRECTED:
        raise FindingDecided(number=finding.pk, state=finding.state)
    return _tell(finding, FindingState(finding.state), actor, now, note, correction=correction)


def settle_corrections(*, now: datetime) -> int:
    """Have those findings corrected whose corrections were approved; gives how many."""
    told = FindingEvent.objects.filter(
        from_state=F("to_state"),
        correction__status=CorrectionStatus.APPROVED,
        finding__state__in=_WAYS[FindingState.CORRECTED],
    )
    settled = 0
    for event in told.select_related("correction").order_by("finding_id", "-id"):
        finding = _lock(event.finding_id)
        # Of one that came back the corrections of before are used up.
        is_used = finding.events.filter(id__gt=event.pk, to_state=FindingState.CORRECTED).exists()
        if finding.state == FindingState.CORRECTED or is_used:
            continue
        note = f"Correction {event.correction_id} was approved."
        _tell(finding, FindingState.CORRECTED, _SETTLER, now, note, correction=event.correction)
        settled += 1
    return settled


def _decide(finding_id: int, state: FindingState, actor: Actor, now: datetime, note: str) -> FindingEvent:
    finding = _lock(finding_id)
    if finding.state not in _WAYS[state]:
        raise FindingDecided(number=finding.pk, state=finding.state)
    return _tell(finding, state, actor, now, note)


def _lock(finding_id: int) -> ReconciliationFinding:
    return ReconciliationFinding.objects.select_for_update().get(pk=finding_id)


def _tell(
    finding: ReconciliationFinding,
    state: FindingState,
    actor: Actor,
    now: datetime,
    note: str,
    correction: Correction | None = None,
) -> FindingEvent:
    if not note.strip():
        raise NoteMissing
    event = FindingEvent(
        finding=finding,
        from_state=finding.state,
        to_state=state,
        note=note.strip(),
        correction=correction,
        **made_by(actor, now),
    )
    event.save(force_insert=True)
    record_activity(
        actor=actor,
        kind=ActivityKind.FINDING_DECIDED,
        subject=Subject(kind="finance.reconciliationfinding", id=str(finding.pk), label=str(finding)),
        before={"state": finding.state},
        after={"state": state.value},
        now=now,
    )
    return event
