"""Reconciliations in the admin: the books proved, a list compared, findings explained and corrected."""

from typing import Any

import pytest
from django.urls import reverse

from ledger.operations import Why
from storecredit.audit.models import Activity
from storecredit.backoffice.finance.finding_steps import FINDING_STEPS
from storecredit.finance.models import FindingState, ReconciliationFinding, ReconciliationRun
from tests.backoffice.exporting import bytes_of, take
from tests.backoffice.imports.files import address, go_on, start
from tests.backoffice.imports.files import lines_of as result_of
from tests.backoffice.imports.stage import checked
from tests.backoffice.staff import Staff, list_url, page_url, step_url, text_of
from tests.factories.finance import ReconciliationFindingFactory, ReconciliationRunFactory
from tests.finance.findings import compare, history_of, state_of
from tests.scenarios import NOW, given_credit, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def finance(db):
    return Staff("Finance")


@pytest.fixture
def agent(db):
    return Staff("Agent")


def test_the_books_are_proved_check_by_check_and_a_slice_that_comes_twice_counts_once(finance):
    begun = finance.send(reverse("admin:finance_reconciliationrun_prove"))
    run = ReconciliationRun.objects.get()
    again = finance.send(reverse("admin:finance_reconciliationrun_prove"))
    page = text_of(finance.open(begun["Location"]))
    slices: list[Any] = []
    while not slices or slices[-1]["busy"]:
        answer = finance.client.post(
            reverse("admin:finance_reconciliationrun_slice", args=[run.pk]), headers={"Accept": "application/json"}
        )
        slices.append(answer.json())

    run.refresh_from_db()
    assert begun["Location"] == again["Location"] == page_url(run)
    assert "The books are proved" in page
    assert (run.outcome, run.found, run.checked) == ("CLEAN", 0, slices[-1]["total"])
    assert set(run.counts.values()) == {0}
    assert len(run.counts) == run.checked
    assert Activity.objects.filter(kind="RECONCILED", actor_label=finance.user.username).count() == 1


def test_a_finding_is_explained_after_a_review_and_its_page_tells_who_did_it(finance):
    finding = ReconciliationFindingFactory.create(subject_id="order-77")
    assert "A finding of a reconciliation is open." in text_of(finance.open(reverse("admin:index")))

    with nothing_moves():
        finance.do(step_url(finding, "explain"), note="Booked on the next day")

    page = text_of(finance.open(page_url(finding)))
    assert history_of(finding) == [("OPEN", "EXPLAINED", finance.user.username, "Booked on the next day")]
    assert "Missing there" in page
    assert "Booked on the next day" in page
    assert "is open." not in text_of(finance.open(reverse("admin:index")))


def test_the_list_of_findings_is_narrowed_found_and_exported(finance):
    given_credit("50.00 GBP", why=Why(reference="ticket-1"))
    compare(("order-1", -1250))
    ReconciliationFindingFactory.create(subject_id="order-2")
    url = list_url(ReconciliationFinding)

    waiting = text_of(finance.open(f"{url}?state=waiting&kind=STATEMENT"))
    found = text_of(finance.open(f"{url}?q=order-1"))
    none = text_of(finance.open(f"{url}?state=CORRECTED"))
    exported = bytes_of(take(finance, ReconciliationFinding, "?state=waiting")).decode()

    assert all(name in waiting for name in ("ticket-1", "order-1", "order-2"))
    assert "order-1" in found
    assert "order-2" not in found
    assert "Nothing is like that" in none
    assert "Missing here" in exported
    assert "-12.50" in exported


def test_a_correction_that_is_asked_for_waits_and_is_told_at_the_finding(finance):
    account = given_credit("50.00 GBP", why=Why(reference="ticket-1"))
    compare(("ticket-1", 4000))
    finding = ReconciliationFinding.objects.get()

    with nothing_moves():
        finance.do(
            step_url(finding, "ask-correction"), account=account.number, direction="take", amount="10.00",
            reason="EC", note="Ten too much",
        )  # fmt: skip

    assert state_of(finding) == FindingState.OPEN
    assert history_of(finding) == [("OPEN", "OPEN", finance.user.username, "Ten too much")]
    correction = finding.events.select_related("correction").get().correction
    assert correction is not None
    assert (correction.amount_minor, correction.status) == (-1000, "PENDING")
    assert page_url(correction) in finance.open(page_url(finding)).content.decode()


def test_who_may_not_reconcile_sees_and_does_nothing(agent):
    finding, run = ReconciliationFindingFactory.create(), ReconciliationRunFactory.create()

    answers = [
        agent.open(page_url(finding)),
        agent.open(page_url(run)),
        agent.open(list_url(ReconciliationRun)),
        agent.send(reverse("admin:finance_reconciliationrun_prove")),
        agent.send(reverse("admin:finance_reconciliationrun_slice", args=[run.pk])),
        *(agent.send(step_url(finding, step.slug), note="mine") for step in FINDING_STEPS),
    ]

    assert [answer.status_code for answer in answers] == [403] * 12
    assert not finding.events.exists()


def test_the_page_of_a_run_tells_its_checks_and_totals(finance):
    given_credit("50.00 GBP", why=Why(reference="ticket-1"), now=NOW)

    page = text_of(finance.open(page_url(compare(("ticket-1", 4900)))))

    for words in ("Amount differs", "£49.00", "£50.00", "Finding", "ticket-1", "Control totals"):
        assert words in page


def test_a_list_is_compared_in_the_browser_with_its_columns_mapped_and_its_result_is_a_file(finance):
    given_credit("50.00 GBP", why=Why(reference="ticket-1"), now=NOW)
    file = "Ticket,Total,When\nticket-1,49.00,\norder-1,-3.00,\n"
    asked = {"column_0": "reference", "column_1": "amount", "column_2": "time", "currency": "GBP", "source": "till"}

    with nothing_moves():
        run = checked(finance, "statements", file, **asked)
        start(finance, run, count=2)
        run = go_on(finance, run)

    kept = ReconciliationRun.objects.get()
    assert (run.state, run.facts["outcomes"]) == ("DONE", {"amount differs": 1, "missing here": 1})
    assert (kept.kind, kept.source, kept.checked, kept.found) == ("STATEMENT", "till", 2, 2)
    assert kept.totals == {"GBP": {"theirs_minor": 4600, "lines": 2, "ours_minor": 5000, "entries": 1}}
    assert result_of(finance.open(address(run, "result")))[1:] == [
        "missing here,order-1,GBP,'-3.00,,1,,3,,",
        f"amount differs,ticket-1,GBP,49.00,50.00,1,1,2,,{NOW.date()}",
    ]
    assert page_url(kept) in finance.open(address(run, "change")).content.decode()


def test_a_bad_line_of_a_list_is_named_and_nothing_can_be_compared(finance):
    run = checked(finance, "statements", "reference,amount,currency\n,1.00,GBP\nb,1.0001,GBP\n")

    page = text_of(finance.open(address(run, "change")))

    assert (run.state, run.faults) == ("CHECKED", 2)
    assert "is empty" in page
    assert "has more decimals than GBP has" in page
    assert not ReconciliationRun.objects.exists()
