"""The page for integrators on a telephone: all of it can be read without scrolling sideways."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPENED = 6


def test_the_page_for_integrators_fits_a_narrow_screen_whatever_is_opened(browser):
    with browser(viewport={"width": 390, "height": 844}) as (page, seen):
        page.goto("/api/v1/docs/")
        page.wait_for_selector(".opblock")
        widths = [page.evaluate("document.documentElement.scrollWidth")]
        operations = page.query_selector_all(".opblock-summary-control")
        for operation in operations[:: len(operations) // OPENED]:
            operation.click()
        page.evaluate("document.querySelectorAll('details').forEach(codes => codes.open = true)")
        page.wait_for_selector(".opblock.is-open .responses-table")
        widths.append(page.evaluate("document.documentElement.scrollWidth"))
        sections = page.eval_on_selector_all(".opblock-tag", "tags => tags.map(tag => tag.dataset.tag)")
        beginning = page.inner_text("main h2 >> nth=0")

    assert widths == [390, 390]
    assert beginning == "Quick start"
    assert sections == [
        "Customer store credit",
        "Stored credit accounts",
        "Gift cards",
        "Store credit as a payment source",
        "Credits on orders",
        "Reports",
    ]
    assert (seen.strangers, seen.complaints) == ([], [])
