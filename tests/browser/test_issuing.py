"""The main job in a browser, as staff do it."""

import pytest

from ledger.models import Customer, Reason
from tests.backoffice.staff import PASSWORD, Staff
from tests.scenarios import given_credit, given_customer, history_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def account(live_server):
    Staff("Agent", username="grace")
    return given_credit("40.00 GBP", customer=given_customer(number="SHOP-7", first_name="Ada", last_name="Byron"))


def sign_in(page):
    page.goto("/admin/")
    page.fill("input[name=username]", "grace")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("text=Latest transactions")


def test_staff_sign_in_find_a_customer_issue_credit_and_see_the_new_balance(browser, account):
    reason = Reason.objects.get(pk="GW")

    with browser() as (page, seen):
        sign_in(page)
        page.fill("main input[name=q], .bo-search input[name=q]", "byron")
        page.press(".bo-search input[name=q]", "Enter")
        page.click("text=Ada Byron")
        page.click("a.bo-primary:has-text('Issue credit')")
        page.fill("input[name=amount]", "25.50")
        page.select_option("select[name=reason]", reason.code)
        page.fill("textarea[name=note]", "A late parcel")
        page.click("button:has-text('Review')")
        review = page.inner_text(".bo-changes")
        page.click("button:has-text('Issue credit')")
        page.wait_for_selector("text=The balance is now £65.50.")
        balance = page.inner_text(".bo-amount")
        first_row = page.inner_text("#history tbody tr:first-child")
        page.reload()

    assert review.split() == ["Balance", "£40.00", "→", "£65.50", "Can", "be", "spent", "£40.00", "→", "£65.50"]
    assert balance == "£65.50"
    assert all(words in first_row for words in ("+£25.50", "£65.50", "A late parcel", "grace"))
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "25.50")]
    assert (seen.strangers, seen.complaints) == ([], [])


def fill_in(page, customer):
    page.goto(f"/admin/ledger/customer/{customer.pk}/change/")
    page.click("a.bo-primary:has-text('Issue credit')")
    page.fill("input[name=amount]", "1.11")
    page.select_option("select[name=reason]", "GW")
    page.click("button:has-text('Review')")
    page.wait_for_selector(".bo-changes")


def test_review_issue_back_reload_and_issue_again_is_one_entry(browser, account):
    customer = account.customer

    with browser() as (page, seen):
        sign_in(page)
        fill_in(page, customer)
        review = page.url
        page.click("button:has-text('Issue credit')")
        page.wait_for_selector("text=The balance is now £41.11.")
        page.go_back()
        told, buttons = page.inner_text(".bo-notice"), page.query_selector_all("button:has-text('Issue credit')")
        address = page.url
        page.reload()
        told_again = page.inner_text(".bo-notice")
        page.go_back()
        told_by_the_form = page.inner_text(".bo-notice")
        page.click("text=See what was done")
        page.wait_for_selector("#history")
        customers_page = page.url

    assert (address, buttons) == (review, [])
    assert told == told_again == told_by_the_form == "This was done already, and is not done twice."
    assert customers_page.endswith(f"/admin/ledger/customer/{customer.pk}/change/")
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "1.11")]
    assert (seen.strangers, seen.complaints) == ([], [])


def test_back_and_reload_show_the_review_again_and_a_second_tab_pays_nothing(browser, account):
    customer = account.customer

    with browser() as (page, seen):
        sign_in(page)
        fill_in(page, customer)
        review = page.url
        page.reload()
        reloaded = page.inner_text(".bo-changes")
        tab = page.context.new_page()
        tab.goto(review)
        page.click("a:has-text('Back to the form')")
        kept = page.input_value("input[name=amount]")
        page.go_back()
        page.click("button:has-text('Issue credit')")
        page.wait_for_selector("text=The balance is now £41.11.")
        tab.click("button:has-text('Issue credit')")
        tab.wait_for_selector("text=This was done already, and was not done twice.")
        page.go_back()
        page.click("text=Start a new one")
        page.fill("input[name=amount]", "1.11")
        page.select_option("select[name=reason]", "GW")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        twin = page.inner_text(".bo-notice")

    assert reloaded.split()[:4] == ["Balance", "£40.00", "→", "£41.11"]
    assert kept == "1.11"
    assert twin.startswith("£1.11 was issued to this customer just now by grace (Issue ")
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "1.11")]
    assert (seen.strangers, seen.complaints) == ([], [])


def test_a_double_click_on_the_last_button_posts_once(browser, account):
    with browser() as (page, _):
        sign_in(page)
        page.goto(f"/admin/ledger/account/{account.pk}/debit/")
        page.fill("input[name=amount]", "10")
        page.select_option("select[name=reason]", "EC")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        page.dblclick("button:has-text('Debit')")
        page.wait_for_selector("#history")

    assert history_of(account) == [("ISSUE", "40.00"), ("REDEEM", "-10.00")]


@pytest.mark.parametrize("width", [390, 1440])
def test_pages_fit_the_screen_and_load_nothing_from_elsewhere(browser, account, width):
    customer = Customer.objects.get()
    paths = [
        "/admin/",
        "/admin/ledger/customer/",
        f"/admin/ledger/customer/{customer.pk}/change/",
        f"/admin/ledger/customer/{customer.pk}/issue/",
        f"/admin/ledger/account/{account.pk}/change/",
        "/admin/ledger/transaction/",
    ]

    with browser(viewport={"width": width, "height": 844}) as (page, seen):
        sign_in(page)
        widths = []
        for path in paths:
            page.goto(path)
            widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [width] * len(paths)
    assert (seen.strangers, seen.complaints) == ([], [])
