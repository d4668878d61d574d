"""Whoever approves a month or a correction at the same moment: one of them does, and it is posted once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection

import storecredit.finance.operations.journal
import storecredit.finance.operations.periods
import storecredit.finance.queries
from ledger.models import Transaction
from ledger.operations import complete_cuts, take_cut
from storecredit.finance.errors import CorrectionDecided, PeriodChanged
from storecredit.finance.models import JournalExport, Period, PeriodFigure
from storecredit.finance.operations import (
    approve_correction,
    approve_period,
    export_journal,
    open_period,
    reject_correction,
)
from storecredit.finance.queries.periods import end_of
from tests.factories.credits import ApproverLimitFactory
from tests.factories.people import UserFactory
from tests.factories.periods import ClosingPeriodFactory, CorrectionFactory, party_of
from tests.races.together import together
from tests.scenarios import NOW, STAFF, SYSTEM, given_credit, money

pytestmark = pytest.mark.django_db(transaction=True)


def given_approvers(count: int) -> list[Any]:
    people = UserFactory.create_batch(count)
    for person in people:
        ApproverLimitFactory.create(user=person, per_request=money("100.00 GBP"), per_day=money("100.00 GBP"))
    return [party_of(person) for person in people]


def test_two_who_approve_one_month_close_it_once():
    period = ClosingPeriodFactory.create(first_day=date(2025, 1, 1))
    jobs = [
        partial(approve_period, number=period.number, party=party, now=end_of(period)) for party in given_approvers(4)
    ]

    outcomes = together(*jobs)

    assert (len(outcomes.done), outcomes.count(PeriodChanged)) == (1, 3)
    assert str(outcomes.refused[0]) == "January 2025 is closed, so this cannot be done."
    closed = Period.objects.get(pk=period.pk)
    assert (closed.status, closed.approved_by_id) == ("CLOSED", outcomes.done[0].approved_by_id)
    assert (JournalExport.objects.count(), PeriodFigure.objects.count()) == (1, 1)
    assert closed.events.filter(kind="APPROVED").count() == 1


def test_two_who_approve_one_correction_post_it_once_and_who_rejects_it_wins_or_is_refused():
    for with_rejection in (False, True):
        correction = CorrectionFactory.create(account=given_credit("20.00 GBP"), amount=money("2.00 GBP"))
        jobs = [
            partial(approve_correction, correction_id=correction.pk, party=party, now=NOW)
            for party in given_approvers(3)
        ]
        if with_rejection:
            jobs[0] = partial(reject_correction, correction_id=correction.pk, party=given_approvers(1)[0], now=NOW)

        outcomes = together(*jobs)

        assert (len(outcomes.done), outcomes.count(CorrectionDecided)) == (1, 2)
        correction.refresh_from_db()
        posted = Transaction.objects.filter(key=f"correction:{correction.pk}").count()
        assert (correction.status, posted) in [("APPROVED", 1), ("REJECTED", 0)]
        assert correction.approvals.count() == posted


def test_one_person_who_approves_two_corrections_at_once_passes_no_day():
    both = [CorrectionFactory.create(account=given_credit("90.00 GBP"), amount=money("60.00 GBP")) for _ in range(2)]
    [boss] = given_approvers(1)

    outcomes = together(*(partial(approve_correction, correction_id=each.pk, party=boss, now=NOW) for each in both))

    assert (len(outcomes.done), len(outcomes.refused)) == (1, 1)
    assert str(outcomes.refused[0]) == "Of what you may approve today, £40.00 is left (approver_limit_exceeded)."
    assert list(storecredit.finance.queries.list_findings()) == []


def overtaking(room: Any, name: str, monkeypatch: Any, job: Callable[[], Any]) -> list[Any]:
    """Have somebody else do a job, once, where a function of this room is called; what came of it."""
    called, done, is_overtaken = getattr(room, name), list[Any](), threading.Event()

    def in_a_thread() -> Any:
        try:
            return job()
        finally:
            connection.close()

    def overtaken(*args: Any, **said: Any) -> Any:
        if not is_overtaken.is_set():
            is_overtaken.set()
            with ThreadPoolExecutor(1) as pool:
                done.append(pool.submit(in_a_thread).result(30))
        return called(*args, **said)

    monkeypatch.setattr(room, name, overtaken)
    return done


@pytest.mark.postgresql
def test_a_journal_that_another_one_overtakes_follows_it(monkeypatch):
    for day, end in ((10, datetime(2025, 1, 16, tzinfo=UTC)), (20, datetime(2025, 2, 1, tzinfo=UTC))):
        given_credit("5.00 GBP", now=datetime(2025, 1, day, tzinfo=UTC))
        take_cut(boundary=end, actor=SYSTEM, now=end)
        complete_cuts(now=end)
    half, month = (partial(export_journal, last_day=date(2025, 1, day), actor=STAFF, now=NOW) for day in (15, 31))

    room = storecredit.finance.operations.journal
    done = overtaking(room, "list_lines_to_export", monkeypatch, half)
    second = month()

    assert [(each.number, each.last_day.day, each.line_count) for each in (*done, second)] == [(1, 15, 1), (2, 31, 1)]


@pytest.mark.postgresql
def test_a_month_that_somebody_else_opens_meanwhile_is_opened_once(monkeypatch):
    january, march = date(2026, 1, 1), date(2026, 3, 1)
    open_period(first_day=january, actor=STAFF, now=NOW)

    opened = overtaking(
        storecredit.finance.operations.periods,
        "_today",
        monkeypatch,
        partial(open_period, first_day=date(2026, 2, 1), actor=STAFF, now=NOW),
    )
    last = open_period(first_day=march, actor=STAFF, now=NOW)

    assert (opened[0].number, last.number, last.first_day) == (2, 3, march)
    assert list(Period.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
