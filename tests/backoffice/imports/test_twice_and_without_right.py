"""One file twice at once, and people who lose the right to it between its steps."""

import pytest

from ledger.models import Transaction
from storecredit.backoffice.models import ImportRun
from tests.backoffice.imports.files import address, go_on, lines_of, map_columns, start, upload
from tests.backoffice.imports.stage import checked
from tests.backoffice.staff import Staff
from tests.ledger.commands.running import run as run_command
from tests.scenarios import given_customer, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today", "small_slices")]

LINES = "Customer Number,Balance,Currency,Reference\n" + "".join(f"SHOP-{n},5.00,GBP,old-{n}\n" for n in range(5))


@pytest.fixture(autouse=True)
def customers():
    for n in range(5):
        given_customer(number=f"SHOP-{n}")


def outcomes(staff: Staff, run: ImportRun) -> list[str]:
    return [line.rpartition(",")[2] for line in lines_of(staff.open(address(run, "result")))[1:]]


def test_two_runs_of_one_file_written_in_turns_bring_each_line_in_once(finance, controller):
    first, second = checked(finance, "opening-balances", LINES), checked(finance, "opening-balances", LINES)
    for run in (first, second):
        start(controller, run, count=5, GBP="25.00")

    for _ in range(3):
        controller.send(address(first, "slice"))
        finance.send(address(second, "slice"))
    first, second = go_on(finance, first), go_on(finance, second)

    assert (first.state, second.state, Transaction.objects.count()) == ("DONE", "DONE", 5)
    assert sorted(outcomes(finance, first) + outcomes(finance, second)) == ["imported"] * 5 + ["present"] * 5


def test_a_command_amid_a_run_of_the_same_file_brings_in_what_is_left_and_the_run_finds_it(
    finance, controller, tmp_path
):
    file = tmp_path / "file.csv"
    file.write_text(LINES)
    run = checked(finance, "opening-balances", LINES)
    start(controller, run, count=5, GBP="25.00")
    controller.send(address(run, "slice"))

    done = run_command(
        "import_opening_balances", str(file), "--control-total", "GBP=25", "--control-count", "5", "--json"
    )
    run = go_on(finance, run)

    assert (done.code, done.facts["imported"], done.facts["present"]) == (0, 3, 2)
    assert (run.state, outcomes(finance, run)) == ("DONE", ["imported"] * 2 + ["present"] * 3)
    assert Transaction.objects.count() == 5


@pytest.mark.parametrize("step", ["columns", "slice", "start", "again", "drop"])
def test_who_uploaded_a_file_does_nothing_with_it_once_the_right_is_gone(finance, step: str):
    run = upload(finance, "customers", "number\nA-1\n")
    if step in {"slice", "start", "again"}:
        map_columns(finance, run)
    if step in {"start", "again"}:
        run = go_on(finance, run)
    finance.user.groups.clear()

    with nothing_moves():
        answer = finance.client.post(address(run, step), {"version": run.version, "count": "1"})

    state = run.state
    run.refresh_from_db()
    assert (answer.status_code, run.state) == (403, state if step != "slice" else "CHECKING")


def test_who_confirmed_does_not_go_on_without_the_right_and_what_was_confirmed_is_written_by_the_other(
    finance, controller
):
    run = checked(finance, "opening-balances", LINES)
    start(controller, run, count=5, GBP="25.00")
    controller.send(address(run, "slice"))
    controller.user.groups.clear()

    with nothing_moves():
        answer = controller.client.post(address(run, "slice"))
    run = go_on(finance, run)

    assert (answer.status_code, run.state) == (403, "DONE")
    assert set(Transaction.objects.values_list("actor_label", flat=True)) == {"controller"}


def test_nothing_is_confirmed_by_who_has_lost_the_right(finance, controller):
    run = checked(finance, "opening-balances", LINES)
    controller.user.groups.clear()

    with nothing_moves():
        answer = controller.client.post(
            address(run, "start"), {"version": run.version, "count": "5", "total_GBP": "25.00"}
        )

    run.refresh_from_db()
    assert (answer.status_code, run.state) == (403, "CHECKED")
