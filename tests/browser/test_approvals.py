"""Four eyes in a browser: an agent asks, an approver is told, looks, approves, and lands on the new card."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from giftcards.models import GiftCard
from storecredit.credits.models import CreditRequest
from tests.backoffice.staff import Staff
from tests.browser.signing_in import sign_in
from tests.credits.requests import given_issue_limit, given_limit, given_request, history_of
from tests.giftcards.cards import given_card

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(live_server):
    """An agent who issues up to 50 USD alone, and an approver of up to 500 USD."""
    Staff("Agent", username="grace")
    given_issue_limit(Group.objects.get(name="Agent"), "50.00 USD")
    given_limit(Staff("Approver", username="paul").user, "500.00 USD")


def badge(page) -> str:
    return page.inner_text("a[href='/admin/credits/creditrequest/']").split()[-1]


def test_an_agent_asks_and_an_approver_approves_what_becomes_a_card(browser, shop):
    with browser() as (page, seen):
        sign_in(page, "grace")
        page.goto(reverse("admin:giftcards_giftcard_add"))
        page.select_option("select[name=amount_currency]", "USD")
        page.fill("input[name=amount]", "80")
        page.select_option("select[name=reason]", "GW")
        page.fill("input[name=recipient_name]", "Theo")
        before = page.inner_text(".bo-explanation")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        review = page.inner_text(".bo-facts")
        page.dblclick("button:has-text('Ask for approval')")
        page.wait_for_selector("#history")
        own_buttons = page.inner_text(".bo-buttons")
        own_reasons = page.inner_text(".bo-why-not")
        agents_entry = page.inner_text("a[href='/admin/credits/creditrequest/']")

        sign_in(page, "paul")
        told, hint = badge(page), page.inner_text(".bo-notice")
        page.click(".bo-notice a")
        page.click("#result_list tbody a:has-text('$80.00')")
        page.click("a.bo-button:has-text('Approve')")
        page.fill("textarea[name=note]", "Checked")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        effect = page.inner_text(".bo-changes")
        page.click("button.bo-primary:has-text('Approve')")
        page.wait_for_selector(".timeline-event")
        address, left = page.url, page.inner_text(".card-amount")
        events = page.inner_text(".timeline-event:first-child")
        after = page.inner_text("a[href='/admin/credits/creditrequest/']")

    assert "You issue up to $50.00 at once by yourself" in before
    assert "$80.00 is above your limit of $50.00." in review
    assert "Approve" not in own_buttons
    assert "Approve: You asked for it yourself: somebody else has to approve it." in own_reasons
    assert agents_entry.split("\n")[-1] == "Credit requests"
    assert (told, hint.partition(",")[0]) == ("1", "A request waits for your approval")
    assert " ".join(effect.split()) == "On the new card – → $80.00 Request Pending → Confirmed"
    card = GiftCard.objects.get()
    assert address.endswith(reverse("admin:giftcards_giftcard_change", args=[card.pk]))
    assert left == "$80.00"
    assert "Activated" in events
    assert after.split("\n")[-1] == "Credit requests"
    request = CreditRequest.objects.get()
    assert history_of(request) == [("CREATED", "", "PENDING"), ("APPROVED", "PENDING", "CONFIRMED")]
    assert (seen.strangers, seen.complaints) == ([], [])


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_of_requests_fit_the_screen_and_load_nothing_from_elsewhere(browser, shop, width):
    requests = [given_request("12.00 USD"), given_request("5.00 USD", card_id=given_card("1.00 USD").id)]
    page_of_request = reverse("admin:credits_creditrequest_change", args=[requests[0].pk])
    paths = [
        reverse("admin:credits_creditrequest_changelist"),
        page_of_request,
        page_of_request.replace("/change/", "/approve/"),
        f"{reverse('admin:credits_creditrequest_approve-many')}?ids={','.join(each.pk.hex for each in requests)}",
        reverse("admin:credits_creditrequestbatch_changelist"),
    ]

    with browser(viewport={"width": width, "height": 844}) as (page, seen):
        sign_in(page, "paul")
        widths = []
        for path in paths:
            page.goto(path)
            widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [width] * len(paths)
    assert (seen.strangers, seen.complaints) == ([], [])
