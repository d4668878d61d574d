"""What the tests of findings have alike."""

from datetime import datetime

from storecredit.finance.models import ReconciliationFinding, ReconciliationRun
from storecredit.finance.operations import StatementLine, reconcile_statement
from tests.scenarios import NOW, STAFF


def compare(*lines: tuple[str, int], now: datetime = NOW) -> ReconciliationRun:
    """Compare a list of references and minor units of GBP with the books."""
    return reconcile_statement(
        lines=[StatementLine(reference, "GBP", minor) for reference, minor in lines], actor=STAFF, now=now
    )


def state_of(finding: ReconciliationFinding) -> str:
    return ReconciliationFinding.objects.get(pk=finding.pk).state


def history_of(finding: ReconciliationFinding) -> list[tuple[str, ...]]:
    """From where to where, who and why."""
    return list(finding.events.order_by("pk").values_list("from_state", "to_state", "actor_label", "note"))
