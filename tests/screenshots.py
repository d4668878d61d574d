"""
Pictures of the pages for `docs/screenshots`: `python -m tests.screenshots`, or `make screenshots`. Names of pages after
it take those alone.

A shop of its own with the demo's data is served on a free port, by a scratch database that is gone afterwards. Each
page is taken in light; some of each section of the menu also in dark, at the width of a phone, and in German, which
somebody chooses as the language of their pages. Names stay, so that a picture that has changed is seen as one.
"""

import argparse
import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.chromium import find_chromium, find_lack

ROOT = Path(__file__).resolve().parent.parent
SHOWN_IN = ROOT / "docs" / "screenshots"
HOST = "127.0.0.1"
START_SECONDS = 60
#: Where a scratch database does not wait for a disk: the demo's is written in thousands of small transactions.
IN_MEMORY = Path("/dev/shm")
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb"]


#: Pictures are to be looked at, not measured: as small as the words on them can be read.
QUALITY = 40


@dataclass(frozen=True)
class Page:
    """
    What is taken: a page by its address, or the first row of a list, and what is pressed and filled in there.

    :param part: the part of the page that is taken alone, wherever it stands.
    """

    name: str
    role: str
    path: str
    first_row: bool = False
    press: str = ""
    part: str = ""
    fill: tuple[tuple[str, str], ...] = ()
    then_press: str = ""


def _lists(role: str, **paths: str) -> Iterator[Page]:
    for name, path in paths.items():
        yield Page(name.replace("_", "-"), role, f"/admin/{path}/")


