import asyncio
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


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """
    The one Chromium of all tests here: to start one takes longer than most of them.

    What drives it lives in this thread as a loop of events that is running; while nobody drives, the thread is said
    to have none, for Django refuses to ask the database where there is one.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield program, loop
        asyncio._set_running_loop(loop)
        program.close()


@pytest.fixture
def browser(live_server, chromium):
    """
    A page of a visitor who was never here before: `with browser() as (page, seen): …`.

    Rows are made before and read after it: while it drives the page, this thread may not ask the database.
    """
    program, loop = chromium

    @contextmanager
    def open_page(**context: Any) -> Iterator[tuple[Any, Seen]]:
        asyncio._set_running_loop(loop)
        visit = program.new_context(base_url=live_server.url, **context)
        try:
            page = visit.new_page()
            page.set_default_timeout(60_000)
            yield page, Seen(page, live_server.url)
        finally:
            # Those of a second visitor, too.
            for opened in program.contexts:
                opened.close()
            asyncio._set_running_loop(None)

    return open_page
