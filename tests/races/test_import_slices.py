"""However many tabs ask for the same file, each of its steps is taken once and each of its lines written once."""

from functools import partial

import pytest

import giftcards.queries
import ledger.queries
from giftcards.models import GiftCard
from ledger.models import Transaction
from ledger.operations import import_opening_balances
from storecredit.backoffice.imports.checking import check_slice
from storecredit.backoffice.imports.choosing import KINDS
from storecredit.backoffice.imports.kinds import Kind
from storecredit.backoffice.imports.running import RunChanged, start_run, write_slice
from storecredit.backoffice.imports.uploads import add_piece, begin_upload
from storecredit.backoffice.models import ImportRun
from tests.credits.requests import given_person, party_of
from tests.factories.imports import ImportRunFactory
from tests.ledger.openings import opening_rows
from tests.races.together import together
from tests.scenarios import NOW, SYSTEM, given_customer

pytestmark = pytest.mark.django_db(transaction=True)

LINES, SLICE = 40, 5
TABS = 4


@pytest.fixture(autouse=True)
def small_slices(monkeypatch):
    monkeypatch.setattr(Kind, "slice_rows", SLICE)


@pytest.fixture
def person():
    return given_person("alice")


def given_upload(person) -> ImportRun:
    content = "number,balance,currency\n" + "".join(f"CARD-{place:04},1.00,GBP\n" for place in range(LINES))
    run = ImportRunFactory.build(size=len(content), started_by=person, choices={"time_zone": "UTC"})
    begin_upload(run=run, now=NOW)
    add_piece(run_id=run.pk, place=0, content=content.encode(), now=NOW)
    ImportRun.objects.filter(pk=run.pk).update(state="CHECKING")
    return ImportRun.objects.get(pk=run.pk)


def to_the_end(take, run: ImportRun, person) -> int:
    """Ask for slices until none is left; how many were asked for."""
    asked, state = 0, run.state
    while state == run.state:
        state = take(run_id=run.pk, kind=KINDS["cards"], party=party_of(person), now=NOW).state
        asked += 1
    return asked


def test_tabs_that_check_and_write_one_file_share_the_work(person):
    run = given_upload(person)

    together(*[partial(to_the_end, check_slice, run, person)] * TABS)
    run.refresh_from_db()
    assert (run.state, run.rows, run.faults, run.facts["sums_minor"]) == ("CHECKED", LINES, 0, {"GBP": LINES * 100})

    start_run(run_id=run.pk, version=run.version, count=LINES, sums_minor={"GBP": LINES * 100}, kind=KINDS["cards"],
              party=party_of(given_person("controller")), now=NOW)  # fmt: skip
    run.refresh_from_db()
    together(*[partial(to_the_end, write_slice, run, person)] * TABS)

    run.refresh_from_db()
    assert (run.state, run.done_rows, run.facts["outcomes"]) == ("DONE", LINES, {"imported": LINES})
    assert GiftCard.objects.count() == LINES
    assert [*giftcards.queries.list_findings(), *ledger.queries.list_findings()] == []


def test_of_two_who_start_one_file_one_does(person):
    run = given_upload(person)
    to_the_end(check_slice, run, person)
    run.refresh_from_db()
    start = partial(
        start_run, run_id=run.pk, version=run.version, count=LINES, sums_minor={"GBP": LINES * 100},
        kind=KINDS["cards"], party=party_of(given_person("controller")), now=NOW,
    )  # fmt: skip

    outcomes = together(start, start)

    assert (len(outcomes.done), outcomes.count(RunChanged)) == (1, 1)


def test_two_runs_of_the_same_balances_bring_each_in_once():
    for place in range(LINES):
        given_customer(number=f"SHOP-{place}")
    rows = opening_rows(LINES)
    run = partial(
        import_opening_balances, expected_minor={"GBP": LINES * 100}, actor=SYSTEM, now=NOW, source="balances.csv"
    )

    together(partial(run, rows=rows), partial(run, rows=list(reversed(rows))))

    assert Transaction.objects.count() == LINES
    assert [*ledger.queries.list_findings()] == []
