"""The rest of a day in the back office: many cards are made and taken out as a list, and all is found with Ctrl-K."""

import csv

import pytest
from django.urls import reverse
from django.utils import timezone

from giftcards.models import GiftCard
from storecredit.backoffice.access.roles import ROLES
from tests.backoffice.staff import PASSWORD, Staff
from tests.scenarios import given_credit, given_customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page, username):
    page.goto("/admin/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("#nav-sidebar")


def test_a_batch_of_cards_is_made_and_the_list_of_them_is_taken_out(browser, live_server):
    Staff(*ROLES, username="grace")

    with browser() as (page, seen):
        sign_in(page, "grace")
        page.goto(reverse("admin:giftcards_cardbatch_changelist"))
        page.click("text=Add card batch")
        page.fill("input[name=name]", "Spring")
        page.fill("input[name=size]", "3")
        page.fill("input[name=amount]", "25.00")
        page.click("button:has-text('Review')")
        page.click("button.bo-primary >> nth=-1")
        page.click("button:has-text('Make the cards')")
        page.wait_for_selector(".bo-tag:has-text('Ready')", timeout=60_000)
        page.goto(reverse("admin:giftcards_giftcard_changelist"))
        with page.expect_download() as download:
            page.click("button:has-text('Export CSV')")
        rows = list(csv.DictReader(download.value.path().open(encoding="utf-8-sig")))

    assert GiftCard.objects.filter(batch__name="Spring").count() == 3
    assert [row["Batch"] for row in rows] == ["Spring"] * 3
    assert (seen.strangers, seen.complaints) == ([], [])


def test_ctrl_k_finds_what_is_typed_and_opens_a_single_hit(browser, live_server):
    Staff("Agent", username="anna")
    customer = given_customer(first_name="Ada", last_name="Byron")
    given_credit("40.00 GBP", customer=customer)

    with browser() as (page, seen):
        sign_in(page, "anna")
        page.wait_for_load_state()
        page.keyboard.press("Control+k")
        page.wait_for_function("document.activeElement.closest('.bo-palette') !== null")
        page.keyboard.type("byron")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{reverse('admin:ledger_customer_change', args=[customer.pk])}")
        page.keyboard.press("Control+k")
        page.keyboard.press("Escape")
        page.wait_for_selector(".bo-palette", state="hidden")

    assert (seen.strangers, seen.complaints) == ([], [])


def test_a_day_of_a_chart_leads_to_its_entries(browser, live_server):
    Staff("Agent", username="anna")
    given_credit("40.00 GBP", now=timezone.now())

    with browser(viewport={"width": 1400, "height": 900}) as (page, seen):
        sign_in(page, "anna")
        box = page.locator(".bo-canvas canvas").bounding_box()
        page.mouse.click(box["x"] + box["width"] - 12, box["y"] + box["height"] / 2)
        page.wait_for_url("**/admin/ledger/transaction/?*")
        address, listed = page.url, page.locator("#result_list tbody").count()

    assert "currency=GBP" in address
    assert listed == 1
    assert (seen.strangers, seen.complaints) == ([], [])
