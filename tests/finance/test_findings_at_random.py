"""
What becomes of a finding, whatever happens to it in whatever order: people who explain, correct, take back and look, on
pages that are old by then, and runs that see it again, with the same figures, with others, or not at all.
"""

from collections.abc import Callable
from random import Random

import pytest

from storecredit.finance.errors import FindingDecided
from storecredit.finance.models import ReconciliationFinding
from storecredit.finance.operations import correct_finding, explain_finding, note_finding, reopen_finding
from tests.finance.findings import compare, history_of, state_of
from tests.scenarios import API, STAFF, SYSTEM, days

pytestmark = pytest.mark.django_db

_STEPS = 60
_FIGURES = (-1250, -1300)


class Model:
    """A finding as plain Python has it."""

    def __init__(self) -> None:
        self.state, self.seen, self.history = "OPEN", _FIGURES[0], list[tuple[str, str]]()

    def become(self, state: str, *, only_from: str) -> bool:
        """Whether it may, and did."""
        if self.state not in only_from.split():
            return False
        self.history.append((self.state, state))
        self.state = state
        return True

    def note(self) -> None:
        self.history.append((self.state, self.state))

    def see(self, minor: int) -> None:
        if self.state == "CORRECTED" or (self.state == "EXPLAINED" and minor != self.seen):
            self.become("REOPENED", only_from=self.state)
        self.seen = minor


@pytest.mark.parametrize("seed", range(6))
def test_its_state_is_what_its_history_tells_and_nothing_else_changes_it(seed: int):
    random, model = Random(seed), Model()
    compare(("order-1", _FIGURES[0]))
    finding = ReconciliationFinding.objects.get()
    deeds: dict[str, tuple[Callable[..., object], str, str]] = {
        "explain": (explain_finding, "EXPLAINED", "OPEN REOPENED"),
        "correct": (correct_finding, "CORRECTED", "OPEN REOPENED EXPLAINED"),
        "reopen": (reopen_finding, "REOPENED", "EXPLAINED CORRECTED"),
    }

    for step in range(_STEPS):
        now, actor = days(step), random.choice([STAFF, API, SYSTEM])
        did = random.choice([*deeds, *deeds, "note", "see", "see", "miss"])
        if did in deeds:
            operation, state, only_from = deeds[did]
            asked = {"finding_id": finding.pk, "actor": actor, "now": now, "note": f"step {step}"}
            if model.become(state, only_from=only_from):
                operation(**asked)
            else:
                with pytest.raises(FindingDecided):
                    operation(**asked)
        elif did == "note":
            note_finding(finding_id=finding.pk, actor=actor, now=now, note="looked")
            model.note()
        elif did == "see":
            minor = random.choice(_FIGURES)
            compare(("order-1", minor), now=now)
            model.see(minor)
        else:
            compare(("order-2", -100), now=now)

        assert (state_of(finding), [line[:2] for line in history_of(finding)]) == (model.state, model.history)

    assert ReconciliationFinding.objects.filter(subject_id="order-1").count() == 1
