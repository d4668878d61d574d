"""What was reconciled, and what nobody has decided about yet."""

from datetime import datetime

from django.db.models import QuerySet

from storecredit.finance.models import FindingState, ReconciliationFinding, ReconciliationRun, RunKind, RunOutcome

#: Nobody has explained or corrected it, or it came back.
UNDECIDED = (FindingState.OPEN, FindingState.REOPENED)


def list_undecided() -> QuerySet[ReconciliationFinding]:
    """The findings that wait for somebody, those seen last first."""
    return ReconciliationFinding.objects.filter(state__in=UNDECIDED).order_by("-last_seen_at", "-pk")


def count_undecided() -> int:
    """How many findings wait for somebody."""
    return ReconciliationFinding.objects.filter(state__in=UNDECIDED).count()


def find_last_run(*, kind: RunKind) -> ReconciliationRun | None:
    """The last one of a kind that ended."""
    return ReconciliationRun.objects.filter(kind=kind).exclude(outcome=RunOutcome.RUNNING).order_by("-pk").first()


def has_started_since(*, kind: RunKind, door: str, moment: datetime) -> bool:
    """Whether one of a kind has started through a door since a moment."""
    return ReconciliationRun.objects.filter(kind=kind, door=door, created_at__gte=moment).exists()
