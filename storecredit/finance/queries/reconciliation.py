"""What was reconciled, and what nobody has decided about yet."""

from datetime import datetime

from django.db.models import QuerySet

from ledger.operations import ActorKind
from storecredit.finance.models import (
    FindingSighting,
    FindingState,
    ReconciliationFinding,
    ReconciliationRun,
    RunKind,
    RunOutcome,
)

#: Nobody has explained or corrected it, or it came back.
UNDECIDED = (FindingState.OPEN, FindingState.REOPENED)


def find_statement_run(*, run_id: int, asked_by: str) -> ReconciliationRun | None:
    """The comparison of a list that an API client asked for; None for any other."""
    runs = ReconciliationRun.objects.filter(kind=RunKind.STATEMENT, actor_kind=ActorKind.API, actor_id=asked_by)
    return runs.filter(pk=run_id).first()


def list_sightings(*, run: ReconciliationRun, at_most: int) -> list[FindingSighting]:
    """What a run saw, with the findings, in the order in which it was kept."""
    return list(run.sightings.select_related("finding").order_by("pk")[:at_most])


def list_undecided() -> QuerySet[ReconciliationFinding]:
    """The findings that wait for somebody, those seen last first."""
    return ReconciliationFinding.objects.filter(state__in=UNDECIDED).order_by("-last_seen_at", "-pk")


def count_undecided(*, real_money: bool = False) -> int:
    """
    How many findings wait for somebody.

    :param real_money: those of test money do not count.
    """
    found = ReconciliationFinding.objects.filter(state__in=UNDECIDED)
    return (found.filter(test_mode=False) if real_money else found).count()


def find_last_run(*, kind: RunKind) -> ReconciliationRun | None:
    """The last one of a kind that ended."""
    return ReconciliationRun.objects.filter(kind=kind).exclude(outcome=RunOutcome.RUNNING).order_by("-pk").first()


def has_started_since(*, kind: RunKind, door: str, moment: datetime) -> bool:
    """Whether one of a kind has started through a door since a moment."""
    return ReconciliationRun.objects.filter(kind=kind, door=door, created_at__gte=moment).exists()
