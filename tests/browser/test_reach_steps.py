"""What is met on the way and not in a menu can be read by everybody, too: reviews, errors, what is shown once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.models import AccessChange
from storecredit.credits.models import CustomerRequest
from storecredit.finance.models import BreakageRate, Correction, Period
from tests.backoffice.signing_in.people import code_for
from tests.backoffice.staff import Staff, page_url
from tests.browser.test_reach import AXE, COLOURS, FIND, MENU, RULES, sign_in
from tests.factories.api import ApiClientFactory
from tests.giftcards.cards import given_card
from tests.scenarios import given_account, given_credit, given_customer

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.django_db(transaction=True)]


class Looking:
    """Has axe look at the page that is open, but at the menu once."""

    def __init__(self, page: Any) -> None:
        self._page, self._axe = page, AXE.read_text()
        self.seen: list[str] = []
        self.found: list[str] = []

    def look(self, name: str) -> None:
        self._page.evaluate(self._axe)
        told = self._page.evaluate(FIND, [RULES, COLOURS, [MENU] if self.seen else []])
        self.seen.append(name)
        self.found += [f"{name} {each}" for each in told]


def test_axe_finds_nothing_on_the_way_through_a_step(browser, live_server):
    Staff(*ROLES, username="grace")
    customer = given_customer(first_name="Ada", last_name="Byron")
    given_credit("40.00 GBP", customer=customer)
    empty = given_account("EUR")
    card = given_card("25.00 GBP", customer_id=customer.pk)
    reveal = reverse("admin:giftcards_giftcard_reveal", args=[card.id])

    with browser(bypass_csp=True, viewport={"width": 1400, "height": 900}) as (page, _):
        sign_in(page)
        looking = Looking(page)
        for name, path in (
            ("overview", "/admin/"),
            ("what happened", reverse("admin:ledger_customer_history", args=[customer.pk])),
            ("nothing like that", f"{reverse('admin:ledger_customer_changelist')}?q=nobody"),
            ("nothing yet", reverse("admin:checkouts_order_changelist")),
            ("refused", reverse("admin:ledger_account_debit", args=[empty.pk])),
            ("not there", "/admin/nowhere/"),
        ):
            page.goto(path)
            looking.look(name)
        page.goto(reveal)
        page.click("button:has-text('Review')")
        page.wait_for_selector("[aria-invalid=true]")
        looking.look("a form with faults")
        page.fill("textarea[name=why]", "Lost the e-mail")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        looking.look("review")
        page.click("button.bo-primary:has-text('Reveal code')")
        page.wait_for_selector("#card-code")
        looking.look("code shown once")
        page.goto(f"{page_url(customer)}?days=soon")
        page.keyboard.press("Control+k")
        page.wait_for_function("document.activeElement.closest('.bo-palette') !== null")
        looking.look("palette")

    assert len(looking.seen) == 10
    assert looking.found == []


def test_axe_finds_nothing_where_keys_secrets_and_codes_are_shown_once_or_something_is_decided(
    browser, live_server, tmp_path, settings
):
    call_command("seed_demo", output=str(tmp_path / "demo.json"))
    Staff(*ROLES, username="grace")
    # One that does no more than look: for others a second administrator decides first.
    client = ApiClientFactory.create(scopes=("customers:read",))
    pending = [
        reverse("admin:backoffice_accesschange_approve", args=[AccessChange.objects.earliest("pk").pk]),
        reverse("admin:credits_customerrequest_approve", args=[CustomerRequest.objects.get(kind="MERGE").pk]),
        reverse("admin:finance_period_approve", args=[Period.objects.get().pk]),
        reverse("admin:finance_correction_approve", args=[Correction.objects.get().pk]),
        reverse("admin:finance_breakagerate_approve", args=[BreakageRate.objects.get().pk]),
    ]

    with browser(bypass_csp=True, viewport={"width": 1400, "height": 900}) as (page, _):
        sign_in(page)
        looking = Looking(page)
        for path in (*pending, reverse("admin:rights"), reverse("admin:finance_holders"), "/admin/owed/breakage/"):
            page.goto(path)
            looking.look(path)
        # Findings are open, so that whoever approves says why the month is closed all the same.
        page.goto(pending[2])
        page.fill("textarea[name=note]", "They are of a list that came too early")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        looking.look("review of approving a month")
        page.goto(reverse("admin:api_apiclient_issue-key", args=[client.pk]))
        page.fill("textarea[name=why]", "The till has lost it")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        page.click("button.bo-primary:has-text('Issue another key')")
        page.wait_for_selector("#issued-key")
        looking.look("key shown once")
        page.goto(reverse("admin:checkouts_webhooksecret_add"))
        page.fill("input[name=label]", "Webhook of the shop")
        page.click("button[name=_save]")
        page.wait_for_selector("#new-secret")
        looking.look("secret shown once")
        page.goto("/admin/security/app/")
        page.fill("input[name=code]", code_for(page.inner_text(".bo-step code").replace(" ", "")))
        page.click("button:has-text('Set it up')")
        page.wait_for_selector("#recovery-codes")
        looking.look("recovery codes")
        page.goto("/admin/security/")
        looking.look("sign-in and security")
        settings.PROOF_LASTS = timedelta(seconds=-1)
        page.goto("/admin/security/again/")
        page.wait_for_selector("input[name=code]")
        looking.look("is it still you")

    assert len(looking.seen) == 14
    assert looking.found == []
