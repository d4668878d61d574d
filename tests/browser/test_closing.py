"""Month end in a browser: finance closes a month with a colleague, opens a figure and takes the journal out."""

from datetime import date

import pytest

from storecredit.finance.models import Period
from storecredit.finance.operations import open_period
from tests.backoffice.staff import Staff
from tests.browser.signing_in import sign_in
from tests.finance.month import at, given_month
from tests.scenarios import SYSTEM

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(live_server, time_machine):
    given_month(time_machine)
    open_period(first_day=date(2026, 4, 1), actor=SYSTEM, now=at(2, 7))
    Staff("Finance", username="fay")
    Staff("Finance", username="max")


def confirm(page, label):
    page.click(f"a.bo-button:has-text('{label}')")
    page.click("button:has-text('Review')")
    page.wait_for_selector(".bo-changes")
    page.click(f"button.bo-primary:has-text('{label}')")
    page.wait_for_selector(".timeline-event")


def test_a_month_is_closed_with_a_colleague_and_its_journal_taken_out(browser, shop):
    with browser() as (page, seen):
        sign_in(page, "fay")
        page.click("a[href='/admin/finance/period/']")
        page.click("#result_list a:has-text('April 2026')")
        confirm(page, "Close the month")
        why_not = page.inner_text(".bo-why-not")

        sign_in(page, "max")
        page.goto("/admin/finance/period/1/")
        confirm(page, "Approve")
        address = page.url
        page.click("td a:has-text('+£20.00')")
        entries = page.inner_text("#history")
        page.goto(address)
        page.click("dd a:has-text('Journal 1')")
        with page.expect_download() as taken:
            page.click("a[href$='/file/csv/']")
        rows = taken.value.path().read_text().splitlines()

    assert "Approve: you closed it yourself: somebody else has to approve it." in why_not
    assert "£20.00" in entries
    assert len(rows) == 2
    assert rows[1].startswith("1,2026-04-30,6310,2310,GBP,20.00,ISSUE")
    assert Period.objects.get(number=1).status == "CLOSED"
    assert seen.complaints == seen.strangers == []
