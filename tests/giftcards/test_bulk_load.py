"""
A hundred thousand cards, made and imported by real processes: in bounded memory, in linear time, killed half-way and
run again without one too many or too few.
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from giftcards.models import CardEvent, GiftCard
from giftcards.queries import list_findings
from ledger.models import Account, Lot, Transaction
from ledger.queries import list_findings as list_ledger_findings
from tests.factories.giftcards import CardBatchFactory
from tests.project.processes import measure_command, start_command

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MANY, FEW = 100_000, 10_000
MEGABYTES = 200
Job = Callable[[int], list[str]]


@pytest.fixture(params=["generate_cards", "import_cards"])
def job(request, tmp_path) -> Job:
    """The command that makes so many cards, new ones each time it is asked for."""
    asked: list[int] = []

    def generate(count: int) -> list[str]:
        name = f"batch {len(asked)}"
        return ["generate_cards", "--new", name, "--count", str(count), "--amount", "25.00", "--currency", "GBP"]

    def load(count: int) -> list[str]:
        file = Path(tmp_path / f"cards-{len(asked)}.csv")
        with file.open("w") as lines:
            lines.write("number,balance,currency\n")
            lines.writelines(
                f"FILE{len(asked)}-{place:06}-{place * 7919 % 9973:04},25.00,GBP\n" for place in range(count)
            )
        return ["import_cards", str(file), "--control-total", str(25 * count), "--result", f"{file}.result"]

    def command(count: int) -> list[str]:
        asked.append(count)
        return (generate if request.param == "generate_cards" else load)(count)

    return command


def test_a_hundred_thousand_cards_take_ten_times_as_long_as_ten_thousand_and_no_more_memory(job: Job):
    few_seconds, few_megabytes = measure_command(job(FEW))
    many_seconds, many_megabytes = measure_command(job(MANY))

    print(f"{FEW}: {few_seconds:.1f} s, {few_megabytes} MB; {MANY}: {many_seconds:.1f} s, {many_megabytes} MB")
    assert many_seconds <= 12 * few_seconds
    assert max(few_megabytes, many_megabytes) < MEGABYTES
    assert_whole(MANY + FEW)


def test_a_run_that_is_killed_half_way_and_run_again_makes_each_card_once(job: Job):
    arguments = job(FEW)
    process = start_command(arguments)
    while GiftCard.objects.count() < FEW // 4:
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert FEW // 4 <= GiftCard.objects.count() < FEW

    again = ["generate_cards"] if arguments[0] == "generate_cards" else arguments
    measure_command(again)
    measure_command(again)

    assert_whole(FEW)


def test_two_runs_at_once_make_each_card_once(job: Job):
    arguments = job(FEW)
    if arguments[0] == "generate_cards":
        CardBatchFactory.create(name="shared", size=FEW)
        arguments = ["generate_cards", "shared"]
    processes = [start_command(arguments), start_command(arguments)]
    for process in processes:
        said, _ = process.communicate(timeout=1800)
        assert process.returncode == 0, said

    assert_whole(FEW)


def assert_whole(count: int) -> None:
    """So many cards, accounts, lots, entries and events, and nothing wrong with any of them."""
    counts = [table._default_manager.count() for table in (GiftCard, Account, Lot, Transaction, CardEvent)]
    assert counts == [count] * 5
    assert [*list_findings(), *list_ledger_findings()] == []
