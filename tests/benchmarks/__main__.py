"""
What an answer of the whole stack costs, as a share of what a bare Django REST framework answers on the same machine
in the same minute. Absolute rates say little on a shared machine; ratios measured in turns do.

`python -m tests.benchmarks` exits with 0 if every ratio is met, with 1 if one is not, with 2 if it could not measure.
"""

import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.client import CONNECTIONS, Load, build_request, measure, send_once
from tests.benchmarks.servers import WORKERS, NotDurable, fresh_database, serve
from tests.postgresql import NoServer, postgresql

# Many short windows: what else the machine does then falls on both sides of a pair alike, or on few pairs.
PAIRS = 9
# What needs no fine answer: it is told alone, or far from what is wanted.
FEW_PAIRS = 5
WINDOW_SECONDS = 0.9
WARM_UP_SECONDS = 1.5
CUSTOMERS = 200
KEYS_REPLAYED = 500
CURRENCY = "GBP"
console = Console(width=None if sys.stdout.isatty() else 110)


@dataclass
class Comparison:
    """Two rates, measured in turns. `wanted` is the least that the second may be of the first; 0: told, not judged."""

    name: str
    wanted: float
    bare: Callable[[float], float]
    ours: Callable[[float], float]
    turns: int = PAIRS
    pairs: list[tuple[float, float]] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return statistics.median(ours / bare for bare, ours in self.pairs)

    @property
    def is_met(self) -> bool:
        return self.ratio >= self.wanted

    def run(self) -> None:
        self.bare(WARM_UP_SECONDS)
        self.ours(WARM_UP_SECONDS)
        for _ in range(self.turns):
            self.pairs.append((self.bare(WINDOW_SECONDS), self.ours(WINDOW_SECONDS)))


def main() -> int:
    started = time.monotonic()
    try:
        with (
            postgresql(durable=True) as address,
            fresh_database(address) as database,
            tempfile.TemporaryDirectory(prefix="storecredit-benchmark-") as folder,
        ):
            comparisons = run(database, Path(folder))
    except (NoServer, NotDurable) as error:
        console.print(f"Could not measure: {error}", style="bold red")
        return 2
    print_pairs(comparisons)
    print_summary(comparisons)
    console.print(f"Took {time.monotonic() - started:.0f} s.")
    return 0 if all(comparison.is_met for comparison in comparisons) else 1


def run(database: str, folder: Path) -> list[Comparison]:
    prepare_environment(database)
    import django

    django.setup()
    from tests.benchmarks.cards import (
        cards_by_bare_copy,
        cards_in_bulk,
        glu_requests,
        lightspeed_requests,
        make_cards_to_redeem,
    )
    from tests.benchmarks.stage import set_stage
    from tests.benchmarks.transfers import (
        bare_transfer,
        bare_transfer_in_the_server,
        make_bare_books,
        measure_calls,
        posting,
    )

    stage = set_stage(customers=CUSTOMERS, currency=CURRENCY)
    make_bare_books()
    codes, card_key = make_cards_to_redeem(count=CUSTOMERS, actor=stage.actor, now=stage.now)
    post = posting(stage.wallets, stage.actor, stage.now)

    def calls(function: Callable[[], object]) -> Callable[[float], float]:
        return lambda seconds: measure_calls(function, seconds=seconds)

    comparisons = [
        Comparison("posting : SQL transfer", 0.35, calls(bare_transfer()), calls(post)),
        Comparison(
            "posting : transfer in PL/pgSQL", 0, calls(bare_transfer_in_the_server()), calls(post), turns=FEW_PAIRS
        ),
    ]
    for comparison in comparisons:
        comparison.run()
    with (
        serve("tests.benchmarks.bare.wsgi", log=folder / "bare.log") as bare_port,
        serve("storecredit.wsgi", log=folder / "storecredit.log") as port,
    ):
        shares: list[float] = []

        def rate(at: int, requests: Iterator[bytes], status: int) -> Callable[[float], float]:
            def window(seconds: float) -> float:
                load: Load = measure(at, requests, status=status, seconds=seconds)
                shares.append(load.client_share)
                return load.per_second

            return window

        paths = [f"/api/v1/customers/{wallet.number}/store-credit" for wallet in stage.wallets]
        replayed = list(itertools.islice(post_requests(paths, stage.key, "replayed"), KEYS_REPLAYED))
        send_once(port, replayed, status=201)
        over_http = [
            Comparison(
                "POST store-credit : bare POST",
                0.20,
                rate(bare_port, post_requests(paths, stage.key, "bare"), 201),
                rate(port, post_requests(paths, stage.key, "new"), 201),
            ),
            Comparison(
                "its replay : bare POST",
                0.40,
                rate(bare_port, post_requests(paths, stage.key, "bare"), 201),
                rate(port, itertools.cycle(replayed), 200),
            ),
            Comparison(
                "GET balance : bare GET",
                0.40,
                rate(bare_port, get_requests(paths, stage.key), 200),
                rate(port, get_requests(paths, stage.key), 200),
            ),
            Comparison(
                "POST card transaction : bare POST",
                0.16,
                rate(bare_port, post_requests(paths, stage.key, "bare"), 201),
                rate(port, lightspeed_requests(codes, card_key), 201),
            ),
            Comparison(
                "POST card redeem : bare POST",
                0.16,
                rate(bare_port, post_requests(paths, stage.key, "bare"), 201),
                rate(port, glu_requests(codes, card_key), 201),
            ),
        ]
        for comparison in over_http:
            comparison.run()
    comparisons += over_http
    # Last: the database goes on tidying up after so many rows, which the others would pay for.
    cards = Comparison(
        "cards made : bare COPY",
        0.40,
        cards_by_bare_copy(stage.now),
        cards_in_bulk(stage.actor, stage.now),
        turns=FEW_PAIRS,
    )
    cards.run()
    comparisons.append(cards)
    console.print(
        f"gunicorn {WORKERS} workers, {CONNECTIONS} connections, PostgreSQL with fsync, {os.cpu_count()} processors; "
        f"the load generator took {statistics.median(shares):.0%} of one processor."
    )
    return comparisons


