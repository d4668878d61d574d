"""A file that is run on one database alone is named as it is, or it would be run on both and nobody would notice."""

import pytest

from tests.everything import ROOT
from tests.once import ONCE, find_mark

PLACES = [(place, name) for places in ONCE.values() for place, names in places.items() for name in names.split()]


@pytest.mark.parametrize(("place", "name"), PLACES)
def test_each_name_is_that_of_a_file(place: str, name: str):
    assert list(ROOT.glob(f"{place}/test_{name}.py"))


def test_a_file_that_is_not_named_is_run_on_both():
    assert find_mark("tests/ledger/test_posting.py") is None
    assert find_mark("tests/backoffice/cards/test_codes.py") == "once_on_sqlite"
    assert find_mark("tests/backoffice/cards/test_batches.py") == "once_on_postgresql"
