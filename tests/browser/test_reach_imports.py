"""The way of a file through its columns and its dry run, with what is wrong with it, can be read by everybody."""

import pytest
from django.urls import reverse

from storecredit.backoffice.access.roles import ROLES
from tests.backoffice.staff import Staff
from tests.browser.test_reach import sign_in
from tests.browser.test_reach_steps import Looking

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.django_db(transaction=True)]

FILE = {"name": "cards.csv", "mimeType": "text/csv", "buffer": b"number,balance,currency\nAAAA-1111,1.000,EUR\n"}


def test_axe_finds_nothing_on_the_way_of_a_file(browser, live_server):
    Staff(*ROLES, username="grace")

    with browser(bypass_csp=True, viewport={"width": 1400, "height": 900}) as (page, _):
        sign_in(page)
        looking = Looking(page)
        page.goto(reverse("admin:backoffice_importrun_add"))
        looking.look("upload")
        page.select_option("select[name=kind]", "cards")
        page.set_input_files("input[name=file]", [FILE])
        page.click("button:has-text('Upload')")
        page.wait_for_selector("text=Columns that are taken as they are written")
        looking.look("columns")
        page.click("button:has-text('Dry run')")
        page.wait_for_selector("text=What is wrong")
        looking.look("what is wrong")

    assert (looking.found, looking.seen) == ([], ["upload", "columns", "what is wrong"])