REVIEW = "button.bo-primary[type=submit]"
PAGES = (
    Page("overview", "Finance", "/admin/"),
    *_lists("Finance", waiting="waiting"),
    Page("charts", "Finance", "/admin/?days=365", part="section[aria-labelledby=turnover]"),
    Page("customers", "Agent", "/admin/ledger/customer/"),
    Page("customer", "Finance", "/admin/ledger/customer/?q=amara", first_row=True),
    Page(
        "history", "Finance", "/admin/ledger/customer/?q=amara", first_row=True, press="a.bo-button[href*='/history/']"
    ),
    Page("statement", "Finance", "/admin/ledger/customer/?q=nordlicht", first_row=True, press="a[href*='/statement/']"),
    Page("export", "Finance", "/admin/ledger/customer/?q=amara", first_row=True, press="a[href*='/export_person/']"),
    Page(
        "review",
        "Agent",
        "/admin/ledger/customer/?q=amara",
        first_row=True,
        press="a.bo-button[href*='/issue/']",
        fill=(("amount", "12.50"), ("note", "Parcel was late")),
        then_press=REVIEW,
    ),
    *_lists("Finance", accounts="ledger/account"),
    Page("account", "Finance", "/admin/ledger/account/", first_row=True),
    Page("cards", "Card manager", "/admin/giftcards/giftcard/"),
    Page("card", "Card manager", "/admin/giftcards/giftcard/", first_row=True),
    Page("receipt", "Card manager", "/admin/giftcards/giftcard/", first_row=True, press="a[href*='/receipt/']"),
    Page("batches", "Card manager", "/admin/giftcards/cardbatch/"),
    Page("batch", "Card manager", "/admin/giftcards/cardbatch/", first_row=True),
    Page("inbox", "Approver", "/admin/credits/creditrequest/"),
    Page("request", "Approver", "/admin/credits/creditrequest/", first_row=True),
    *_lists("Agent", my_requests="credits/creditrequest/mine"),
    *_lists("Finance", customer_requests="credits/customerrequest"),
    Page("merger", "Approver", "/admin/credits/customerrequest/?kind__exact=MERGE", first_row=True),
    Page("anonymising", "Approver", "/admin/credits/customerrequest/?kind__exact=ANONYMISE", first_row=True),
    *_lists(
        "Administrator",
        request_batches="credits/creditrequestbatch",
        policies="credits/approvalpolicy",
        issue_limits="credits/issuelimit",
        issue_ceilings="credits/issueceiling",
        approver_limits="credits/approverlimit",
        webhook_secrets="checkouts/webhooksecret",
        checkout_rules="checkouts/checkoutrules",
        book_rules="ledger/bookrules",
    ),
    *_lists(
        "Finance",
        orders="checkouts/order",
        checkouts="checkouts/checkout",
        deductions="checkouts/creditdeduction",
        session_holds="checkouts/callouthold",
        unreturned="checkouts/unreturnedcredit",
        events="checkouts/webhookevent",
    ),
    Page("order", "Finance", "/admin/checkouts/order/", first_row=True),
    Page("transactions", "Finance", "/admin/ledger/transaction/?type=REDEEM"),
    Page("transaction", "Finance", "/admin/ledger/transaction/?type=REDEEM", first_row=True),
    *_lists("Finance", holds="ledger/hold", reasons="ledger/reason", imports="backoffice/importrun"),
    *_lists("Finance", upload="backoffice/importrun/add", owed="owed", holders="owed/accounts", duties="owed/duties"),
    *_lists("Finance", reconciliations="finance/reconciliationrun", findings="finance/reconciliationfinding"),
    Page("reconciliation", "Finance", "/admin/finance/reconciliationrun/", first_row=True),
    Page("finding", "Finance", "/admin/finance/reconciliationfinding/", first_row=True),
    *_lists("Finance", periods="finance/period", corrections="finance/correction", journals="finance/journalexport"),
    Page("month", "Finance", "/admin/finance/period/", first_row=True),
    Page(
        "closing",
        "Finance",
        "/admin/finance/period/",
        first_row=True,
        press="a.bo-button[href*='/approve/']",
        fill=(("note", "Looked at with the bank"),),
        then_press=REVIEW,
    ),
    Page("correction", "Finance", "/admin/finance/correction/", first_row=True),
    Page("journal", "Finance", "/admin/finance/journalexport/", first_row=True),
    *_lists("Finance", breakage_rates="finance/breakagerate", breakage="owed/breakage"),
    *_lists("Finance", ledger_rules="finance/generalledgerrule", ledger_accounts="finance/generalledgeraccount"),
    *_lists("Administrator", people="auth/user", roles="auth/group", rights="rights", clients="api/apiclient"),
    Page(
        "linking", "Administrator", "/admin/auth/user/?q=demo-agent", first_row=True, press="a[href*='/link-customer/']"
    ),
    Page("may", "Administrator", "/admin/auth/user/?q=demo-agent", first_row=True, press="a[href*='/rights/of/']"),
    *_lists("Administrator", access_changes="backoffice/accesschange", activities="audit/activity"),
    Page("access-change", "Administrator", "/admin/backoffice/accesschange/", first_row=True),
    Page("client", "Administrator", "/admin/api/apiclient/", first_row=True),
    *_lists("Agent", preferences="preferences", notices="my-notices", security="security"),
)
#: Which of them are taken otherwise, too: some of each section of the menu.
OTHERWISE = (
    "overview", "charts", "customer", "card", "inbox", "order", "transactions", "owed", "holders", "month", "closing",
    "people", "activities",
)  # fmt: skip
IN_GERMAN = (*OTHERWISE, "review")


def main(*names: str) -> int:
    """Take every picture, or those of the pages named. 0: done, 2: the machine lacks what it takes."""
    if lack := find_lack():
        print(lack, file=sys.stderr)
        return 2
    from playwright.sync_api import sync_playwright

    SHOWN_IN.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None) as folder,
        serve(Path(folder)) as (root, logins),
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for suffix, pages, context, language in (
            ("", PAGES, {"viewport": WIDE}, ""),
            ("-dark", _named(OTHERWISE), {"viewport": WIDE, "color_scheme": "dark"}, ""),
            ("-phone", _named(OTHERWISE), {"viewport": PHONE}, ""),
            ("-german", _named(IN_GERMAN), {"viewport": WIDE, "locale": "de-DE"}, "de"),
        ):
            wanted = [page for page in pages if not names or page.name in names]
            for role in dict.fromkeys(page.role for page in wanted):
                opened = chromium.new_context(base_url=root, **context)
                opened.set_default_timeout(START_SECONDS * 1000)
                browser = opened.new_page()
                sign_in(browser, logins[role], language)
                for page in (page for page in wanted if page.role == role):
                    take(browser, page, SHOWN_IN / f"{page.name}{suffix}.webp")
                opened.close()
        chromium.close()
    return 0


