"""A month is closed by one person and approved by another: then its figures and its journal are kept for ever."""

from datetime import date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from ledger.models import Cut
from ledger.operations import complete_cuts, take_cut
from ledger.queries import verify_seals
from storecredit.finance.errors import FindingsOpen, OwnPeriod, PeriodChanged, PeriodNotClosable, PeriodOutOfOrder
from storecredit.finance.models import GeneralLedgerRule, JournalExport, JournalLine, Period
from storecredit.finance.operations import approve_period, ask_period, explain_finding, open_period, refuse_period
from storecredit.finance.queries import find_hindrances, list_kept_lines, roll_forward
from tests.factories.finance import ReconciliationFindingFactory
from tests.factories.people import UserFactory
from tests.factories.periods import ClosedPeriodFactory, party_of
from tests.finance.month import at, given_month
from tests.ledger.attacks import run as run_sql
from tests.ledger.commands.running import run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import STAFF, SYSTEM, given_credit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(time_machine):
    given_month(time_machine)


@pytest.fixture
def people():
    finance = Group.objects.get(name="Finance")
    return [party_of(UserFactory.create(username=name, groups=[finance])) for name in ("fay", "max")]


def given_period(month: int) -> Period:
    return open_period(first_day=date(2026, month, 1), actor=STAFF, now=at(2, 7))


def close(month: int, people: Any, *, now: datetime | None = None) -> Period:
    fay, max_ = people
    number = given_period(month).number
    ask_period(number=number, party=fay, now=now or at(2, 7))
    return approve_period(number=number, party=max_, now=now or at(2, 7))


def test_a_closed_month_keeps_its_figures_its_cuts_and_its_journal(books, people):
    close(4, people)
    may = close(5, people)

    assert (may.begin_cut_id, may.end_cut_id, may.journal_id, may.status) == (1, 2, 2, "CLOSED")
    lines = list_kept_lines(period=may)
    assert may.end_cut is not None
    assert [(" ".join(line.kept), line.opening_minor, line.closing_minor) for line in lines] == [
        ("EUR STORE_CREDIT GOODWILL", 0, 5000),
        ("GBP STORE_CREDIT GOODWILL", 2000, 700),
        ("GBP STORE_CREDIT PAID", 0, 9250),
    ]
    assert lines == roll_forward(begin=may.begin_cut, end=may.end_cut)
    assert [(event.kind, event.actor_label) for event in may.events.order_by("pk")] == [
        ("OPENED", "max"),
        ("ASKED", "fay"),
        ("APPROVED", "max"),
    ]
    assert list(JournalExport.objects.order_by("pk").values_list("last_day", "line_count")) == [
        (date(2026, 4, 30), 1),
        (date(2026, 5, 31), 14),
    ]
    # The month after is there, and open.
    assert Period.objects.get(first_day=date(2026, 6, 1)).status == "OPEN"
    assert run("reconcile", "--json").facts["clean"] is True


def test_what_stands_against_closing_is_named(books, people):
    april, may, july = given_period(4), given_period(5), given_period(7)
    GeneralLedgerRule.objects.filter(counter_account="GOODWILL").delete()

    assert find_hindrances(period=july, now=at(2, 7)) == {
        "month_not_over": "The month is not over.",
        "previous_not_closed": "The month before is not closed.",
    }
    assert find_hindrances(period=may, now=at(2, 7)) == {"previous_not_closed": "The month before is not closed."}
    assert find_hindrances(period=april, now=at(2, 7)) == {
        "movements_unmapped": "No general ledger rule maps ISSUE STORE_CREDIT GOODWILL GOODWILL."
    }
    with pytest.raises(PeriodNotClosable) as refused:
        ask_period(number=april.number, party=people[0], now=at(2, 7))
    assert list(refused.value.why) == ["movements_unmapped"]
    assert (Period.objects.get(pk=april.pk).status, JournalExport.objects.count()) == ("OPEN", 0)


def test_a_month_whose_midnight_no_cut_closed_is_not_closed(people):
    given_credit("5.00 GBP", now=at(20, 4))
    take_cut(boundary=at(2, 5), actor=SYSTEM, now=at(2, 5))
    complete_cuts(now=at(2, 5))

    assert find_hindrances(period=given_period(4), now=at(2, 7)) == {
        "no_cut": "No sealed cut has the boundary 2026-05-01T00:00:00+00:00."
    }
    assert find_hindrances(period=Period(number=1, first_day=date(2026, 5, 1)), now=at(2, 7)) == {
        "no_cut": "No sealed cut has the boundary 2026-05-01T00:00:00+00:00."
    }


