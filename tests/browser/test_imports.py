"""A foreign file goes into the books in a browser: refused for two bad lines, mended, and taken."""

import csv

import pytest

from giftcards.models import GiftCard
from storecredit.backoffice.models import ImportPiece, ImportRun
from tests.backoffice.staff import PASSWORD, Staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEADER = (
    "Id,Last Characters,Code,Customer Name,Email,Recipient Name,Recipient Email,Order Name,Date Issued,Send At,"
    "Expires On,Initial Balance,Current Balance,Currency,Expired?,Enabled?,Note,Message\n"
)


@pytest.fixture
def finance(live_server):
    return Staff("Finance", username="fiona")


def line(place: int, balance: str = "$25.00", expires_on: str = "2099-12-31") -> str:
    return f"{place},{place:04},shop-0000-{place:04},,,,,,,,{expires_on},100.00,{balance},USD,false,true,,\n"


def upload(page, name: str, content: str) -> None:
    page.goto("/admin/backoffice/importrun/")
    page.click("a[href*='/importrun/add/'] >> visible=true")
    page.select_option("select[name=kind]", "cards")
    page.set_input_files("input[name=file]", [{"name": name, "mimeType": "text/csv", "buffer": content.encode()}])
    page.click("button:has-text('Upload')")
    page.wait_for_selector("text=Known by its headers: Shopify: gift cards")
    page.click("button:has-text('Dry run')")


def sign_in(page, name: str) -> None:
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")


def test_a_foreign_file_with_two_bad_lines_is_refused_mended_and_taken(browser, finance, monkeypatch):
    # More than is sent in one request here, so that it goes in pieces, and more than one slice has.
    monkeypatch.setattr("storecredit.backoffice.imports.pages.LARGEST_PIECE_BYTES", 32 * 1024)
    monkeypatch.setattr("storecredit.backoffice.imports.kinds.Kind.slice_rows", 100)
    good = [line(place) for place in range(450)]
    bad = [*good[:10], line(10, balance="a lot"), line(11, expires_on="soon"), *good[12:]]

    Staff("Finance", username="carl")

    with browser() as (page, seen):
        page.goto("/admin/")
        sign_in(page, "fiona")
        page.wait_for_selector("text=Latest transactions")

        upload(page, "bad.csv", HEADER + "".join(bad))
        page.wait_for_selector("h3:has-text('What is wrong')", timeout=60_000)
        wrong = [" ".join(row.inner_text().split()) for row in page.query_selector_all("tbody tr")]
        can_start = page.is_visible("button:has-text('Write them')")

        upload(page, "mended.csv", HEADER + "".join(good))
        page.wait_for_selector("text=so somebody else confirms it: carl.", timeout=60_000)
        mended = page.url
        page.context.clear_cookies()
        page.goto(mended)
        sign_in(page, "carl")
        page.wait_for_selector("h3:has-text('Confirm the control totals')", timeout=60_000)
        page.fill("input[name=count]", "450")
        page.fill("input[name=total_USD]", "$11,250.01")
        page.click("button:has-text('Write them')")
        page.wait_for_selector("text=The total in USD is not what the lines come to.")
        page.fill("input[name=total_USD]", "$11,250.00")
        page.dblclick("button:has-text('Write them')")
        page.wait_for_selector("text=Result as CSV", timeout=120_000)
        with page.expect_download() as download:
            page.click("text=Result as CSV")
        result = list(csv.reader(download.value.path().open()))

    assert wrong == [
        "12 Current Balance is not an amount such as 12.50",
        "13 Expires On is not a day such as 2027-12-31",
    ]
    assert can_start is False
    assert [run.state for run in ImportRun.objects.order_by("created_at")] == ["CHECKED", "DONE"]
    assert GiftCard.objects.count() == 450
    assert (len(result), result[1][0], result[1][-1]) == (451, "2", "imported")
    assert ImportPiece.objects.filter(run__state="DONE").count() == 0
    assert (seen.strangers, seen.complaints) == ([], [])
