"""Whoever approves a month or a correction at the same moment: one of them does, and it is posted once."""

from datetime import date
from functools import partial
from typing import Any

import pytest

import storecredit.finance.queries
from ledger.models import Transaction
from storecredit.finance.errors import CorrectionDecided, PeriodChanged
from storecredit.finance.models import JournalExport, Period, PeriodFigure
from storecredit.finance.operations import approve_correction, approve_period, reject_correction
from storecredit.finance.queries.periods import end_of
from tests.factories.credits import ApproverLimitFactory
from tests.factories.people import UserFactory
from tests.factories.periods import ClosingPeriodFactory, CorrectionFactory, party_of
from tests.races.together import together
from tests.scenarios import NOW, given_credit, money

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
