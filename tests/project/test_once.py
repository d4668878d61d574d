"""A file is run on both databases or on one, by `tests.once`: none on none, what goes round the program on both."""

import re
from pathlib import Path

import pytest

from tests.everything import ROOT
from tests.once import (
    ALTHOUGH,
    BOTH,
    ON_POSTGRESQL,
    ON_SQLITE,
    POSTGRESQL,
    ROUND_THE_PROGRAM,
    SQLITE,
    find_going_round,
    find_mark,
    has_nothing_for,
)

PLACES = [
    (place, name)
    for table in (ON_SQLITE, ON_POSTGRESQL, BOTH)
    for place, names in table.items()
    for name in names.split()
]
FILES = {file.relative_to(ROOT).as_posix(): file.read_text() for file in sorted(ROOT.glob("tests/**/test_*.py"))}


@pytest.mark.parametrize(("place", "name"), PLACES)
def test_each_name_is_that_of_a_file(place: str, name: str):
    assert list(ROOT.glob(f"{place}/test_{name}.py"))


def test_what_goes_round_the_program_is_run_on_both_wherever_it_is():
    going_round = {file for file, text in FILES.items() if ROUND_THE_PROGRAM.search(text)}

    assert {file for file in going_round if find_mark(file)} == ALTHOUGH.keys()
    assert len(going_round) > 50


ROUND = """
from django.db import IntegrityError

def stored():
    with connection.cursor() as cursor:
        return cursor

@pytest.fixture
def shop():
    return stored()

WAYS = [stored]

@pytest.mark.parametrize("way", WAYS)
def test_by_its_cases(way): ...

def test_by_a_fixture(shop): ...

def test_itself():
    with pytest.raises(IntegrityError): ...

class TestMore:
    def test_in_a_class(self):
        stored()

def test_by_a_page(page): ...
"""


def test_a_test_that_goes_round_the_program_by_anything_it_names_in_its_file_is_run_on_both_and_the_rest_of_it_once():
    going_round = find_going_round(ROUND)

    assert {name for name in going_round if name.startswith("test_")} == {
        "test_by_its_cases",
        "test_by_a_fixture",
        "test_itself",
        "test_in_a_class",
    }
    assert "test_by_a_page" in find_going_round(ROUND.replace("@pytest.fixture", "@pytest.fixture(autouse=True)"))
    cards = "tests/dialects/lightspeed/test_cards.py"
    assert find_mark(cards, "test_making_a_card_replays_and_its_code_is_stored_nowhere") is None
    assert find_mark(cards, "test_a_card_is_made_with_a_number_of_its_own") == SQLITE
    assert find_mark(cards) is None


def test_every_file_is_read_wherever_a_test_of_it_is_run():
    read: dict[str, set[str]] = {file: set() for file in FILES}
    for database, elsewhere in (("sqlite", POSTGRESQL), ("postgresql", SQLITE)):
        for file in FILES:
            if not has_nothing_for(file, elsewhere):
                read[file].add(database)

    by_mark = {None: {"sqlite", "postgresql"}, SQLITE: {"sqlite"}, POSTGRESQL: {"postgresql"}}
    assert [file for file in FILES if not read[file] >= by_mark[find_mark(file)]] == []
    marked = {file: set(re.findall(r"mark\.(?:once_on_)?(sqlite|postgresql)\b", text)) for file, text in FILES.items()}
    assert [file for file in FILES if not read[file] >= marked[file]] == []
    # Else nothing would be left out, and each process would read all.
    assert {len(databases) for databases in read.values()} == {1, 2}


def test_a_test_with_a_mark_of_its_own_is_run_where_that_says(request: pytest.FixtureRequest):
    """This file is run on SQLite."""
    plain, own = (
        pytest.Function.from_parent(request.node.parent, name=name, callobj=lambda: None) for name in ("plain", "own")
    )
    own.add_marker(pytest.mark.postgresql)
    conftest = request.config.pluginmanager.getplugin(str(ROOT / "tests" / "conftest.py"))

    list(conftest.pytest_collection_modifyitems(items=[plain, own]))

    assert [plain.get_closest_marker(SQLITE) is not None, own.get_closest_marker(SQLITE) is not None] == [True, False]


def test_every_room_is_seen_by_both_databases():
    rooms: dict[str, set[str | None]] = {}
    for file in FILES:
        rooms.setdefault(Path(file).parts[1], set()).add(find_mark(file))

    one_alone = {room for room, marks in rooms.items() if len(marks) == 1 and None not in marks}
    assert one_alone == {"browser", "integrators"}


def test_files_that_nobody_names_take_turns():
    turns = [find_mark(f"tests/checkouts/test_{number}.py") for number in range(300)]

    assert turns.count(None) == 0
    assert 75 < turns.count(POSTGRESQL) < 125
    assert find_mark("tests/ledger/test_posting.py") is None
    assert find_mark("tests/backoffice/cards/test_codes.py") == SQLITE
    assert find_mark("tests/dialects/tiquo/test_budgets.py") == POSTGRESQL
