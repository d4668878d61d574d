"""
How long the server takes for each page of the admin, of a shop with a million entries: see `tests.benchmarks.million`.

In this process, by Django's test client: all that a server does for a page from its request to the last byte,
middleware and template too, but for the way through the network. Whoever looks may do everything, and so is shown
everything.

`python -m tests.benchmarks.pages` exits with 0 if every page is within the mark, with 1 if one is not, with 2 if it
could not measure. Arguments narrow it to the pages whose names hold one of them.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.million.keeping import million_shop, prepare_environment
from tests.postgresql import NoServer

MOST_MILLISECONDS = 400
TURNS = 5
_DEEP = 1000
_HOST = "127.0.0.1"
console = Console(width=None if sys.stdout.isatty() else 120)


@dataclass
class Page:
    """A page, and how long it took, in milliseconds: the first time, and each time after that."""

    name: str
    url: str
    first: float = 0
    turns: list[float] = field(default_factory=list)
    #: What of each turn were the statements, and how many there were.
    in_database: list[float] = field(default_factory=list)
    statements: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.turns)

    @property
    def is_met(self) -> bool:
        return self.median <= MOST_MILLISECONDS


def main() -> int:
    try:
        with million_shop() as shop:
            prepare_environment(shop.address)
            return measure_pages(sys.argv[1:])
    except NoServer as error:
        console.print(f"Could not measure: {error}", style="bold red")
        return 2


def measure_pages(wanted: list[str]) -> int:
    import django

    django.setup()
    from django.test import Client

    from tests.benchmarks.million.closing import close_time
    from tests.benchmarks.million.pages import give_visitor, list_pages, sign_in

    close_time()
    visitor = give_visitor()
    client = Client(SERVER_NAME=_HOST)
    pages = [
        Page(name, url)
        for name, url in list_pages(visitor, deep=_DEEP)
        if not wanted or any(part in name for part in wanted)
    ]
    sign_in(client, visitor)
    for page in pages:
        page.first, _ = _take(client, page)
    for _ in range(TURNS):
        # On a slow machine a turn takes minutes, and who took lists out a quarter of an hour ago is asked again.
        sign_in(client, visitor)
        for page in pages:
            took, statements = _take(client, page)
            page.turns.append(took)
            page.in_database.append(sum(statements))
            page.statements = len(statements)
    _print(pages)
    return 0 if all(page.is_met for page in pages) else 1


def _take(client: Any, page: Page) -> tuple[float, list[float]]:
    """Milliseconds of a page, and of each of its statements."""
    from django.db import connection

    statements: list[float] = []

    def timed(execute: Any, *args: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*args)
        finally:
            statements.append((time.perf_counter() - started) * 1000)

    with connection.execute_wrapper(timed):
        started = time.perf_counter()
        if page.url.startswith("export:"):
            answer = client.post(page.url.removeprefix("export:"), {"format": "csv"})
            next(iter(answer.streaming_content))
            answer.close()
        else:
            answer = client.get(page.url, follow=True)
        took = (time.perf_counter() - started) * 1000
    assert answer.status_code == 200, (page.url, answer.status_code)
    return took, statements


def _rows(pages: list[Page]) -> Iterator[tuple[list[str], str]]:
    for page in pages:
        times = (page.first, page.median, max(page.turns), statistics.median(page.in_database))
        numbers = [*(f"{milliseconds:.0f}" for milliseconds in times), str(page.statements)]
        yield [page.name, *numbers, "met" if page.is_met else "NOT MET"], "" if page.is_met else "bold red"


def _print(pages: list[Page]) -> None:
    table = Table(title=f"Milliseconds of the server for a page of a million entries; wanted: {MOST_MILLISECONDS}")
    for heading in ("", "first", "median", "longest", "in the database", "statements", ""):
        table.add_column(heading, justify="right" if heading else "left", overflow="fold")
    for row, style in _rows(pages):
        table.add_row(*row, style=style)
    console.print(table)
    slowest = max(pages, key=lambda page: page.median)
    console.print(f"{len(pages)} pages; the slowest: {slowest.name}, {slowest.median:.0f} ms.")


if __name__ == "__main__":
    sys.exit(main())
