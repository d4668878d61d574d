"""
`python -m tests.benchmarks.million` makes the shop, or finds it made, and proves its books.

It is kept in /tmp/storecredit-million, or on the server that TEST_DATABASE_URL names as the database
`storecredit_million`, and made anew once the program makes other tables.
"""

import os
import sys
import time

from rich.console import Console

from tests.benchmarks.million.keeping import million_shop, prepare_environment
from tests.postgresql import NoServer

console = Console()


def main() -> int:
    started = time.monotonic()
    try:
        with million_shop() as shop:
            console.print(f"{'Made' if shop.is_new else 'Found'} in {time.monotonic() - started:.0f} s: {shop.address}")
            prepare_environment(shop.address)
            return os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "manage.py", "reconcile"])
    except NoServer as error:
        console.print(f"Could not make it: {error}", style="bold red")
        return 2


if __name__ == "__main__":
    sys.exit(main())
