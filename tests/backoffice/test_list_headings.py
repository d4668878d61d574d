"""The headings of a list say by what it is sorted and which way, and which of them can be pressed."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group

from ledger.models import Reason, Transaction
from storecredit.credits.models import IssueLimit
from tests.backoffice.staff import list_url
from tests.credits.requests import given_issue_limit
from tests.scenarios import given_credit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def headings(page: Any) -> list[tuple[str, str, str, str]]:
    """Of each heading: its words, what it says aloud of the order, its icon, and the order that it leads to."""
    found = []
    for attributes, inner in re.findall(r"<th\b([^>]*)>(.*?)</th>", page.content.decode(), re.DOTALL):
        icon = re.search(r'aria-hidden="true">\s*(\w+)\s*<', inner)
        order = re.search(r'href="\?o=([^"]+)"', inner)
        words = re.sub(r'<span class="material[^>]*>.*?</span>|<[^>]+>', "", inner, flags=re.DOTALL).strip()
        said = re.search(r'aria-sort="(\w+)"', attributes)
        found.append((words, said[1] if said else "", icon[1] if icon else "", order[1] if order else ""))
    return found


def test_a_heading_says_whether_the_list_is_sorted_by_it_and_is_pressed_to_turn_it(administrator):
    page = administrator.open(list_url(Reason), o="-1")

    assert headings(page)[:3] == [
        ("Code", "", "unfold_more", "0.-1"),
        ("Label", "descending", "arrow_downward", "1"),
        ("Counts as", "", "unfold_more", "2.-1"),
    ]


def test_a_list_in_its_own_order_says_which_that_is(administrator):
    assert headings(administrator.open(list_url(Reason)))[0] == ("Code", "ascending", "arrow_upward", "-0")


def test_of_two_columns_the_first_is_said_aloud_and_both_are_shown(administrator):
    given_issue_limit(Group.objects.get(name="Agent"), "100.00 GBP")

    page = administrator.open(list_url(IssueLimit))

    assert [each[:3] for each in headings(page)[:2]] == [
        ("Role", "ascending", "arrow_upward"),
        ("Currency", "", "arrow_upward"),
    ]


def test_a_heading_that_sorts_nothing_is_no_button(viewer):
    given_credit("5.00 GBP")

    page = viewer.open(list_url(Transaction))

    assert {each[1:] for each in headings(page)} == {("", "", "")}
