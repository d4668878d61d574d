"""The session ends in mid-form, in a browser: sign in and go on with what was typed."""

import pytest

from tests.backoffice.staff import PASSWORD, Staff, step_url
from tests.scenarios import given_credit, history_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page):
    page.fill("input[name=username]", "grace")
    page.fill("input[name=password]", PASSWORD)
    page.click("#login-form button[type=submit]")


def test_what_was_typed_stands_in_the_form_after_signing_in_again(browser):
    Staff("Agent", username="grace")
    account = given_credit("40.00 GBP")

    with browser() as (page, seen):
        page.goto(step_url(account, "issue"))
        sign_in(page)
        page.wait_for_selector("button:has-text('Review')")
        page.fill("input[name=amount]", "12.34")
        page.select_option("select[name=reason]", "GW")
        page.fill("textarea[name=note]", "Late, twice")
        page.context.clear_cookies(name="sessionid")
        page.click("button:has-text('Review')")
        page.wait_for_selector("#login-form")
        sign_in(page)
        page.wait_for_selector("text=What you had typed is back in the form.")
        page.wait_for_function("document.querySelector('input[name=amount]').value === '12.34'")
        typed = [page.input_value(f"[name={name}]") for name in ("amount", "reason", "note")]
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        page.click("button.bo-primary")
        page.wait_for_load_state("networkidle")

    assert typed == ["12.34", "GW", "Late, twice"]
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "12.34")]
    assert (seen.strangers, seen.complaints) == ([], [])
