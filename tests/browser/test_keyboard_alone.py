"""The main jobs without a mouse: whoever sees where they are by the ring alone finds, asks, approves and takes out."""

import pytest
from django.contrib.auth.models import Group

from storecredit.credits.models import CreditRequest
from tests.backoffice.staff import PASSWORD, Staff
from tests.credits.requests import given_issue_limit, given_limit
from tests.scenarios import given_credit, given_customer, history_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: How many times Tab leads on until what is looked for is found.
MOST = 12
#: What has the focus: its words or name, and whether a ring of two pixels shows that.
HERE = """() => {
    const here = document.activeElement, style = getComputedStyle(here);
    const ring = style.outlineStyle === "solid" && style.outlineWidth === "2px";
    const words = here.name || (here.matches("a, button") && here.innerText) || here.tagName;
    return [words, ring || here.name === "q"];
}"""
IS_AT = "name => document.activeElement.name === name"


class Keys:
    """A keyboard, and a note of what it led to that had no ring."""

    def __init__(self, page):
        self.page, self.unseen = page, []

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, name, text):
        """Type into the field that has the focus, or is about to have it, which must be the one of this name."""
        self.page.wait_for_function(IS_AT, arg=name)
        self.page.keyboard.type(text)

    def tab_to(self, words):
        """Go on to what says this. Gives how many keys that took."""
        met = []
        for count in range(1, MOST + 1):
            self.press("Tab")
            said, has_ring = self.page.evaluate(HERE)
            met.append(said)
            if not has_ring:
                self.unseen.append(said)
            if words in said:
                return count
        raise AssertionError(f"{words} is not within {MOST} tabs of {met}")

    def sign_in(self, username):
        self.page.context.clear_cookies()
        self.page.goto("/admin/")
        self.type("username", username)
        self.press("Tab")
        self.type("password", PASSWORD)
        self.press("Enter")
        self.page.wait_for_selector("text=Latest transactions")

    def skip_the_menu(self):
        self.page.wait_for_load_state()
        self.press("Tab", "Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_credit_is_asked_for_approved_and_taken_out_without_a_mouse(browser, live_server, scheme):
    given_issue_limit(Group.objects.get(name="Agent"), "50.00 GBP")
    Staff("Agent", username="grace")
    given_limit(Staff("Approver", "Finance", username="paul").user, "500.00 GBP")
    account = given_credit("40.00 GBP", customer=given_customer(first_name="Ada", last_name="Byron"))

    with browser(color_scheme=scheme) as (page, seen):
        keys = Keys(page)
        keys.sign_in("grace")
        page.wait_for_function(IS_AT, arg="q")
        keys.press("Control+k", "Tab", "Escape")
        page.wait_for_function("document.activeElement.closest('#content')")
        keys.press("Control+k")
        page.wait_for_function("document.activeElement.closest('.bo-palette')")
        keys.type("q", "byron")
        keys.press("Enter")
        page.wait_for_url("**/change/**")
        keys.skip_the_menu()
        to_the_form = keys.tab_to("Issue credit")
        keys.press("Enter")
        keys.type("amount", "80")
        keys.press("Enter")
        keys.type("reason", "Goodwill")
        keys.press("Tab")
        keys.type("note", "A late parcel")
        keys.press("Tab", "Enter")
        page.wait_for_function("document.activeElement.tagName === 'H2'")
        to_the_button = keys.tab_to("Ask for approval")
        keys.press("Enter")
        page.wait_for_url("**/change/**")

        keys.sign_in("paul")
        page.goto("/admin/credits/creditrequest/")
        keys.skip_the_menu()
        keys.tab_to("£80.00")
        keys.press("Enter")
        page.wait_for_url("**/change/**")
        keys.skip_the_menu()
        keys.tab_to("Approve")
        keys.press("Enter")
        keys.type("note", "Checked")
        keys.tab_to("Review")
        keys.press("Enter")
        page.wait_for_function("document.activeElement.tagName === 'H2'")
        keys.tab_to("Approve")
        keys.press("Enter")
        page.wait_for_selector("text=£120.00")
        page.goto("/admin/ledger/customer/")
        keys.skip_the_menu()
        keys.tab_to("format")
        with page.expect_download() as taken:
            keys.press("Enter")
        name = taken.value.suggested_filename

    assert (to_the_form, to_the_button) == (1, 3)
    assert keys.unseen == []
    assert name.endswith(".csv")
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "80.00")]
    assert CreditRequest.objects.get().status == "CONFIRMED"
    assert (seen.strangers, seen.complaints) == ([], [])
