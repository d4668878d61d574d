"""Finance in a browser: the books are proved, and what a list says otherwise is explained."""

import pytest
from django.urls import reverse

from storecredit.finance.models import ReconciliationRun
from tests.backoffice.staff import PASSWORD, Staff
from tests.factories.finance import ReconciliationFindingFactory
from tests.finance.findings import history_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_finance_proves_the_books_and_explains_a_finding(browser, live_server):
    Staff("Finance", username="finn")
    finding = ReconciliationFindingFactory.create(subject_id="order-77")

    with browser() as (page, seen):
        page.goto(reverse("admin:finance_reconciliationrun_changelist"))
        page.fill("input[name=username]", "finn")
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.click("a:has-text('Prove the books')")
        page.click("button:has-text('Prove the books')")
        page.wait_for_selector(".bo-tag:has-text('Clean')", timeout=60_000)

        page.goto("/admin/")
        page.click(".bo-notice:has-text('A finding of a reconciliation is open.') a")
        page.click("#result_list tbody a:has-text('Missing there')")
        page.click("a.bo-button:has-text('Explain')")
        page.fill("textarea[name=note]", "Booked on the next day")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        page.dblclick("button:has-text('Explain')")
        page.wait_for_selector(".timeline-why:has-text('Booked on the next day')")

    assert (seen.strangers, seen.complaints) == ([], [])
    assert history_of(finding) == [("OPEN", "EXPLAINED", "finn", "Booked on the next day")]
    assert ReconciliationRun.objects.filter(kind="BOOKS", outcome="CLEAN").count() == 1
