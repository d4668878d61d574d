"""Stale pages, pieces of files, and what is kept of them: no way of coming to a run does anything twice."""

import re

import pytest

from giftcards.models import GiftCard
from storecredit.audit.models import Activity
from storecredit.backoffice.access.roles import ROLES
from storecredit.backoffice.models import ImportFault, ImportKey, ImportPart, ImportPiece, ImportRun, ImportState
from tests.backoffice.imports.files import (
    UPLOAD,
    address,
    columns_of,
    go_on,
    intent_of,
    lines_of,
    map_columns,
    send_file,
    start,
    upload,
)
from tests.backoffice.imports.stage import CARDS, checked
from tests.backoffice.staff import Staff, text_of
from tests.giftcards.cards import given_card
from tests.scenarios import nothing_moves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def test_a_form_that_is_sent_twice_uploads_once(finance):
    url = intent_of(finance.open(UPLOAD))

    first = send_file(finance, url, "cards", CARDS)
    second = send_file(finance, url, "cards", CARDS)

    assert (first.url, ImportRun.objects.count()) == (second.url, 1)
    assert "was not taken twice" in text_of(finance.follow(second))


def test_columns_sent_from_a_stale_page_do_nothing(finance):
    run = upload(finance, "cards", CARDS)
    page = finance.open(address(run, "change"))
    map_columns(finance, run)
    run = go_on(finance, run)

    answer = finance.send(address(run, "columns"), **columns_of(page))

    run.refresh_from_db()
    assert run.state == "CHECKED"
    assert "This page was out of date, and nothing was done." in text_of(finance.follow(answer))


def test_a_second_start_is_told_that_it_came_too_late(finance, controller):
    run = checked(finance, "cards", CARDS)
    start(controller, run, count=2, GBP="30")
    go_on(finance, ImportRun.objects.get())

    with nothing_moves():
        again = start(controller, run, count=2, GBP="30")

    assert "out of date" in text_of(controller.follow(again))
    assert GiftCard.objects.count() == 2


def test_a_file_that_is_dropped_leaves_nothing_and_cannot_be_started(finance, controller):
    run = checked(finance, "cards", CARDS)
    finance.send(address(run, "drop"), version=run.version)

    with nothing_moves():
        start(controller, run, count=2, GBP="30")

    run.refresh_from_db()
    kept = [table.objects.count() for table in (ImportPiece, ImportPart, ImportKey)]
    assert (run.state, kept) == ("DROPPED", [0, 0, 0])


def test_what_is_written_cannot_be_dropped(finance, controller):
    run = checked(finance, "cards", CARDS)
    start(controller, run, count=2, GBP="30")
    run.refresh_from_db()

    finance.send(address(run, "drop"), version=run.version)

    assert go_on(finance, run).state == "DONE"
    assert GiftCard.objects.count() == 2


def send_piece(staff: Staff, run: ImportRun, place: int, content: bytes):
    url = f"{address(run, 'piece')}?place={place}"
    return staff.client.post(url, content, content_type="application/octet-stream")


def test_a_file_comes_in_pieces_each_of_them_once(finance):
    content = CARDS.encode()
    url = intent_of(finance.open(UPLOAD))
    data = {"kind": "cards", "name": "cards.csv", "size": str(len(content))}
    begun = finance.client.post(url, data, headers={"accept": "application/json"}).json()
    run = ImportRun.objects.get()

    pieces = [(0, content[:40]), (0, content[:40]), (2, content[40:50]), (1, content[40:]), (1, content[40:])]
    answers = [send_piece(finance, run, place, piece).status_code for place, piece in pieces]

    run.refresh_from_db()
    assert begun["url"] == address(run, "change")
    assert answers == [200, 200, 409, 200, 200]
    assert (run.state, run.received, ImportPiece.objects.count()) == ("MAPPING", len(content), 2)
    map_columns(finance, run)
    assert go_on(finance, run).facts["sums_minor"] == {"GBP": 3000}


@pytest.mark.parametrize("size", ["0", str(65 * 1024 * 1024), "", "-1", "x"])
def test_a_file_of_no_possible_size_is_refused(finance, size: str):
    url = intent_of(finance.open(UPLOAD))

    answer = finance.client.post(
        url, {"kind": "cards", "name": "a.csv", "size": size}, headers={"accept": "application/json"}
    )

    assert (answer.status_code, ImportRun.objects.count()) == (400, 0)


def test_a_longer_file_than_was_said_is_refused(finance):
    url = intent_of(finance.open(UPLOAD))
    finance.client.post(url, {"kind": "cards", "name": "a.csv", "size": "10"}, headers={"accept": "application/json"})

    answer = send_piece(finance, ImportRun.objects.get(), 0, b"x" * 11)

    assert (answer.status_code, answer.json()) == (409, {"refused": "The file is longer than was said."})


