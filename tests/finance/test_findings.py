"""A finding is one thing however often it is seen, and what becomes of it stands in its history."""

from datetime import datetime

import pytest

from ledger.operations import Why
from ledger.queries import Finding
from storecredit.finance.errors import FindingDecided, NoteMissing, StatementRefused, StatementTooLarge
from storecredit.finance.models import (
    FindingEvent,
    FindingSighting,
    FindingState,
    ReconciliationFinding,
    ReconciliationRun,
    RunKind,
    Severity,
)
from storecredit.finance.operations import (
    Seen,
    StatementLine,
    begin_run,
    correct_finding,
    explain_finding,
    note_finding,
    reconcile_statement,
    reopen_finding,
    runs,
)
from storecredit.finance.operations.seeing import seen_in_books
from tests.factories.finance import FindingEventFactory, ReconciliationFindingFactory, ReconciliationRunFactory
from tests.finance.findings import compare, history_of, state_of
from tests.ledger.attacks import refused_by, run
from tests.scenarios import API, NOW, STAFF, days, given_credit, given_spend, nothing_moves, refused

pytestmark = pytest.mark.django_db


def test_the_same_finding_in_the_next_run_is_the_same_one():
    account = given_credit("50.00 GBP", why=Why(reference="ticket-1"))

    first, second = compare(("order-1", -1250)), compare(("order-1", -1250), now=days(1))

    finding = ReconciliationFinding.objects.get(subject_id="order-1")
    assert (first.found, first.new, second.found, second.new) == (2, 2, 2, 0)
    assert (finding.first_run, finding.last_run, finding.first_seen_at, finding.last_seen_at) == (
        first, second, NOW, days(1),
    )  # fmt: skip
    assert (finding.code, finding.theirs_minor, finding.ours_minor) == ("missing here", -1250, None)
    assert finding.sightings.count() == 2
    assert account.pk


def test_what_was_explained_stays_so_and_what_was_corrected_is_open_again_when_it_is_seen_again():
    compare(("order-1", -1250))
    finding = ReconciliationFinding.objects.get()

    explain_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note="  Booked by hand ")
    compare(("order-1", -1250), now=days(1))
    assert state_of(finding) == FindingState.EXPLAINED
    correct_finding(finding_id=finding.pk, actor=API, now=days(1), note="Booked now")
    run = compare(("order-1", -1250), now=days(2))

    assert run.reopened == 1
    assert state_of(finding) == FindingState.REOPENED
    assert history_of(finding) == [
        ("OPEN", "EXPLAINED", STAFF.label, "Booked by hand"),
        ("EXPLAINED", "CORRECTED", API.label, "Booked now"),
        ("CORRECTED", "REOPENED", "alice", ""),
    ]


def test_an_explanation_of_other_figures_does_not_serve():
    compare(("order-1", -1250))
    finding = ReconciliationFinding.objects.get()
    explain_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note="Booked by hand")

    compare(("order-1", -1300), now=days(1))

    assert state_of(finding) == FindingState.REOPENED


def see_in_books(message: str, *, now: datetime = NOW) -> ReconciliationRun:
    """A run of the checks of the books that finds one account wrong."""
    recorder = begin_run(kind=RunKind.BOOKS, actor=STAFF, now=now)
    recorder.see(seen_in_books(Finding(3, "account_balance", "AC-1", "account AC-1", message)), now)
    recorder.count("account_balance", 1)
    return recorder.end(checked=1, now=now)


def see_an_order(facts: dict[str, int], *, now: datetime = NOW) -> None:
    """A run over the vendor's orders that finds one to differ."""
    seen = Seen(
        RunKind.ORDERS, "return missing", Severity.HIGH, "order", "O-1", "return missing: order O-1", ("O-1",),
        currency="GBP", theirs_minor=1000, ours_minor=1000, facts=facts,
    )  # fmt: skip
    recorder = begin_run(kind=RunKind.ORDERS, actor=STAFF, now=now)
    recorder.see(seen, now)
    recorder.end(checked=1, now=now)


