"""A finding is decided about once, and seen as one, however many look at the same time."""

from functools import partial
from typing import Any

import pytest

from storecredit.finance.errors import FindingDecided
from storecredit.finance.models import FindingEvent, FindingState, ReconciliationFinding
from storecredit.finance.operations import correct_finding, explain_finding, reopen_finding
from tests.factories.finance import ReconciliationFindingFactory
from tests.finance.findings import compare, history_of, state_of
from tests.races.together import together
from tests.scenarios import NOW, STAFF

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_explain_at_once_one_is_told_that_it_is_done():
    finding = ReconciliationFindingFactory.create()

    def explain(note: str) -> FindingEvent:
        return explain_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note=note)

    outcomes = together(partial(explain, "first"), partial(explain, "second"))

    assert (len(outcomes.done), outcomes.count(FindingDecided)) == (1, 1)
    assert state_of(finding) == FindingState.EXPLAINED
    assert len(history_of(finding)) == 1


def test_runs_that_see_the_same_at_once_see_one_finding():
    lines = [(f"order-{number}", -100) for number in range(40)]

    outcomes = together(partial(compare, *lines), partial(compare, *reversed(lines)))

    assert [run.found for run in outcomes.done] == [40, 40]
    assert sum(run.new for run in outcomes.done) == ReconciliationFinding.objects.count() == 40


def test_whoever_decides_takes_back_or_sees_it_at_once_its_history_is_one_chain():
    compare(("order-1", -1250))
    finding = ReconciliationFinding.objects.get()
    asked: dict[str, Any] = {"finding_id": finding.pk, "actor": STAFF, "now": NOW, "note": "because"}

    outcomes = together(
        partial(explain_finding, **asked),
        partial(correct_finding, **asked),
        partial(reopen_finding, **asked),
        partial(compare, ("order-1", -1300)),
        partial(compare, ("order-1", -1250)),
    )

    history = [line[:2] for line in history_of(finding)]
    assert len(outcomes.refused) == outcomes.count(FindingDecided)
    assert [before for before, _ in history] == ["OPEN", *(after for _, after in history)][:-1]
    assert state_of(finding) == history[-1][1]
    assert ReconciliationFinding.objects.count() == 1
