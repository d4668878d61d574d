"""What all pages have in common: one head, named tables, moments that programs can read, words of people as text."""

import re

import pytest

from ledger.operations import Why
from tests.backoffice.staff import page_url, table_of, told_by
from tests.giftcards.cards import given_card, row_of
from tests.scenarios import days, entries_of, given_credit, given_customer, given_hold

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def pages(viewer):
    """The pages of a customer, their account, its entry and hold, and a card: all of test money."""
    customer = given_customer(test_mode=True)
    account = given_credit("40.00 GBP", customer=customer, expires_at=days(10), why=Why(note="<b>late</b>\nvery"))
    hold = given_hold("15.00 GBP", account=account)
    card = row_of(given_card("25.00 GBP", test_mode=True))
    targets = (customer, account, entries_of(account)[0], hold, card)
    return [viewer.open(page_url(target)) for target in targets]


def test_every_page_has_one_first_heading_and_one_of_its_own_below_it(pages):
    for page in pages:
        text = page.content.decode()
        assert (text.count("<h1"), text.count("bo-head")) == (1, 1)


def test_every_table_has_a_name_and_titles_for_its_columns(pages):
    tables = [found for page in pages for found in re.findall(r"<table.*?</table>", page.content.decode(), re.DOTALL)]

    assert len(tables) == 8
    for table in tables:
        assert re.match(r'<table class="bo-table bo-stack" aria-label="\w', table)
        assert len(re.findall(r'<th scope="col"', table)) == table.count("<th ") >= 4


def test_moments_stand_where_programs_can_read_them(pages):
    row = table_of(pages[1], "History")[0]

    assert row["When"] == "4 May 2026, 12:00"
    assert '<time datetime="2026-05-04T12:00:00+00:00">4 May 2026, 12:00</time>' in pages[1].content.decode()
    assert '<time datetime="2026-05-14">14 May 2026</time>' in pages[1].content.decode()


def test_test_money_is_said_at_the_head_of_each_page(pages):
    for page in pages:
        assert page.content.decode().count("<b>Test money.</b>") == 1


def test_what_people_wrote_is_shown_as_text_line_by_line(pages):
    page = pages[2]

    assert told_by(page)["Note"] == "<b>late</b> very"
    assert "&lt;b&gt;late&lt;/b&gt;<br>very" in page.content.decode()
    assert "<b>late" not in page.content.decode()
