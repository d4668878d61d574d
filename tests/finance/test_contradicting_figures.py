"""
Kept figures that contradict each other, which only the owner of the tables can bring about: every door says so in
words, and nothing is closed, exported or reported from them.
"""

from datetime import date

import pytest

from storecredit.finance.models import JournalExport, Period, PeriodFigure
from storecredit.finance.operations import ask_period, open_period
from tests.backoffice.staff import Staff, address_of, page_url, said, step_url, text_of
from tests.callers import ApiCaller, given_client
from tests.factories.finance import GeneralLedgerRuleFactory
from tests.factories.periods import party_of
from tests.finance.month import at, given_month
from tests.ledger.attacks import run as run_sql
from tests.ledger.commands.running import run
from tests.ledger.unguarded import triggers_off
from tests.scenarios import STAFF

pytestmark = pytest.mark.django_db(transaction=True)

#: What came together at April's end is more than what moved until then.
MORE_THAN_MOVED = "UPDATE ledger_cutfigure SET closing_gained_minor = 2001 WHERE closing_gained_minor = 2000"
#: Of a reason that a rule names, more moved than was kept of all.
LESS_THAN_TOLD_APART = (
    "UPDATE ledger_cutfigure SET gained_minor = 1999, closing_gained_minor = 1999 WHERE closing_gained_minor = 2000"
)
SAYS = {
    MORE_THAN_MOVED: "ISSUE of GOODWILL in GBP does not add up: it should be 2000 minor units and is 2001.",
    LESS_THAN_TOLD_APART: "ISSUE of GOODWILL in GBP does not add up: it should be 1999 minor units and is 2000.",
}


@pytest.fixture
def april(time_machine) -> Period:
    given_month(time_machine)
    GeneralLedgerRuleFactory.create(counter_account="GOODWILL", type="", reason_id="GW", valid_from=date(2026, 4, 1))
    return open_period(first_day=date(2026, 4, 1), actor=STAFF, now=at(2, 7))


def spoil(sql: str) -> None:
    with triggers_off("ledger"):
        run_sql(sql)


@pytest.mark.parametrize("sql", [MORE_THAN_MOVED, LESS_THAN_TOLD_APART])
def test_the_page_of_an_open_month_says_so_and_it_is_not_closed(april, sql):
    fay = Staff("Finance", username="fay")
    spoil(sql)

    page = fay.open(page_url(april))
    step = fay.open(step_url(april, "close"))
    closed = run("close_period", "2026-04", "--as", "fay", "--json")

    assert (page.status_code, page.context["hindrances"]) == (200, [SAYS[sql]])
    assert (step.status_code, step.context["refusal"]) == (200, SAYS[sql])
    assert (closed.code, closed.facts["why"]) == (1, {"does_not_add_up": SAYS[sql]})
    assert Period.objects.get(pk=april.pk).status == "OPEN"


@pytest.mark.parametrize("sql", [MORE_THAN_MOVED, LESS_THAN_TOLD_APART])
def test_a_month_that_waits_for_its_approval_is_refused_but_not_approved(april, sql):
    fay, max_ = Staff("Finance", username="fay"), Staff("Finance", username="max")
    ask_period(number=april.number, party=party_of(fay.user), now=at(2, 7))
    spoil(sql)

    page = max_.open(page_url(april))
    form = max_.open(step_url(april, "approve"))
    review = max_.send(address_of(form), note="")
    command = run("close_period", "2026-04", "--approve", "max", "--json")

    assert (page.status_code, page.context["hindrances"]) == (200, [SAYS[sql]])
    assert (form.status_code, review.status_code) == (200, 200)
    assert SAYS[sql] in text_of(review)
    assert (command.code, command.facts["why"]) == (1, {"does_not_add_up": SAYS[sql]})
    assert (PeriodFigure.objects.count(), JournalExport.objects.count()) == (0, 0)
    assert said(max_.do(step_url(april, "refuse"), why="Its figures are wrong")) == ["April 2026 is open again."]


def test_reports_and_the_journal_say_so_in_the_browser_by_the_api_and_by_commands(april, tmp_path):
    fay, program = Staff("Finance", username="fay"), ApiCaller(given_client(["reports:read"]).plain)
    spoil(MORE_THAN_MOVED)
    says = SAYS[MORE_THAN_MOVED]

    page = fay.open("/admin/owed/?last=2026-04-30")
    report = run("report_roll_forward", "--to", "2026-04-30", "--json")
    exported = run("export_journal", str(tmp_path / "april.csv"), "--day", "2026-04-30")
    answers = [
        program.get(f"/reports/{path}")
        for path in ("roll-forward?to=2026-04-30", "journal?from=2026-04-01&to=2026-04-30")
    ]

    assert (page.status_code, says in text_of(page)) == (200, True)
    assert (report.code, report.err) == (2, f"Could not run: {says}")
    assert (exported.code, exported.err) == (2, f"Could not run: {says}")
    assert [(each.status_code, each.json()["code"], each.json()["detail"]) for each in answers] == [
        (409, "does_not_add_up", says)
    ] * 2
    assert not JournalExport.objects.exists()


def test_the_journal_by_the_api_says_so_of_what_is_told_apart(april):
    program = ApiCaller(given_client(["reports:read"]).plain)
    spoil(LESS_THAN_TOLD_APART)

    answer = program.get("/reports/journal?from=2026-04-01&to=2026-04-30")

    assert (answer.status_code, answer.json()["code"]) == (409, "does_not_add_up")
    assert answer.json()["detail"] == SAYS[LESS_THAN_TOLD_APART]
