"""A file that waits is rejected by who may confirm it; one left half written a colleague goes on with, or ends."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from ledger.models import Transaction
from storecredit.audit.models import Activity
from storecredit.backoffice.imports.kinds import Kind
from storecredit.backoffice.models import ImportRun
from tests.backoffice.imports.files import address, go_on, lines_of, start
from tests.backoffice.imports.stage import BALANCES, checked
from tests.backoffice.staff import Staff, said, text_of, told_by
from tests.scenarios import NOW, given_customer, nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def third() -> Staff:
    """Somebody else who may import such files."""
    return Staff("Finance", username="third")


def decide(staff: Staff, run: ImportRun, step: str, why: str = "They left") -> str:
    """Take a step that says why; what the page says above itself then."""
    run.refresh_from_db()
    answer = staff.send(address(run, step), version=run.version, why=why)
    run.refresh_from_db()
    return " ".join(said(answer))


def half_written(finance: Staff, controller: Staff) -> ImportRun:
    """One line of two is in the books."""
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")
    run = checked(finance, "opening-balances", BALANCES)
    start(controller, run, count=2, GBP="30.00")
    controller.send(address(run, "slice"))
    run.refresh_from_db()
    assert (run.state, run.done_rows) == ("RUNNING", 1)
    return run


@pytest.fixture
def one_line_a_slice(monkeypatch):
    monkeypatch.setattr(Kind, "slice_rows", 1)


def booked() -> list[tuple[str, int]]:
    return sorted(Transaction.objects.values_list("actor_label", "amount_minor"))


def test_a_file_that_waits_is_rejected_for_a_reason_by_who_may_confirm_it(finance, controller):
    given_customer(number="SHOP-1")
    given_customer(number="SHOP-2")
    run = checked(finance, "opening-balances", BALANCES)

    with nothing_moves():
        refused = [decide(finance, run, "reject"), decide(controller, run, "reject", why=" ")]
        stale = controller.send(address(run, "reject"), version=run.version - 1, why="Not ours")
    assert refused == ["It is not yours to reject. Nothing was done.", "Say why. Nothing was done."]
    assert "This page was out of date, and nothing was done." in text_of(controller.follow(stale))
    assert run.state == "CHECKED"

    with nothing_moves():
        decide(controller, run, "reject", why="Twice the total of last year")
        start(controller, run, count=2, GBP="30.00")

    assert (run.state, run.ended_by, run.pieces.count(), run.parts.count()) == ("REJECTED", controller.user, 0, 0)
    told = told_by(finance.open(address(run, "change")))
    assert (told["Ended by"], told["Why"]) == ("controller", "Twice the total of last year")
    assert Activity.objects.filter(actor_label="controller").latest("pk").details == {
        "text": "Rejected: Twice the total of last year"
    }
    with pytest.raises(DatabaseError, match="importrun_rejected_by_another"), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(ended_by=finance.user)
    with pytest.raises(DatabaseError, match="importrun_ended_for_a_reason"), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(ended_because="")


@pytest.mark.usefixtures("one_line_a_slice")
def test_a_colleague_goes_on_with_a_file_once_nobody_is_at_it(finance, controller, third, time_machine):
    run = half_written(finance, controller)

    with nothing_moves():
        early = decide(third, run, "carry-on")
        third.send(address(run, "slice"))
    assert early == "Somebody is at it. Nothing was done."
    busy = text_of(third.open(address(run, "change")))
    assert "It stands still" not in busy
    assert "controller goes on with this file." in busy

    time_machine.move_to(NOW + timedelta(minutes=10), tick=False)
    still = text_of(third.open(address(run, "change")))
    assert "It stands still" in still
    assert "Nobody is at it, and 1 of 2 lines are written." in still
    assert "nobody else goes on with it" not in still
    assert "goes on with this file" not in still
    decide(third, run, "carry-on")
    assert run.carried_on_by == third.user
    assert (go_on(third, run).state, run.done_rows) == ("DONE", 2)

    assert booked() == [("controller", 500), ("controller", 2500)]
    assert told_by(third.open(address(run, "change")))["Gone on with by"] == "third"
    assert Activity.objects.filter(actor_label="third").earliest("pk").details == {
        "text": "Goes on with it, which stood still at line 1 of 2: They left"
    }


@pytest.mark.usefixtures("one_line_a_slice")
def test_what_nobody_goes_on_with_is_ended_and_comes_in_again_without_being_doubled(finance, controller, third):
    run = half_written(finance, controller)
    for person in (finance.user, controller.user):
        person.is_active = False
        person.save()

    with nothing_moves():
        decide(third, run, "stop")
        third.send(address(run, "slice"))

    assert (run.state, run.ended_by, run.done_rows) == ("STOPPED", third.user, 1)
    assert len(lines_of(third.client.get(address(run, "result")))) == 2
    assert told_by(third.open(address(run, "change")))["Lines written"] == "1"

    fourth = Staff("Finance", username="fourth")
    again = checked(third, "opening-balances", BALANCES)
    start(fourth, again, count=2, GBP="30.00")
    assert go_on(fourth, again).state == "DONE"
    assert booked() == [("controller", 2500), ("fourth", 500)]
    assert again.facts["outcomes"] == {"imported": 1, "present": 1}


@pytest.mark.usefixtures("one_line_a_slice")
def test_whoever_is_at_it_ends_it_at_any_time_and_who_may_not_import_never(finance, controller, viewer):
    run = half_written(finance, controller)

    answers = [viewer.send(address(run, step), version=run.version, why="x") for step in ("stop", "carry-on", "reject")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    decide(finance, run, "stop", why="The wrong file")

    assert (run.state, run.ended_because) == ("STOPPED", "The wrong file")
    assert finance.client.get(reverse("admin:backoffice_importrun_changelist")).status_code == 200