def test_no_code_stands_in_plain_at_any_time_and_nothing_sealed_stays_after_the_run(finance, controller):
    run = upload(finance, "cards", CARDS)
    seen = [dump()]
    map_columns(finance, run)
    run = go_on(finance, run)
    seen.append(dump())
    start(controller, run, count=2, GBP="30")
    run = go_on(finance, run)
    seen.append(dump())
    seen.append("\n".join(lines_of(finance.open(address(run, "result")))))

    assert not [text for text in seen if re.search("AAAA-?1111|BBBB-?2222", text, re.IGNORECASE)]
    assert ImportPiece.objects.count() == 0
    assert [bytes(part.cipher) for part in ImportPart.objects.all()] == [b""]


def dump() -> str:
    tables = (ImportRun, ImportPiece, ImportPart, ImportKey, ImportFault)
    return "\n".join(str(row) for table in tables for row in table.objects.values())


def test_what_was_sealed_with_a_key_that_is_gone_says_so(finance, settings):
    run = upload(finance, "cards", CARDS)
    settings.CODE_KEYS = ["another secret of more than thirty-two characters"]

    page = finance.open(address(run, "change"))

    assert page.status_code == 200
    assert "its key is gone" in text_of(page)


@pytest.mark.parametrize("role", ROLES)
def test_a_file_is_seen_and_imported_by_the_roles_whose_job_it_is(role: str):
    run = checked(Staff("Finance"), "cards", CARDS)
    staff = Staff(role, username="somebody-else")

    with nothing_moves():
        answers = [staff.open(address(run, page)).status_code for page in ("change", "errors")]
        answers.append(start(staff, run, count=2, GBP="30").status_code)

    shown = {"Finance": [200, 200, 302], "Administrator": [200, 403, 403]}
    assert answers == shown.get(role, [403, 403, 403])


def test_a_colleague_sees_a_file_and_neither_goes_on_with_it_nor_drops_it(finance):
    run = upload(finance, "cards", CARDS, test_mode="on")
    columns = columns_of(finance.open(address(run, "change")))
    colleague, words = Staff("Finance", username="colleague"), "uploaded this file, and goes on with it or drops it."

    def try_all(run: ImportRun) -> None:
        page = colleague.open(address(run, "change"))
        whose = "goes on with this file." if run.state == ImportState.RUNNING else "nobody else goes on with it."
        assert whose in text_of(page)
        assert not any(page.context.get(name) for name in ("slices", "form", "may_drop", "may_map_again"))
        for step in ("columns", "again", "start", "slice", "drop"):
            data = {**columns, "version": run.version, "count": "2", "total_GBP": "30"}
            assert words in text_of(colleague.follow(colleague.send(address(run, step), **data))), step
        assert send_piece(colleague, run, 0, b"x").status_code == 409
        before = (run.state, run.version)
        run.refresh_from_db()
        assert (run.state, run.version) == before

    with nothing_moves():
        try_all(run)
        map_columns(finance, run)
        run.refresh_from_db()
        try_all(run)
        go_on(finance, run)
        try_all(run)
        start(finance, run, count=2, GBP="30")
        run.refresh_from_db()
        try_all(run)
    assert go_on(finance, run).state == "DONE"


def test_an_administrator_drops_what_a_colleague_left_and_sees_nothing_of_what_stands_in_it(finance):
    run = checked(finance, "cards", CARDS)
    administrator = Staff("Administrator")

    page = administrator.open(address(run, "change"))
    administrator.send(address(run, "drop"), version=run.version)

    assert (page.context["may_drop"], page.context.get("facts"), page.context.get("form")) == (True, None, None)
    run.refresh_from_db()
    told = Activity.objects.filter(subject_kind="backoffice.importrun", subject_id=str(run.pk)).latest("pk")
    assert (run.state, told.actor_label) == ("DROPPED", administrator.user.get_username())


def test_nothing_is_done_on_get(finance):
    run = checked(finance, "cards", CARDS)
    steps = ("piece", "columns", "again", "start", "slice", "drop")

    with nothing_moves():
        codes = {finance.client.get(address(run, step)).status_code for step in steps}

    assert codes == {405}
    run.refresh_from_db()
    assert run.state == "CHECKED"


def test_a_slice_that_the_books_refuse_meanwhile_stops_the_run_and_it_can_go_on(finance, controller):
    run = checked(finance, "cards", CARDS)
    start(controller, run, count=2, GBP="30")
    given_card("1.00 GBP", code="AAAA-1111")

    with nothing_moves():
        answer = finance.send(address(run, "slice"))

    run.refresh_from_db()
    assert run.state == "RUNNING"
    assert "Stopped:" in text_of(finance.follow(answer))
