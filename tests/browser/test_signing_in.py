"""A phone with a passkey, and an app that shows codes: set up, used, lost, and given anew by two colleagues."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from storecredit.credits.models import CreditRequest
from tests.backoffice.signing_in.people import code_for
from tests.backoffice.staff import PASSWORD, Staff
from tests.credits.requests import given_limit, given_request

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIRTUAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
ANEW = "a horse of another colour"


def plug_in(page: Any) -> None:
    """A device that keeps passkeys, and says yes for its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})


def another_browser(page: Any, root: str) -> Any:
    """One that knows nothing of the first: no session, no passkey."""
    other = page.context.browser.new_context(base_url=root).new_page()
    other.set_default_timeout(20_000)
    return other


def give_password(page: Any, name: str, password: str = PASSWORD) -> None:
    page.goto("/admin/login/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.click("#login-form button[type=submit]")


def add_passkey(page: Any) -> None:
    page.click("a:has-text('Add a passkey')")
    page.fill("input[name=name]", "Phone")
    page.click("#passkey-button")


def set_up_app(page: Any) -> None:
    page.click("a:has-text('Set up an app that shows codes')")
    page.fill("input[name=code]", code_for(page.inner_text(".bo-step code").replace(" ", "")))
    page.click("button:has-text('Set it up')")


@pytest.fixture
def request_to_approve(live_server):
    for name in ("ada", "bea"):
        Staff("Administrator", username=name)
    grace = Staff("Approver", username="grace", email="grace@example.com")
    given_limit(grace.user, "500.00 USD")
    return given_request("80.00 USD")


def test_a_phone_is_set_up_used_lost_and_given_anew(browser, settings, live_server, request_to_approve):
    settings.SECOND_FACTOR = True
    approve = f"/admin/credits/creditrequest/{request_to_approve.pk}/approve/"
    with browser() as (page, seen):
        # A passkey, and an app besides it
        plug_in(page)
        give_password(page, "grace")
        page.wait_for_selector("text=Set up a second factor first")
        add_passkey(page)
        page.wait_for_selector("#recovery-codes")
        codes = page.locator("#recovery-codes code").count()
        page.click("text=I have kept them")
        set_up_app(page)
        factors = page.locator("table[aria-label='Second factor'] tbody tr").all_inner_texts()

        # The passkey alone signs in
        page.context.clear_cookies()
        page.goto("/admin/login/")
        page.click("#passkey-button")
        page.wait_for_selector("text=Latest transactions")

        # In the middle of an approval the quarter of an hour is over
        page.goto(approve)
        page.fill("textarea[name=note]", "Called her, it is right")
        settings.PROOF_LASTS = timedelta(0)
        page.click("button:has-text('Review')")
        page.wait_for_selector("text=Is it still you?")
        settings.PROOF_LASTS = timedelta(minutes=15)
        page.click("#passkey-button")
        page.wait_for_selector("text=What you had typed is back in the form.")
        page.wait_for_function("document.querySelector('textarea[name=note]').value !== ''")
        typed = page.input_value("textarea[name=note]")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        page.click("button.bo-primary")
        page.wait_for_selector("#history")

        # The phone is lost: a password alone goes no further
        lost = another_browser(page, live_server.url)
        give_password(lost, "grace")
        lost.wait_for_selector("text=Have you lost your phone or key?")

        # Two colleagues help, and she begins anew
        ada = another_browser(page, live_server.url)
        give_password(ada, "ada")
        set_up_app(ada)
        ada.wait_for_selector("#recovery-codes")
        ada.goto("/admin/auth/user/?q=grace")
        ada.click("#result_list tbody a:has-text('grace')")
        ada.click("a.bo-button:has-text('Take away the second factor')")
        ada.fill("textarea[name=why]", "Phone lost, she came to my desk")
        ada.click("button:has-text('Review')")
        ada.click("button.bo-primary")
        ada.wait_for_url("**/accesschange/*/change/")
        bea = another_browser(page, live_server.url)
        give_password(bea, "bea")
        set_up_app(bea)
        bea.wait_for_selector("#recovery-codes")
        bea.goto(ada.url.replace("/change/", "/approve/"))
        bea.click("button:has-text('Review')")
        bea.click("button.bo-primary")
        bea.wait_for_url("**/accesschange/*/change/")
        _, message = mail.outbox
        lost.goto(f"/admin/password/{message.body.split('/admin/password/')[1].split()[0]}")
        lost.fill("input[name=new_password1]", ANEW)
        lost.fill("input[name=new_password2]", ANEW)
        lost.click("button:has-text('Set password')")
        plug_in(lost)
        give_password(lost, "grace", ANEW)
        add_passkey(lost)
        lost.click("text=I have kept them")
        lost.goto("/admin/")
        lost.wait_for_selector("text=Latest transactions")
        page.goto("/admin/")
        old_session_leads_to = page.url

    assert (codes, len(factors)) == (10, 2)
    assert typed == "Called her, it is right"
    assert CreditRequest.objects.get(pk=request_to_approve.pk).status == "CONFIRMED"
    assert "/admin/login/" in old_session_leads_to
    assert (seen.strangers, seen.complaints) == ([], [])