def prepare_environment(database: str) -> None:
    """What production has, over plain HTTP on loopback."""
    os.environ |= {
        "DATABASE_URL": database,
        "SECRET_KEY": "a-secret-for-the-benchmark-alone-which-guards-nothing-at-all-0123456789",
        "CODE_KEYS": "a-key-for-the-benchmark-alone-which-hides-nothing-at-all",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS_ONLY": "false",
        "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "storecredit.settings",
    }
    for name in ("LOG_LEVEL", "REDIS_URL", "REPLICA_URL", "WEB_THREADS"):
        os.environ.pop(name, None)


def post_requests(paths: list[str], key: str, prefix: str) -> Iterator[bytes]:
    body = json.dumps({"amount": 25.5, "currency": CURRENCY, "note": "Goodwill credit"}).encode()
    marker = "0000000000"
    templates = [
        build_request(
            "POST",
            path,
            headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"{prefix}-{marker}"},
            body=body,
        ).split(marker.encode())
        for path in paths
    ]
    for place in itertools.count():
        before, after = templates[place % len(templates)]
        yield b"%b%010d%b" % (before, place, after)


def get_requests(paths: list[str], key: str) -> Iterator[bytes]:
    headers = {"Authorization": f"Bearer {key}"}
    return itertools.cycle([build_request("GET", f"{path}?currency={CURRENCY}", headers=headers) for path in paths])


def print_pairs(comparisons: list[Comparison]) -> None:
    table = Table(title="Each pair: bare and ours, in answers, calls or cards a second, and their ratio")
    table.add_column("", justify="right")
    for comparison in comparisons:
        table.add_column(comparison.name.replace(" : ", "\n: "), justify="right")
    for place, row in enumerate(itertools.zip_longest(*(comparison.pairs for comparison in comparisons)), start=1):
        table.add_row(str(place), *(f"{p[0]:.0f}  {p[1]:.0f}  {p[1] / p[0]:.2f}" if p else "" for p in row))
    console.print(table)


def print_summary(comparisons: list[Comparison]) -> None:
    table = Table(title="Medians")
    for heading in ("", "bare", "ours", "ratio", "wanted", ""):
        table.add_column(heading, justify="right" if heading else "left")
    for comparison in comparisons:
        bare, ours = (statistics.median(side) for side in zip(*comparison.pairs, strict=True))
        table.add_row(
            comparison.name,
            f"{bare:.0f}/s",
            f"{ours:.0f}/s",
            f"{comparison.ratio:.2f}",
            f"{comparison.wanted:.2f}" if comparison.wanted else "",
            ("met" if comparison.is_met else "NOT MET") if comparison.wanted else "",
            style=("green" if comparison.is_met else "bold red") if comparison.wanted else "",
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
