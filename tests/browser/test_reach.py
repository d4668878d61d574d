"""Every page of the back office can be read, heard and worked with a keyboard: axe-core, and what it cannot tell."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from tests.backoffice.staff import PASSWORD, Staff
from tests.integrators.npm import PACKAGES
from tests.scenarios import given_credit, given_customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = PACKAGES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
#: What axe finds on a page as it stands, and then in the other colours.
FIND = """async ([tags, colours]) => {
    const told = [];
    const note = (result, theme) => result.violations
        .filter((found) => found.impact !== "minor")
        .forEach((found) => told.push(`${theme} ${found.id}: ${found.nodes[0].html.slice(0, 150)}`));
    note(await axe.run({ runOnly: tags }), "light");
    document.documentElement.classList.add("dark");
    note(await axe.run({ runOnly: { type: "rule", values: colours } }), "dark");
    return told;
}"""


def sign_in(page: Any) -> None:
    page.goto("/admin/")
    page.fill("input[name=username]", "grace")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("text=Latest transactions")


def links_on(page: Any, selector: str) -> list[str]:
    found = page.eval_on_selector_all(selector, "links => links.map((link) => link.getAttribute('href') || '')")
    return [link for link in dict.fromkeys(found) if link.startswith("/admin/")]


def pages_of(page: Any) -> Iterator[str]:
    """The lists, and of each the way to add and its first object with all that can be done to it."""
    yield "/admin/"
    for listed in links_on(page, "#nav-sidebar a"):
        yield listed
        page.goto(listed)
        yield from links_on(page, "#main a[href$='/add/']")[:1]
        for first in [link for link in links_on(page, "#main td a, #main th a") if re.search("/change/", link)][:1]:
            yield first
            page.goto(first)
            own = first.split("change/")[0]
            yield from [link for link in links_on(page, "#main a.bo-button") if link.startswith(own)]


def find(page: Any, path: str) -> list[str]:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE.read_text())
    return [f"{path} {told}" for told in page.evaluate(FIND, [RULES, COLOURS])]


@pytest.mark.node
def test_axe_finds_nothing_serious_or_moderate_on_any_page_in_light_or_dark(browser, tmp_path):
    call_command("seed_demo", output=str(tmp_path / "demo.json"))
    Staff("Administrator", username="grace")

    with browser(bypass_csp=True, viewport={"width": 1400, "height": 900}) as (page, _):
        found = [*find(page, "/admin/login/"), *find(page, "/api/v1/docs/")]
        sign_in(page)
        paths = list(dict.fromkeys(pages_of(page)))
        for path in paths:
            found += find(page, path)

    assert len(paths) > 60
    assert found == []


@pytest.fixture
def account(live_server):
    Staff("Administrator", username="grace")
    return given_credit("40.00 GBP", customer=given_customer(number="SHOP-7", first_name="Ada", last_name="Byron"))


def test_a_form_is_begun_at_the_amount_and_put_right_at_its_first_fault(browser, account):
    with browser() as (page, seen):
        sign_in(page)
        page.goto(f"/admin/ledger/account/{account.pk}/debit/")
        begun_at = page.evaluate("document.activeElement.name")
        page.fill("input[name=amount]", "5")
        page.click("button:has-text('Review')")
        page.wait_for_selector("[aria-invalid=true]")
        wrong_at = page.evaluate("document.activeElement.name")
        described = page.evaluate(
            "document.activeElement.getAttribute('aria-describedby').split(' ').map("
            "(id) => document.getElementById(id).innerText.trim())"
        )

    assert (begun_at, wrong_at) == ("amount", "reason")
    assert described == ["This field is required."]
    assert (seen.strangers, seen.complaints) == ([], [])


def test_the_first_tab_leads_past_the_menu_and_icons_are_not_read_out(browser, account):
    with browser() as (page, seen):
        sign_in(page)
        page.goto(f"/admin/ledger/account/{account.pk}/change/")
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.innerText")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        is_in_main = page.evaluate("document.querySelector('main').contains(document.activeElement)")
        read_out = page.query_selector_all(".material-symbols-outlined:not([aria-hidden=true], [aria-label])")

    assert first == "Skip to content"
    assert is_in_main
    assert read_out == []
    assert (seen.strangers, seen.complaints) == ([], [])
