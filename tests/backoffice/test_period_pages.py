"""A month is closed by one person and approved by another, and what was entered in it is corrected by request."""

from datetime import date

import pytest

from ledger.models import Transaction
from storecredit.finance.models import BreakageRate, Correction, Period
from storecredit.finance.operations import export_journal
from tests.backoffice.staff import Staff, list_url, page_url, said, step_url, table_of, text_of
from tests.factories.credits import ApproverLimitFactory
from tests.finance.month import at, close, given_month
from tests.scenarios import STAFF, money, nothing_moves

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fay(time_machine) -> Staff:
    given_month(time_machine)
    return Staff("Finance", username="fay")


@pytest.fixture
def max_(fay) -> Staff:
    person = Staff("Finance", username="max")
    ApproverLimitFactory.create(user=person.user, per_request=money("50.00 GBP"), per_day=None)
    return person


def test_a_month_is_closed_with_a_colleague_and_shows_its_figures_its_journal_and_its_history(fay, max_):
    fay.send("/admin/finance/period/add/", first_day="2026-04-17")
    april = Period.objects.get()

    review = fay.review(step_url(april, "close"), note="All counted")
    booked = {
        "GBP · 2310 · Store credit owed to customers": "£0.00 debit, £20.00 credit",
        "GBP · 6310 · Goodwill": "£20.00 debit, £0.00 credit",
    }
    assert {fact.label: fact.text for fact in review.context["review"].facts} == {
        "Month": "April 2026",
        "Closed at": "Cut 1",
        "Owed in GBP": "£0.00 at its beginning, £20.00 at its end",
        **booked,
    }
    closing = said(fay.confirm(review))
    own = fay.open(step_url(april, "approve"))
    refused = said(max_.do(step_url(april, "refuse"), why="A card is missing"))
    fay.do(step_url(april, "close"), note="Found it")
    approval = max_.review(step_url(april, "approve"), note="")
    done = said(max_.confirm(approval))

    assert closing == ["April 2026 waits for somebody else to approve it."]
    assert own.context["refusal"] == "you closed it yourself: somebody else has to approve it."
    assert refused == ["April 2026 is open again."]
    # Whoever approves sees what the journal books, by the rules of now.
    seen = {fact.label: fact.text for fact in approval.context["review"].facts}
    assert seen["Journal 1"] == "1 lines"
    assert {label: text for label, text in seen.items() if label in booked} == booked
    assert done == ["April 2026 is closed."]
    page = fay.open(page_url(april))
    assert [(entry.title, entry.who, entry.why) for entry in page.context["timeline"].entries] == [
        ("Approved and closed", "max", ""),
        ("Asked to close", "fay", "Found it"),
        ("Refused", "max", "A card is missing"),
        ("Asked to close", "fay", "All counted"),
        ("Opened", "fay", ""),
    ]
    assert [table.title for table in page.context["tables"]] == ["What moved in GBP", "Journals"]
    assert "Closed by fay, approved by max" in text_of(page)
    assert "Journal 1" in text_of(page)
    # A figure opens the entries behind it, and the month after follows by itself.
    (issued,) = [row for row in page.context["tables"][0].rows if row[0] == "Issued"]
    assert "£20.00" in text_of(fay.open(issued[1].url))
    may = Period.objects.get(first_day=date(2026, 5, 1))
    assert "Before this month can be closed:" not in text_of(fay.open(page_url(may)))
    assert fay.open(list_url(Period)).status_code == 200
    assert fay.open("/admin/finance/period/add/").status_code == 403


