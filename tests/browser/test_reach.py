"""Every page of the back office can be read, heard and worked with a keyboard: axe-core, and what it cannot tell."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.core.management import call_command

from storecredit.backoffice.access.roles import ROLES
from tests.backoffice.staff import PASSWORD, Staff
from tests.integrators.npm import PACKAGES
from tests.scenarios import given_credit, given_customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = PACKAGES / "axe-core" / "axe.min.js"
MENU = "#nav-sidebar"
#: Of a long table its first ten rows: the others are made alike, and axe takes seconds for a hundred.
MORE_ROWS = "tbody tr:nth-child(n + 11)"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
#: What axe finds on a page as it stands, and then in the other colours, but for what it has seen elsewhere.
FIND = """async ([tags, colours, seen]) => {
    const told = [];
    const options = { resultTypes: ["violations"], preload: false };
    const note = async (runOnly, theme) => (await axe.run({ exclude: seen }, { ...options, runOnly })).violations
        .filter((found) => found.impact !== "minor")
        .forEach((found) => told.push(`${theme} ${found.id}: ${found.nodes[0].html.slice(0, 150)}`));
    await note(tags, "light");
    document.documentElement.classList.add("dark");
    await note({ type: "rule", values: colours }, "dark");
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


class Crawl:
    """Opens each page once, and has axe look at it."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._axe = AXE.read_text()
        self.paths: list[str] = []
        self.found: list[str] = []

    def look(self, path: str, seen: Sequence[str] = (), until: str = "load") -> bool:
        """Have axe look at a new page, but at nothing that was `seen` or is `MORE_ROWS`. Gives whether it was new."""
        if path in self.paths:
            return False
        self.paths.append(path)
        self._page.goto(path, wait_until=until)
        self._page.evaluate(self._axe)
        self.found += [f"{path} {told}" for told in self._page.evaluate(FIND, [RULES, COLOURS, [*seen, MORE_ROWS]])]
        return True

    def look_at_the_admin(self) -> None:
        """The lists, and of each the way to add and its first object with all that can be done to it."""
        self.look("/admin/")
        for listed in links_on(self._page, f"{MENU} a"):
            if self.look(listed, [MENU]):
                adding = links_on(self._page, "#main a[href$='/add/']")[:1]
                shown = links_on(self._page, "#main td a, #main th a")
                for path in adding:
                    self.look(path, [MENU])
                for first in [link for link in shown if "/change/" in link][:1]:
                    self.look_at_an_object(first)

    def look_at_an_object(self, first: str) -> None:
        if self.look(first, [MENU]):
            own = first.split("change/")[0]
            for path in [
                link for link in links_on(self._page, "#main a.bo-button:not([data-file])") if link.startswith(own)
            ]:
                self.look(path, [MENU])


@pytest.mark.node
def test_axe_finds_nothing_serious_or_moderate_on_any_page_in_light_or_dark(browser, tmp_path):
    call_command("seed_demo", output=str(tmp_path / "demo.json"))
    Staff(*ROLES, username="grace")

    # As high as the longest page: a bar that stays at the bottom of a lower one covers whatever lies there by chance.
    with browser(bypass_csp=True, viewport={"width": 1400, "height": 3000}) as (page, _):
        crawl = Crawl(page)
        crawl.look("/admin/login/")
        crawl.look("/api/v1/docs/", until="networkidle")
        sign_in(page)
        crawl.look_at_the_admin()
        for own in ("", "passkey/", "app/", "codes/"):
            crawl.look(f"/admin/security/{own}", [MENU])

    assert len(crawl.paths) > 60
    assert crawl.found == []


@pytest.fixture
def account(live_server):
    Staff(*ROLES, username="grace")
    return given_credit("40.00 GBP", customer=given_customer(number="SHOP-7", first_name="Ada", last_name="Byron"))


def test_a_form_is_begun_at_the_amount_and_put_right_at_its_first_fault(browser, account):
    with browser() as (page, seen):
        sign_in(page)
        page.goto(f"/admin/ledger/account/{account.pk}/debit/")
        # The browser moves there with its next picture of the page.
        page.wait_for_function("document.activeElement.name !== undefined")
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