def test_an_explanation_of_other_figures_of_the_books_does_not_serve():
    see_in_books("has £ 10.00 at sequence 3; its transactions add up to £ 9.00 at sequence 3")
    finding = ReconciliationFinding.objects.get()
    explain_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note="A penny jar")

    see_in_books("has £ 10.00 at sequence 3; its transactions add up to £ 9.00 at sequence 3", now=days(1))
    assert state_of(finding) == FindingState.EXPLAINED
    run = see_in_books("has £ 910.00 at sequence 4; its transactions add up to £ 9.00 at sequence 3", now=days(2))

    assert (run.new, run.reopened, state_of(finding)) == (0, 1, FindingState.REOPENED)


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"returned_minor": 900}, FindingState.REOPENED),
        ({"returned_minor": 100, "owed_minor": 60}, FindingState.REOPENED),
        ({"returned_minor": 100, "line": 7}, FindingState.EXPLAINED),
    ],
)
def test_an_explanation_serves_as_long_as_all_that_is_known_of_an_order_is_as_it_was(changed, state):
    told = {"line": 3, "returned_minor": 100, "owed_minor": 50}
    see_an_order(told)
    finding = ReconciliationFinding.objects.get()
    explain_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note="Returned in the shop")

    see_an_order({**told, **changed}, now=days(1))

    assert state_of(finding) == state


def test_nothing_is_decided_without_a_note_or_twice():
    finding = ReconciliationFindingFactory.create()

    with refused(NoteMissing):
        explain_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note="  ")
    with refused(FindingDecided):
        reopen_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note="why")
    note_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note="Asked the till")
    explain_finding(finding_id=finding.pk, actor=STAFF, now=NOW, note="Booked by hand")
    with refused(FindingDecided):
        explain_finding(finding_id=finding.pk, actor=API, now=NOW, note="Another one")
    reopen_finding(finding_id=finding.pk, actor=API, now=NOW, note="It was not")

    assert history_of(finding) == [
        ("OPEN", "OPEN", STAFF.label, "Asked the till"),
        ("OPEN", "EXPLAINED", STAFF.label, "Booked by hand"),
        ("EXPLAINED", "REOPENED", API.label, "It was not"),
    ]


def test_a_run_keeps_so_many_and_counts_the_others(monkeypatch):
    monkeypatch.setattr(runs, "MOST_KEPT", 2)

    run = compare(("order-1", -1), ("order-2", -1), ("order-3", -1))

    assert (run.found, run.kept, run.counts) == (3, 2, {"missing here": 3})
    assert ReconciliationFinding.objects.count() == 2


def test_the_same_row_found_twice_in_one_run_is_two_findings():
    recorder = begin_run(kind=RunKind.BOOKS, actor=STAFF, now=NOW)
    seen = Seen(RunKind.BOOKS, "sequence", Severity.HIGH, "transaction", "17", "is missing", ("transaction 17",))
    for _ in range(2):
        recorder.see(seen, NOW)

    recorder.count("sequence", 2)
    recorder.count("lots", 0)
    run = recorder.end(checked=2, now=NOW)

    assert (run.kept, run.counts) == (2, {"sequence": 2, "lots": 0})


def test_a_run_that_was_broken_off_is_ended_by_the_next_of_its_kind():
    left = begin_run(kind=RunKind.BOOKS, actor=STAFF, now=NOW).run

    ReconciliationRunFactory.create()
    assert ReconciliationRun.objects.get(pk=left.pk).outcome == "RUNNING"
    begin_run(kind=RunKind.BOOKS, actor=STAFF, now=days(1.1))

    left.refresh_from_db()
    assert (left.outcome, left.problem) == ("FAILED", "It was broken off.")


