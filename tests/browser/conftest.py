from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.chromium import find_chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Seen:
    """What a browser met besides the pages: requests to other hosts, and complaints of the pages' own scripts."""

    def __init__(self, page: Any, root: str) -> None:
        self.strangers: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self._note(request.url, root))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, url: str, root: str) -> None:
        if not url.startswith((root, "data:", "blob:")):
            self.strangers.append(url)


@pytest.fixture
def browser(live_server):
    """
    A page in a Chromium of its own: `with browser() as (page, seen): …`.

    Rows are made before and read after it: while it drives the page, this thread may not ask the database.
    """
    from playwright.sync_api import sync_playwright

    @contextmanager
    def open_page(**context: Any) -> Iterator[tuple[Any, Seen]]:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            page = chromium.new_context(base_url=live_server.url, **context).new_page()
            page.set_default_timeout(20_000)
            yield page, Seen(page, live_server.url)
            chromium.close()

    return open_page
