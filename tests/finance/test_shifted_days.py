"""
What somebody who owns the tables shifts from one day to another inside a span, so that both its ends and its sum stay:
figures that do not follow each other are reported nowhere, and no journal leaves whose entries come to something else.
"""

from datetime import date
from typing import Any

import pytest

from ledger.models import Cut
from ledger.queries import verify_seals
from storecredit.finance.errors import DoesNotAddUp, PeriodNotClosable
from storecredit.finance.models import JournalExport, Period
from storecredit.finance.operations import approve_period, ask_period, export_journal, open_period
from storecredit.finance.queries import roll_forward
from tests.factories.people import UserFactory
from tests.factories.periods import party_of
from tests.finance.month import at, close
from tests.ledger.attacks import moment, run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import STAFF, given_credit

pytestmark = pytest.mark.django_db

#: One pound less moved by the first cut, one more by the second; and what the first came to goes with it, or not.
GAINED = "UPDATE ledger_cutfigure SET gained_minor = gained_minor - 100 * (CASE cut_id WHEN 1 THEN 1 ELSE -1 END)"
CLOSED = "UPDATE ledger_cutfigure SET closing_gained_minor = closing_gained_minor - 100 WHERE cut_id = 1"
DATED = "UPDATE ledger_transaction SET created_at = %s WHERE amount_minor = 2000"


@pytest.fixture
def april(time_machine) -> Period:
    time_machine.move_to(at(2), tick=False)
    account = given_credit("20.00 GBP", now=at(10, 4))
    close(15, 4)
    given_credit("5.00 GBP", to=account, now=at(20, 4))
    close(25, 4)
    close(1, 5)
    return open_period(first_day=date(2026, 4, 1), actor=STAFF, now=at(2))


def spoil(*statements: tuple[str, *tuple[Any, ...]]) -> None:
    with triggers_off("ledger"):
        for sql, *values in statements:
            run(sql, *values)


def test_what_no_figure_follows_from_the_one_before_is_reported_nowhere(april):
    spoil((GAINED,))
    says = "ISSUE of GOODWILL in GBP, cut 2 does not add up: it should be 2600 minor units and is 2500."

    for report in (
        lambda: roll_forward(begin=None, end=Cut.objects.get(number=3)),
        lambda: export_journal(last_day=date(2026, 4, 30), actor=STAFF, now=at(2)),
    ):
        with pytest.raises(DoesNotAddUp, match=says):
            report()
    with pytest.raises(PeriodNotClosable, match=says):
        ask_period(number=april.number, party=party_of(UserFactory.create()), now=at(2))


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ([(GAINED,), (CLOSED,)], "2026-04-14 does not add up: it should be 2000 minor units and is 1900"),
        ([(DATED, moment(at(20, 4)))], "2026-04-14 does not add up: it should be 0 minor units and is 2000"),
    ],
)
def test_no_journal_leaves_and_no_month_is_closed_on_figures_that_its_entries_do_not_come_to(april, statements, says):
    ask_period(number=april.number, party=party_of(UserFactory.create()), now=at(2))
    spoil(*statements)

    with pytest.raises(DoesNotAddUp, match=f"ISSUE of GOODWILL in GBP, {says}"):
        export_journal(last_day=date(2026, 4, 30), actor=STAFF, now=at(2))
    with pytest.raises(PeriodNotClosable, match=says):
        approve_period(number=april.number, party=party_of(UserFactory.create()), now=at(2))

    assert not JournalExport.objects.exists()
    assert Period.objects.get().status == "CLOSING"
    # The report between two cuts reads no entry; who proves the seals sees it all the same.
    assert [line.closing_minor for line in roll_forward(begin=None, end=Cut.objects.get(number=3))] == [2500]
    assert {fault.cut for fault in verify_seals()} >= {1}