def test_the_page_of_a_month_lists_each_journal_that_has_something_of_it(fay, max_, time_machine):
    fay.send("/admin/finance/period/add/", first_day="2026-04-01")
    for number in (1, 2):
        fay.do(step_url(Period.objects.get(number=number), "close"), note="")
        max_.do(step_url(Period.objects.get(number=number), "approve"), note="")
    grant = Transaction.objects.get(type="ADJUST", amount_minor=200)
    fay.do(step_url(grant, "ask-correction"), reason="EC", note="Counted right at first")
    max_.do(step_url(Correction.objects.get(), "approve"), note="")
    time_machine.move_to(at(3, 7), tick=False)
    close(3, 7)
    export_journal(last_day=date(2026, 7, 2), actor=STAFF, now=at(3, 7))
    ida = Staff("Finance", username="ida")

    april, may, june = (table_of(ida.open(page_url(period)), "Journals") for period in Period.objects.order_by("pk"))
    files = ida.open(page_url(Period.objects.get(number=2))).content.decode()

    everything = "CSV · XLSX · JSON · DATEV · QuickBooks · Xero"
    assert [list(row.values()) for row in april] == [
        ["Journal 1", "Through 30 Apr 2026", "2 Jul 2026, 12:00", "max, Admin", "1",
         "£20.00", "£20.00", "–", everything],
    ]  # fmt: skip
    assert [list(row.values()) for row in may] == [
        ["Journal 2", "1 May 2026 – 31 May 2026", "2 Jul 2026, 12:00", "max, Admin", "14",
         "€50.00 £264.50", "€50.00 £264.50", "–", everything],
        ["Journal 3", "1 Jun 2026 – 2 Jul 2026", "3 Jul 2026, 12:00", "alice, Admin", "3",
         "€30.00 £9.00", "–", "£2.00", everything],
    ]  # fmt: skip
    assert [(row["Journal"], row["Of this month"], row["Corrections of this month"]) for row in june] == [
        ("Journal 3", "€30.00 £7.00", "–"),
    ]
    assert ida.client.get("/admin/finance/journalexport/3/file/csv/").status_code == 200
    assert files.count("/admin/finance/journalexport/3/file/") == 6


def test_an_open_month_names_what_stands_against_closing_it(fay):
    fay.send("/admin/finance/period/add/", first_day="2026-07-01")

    page = fay.open(page_url(Period.objects.get()))

    assert page.context["hindrances"] == ["The month is not over."]


def test_an_entry_of_a_closed_month_is_undone_once_a_colleague_approves(fay, max_):
    fay.send("/admin/finance/period/add/", first_day="2026-04-01")
    for number in (1, 2):
        period = Period.objects.get(number=number)
        fay.do(step_url(period, "close"), note="")
        max_.do(step_url(period, "approve"), note="")
    spend = Transaction.objects.get(type="REDEEM", amount_minor=-4000)
    grant = Transaction.objects.get(type="ADJUST", amount_minor=200)

    refused = {each.labels: each.why for each in fay.open(page_url(grant)).context["refusals"]}
    with nothing_moves():
        asked = said(fay.do(step_url(grant, "ask-correction"), reason="EC", note="Counted right at first"))
    correction = Correction.objects.get()
    own = {each.labels: each.why for each in fay.open(page_url(correction)).context["refusals"]}
    done = max_.do(step_url(correction, "approve"), note="")

    assert refused["Reverse"] == "its month is closed: ask for a correction."
    assert asked == [f"{correction} waits for somebody else to approve it."]
    assert own["Approve"] == "you asked for it yourself: somebody else has to approve it."
    assert said(done) == [f"{correction} is posted."]
    assert Transaction.objects.get(reverses=grant).amount_minor == -200
    assert spend.reversals.filter(type="REVERSE").count() == 0
    # The closed month tells of what was corrected since.
    page = fay.open(page_url(Period.objects.get(number=2)))
    assert page.context["tables"][-1].title == "What was corrected"
    assert fay.open(list_url(Correction)).status_code == 200
    agent = Staff("Agent")
    for address in (list_url(Correction), list_url(Period), page_url(correction)):
        assert agent.client.get(address).status_code == 403


def test_the_cohorts_show_what_is_expected_of_them_once_a_colleague_approved_the_rate(fay, max_):
    asked = fay.send(
        "/admin/finance/breakagerate/add/",
        year="2026", kind="STORE_CREDIT", funding="PAID", percent="10", valid_from="2026-01-01", note="As before",
    )  # fmt: skip
    rate = BreakageRate.objects.get()
    own = {each.labels: each.why for each in fay.open(page_url(rate)).context["refusals"]}
    done = said(max_.do(step_url(rate, "approve"), note=""))

    assert (asked.status_code, own["Approve"]) == (
        302,
        "you asked for it yourself: somebody else has to approve it.",
    )
    assert done == ["The rate is approved."]
    rows = table_of(fay.open("/admin/owed/breakage/"), "Credit in GBP by the year in which it came in")
    (paid,) = [row for row in rows if row["Rate"] == "10.00 %"]
    assert list(paid.values()) == [
        "2026", "Store credit · Paid by the customer", "£99.50", "–", "–", "£99.50", "10.00 %", "£9.95", "–", "£9.95",
    ]  # fmt: skip
    assert Staff("Agent").client.get("/admin/owed/breakage/").status_code == 403
