"""What each role does on a working day, one after the other: ask, approve, make cards, bring a file in and out."""

import csv

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from giftcards.models import GiftCard
from storecredit.credits.models import CreditRequest
from tests.backoffice.staff import Staff
from tests.browser.signing_in import sign_in
from tests.credits.requests import given_issue_limit, given_limit
from tests.scenarios import given_credit, given_customer, history_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEADER = "Id,Last Characters,Code,Expires On,Initial Balance,Current Balance,Currency,Expired?,Enabled?,Note,Message\n"


def line(place: int, balance: str = "$25.00", expires_on: str = "2099-12-31") -> str:
    return f"{place},{place:04},shop-0000-{place:04},{expires_on},100.00,{balance},USD,false,true,,\n"


def confirm(page, label):
    page.click("button:has-text('Review')")
    page.wait_for_selector(".bo-changes")
    page.click(f"button.bo-primary:has-text('{label}')")


def export(page, path):
    page.goto(path)
    with page.expect_download() as taken:
        page.click("button:has-text('Export CSV')")
    return list(csv.DictReader(taken.value.path().open(encoding="utf-8-sig")))


def dry_run(page, name, content):
    page.goto(reverse("admin:backoffice_importrun_add"))
    page.select_option("select[name=kind]", "cards")
    page.set_input_files("input[name=file]", [{"name": name, "mimeType": "text/csv", "buffer": content.encode()}])
    page.click("button:has-text('Upload')")
    page.wait_for_selector("text=Known by its headers: Shopify: gift cards")
    page.click("button:has-text('Dry run')")


@pytest.fixture
def account(live_server):
    """An agent who issues up to 50 USD alone, an approver of up to 500 USD, and people for cards and files."""
    Staff("Agent", username="grace")
    given_issue_limit(Group.objects.get(name="Agent"), "50.00 USD")
    given_limit(Staff("Approver", username="paul").user, "500.00 USD")
    Staff("Card manager", username="carla")
    Staff("Finance", username="fiona")
    Staff("Finance", username="frida")
    return given_credit("40.00 USD", customer=given_customer(number="SHOP-7", first_name="Ada", last_name="Byron"))


def test_each_role_does_its_part_of_a_day(browser, account):
    cards = reverse("admin:giftcards_giftcard_changelist")

    with browser() as (page, seen):
        sign_in(page, "grace")
        page.keyboard.press("Control+k")
        page.wait_for_function("document.activeElement.closest('.bo-palette') !== null")
        page.keyboard.type("byron")
        page.keyboard.press("Enter")
        page.click("a.bo-primary:has-text('Issue credit')")
        page.fill("input[name=amount]", "80")
        page.select_option("select[name=reason]", "GW")
        confirm(page, "Ask for approval")
        page.wait_for_selector(".bo-tag:has-text('Pending')")

        sign_in(page, "paul")
        page.click(".bo-notice a")
        page.click("#result_list tbody a:has-text('$80.00')")
        page.click("a.bo-button:has-text('Approve')")
        confirm(page, "Approve")
        page.wait_for_selector(".bo-tag:has-text('Confirmed')")

        sign_in(page, "carla")
        page.goto(reverse("admin:giftcards_cardbatch_add"))
        page.fill("input[name=name]", "Spring")
        page.fill("input[name=size]", "2")
        page.select_option("select[name=amount_currency]", "USD")
        page.fill("input[name=amount]", "15.00")
        confirm(page, "Plan")
        page.click("button:has-text('Make the cards')")
        page.wait_for_selector(".bo-tag:has-text('Ready')")

        sign_in(page, "fiona")
        dry_run(page, "bad.csv", HEADER + line(1) + line(2, balance="a lot") + line(3, expires_on="soon"))
        page.wait_for_selector("h3:has-text('What is wrong')")
        wrong = [" ".join(row.inner_text().split()) for row in page.query_selector_all("tbody tr")]
        dry_run(page, "mended.csv", HEADER + line(1) + line(2, balance="$7.50") + line(3))
        page.wait_for_selector(".bo-tag:has-text('Checked')")
        run = page.url

        sign_in(page, "frida")
        page.goto(run)
        page.fill("input[name=count]", "3")
        page.fill("input[name=total_USD]", "57.50")
        page.click("button:has-text('Write them')")
        page.wait_for_selector("text=Result as CSV")
        exported = export(page, cards)
        page.goto(reverse("admin:finance"))
        page.emulate_media(media="print")
        printed = [page.is_visible(part) for part in (".bo-filter", ".bo-buttons", "#nav-sidebar", ".bo-head h2")]

    assert wrong == [
        "3 Current Balance is not an amount such as 12.50",
        "4 Expires On is not a day such as 2027-12-31",
    ]
    assert history_of(account) == [("ISSUE", "40.00"), ("ISSUE", "80.00")]
    assert CreditRequest.objects.get().status == "CONFIRMED"
    assert sorted((row["Batch"], row["Can be spent"], row["Good through"]) for row in exported) == [
        ("", "25.00", "2099-12-31"),
        ("", "25.00", "2099-12-31"),
        ("", "7.50", "2099-12-31"),
        ("Spring", "15.00", ""),
        ("Spring", "15.00", ""),
    ]
    assert GiftCard.objects.count() == 5
    assert printed == [False, False, False, True]
    assert (seen.strangers, seen.complaints) == ([], [])
