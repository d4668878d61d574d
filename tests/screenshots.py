"""
Pictures of the main pages for `docs/screenshots`: `python -m tests.screenshots`, or `make screenshots`.

A shop of its own with the demo's data is served on a free port, by a scratch database that is gone afterwards. Each
page is taken in light; some also in dark, at the width of a phone, and in German, which somebody chooses as the
language of their pages. Names stay, so that a picture that has changed is seen as one.
"""

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
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb"]


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


PAGES = (
    Page("overview", "Finance", "/admin/"),
    Page("charts", "Finance", "/admin/?days=365", part="section[aria-labelledby=turnover]"),
    Page("customers", "Agent", "/admin/ledger/customer/"),
    Page("customer", "Finance", "/admin/ledger/customer/?q=amara", first_row=True),
    Page(
        "review",
        "Agent",
        "/admin/ledger/customer/?q=amara",
        first_row=True,
        press="a.bo-button[href*='/issue/']",
        fill=(("amount", "12.50"), ("note", "Parcel was late")),
        then_press="button.bo-primary[type=submit]",
    ),
    Page("inbox", "Approver", "/admin/credits/creditrequest/"),
    Page("request", "Approver", "/admin/credits/creditrequest/", first_row=True),
    Page("card", "Card manager", "/admin/giftcards/giftcard/", first_row=True),
    Page("batches", "Card manager", "/admin/giftcards/cardbatch/"),
    Page("transactions", "Finance", "/admin/ledger/transaction/?type=REDEEM"),
    Page("orders", "Finance", "/admin/checkouts/order/"),
    Page("imports", "Finance", "/admin/backoffice/importrun/"),
    Page("people", "Administrator", "/admin/auth/user/"),
)
#: Which of them are taken otherwise, too.
IN_DARK = ("overview", "charts", "customer", "inbox")
ON_A_PHONE = ("overview", "charts", "customer", "transactions")
IN_GERMAN = ("overview", "customer", "inbox", "review")


def main() -> int:
    """Take every picture. 0: done, 2: the machine lacks what it takes."""
    if lack := find_lack():
        print(lack, file=sys.stderr)
        return 2
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder)) as (root, logins),
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for suffix, pages, context, language in (
            ("", PAGES, {"viewport": WIDE}, ""),
            ("-dark", _named(IN_DARK), {"viewport": WIDE, "color_scheme": "dark"}, ""),
            ("-phone", _named(ON_A_PHONE), {"viewport": PHONE}, ""),
            ("-german", _named(IN_GERMAN), {"viewport": WIDE, "locale": "de-DE"}, "de"),
        ):
            for role in dict.fromkeys(page.role for page in pages):
                opened = chromium.new_context(base_url=root, **context)
                browser = opened.new_page()
                sign_in(browser, logins[role], language)
                for page in (page for page in pages if page.role == role):
                    take(browser, page, SHOWN_IN / f"{page.name}{suffix}.png")
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
        browser.wait_for_selector(".bo-head")
    if page.part:
        # All of it stands in the window, or what keeps its place there is in the picture, too.
        browser.set_viewport_size({**window, "height": browser.evaluate("document.body.scrollHeight")})
    if page.press:
        browser.click(page.press)
        for name, text in page.fill:
            browser.fill(f"[name={name}]", text)
        choose_first(browser)
        browser.click(page.then_press)
        browser.wait_for_selector(".bo-changes")
    browser.wait_for_load_state("networkidle")
    browser.evaluate("document.fonts.ready")
    if page.part:
        browser.locator(page.part).screenshot(path=str(file))
        browser.set_viewport_size(window)
    else:
        browser.screenshot(path=str(file))
    print(file.relative_to(ROOT), f"{file.stat().st_size // 1024} KB", flush=True)


def choose_first(browser: Any) -> None:
    """Choose the first of the reasons that a form offers."""
    if browser.query_selector("select[name=reason]"):
        browser.select_option("select[name=reason]", index=1)


def _named(names: tuple[str, ...]) -> tuple[Page, ...]:
    return tuple(page for page in PAGES if page.name in names)


if __name__ == "__main__":
    sys.exit(main())