def test_a_list_that_a_program_gives_is_compared_and_kept():
    account = given_credit("50.00 GBP", why=Why(reference="ticket-1"))
    given_spend("12.50 GBP", account=account, why=Why(reference="order-1"))
    given_spend("1.00 GBP", account=account, now=days(5), why=Why(reference="order-9"))

    with nothing_moves():
        run = reconcile_statement(
            lines=iter([
                StatementLine("ticket-1", "GBP", 5000, NOW.date()),
                StatementLine("order-1", "GBP", -1000),
                StatementLine("order-8", "GBP", -900, days(9).date()),
            ]),
            actor=API, now=NOW, first_day=NOW.date(), last_day=days(1).date(), source="till",
        )  # fmt: skip

    assert (run.outcome, run.checked, run.counts) == ("FINDINGS", 3, {"amount differs": 1})
    assert run.totals == {"GBP": {"theirs_minor": 4000, "lines": 2, "ours_minor": 3750, "entries": 2}}
    [sighting] = run.sightings.all()
    assert (sighting.finding.subject_id, sighting.theirs_minor, sighting.ours_minor) == ("order-1", -1000, -1250)
    assert sighting.message == "amount differs: theirs GBP -10.00, ours GBP -12.50"


def test_a_list_with_bad_lines_is_refused_by_line_and_nothing_is_kept():
    lines = [StatementLine("a", "GBP", 1), StatementLine("", "GBP", 1), StatementLine("b", "XXX", 1)]

    with refused(StatementRefused) as caught:
        reconcile_statement(lines=lines, actor=API, now=NOW)
    with refused(StatementTooLarge):
        reconcile_statement(lines=[StatementLine("a", "GBP", 9 * 10**15)] * 1025, actor=API, now=NOW)

    assert [(each.place, each.member) for each in caught.value.faults] == [(1, "reference"), (2, "currency")]
    assert not ReconciliationRun.objects.exists()


@pytest.mark.parametrize(
    ("rule", "sql"),
    [
        ("finance_reconciliationrun_final", "UPDATE finance_reconciliationrun SET found = 0"),
        ("finance_reconciliationrun_no_delete", "DELETE FROM finance_reconciliationrun"),
        ("finance_reconciliationfinding_no_delete", "DELETE FROM finance_reconciliationfinding"),
        ("finance_reconciliationfinding_identity", "UPDATE finance_reconciliationfinding SET subject_id = 'x'"),
        (
            "finance_reconciliationfinding_state_is_told",
            "UPDATE finance_reconciliationfinding SET state = 'CORRECTED'",
        ),
        ("finance_findingevent_immutable", "UPDATE finance_findingevent SET note = 'x'"),
        ("finance_findingevent_immutable", "DELETE FROM finance_findingevent"),
        ("finance_findingsighting_immutable", "UPDATE finance_findingsighting SET message = 'x'"),
        ("finance_findingsighting_immutable", "DELETE FROM finance_findingsighting"),
        (
            "finance_findingsighting_while_it_runs",
            "INSERT INTO finance_findingsighting (run_id, finding_id, message) "
            "SELECT run_id, finding_id, 'again' FROM finance_findingsighting",
        ),
        (
            "finance_findingevent_chain",
            "INSERT INTO finance_findingevent (finding_id, from_state, to_state, note, actor_kind, actor_id, "
            "actor_label, door, request_id, created_at) SELECT finding_id, 'OPEN', 'CORRECTED', 'x', actor_kind, "
            "actor_id, actor_label, door, request_id, created_at FROM finance_findingevent",
        ),
        (
            "finance_reconciliationfinding_begins",
            "INSERT INTO finance_reconciliationfinding (kind, fingerprint, code, severity, subject_kind, subject_id, "
            "account_number, test_mode, source, message, currency, facts, state, first_run_id, last_run_id, "
            "first_seen_at, last_seen_at) SELECT kind, 'another', code, severity, subject_kind, subject_id, "
            "account_number, test_mode, source, message, currency, facts, state, first_run_id, last_run_id, "
            "first_seen_at, last_seen_at FROM finance_reconciliationfinding",
        ),
    ],
)
def test_the_database_refuses_what_no_history_tells(rule, sql):
    event = FindingEventFactory.create()
    kept = [list(model.objects.values()) for model in (ReconciliationRun, FindingSighting, FindingEvent)]

    with refused_by(rule):
        run(sql)

    assert state_of(event.finding) == FindingState.EXPLAINED
    assert [list(model.objects.values()) for model in (ReconciliationRun, FindingSighting, FindingEvent)] == kept