def test_whoever_closes_does_not_approve_and_a_refusal_opens_the_month_again(books, people):
    fay, max_ = people
    april = given_period(4)
    boss = party_of(UserFactory.create(is_superuser=True))
    ask_period(number=april.number, party=boss, now=at(2, 7))

    with pytest.raises(OwnPeriod):
        approve_period(number=april.number, party=boss, now=at(2, 7))
    with pytest.raises(IntegrityError), transaction.atomic():
        run_sql(
            "UPDATE finance_period SET status = 'CLOSED', approved_by_id = closed_by_id, closed_at = closing_at "
            "WHERE number = 1"
        )
    refused = refuse_period(number=april.number, party=max_, now=at(2, 7), note="A card is missing")
    assert (refused.status, refused.end_cut_id, refused.closed_by_id) == ("OPEN", None, None)
    with pytest.raises(PeriodChanged):
        approve_period(number=april.number, party=fay, now=at(2, 7))
    assert close(4, people).status == "CLOSED"
    with pytest.raises(PeriodChanged):
        refuse_period(number=april.number, party=max_, now=at(2, 7), note="Too late")


def test_the_first_month_may_be_any_and_each_other_follows(books):
    assert [given_period(month).number for month in (4, 6, 5)] == [1, 3, 2]
    for month, expected in ((3, "2026-08"), (9, "2026-08")):
        given_period(7)
        with pytest.raises(PeriodOutOfOrder) as refused:
            given_period(month)
        assert str(refused.value) == f"{expected} comes next: 2026-0{month} cannot be opened now."


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE finance_periodfigure SET closing_minor = closing_minor + 1, issued_minor = issued_minor + 1",
        "DELETE FROM finance_periodfigure",
        "UPDATE finance_period SET status = 'OPEN' WHERE number = 1",
        "UPDATE finance_period SET first_day = '2026-08-01' WHERE number = 2",
        "UPDATE finance_period SET status = 'CLOSED' WHERE number = 2",
        "DELETE FROM finance_period WHERE number = 2",
        "DELETE FROM finance_periodevent",
        "INSERT INTO finance_period (number, first_day, status) VALUES (3, '2025-04-01', 'OPEN')",
        "INSERT INTO finance_period (number, first_day, status) VALUES (4, '2025-03-01', 'OPEN')",
        "INSERT INTO finance_periodfigure (period_id, currency, kind, funding, opening_minor, issued_minor, "
        "loaded_minor, refunded_minor, imported_minor, transferred_in_minor, transferred_out_minor, spent_minor, "
        "expired_minor, voided_minor, adjusted_minor, reversed_minor, closing_minor) "
        "VALUES (1, 'CHF', 'GIFT_CARD', 'PAID', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
    ],
)
def test_no_statement_skips_a_month_or_changes_a_closed_one(sql):
    ClosedPeriodFactory.create(first_day=date(2025, 1, 1))
    assert list(Period.objects.values_list("number", "first_day").order_by("number"))[1:] == [(2, date(2025, 2, 1))]

    with pytest.raises(IntegrityError), transaction.atomic():
        run_sql(sql)


def test_the_command_closes_with_two_people_and_names_what_stands_against_it(books, people):
    alone = run("close_period", "2026-04", "--as", "fay", "--approve", "fay")
    asked = run("close_period", "2026-04", "--as", "fay", "--json")
    done = run("close_period", "2026-04", "--approve", "max", "--json")
    early = run("close_period", "2026-06", "--as", "fay", "--json")
    nobody = run("close_period", "2026-05", "--as", UserFactory.create(username="ida").username)

    assert (alone.code, alone.err) == (
        2,
        "Could not run: You asked to close April 2026 yourself: somebody else has to approve it.",
    )
    assert asked.facts["state"] == "CLOSING"
    assert (done.code, done.facts["state"], done.facts["journal"]) == (0, "CLOSED", 1)
    assert (done.facts["begin"], done.facts["end"]["cut"]) == (None, 1)
    assert [(line["funding"], line["closing"]) for line in done.facts["lines"]] == [("GOODWILL", "20.00")]
    assert (early.code, early.facts["why"]) == (1, {"previous_not_closed": "The month before is not closed."})
    assert (nobody.code, nobody.err) == (2, "The role of 'ida' does not include close_period.")