@contextmanager
def serve(folder: Path) -> Iterator[tuple[str, dict[str, dict[str, str]]]]:
    """The demo's shop by a database in a folder: its address, and the login of each role."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    demo = folder / "demo.json"
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CODE_KEYS": secrets.token_urlsafe(32),
        "ALLOWED_HOSTS": HOST,
        "HTTPS_ONLY": "false",
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",
    }
    print("Making the demo's shop …", flush=True)
    for command in (["migrate", "--verbosity", "0"], ["seed_demo", "--output", str(demo)]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}", "--log-level", "warning"],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "storecredit.settings.web"},
    )
    try:
        wait_for(f"http://{HOST}:{port}/healthz")
        yield f"http://{HOST}:{port}", {login["role"]: login for login in json.loads(demo.read_text())["admin"]}
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)


def wait_for(url: str) -> None:
    """
    Wait until the server answers.

    :raises TimeoutError: if it does not within a minute.
    """
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


def sign_in(browser: Any, login: dict[str, str], language: str) -> None:
    """Sign in, and have pages shown in a language; in the shop's if it is blank."""
    browser.goto("/admin/login/")
    browser.fill("input[name=username]", login["username"])
    browser.fill("input[name=password]", login["password"])
    browser.press("input[name=password]", "Enter")
    browser.wait_for_selector("main#content")
    browser.goto("/admin/preferences/")
    browser.select_option("select[name=language]", language)
    browser.click("#main button[type=submit]")
    browser.wait_for_load_state("networkidle")


def take(browser: Any, page: Page, file: Path) -> None:
    """Go to a page, do there what is to be done, and take its picture."""
    window = browser.viewport_size
    browser.goto(page.path)
    if page.first_row:
        # A single hit of a search is open already.
        if browser.query_selector("#result_list"):
            browser.click("#result_list tbody tr a[href*='/change/'] >> nth=0")
        browser.wait_for_url("**/change/**")
    if page.part:
        # All of it stands in the window, or what keeps its place there is in the picture, too.
        browser.set_viewport_size({**window, "height": browser.evaluate("document.body.scrollHeight")})
    if page.press:
        browser.click(page.press)
        for name, text in page.fill:
            browser.fill(f"[name={name}]", text)
        choose_first(browser)
    if page.then_press:
        browser.click(page.then_press)
        browser.wait_for_selector(".bo-changes")
    browser.wait_for_load_state("networkidle")
    browser.evaluate("document.fonts.ready")
    box = browser.locator(page.part).bounding_box() if page.part else {"x": 0, "y": 0, **window}
    file.write_bytes(picture(browser, box))
    browser.set_viewport_size(window)
    print(file.relative_to(ROOT), f"{file.stat().st_size // 1024} KB", flush=True)


def picture(browser: Any, box: dict[str, float]) -> bytes:
    """A part of the window as WebP, which is half as large as what Playwright writes."""
    session = browser.context.new_cdp_session(browser)
    clip = {**box, "scale": 1}
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": clip})
    session.detach()
    return base64.b64decode(taken["data"])


def choose_first(browser: Any) -> None:
    """Choose the first of the reasons that a form offers."""
    if browser.query_selector("select[name=reason]"):
        browser.select_option("select[name=reason]", index=1)


def _named(names: tuple[str, ...]) -> tuple[Page, ...]:
    return tuple(page for page in PAGES if page.name in names)


def read_names(arguments: list[str] | None = None) -> list[str]:
    """The names of pages on the command line; one that no page has ends the program before a shop is made."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=main.__doc__)
    parser.add_argument("name", nargs="*", help="a page whose pictures are taken alone, such as overview")
    names: list[str] = parser.parse_args(arguments).name
    if unknown := sorted(set(names) - {page.name for page in PAGES}):
        parser.error(f"No page is called {', '.join(unknown)}.")
    return names


if __name__ == "__main__":
    sys.exit(main(*read_names()))
