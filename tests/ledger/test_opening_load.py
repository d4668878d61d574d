"""A hundred thousand opening balances, brought in by a real process in bounded memory and linear time."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.models import Account, Lot, Transaction
from ledger.operations import CustomerRow, import_customers
from ledger.queries import list_findings
from tests.project.processes import measure_command, start_command
from tests.scenarios import NOW

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MANY, FEW = 100_000, 10_000
MEGABYTES = 200


def given_balances(folder: Path, first: int, count: int) -> list[str]:
    """The command that brings in so many balances, of as many customers."""
    import_customers(rows=(CustomerRow(f"C-{place}", {}) for place in range(first, first + count)), now=NOW)
    file = folder / f"balances-{first}.csv"
    with file.open("w") as lines:
        lines.write("Customer Number,Balance,Currency,Reference\n")
        lines.writelines(f'C-{place},"$1,025.00",USD,old-{place}\n' for place in range(first, first + count))
    total = f"USD={1025 * count}.00"
    controls = ["--control-total", total, "--control-count", str(count)]
    return ["import_opening_balances", str(file), *controls, "--result", f"{file}.result"]


def lines_of(result: str) -> Iterator[str]:
    with Path(result).open() as lines:
        next(lines)
        yield from lines


def test_a_hundred_thousand_balances_take_no_more_memory_than_ten_thousand(tmp_path):
    few, many = given_balances(tmp_path, 0, FEW), given_balances(tmp_path, FEW, MANY)

    few_seconds, few_megabytes = measure_command(few)
    many_seconds, many_megabytes = measure_command(many)

    print(f"{FEW}: {few_seconds:.1f} s, {few_megabytes} MB; {MANY}: {many_seconds:.1f} s, {many_megabytes} MB")
    assert max(few_megabytes, many_megabytes) <= MEGABYTES
    assert many_seconds <= 15 * few_seconds
    assert [table._default_manager.count() for table in (Account, Lot, Transaction)] == [MANY + FEW] * 3
    assert sum(line.endswith(",imported\n") for line in lines_of(many[-1])) == MANY
    assert [*list_findings()] == []


def test_a_run_that_is_killed_half_way_and_run_again_brings_each_in_once(tmp_path):
    arguments = given_balances(tmp_path, 0, FEW)
    process = start_command(arguments)
    while Transaction.objects.count() < FEW // 4:
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert FEW // 4 <= Transaction.objects.count() < FEW

    measure_command(arguments)
    measure_command(arguments)

    assert [table._default_manager.count() for table in (Account, Lot, Transaction)] == [FEW] * 3
    assert [*list_findings()] == []
