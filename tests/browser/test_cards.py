"""A shop's day with a gift card, in a browser: find it, redeem it, block it, and see the till refused."""

import pytest
from django.urls import reverse
from django.utils.timezone import localtime

from ledger.operations import Why
from storecredit.api.models import ApiClient
from storecredit.backoffice.access.roles import ROLES
from tests.backoffice.staff import PASSWORD, Staff
from tests.callers import ApiCaller, given_client
from tests.giftcards.cards import given_card, given_redemption, row_of, timeline
from tests.scenarios import given_customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def card(live_server):
    Staff("Agent", username="grace")
    Staff("Card manager", username="carla")
    customer = given_customer(number="SHOP-7", first_name="Ada", last_name="Byron")
    return given_card("25.00 GBP", customer_id=customer.pk, sale_id="POS-1")


def sign_in(page, username="grace"):
    page.goto("/admin/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("text=Latest transactions")


def events_on(page) -> list[list[str]]:
    """Title and value of each line of the timeline, newest first."""
    return [
        [event.query_selector(".bo-strong").inner_text(), event.query_selector(".timeline-value").inner_text()]
        for event in page.query_selector_all(".timeline-event")
    ]


def test_staff_find_a_card_redeem_it_see_its_history_block_it_and_the_till_is_refused(browser, card):
    caller = ApiCaller(given_client().plain)
    redeem = f"/gift_cards/{card.code}/redeem"
    first = caller.post(redeem, {"amount": 250, "note": "ORDER-6"}, key="sale-6")

    with browser() as (page, seen):
        sign_in(page)
        page.click("a[href='/admin/giftcards/giftcard/']")
        page.fill("input[name=code]", "-".join(card.code[start : start + 4] for start in range(0, 16, 4)))
        page.click("button:has-text('Find card')")
        page.wait_for_selector("#history")
        address = page.url

        page.click("a.bo-button:has-text('Redeem')")
        page.fill("input[name=amount]", "9.50")
        page.fill("input[name=reference]", "ORDER-7")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        review = page.inner_text(".bo-changes")
        page.dblclick("button:has-text('Redeem')")
        page.wait_for_selector("#history")
        left, redeemed = page.inner_text(".card-amount"), events_on(page)

        page.click("a.bo-button:has-text('Block')")
        page.fill("textarea[name=why]", "Reported stolen")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        page.click("button.bo-primary:has-text('Block')")
        page.wait_for_selector(".bo-tag:has-text('Blocked')")
        blocked, why_not = events_on(page), page.inner_text(".bo-why-not")
        printed = page.content()

    assert first.status_code == 201
    assert address.endswith(reverse("admin:giftcards_giftcard_change", args=[card.id]))
    assert review.split() == ["On", "the", "card", "£22.50", "→", "£13.00"]
    assert left == "£13.00"
    assert redeemed == [
        ["Redeemed", "−£9.50\nthen £13.00"],
        ["Redeemed", "−£2.50\nthen £22.50"],
        ["Activated", "+£25.00\nthen £25.00"],
    ]
    assert blocked == [["Blocked", ""], *redeemed]
    assert "the card is blocked." in why_not
    assert card.code not in printed
    assert (seen.strangers, seen.complaints) == ([], [])

    refused = caller.post(redeem, {"amount": 100}, key="sale-8")

    assert refused.status_code == 422
    assert card.code not in refused.content.decode()
    assert [line[0] for line in timeline(card)] == ["ISSUE", "REDEEM", "REDEEM", "BLOCKED"]


def test_a_code_is_shown_once_and_gone_when_the_page_is_loaded_again(browser, card):
    with browser() as (page, seen):
        sign_in(page, "carla")
        page.goto(reverse("admin:giftcards_giftcard_change", args=[card.id]))
        page.click("a.bo-button:has-text('Reveal code')")
        page.fill("textarea[name=why]", "Lost the e-mail")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        page.click("button.bo-primary:has-text('Reveal code')")
        shown = page.inner_text("#card-code")
        symbol = page.query_selector("svg.card-qr").bounding_box()
        page.reload()
        page.wait_for_selector("#history")
        printed = page.content()

    assert shown.replace("-", "") == card.code
    assert symbol["width"] == symbol["height"] > 100
    assert card.code not in printed
    assert shown not in printed
    assert [line[0] for line in timeline(card)] == ["ISSUE", "REVEALED"]
    assert (seen.strangers, seen.complaints) == ([], [])


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_of_cards_fit_the_screen_and_load_nothing_from_elsewhere(browser, card, width):
    page_of_card = reverse("admin:giftcards_giftcard_change", args=[row_of(card).pk])
    paths = [
        reverse("admin:giftcards_giftcard_changelist"),
        reverse("admin:giftcards_giftcard_add"),
        page_of_card,
        page_of_card.replace("/change/", "/redeem/"),
        reverse("admin:giftcards_cardbatch_changelist"),
    ]

    with browser(viewport={"width": width, "height": 844}) as (page, seen):
        sign_in(page)
        widths = []
        for path in paths:
            page.goto(path)
            widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [width] * len(paths)
    assert (seen.strangers, seen.complaints) == ([], [])


def test_a_guesser_is_stopped_and_an_administrator_sees_it(browser, card):
    Staff(*ROLES, username="root")
    issued = given_client(name="Web shop")
    caller = ApiCaller(issued.plain)
    answers = [caller.get(f"/gift_cards/GUESS-{place:04}").status_code for place in range(100)]
    known = caller.get(f"/gift_cards/{card.code}")

    with browser() as (page, seen):
        sign_in(page, "root")
        page.goto(reverse("admin:api_apiclient_changelist"))
        page.click("a:has-text('Web shop')")
        page.wait_for_selector("text=Card look-ups last stopped")
        stopped = page.inner_text("dt:has-text('Card look-ups last stopped') + dd")
        printed = page.content()

    assert (answers[0], answers[-1], known.status_code) == (404, 429, 429)
    begun = ApiClient.objects.get(name="Web shop").look_ups_limited_at
    assert begun is not None
    assert stopped.title() == f"{localtime(begun):%-d %b %Y, %H:%M}"
    assert "GUESS-" not in printed
    assert (seen.strangers, seen.complaints) == ([], [])


def test_a_purchase_comes_back_from_its_line_in_the_history(browser, card):
    Staff("Finance", username="finn")
    given_redemption("9.50 GBP", card=card, why=Why(reference="ORDER-7"))

    with browser() as (page, seen):
        sign_in(page, "finn")
        page.goto(reverse("admin:giftcards_giftcard_change", args=[card.id]))
        page.click(".timeline-event a:has-text('Refund')")
        offered = page.input_value("input[name=amount]")
        page.fill("input[name=amount]", "4")
        page.fill("textarea[name=note]", "One of two sent back")
        page.click("button:has-text('Review')")
        page.wait_for_selector(".bo-changes")
        review = page.inner_text(".bo-changes")
        page.click("button.bo-primary:has-text('Refund')")
        page.wait_for_selector("#history")
        events = events_on(page)

    assert offered == "9.50"
    assert review.split() == ["On", "the", "card", "£15.50", "→", "£19.50"]
    assert events[0] == ["Refunded", "+£4.00\nthen £19.50"]
    assert events[1] == ["Redeemed", "−£9.50\nthen £15.50\nRefund"]
    assert timeline(card)[-1] == ("REFUND", "4.00", "19.50", "ACTIVE")
    assert (seen.strangers, seen.complaints) == ([], [])
