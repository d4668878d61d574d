"""
How long finance and the auditor wait, in the shop with a million entries: see `tests.benchmarks.million`.

`python -m tests.benchmarks.books` exits with 0 if everything is within its mark, with 1 if something is not, with 2 if
it could not measure. The first run closes time in the kept shop, which takes a while; nothing else is written.
"""

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.million.keeping import million_shop, prepare_environment
from tests.postgresql import NoServer

TURNS = 5
MOST_MEGABYTES = 64
console = Console(width=None if sys.stdout.isatty() else 120)


@dataclass(frozen=True)
class Measured:
    """Something that was timed, in milliseconds, and its mark."""

    name: str
    median: float
    mark: float

    @property
    def is_met(self) -> bool:
        return self.median <= self.mark


def main() -> int:
    try:
        with million_shop() as shop:
            prepare_environment(shop.address)
            return measure_books()
    except NoServer as error:
        console.print(f"Could not measure: {error}", style="bold red")
        return 2


def measure_books() -> int:
    import django

    django.setup()
    from django.db import connection

    from ledger.queries import Cut, get_cut, list_closings, verify_seals
    from ledger.queries.cuts import add_up, get_span
    from ledger.queries.seals.digests import digest_cut, reading
    from storecredit.finance.queries import list_holders, roll_forward, sum_ages
    from tests.benchmarks.million.closing import ENTRIES_OF_A_CUT, close_time

    close_time()
    first, second, last = (get_cut(number=number) for number in (1, 2, 3))

    def make_a_cut() -> None:
        with reading(connection):
            figures = add_up(get_span(second), list_closings(number=1))
            digest_cut(second, previous_digest=first.seal.digest, figures=figures)

    measured = [
        _time("Roll-forward between two cuts", 200, lambda: roll_forward(begin=first, end=last)),
        _time("What is owed by age, at the newest cut", 1000, lambda: sum_ages(cut=last)),
        _time("What is owed by age, at an older one", 1000, lambda: sum_ages(cut=first)),
        _time("The largest accounts", 1000, lambda: list_holders(cut=last, most=50)),
        _time("The largest that sleep", 1000, lambda: list_holders(cut=last, most=50, dormant_days=90)),
        _time(f"A cut of {ENTRIES_OF_A_CUT:,} entries", 2000, make_a_cut),
    ]
    before = _megabytes()
    faults: list[Any] = []
    measured.append(_time("All seals verified", 60_000, lambda: faults.extend(verify_seals()), turns=1))
    grown = _megabytes() - before
    _print(measured)
    console.print(f"{Cut.objects.count()} cuts verified: {len(faults)} faults, {grown:.0f} MB more memory.")
    return 0 if all(each.is_met for each in measured) and not faults and grown <= MOST_MEGABYTES else 1


def _time(name: str, mark: float, run: Callable[[], Any], turns: int = TURNS) -> Measured:
    took = []
    for _ in range(turns):
        started = time.perf_counter()
        run()
        took.append((time.perf_counter() - started) * 1000)
    return Measured(name, statistics.median(took), mark)


def _megabytes() -> float:
    """The most that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def _print(measured: list[Measured]) -> None:
    table = Table(title=f"Finance, of a million entries: median of {TURNS}")
    table.add_column("")
    table.add_column("ms", justify="right")
    table.add_column("mark", justify="right")
    table.add_column("")
    for each in measured:
        table.add_row(each.name, f"{each.median:,.0f}", f"{each.mark:,.0f}", "" if each.is_met else "missed")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