def test_over_findings_that_are_open_a_month_is_closed_only_with_a_reason_which_is_kept(books, people):
    fay, max_ = people
    april = given_period(4)
    ReconciliationFindingFactory.create(test_mode=True)
    finding = ReconciliationFindingFactory.create()

    with pytest.raises(FindingsOpen) as refused:
        ask_period(number=april.number, party=fay, now=at(2, 7), note=" ")
    command = run("close_period", "2026-04", "--as", "fay", "--json")
    ask_period(number=april.number, party=fay, now=at(2, 7), note="Is of June")
    with pytest.raises(FindingsOpen):
        approve_period(number=april.number, party=max_, now=at(2, 7))
    done = run("close_period", "2026-04", "--approve", "max", "--note", "So it is", "--json")
    explain_finding(finding_id=finding.pk, actor=STAFF, now=at(2, 7), note="Known")

    assert refused.value.count == 1
    assert (command.code, list(command.facts["why"])) == (1, ["findings_open"])
    assert (done.facts["state"], done.facts["open_findings"]) == ("CLOSED", 1)
    assert close(5, people).status == "CLOSED"
    told = Period.objects.get(pk=april.pk).events.order_by("pk").values_list("kind", "open_findings", "note")
    assert list(told) == [("OPENED", 0, ""), ("ASKED", 1, "Is of June"), ("APPROVED", 1, "So it is")]


@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        (
            "UPDATE finance_periodfigure SET closing_minor = closing_minor + 1, issued_minor = issued_minor + 1 "
            "WHERE period_id = 2 AND funding = 'PAID'",
            ("period_figures", "period 2026-05"),
        ),
        ("DELETE FROM finance_periodfigure WHERE period_id = 1", ("period_figures", "period 2026-04")),
        ("UPDATE finance_period SET approved_by_id = {ida} WHERE number = 1", ("period_told", "period 2026-04-01")),
        (
            "UPDATE finance_period SET closed_at = '2026-06-30 12:00:00' WHERE number = 2",
            ("period_told", "period 2026-05-01"),
        ),
        (
            "UPDATE finance_journalline SET amount_minor = amount_minor + 1 WHERE id = {line}",
            ("journal_kept", "journal 1"),
        ),
    ],
)
def test_what_the_owner_of_the_tables_changes_of_a_closed_month_is_named(books, people, spoilt, found):
    close(4, people)
    close(5, people)
    assert run("reconcile", "--json").facts["clean"] is True
    line = JournalLine.objects.order_by("pk").values_list("pk", flat=True)[0]

    with triggers_off("finance"):
        run_sql(spoilt.format(ida=UserFactory.create(username="ida").pk, line=line))

    findings = run("reconcile", "--json").facts["findings"]
    assert [(each["check"], each["row"]) for each in findings] == [found]


@pytest.mark.parametrize(
    "spoilt",
    [
        "UPDATE finance_periodevent SET person_id = {ida} WHERE kind = 'APPROVED'",
        "UPDATE finance_periodevent SET open_findings = 0 WHERE kind = 'APPROVED'",
        "UPDATE finance_journalline SET amount_minor = amount_minor + 1",
    ],
)
def test_what_is_changed_of_how_a_month_was_closed_is_named_by_the_seals(books, people, settings, spoilt):
    fay, max_ = people
    number = given_period(4).number
    ReconciliationFindingFactory.create()
    ask_period(number=number, party=fay, now=at(2, 7), note="Is of June")
    approve_period(number=number, party=max_, now=at(2, 7), note="Is of June")
    take_cut(boundary=at(3, 7), actor=SYSTEM, now=at(3, 7))
    complete_cuts(now=at(3, 7))
    assert list(verify_seals()) == []

    with triggers_off("finance"):
        run_sql(spoilt.format(ida=UserFactory.create().pk))

    assert [each.cut for each in verify_seals()] == [Cut.objects.latest("number").number]
